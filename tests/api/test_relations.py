"""How relations are read and written, from both sides."""
import pytest
import rostra

URI = rostra.CONFIGURATION


@pytest.fixture
def room(client):
    return client.create('conference', name='R room', aliases=[{'alias': 'r.1'}, {'alias': 'r.2'}])


def aliases(client, room):
    return [one['alias'] for one in client.read(room)['aliases']]


def field_error(answer, resource, field):
    assert answer.status_code == 400, answer.text
    assert list(answer.json()[resource]) == [field], answer.text
    return answer.json()[resource][field][0]


# --- to-one (9.2) ---

@pytest.mark.parametrize('shape',
                         ['{path}', 'https://127.0.0.1{path}', 'http://other.example.com:8443{path}', '{bare}',
                          '{short}',
                                   '{key}'])
def test_ways_to_name_an_object(client, room, shape):
    key = room.rstrip('/').rsplit('/', 1)[1]
    value = shape.format(path=room, bare=room.lstrip('/'), short=room.rstrip('/'), key=key)
    path = client.create('conference_alias', alias='r.named', conference=value)
    assert client.read(path)['conference'] == room


def test_ways_to_name_an_object_by_its_members(client, room):
    key = rostra.key_of(room)
    for value in (key, {'resource_uri': room}, {'id': key}, {'pk': key}, {'name': 'R room'},
                  {'id': str(key), 'name': 'other'},
                  {'name': 'R room', 'description': 'not written'}):
        path = client.create('conference_alias', alias='r.named', conference=value)
        assert client.read(path)['conference'] == room, value
        client.remove(path)
    assert client.read(room)['description'] == '' and client.read(room)['name'] == 'R room'


@pytest.mark.parametrize('value', [
    '/api/admin/configuration/v1/conference/999999/', '/api/admin/configuration/v1/dns_server/1/', 999999, '999999',
    'nonsense',
    '/', '//', {}, {'name': 'nobody'}, {'id': 999999}, {'id': 'x'}, {'nothing': 1}, [], True, 1.5, -1, 2**70,
    '/api/admin/configuration/v1/conference/', '/api/admin/configuration/v1/conference/1/2/', {'resource_uri': 7},
    '../conference/1/'])
def test_what_names_nothing(client, value):
    """wire 9.2: a field error, never 404."""
    field_error(client.post('conference_alias/', {'alias': 'r.nothing', 'conference': value}), 'conference_alias',
                'conference')


@pytest.mark.parametrize('value', [None, ''])
def test_none(client, value):
    """wire 9.2"""
    theme = client.create('ivr_theme', name='R theme')
    path = client.create('conference', name='R themed', ivr_theme=theme)
    assert client.read(path)['ivr_theme']['resource_uri'] == theme
    client.change(path, ivr_theme=value)
    assert client.read(path)['ivr_theme'] is None
    assert field_error(client.post('conference_alias/', {'alias': 'x', 'conference': value}),
                       'conference_alias', 'conference') == 'This field is required.'


def test_a_theme_by_name_is_made(client):
    """wire 9.2: global.default_theme; the other members don't count, a name may look like a URI."""
    before = client.read('global/1/')['default_theme']
    for name in ('R made', '/api/admin/configuration/v1/ivr_theme/999/', 'R made'):
        client.change('global/1/', default_theme={'name': name, 'last_updated': '2001-01-01T00:00:00'})
        assert client.read('global/1/')['default_theme']['name'] == name
    assert len(client.objects('ivr_theme/', name='R made')) == 1
    client.change('global/1/', default_theme=before and before['resource_uri'])
    for name in ('R made', '/api/admin/configuration/v1/ivr_theme/999/'):
        assert client.delete('ivr_theme/', params={'name': name}).status_code == 204


# --- children (9.3) ---

def test_children_are_replaced(client, room):
    first, second = client.read(room)['aliases']
    client.change(room, aliases=[{'alias': 'r.3'}, {'alias': 'r.1', 'description': 'x'}])
    shown = client.read(room)['aliases']
    assert [(a['alias'], a['description'], a['id'] == first['id']) for a in shown] == [('r.1', 'x', True),
                                                                                       ('r.3', '', False)]
    assert client.get(f'conference_alias/{second["id"]}/').status_code == 404


def test_children_as_they_were_read(client, room):
    """A Java client sends the whole list with one more."""
    shown = client.read(room)['aliases']
    client.change(room, aliases=[*shown, {'alias': 'r.3', 'description': ''}])
    assert client.read(room)['aliases'][:2] == shown and aliases(client, room) == ['r.1', 'r.2', 'r.3']


def test_children_by_id_and_uri(client, room):
    first, second = client.read(room)['aliases']
    uri = f'{URI}conference_alias/{second["id"]}/'
    client.change(room, aliases=[{'id': first['id'], 'alias': 'r.renamed'}, uri])
    assert aliases(client, room) == ['r.renamed', 'r.2']
    client.change(room, aliases=[{'resource_uri': uri, 'description': 'by uri'}])
    (left,) = client.read(room)['aliases']
    assert (left['id'], left['alias'], left['description']) == (second['id'], 'r.2', 'by uri')


def test_children_swap_their_unique_values(client, room):
    first, second = client.read(room)['aliases']
    client.change(room, aliases=[{'id': first['id'], 'alias': 'r.2'}, {'id': second['id'], 'alias': 'r.1'}])
    assert [(a['id'], a['alias']) for a in client.read(room)['aliases']] == [(first['id'], 'r.2'),
                                                                             (second['id'], 'r.1')]


def test_children_of_another(client, room):
    other = client.create('conference', name='R other', aliases=[{'alias': 'r.theirs'}])
    text = field_error(client.patch(room, {'aliases': [{'alias': 'r.theirs'}]}), 'conference', 'aliases')
    assert 'already exists' in text
    uri = f'{URI}conference_alias/{client.read(other)["aliases"][0]["id"]}/'
    client.change(room, aliases=[uri])      # as a URI it is moved
    assert aliases(client, room) == ['r.theirs'] and aliases(client, other) == []


def test_a_child_is_moved_from_its_side(client, room):
    other = client.create('conference', name='R other')
    first = f'{URI}conference_alias/{client.read(room)["aliases"][0]["id"]}/'
    client.change(first, conference=other)
    assert (aliases(client, room), aliases(client, other)) == (['r.2'], ['r.1'])


@pytest.mark.parametrize('shown', [('resource_uri',), ('id',), ('name', 'url'), ('resource_uri', 'id', 'name', 'url')], ids='+'.join)
def test_nobodys_children(client, shown):
    """wire 9.3: what belongs to nobody is found and comes along, to a new parent or to an old one."""
    account = {'service_account_username': 'a', 'service_account_password': 'b'}
    for new in (True, False):
        url = client.read(client.create('mjx_exchange_autodiscover_url', name=f'Nobody {new}', url='https://a.b/'))
        given = [{name: url[name] for name in shown}]
        if new:
            parent = client.create('mjx_exchange_deployment', name='Finder', **account, autodiscover_urls=given)
        else:
            client.change(parent, autodiscover_urls=given)
        assert client.read(url['resource_uri']) == {**url, 'exchange_deployment': parent}
        assert [one['id'] for one in client.read(parent)['autodiscover_urls']] == [url['id']]


def test_children_cleared_and_left_alone(client, room):
    client.change(room, aliases=None)
    assert aliases(client, room) == ['r.1', 'r.2']
    client.change(room, aliases=[])
    assert aliases(client, room) == [] and client.objects('conference_alias/', alias__startswith='r.') == []


@pytest.mark.parametrize('value', ['x', 7, {}, [7.5], [None], [[]], ['nonsense'], [{'alias': 'r.x', 'description': []}],
                                   [URI + 'conference_alias/999999/'], [URI + 'dns_server/1/'], [{'nothing': 1}], True])
def test_no_children(client, room, value):
    field_error(client.patch(room, {'aliases': value}), 'conference', 'aliases')
    assert aliases(client, room) == ['r.1', 'r.2']


def test_children_that_repeat_are_one(client):
    """wire 9.3: duplicates collapse."""
    room = client.create('conference', name='R twice',
                         aliases=[{'alias': 'r.again'}, {'alias': 'r.again', 'description': 'x'}])
    assert aliases(client, room) == ['r.again']


# --- links (9.3) ---

def test_links_from_both_sides(client):
    rooms = [client.create('conference', name=f'R {n}') for n in range(3)]
    path = client.create('automatic_participant', alias='r.auto', conference=rooms[:2])
    other = client.create('automatic_participant', alias='r.other')
    client.change(rooms[2], automatic_participants=[path, other, path])
    assert client.read(path)['conference'] == rooms
    assert client.read(other)['conference'] == [rooms[2]]
    client.change(path, conference=[rooms[2], rooms[0]])
    assert [len(client.read(room)['automatic_participants']) for room in rooms] == [1, 0, 2]
    client.change(rooms[0], automatic_participants=None)
    assert client.read(path)['conference'] == [rooms[0], rooms[2]]
    client.change(rooms[0], automatic_participants=[])
    assert client.read(path)['conference'] == [rooms[2]]
    client.change(path, conference=None)
    assert client.read(path)['conference'] == []
    client.remove(rooms[2])
    assert client.get(other).status_code == 200 and client.read(other)['conference'] == []


def test_a_linked_object_is_made(client):
    """model: conference.automatic_participants has `create`."""
    room = client.create('conference', name='R maker', automatic_participants=[{'alias': 'r.made', 'protocol': 'h323'}])
    (shown,) = client.read(room)['automatic_participants']
    path = f'{URI}automatic_participant/{shown["id"]}/'
    client.created.append(path)
    assert client.read(path)['conference'] == [room] and client.read(path)['protocol'] == 'h323'
    client.change(room, automatic_participants=[{'id': shown['id'], 'alias': 'ignored'}])
    assert client.read(path)['alias'] == 'r.made'
    client.change(room, automatic_participants=[])
    assert client.get(path).status_code == 200


def test_no_links(client):
    path = client.create('automatic_participant', alias='r.auto')
    for value in (['nonsense'], [{'name': 'nobody'}], [999999], [path], 'x', [None], {}, 7):
        field_error(client.patch(path, {'conference': value}), 'automatic_participant', 'conference')
    location = client.create('system_location', name='R place')
    field_error(client.patch(location, {'dns_servers': [{'address': '192.0.2.77'}]}), 'system_location', 'dns_servers')
    assert client.objects('dns_server/', address='192.0.2.77') == []


def test_linked_objects_are_shown_whole(client):
    """wire 9.1"""
    servers = [client.create('dns_server', address=f'192.0.2.{n}') for n in (5, 4)]
    path = client.create('system_location', name='R place', dns_servers=servers)
    shown = client.read(path)['dns_servers']
    assert [one['resource_uri'] for one in shown] == servers and shown[0]['address'] == '192.0.2.5'
    client.change(path, dns_servers=shown[:1])
    assert [one['resource_uri'] for one in client.read(path)['dns_servers']] == servers[:1]
    client.remove(servers[0])
    assert client.read(path)['dns_servers'] == []


# --- inverse (9.3) ---

def test_a_view_of_somebody_elses_relation(client):
    rooms = [client.create('conference', name=f'R {n}') for n in range(3)]
    theme = client.create('ivr_theme', name='R theme', conference=rooms[:2])
    shown = [client.read(room)['ivr_theme'] for room in rooms]
    assert [one and one['resource_uri'] for one in shown] == [theme, theme, None]
    client.change(theme, conference=rooms[1:])
    assert client.read(rooms[0])['ivr_theme'] is None and client.read(theme)['conference'] == rooms[1:]
    client.change(theme, conference=None)
    assert client.read(theme)['conference'] == rooms[1:]
    client.change(rooms[0], ivr_theme=theme)
    assert client.read(theme)['conference'] == rooms
    client.change(theme, conference=[])
    assert client.read(rooms[2])['ivr_theme'] is None
    field_error(client.patch(theme, {'conference': [{'name': 'nobody'}]}), 'ivr_theme', 'conference')


# --- plain values (9.3) ---

def test_values(client):
    path = client.create('gateway_routing_rule', name='R rule', priority=1, match_string='x')
    assert client.read(path)['disabled_codecs'] == []
    client.change(path, disabled_codecs=[{'value': 'H264_H_0'}, {'value': 'PCMU'}, {'value': 'H264_H_0'}])
    assert client.read(path)['disabled_codecs'] == [{'value': 'H264_H_0'}, {'value': 'PCMU'}]
    for value in ([{}], [{'value': []}], [7], 'x', {}, [None], [[]]):
        field_error(client.patch(path, {'disabled_codecs': value}), 'gateway_routing_rule', 'disabled_codecs')
    for empty in (None, []):
        client.change(path, disabled_codecs=[{'value': 'PCMU'}])
        client.change(path, disabled_codecs=empty)
        assert client.read(path)['disabled_codecs'] == []


def test_values_of_a_singleton(client):
    """Three to begin with; null empties them."""
    before = client.read('global/1/')['disabled_codecs']
    assert before == [{'value': v} for v in ('MP4A-LATM_128', 'H264_H_0', 'H264_H_1')]
    client.change('global/1/', disabled_codecs=None)
    assert client.read('global/1/')['disabled_codecs'] == []
    client.change('global/1/', disabled_codecs=before)
    assert client.read('global/1/')['disabled_codecs'] == before
