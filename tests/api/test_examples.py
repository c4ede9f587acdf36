"""What the documentation of the API shows, as scripts do it."""
import json

import pytest
import requests
import rostra

VMR = {'name': 'VMR_1', 'service_type': 'conference', 'pin': '123456', 'guest_pin': '5678901', 'allow_guests': True,
       'aliases': [{'alias': 'meet.alice'}, {'alias': 'meet.alice@example.com', 'description': 'With domain'}]}


def test_a_room_with_aliases(client):
    """wire 7, check 3"""
    answer = client.post('conference/', VMR)
    assert answer.status_code == 201 and answer.content == b''
    assert answer.headers['Content-Type'] == 'text/html; charset=utf-8'
    path = answer.headers['Location']
    room = client.read(path)
    assert {name: room[name] for name in VMR if name != 'aliases'} == {n: v for n, v in VMR.items() if n != 'aliases'}
    assert [(a['alias'], a['description'], a['conference']) for a in room['aliases']] == [
        ('meet.alice', '', path), ('meet.alice@example.com', 'With domain', path)]
    again = client.post('conference/', VMR)
    assert again.status_code == 400 and 'already exists' in again.text
    assert len(client.objects('conference/', name='VMR_1')) == 1
    assert len(client.objects('conference_alias/', alias__startswith='meet.alice')) == 2


def test_a_room_is_changed_and_deleted(client):
    """wire 8, checks 4, 6"""
    path = client.create('conference', **VMR)
    client.change(path, pin='987654', description='Changed')
    room = client.read(path)
    assert (room['pin'], room['description'], room['name'], len(room['aliases'])) == ('987654', 'Changed', 'VMR_1', 2)
    first = room['aliases'][0]['id']
    client.change(path, aliases=[{'alias': 'meet.alice'}, {'alias': 'meet.bob'}])
    assert [(a['id'] == first, a['alias']) for a in client.read(path)['aliases']] == [
        (True, 'meet.alice'), (False, 'meet.bob')]
    client.remove(path)
    assert client.delete(path).status_code == 404
    assert client.objects('conference_alias/', alias__in='meet.alice,meet.bob') == []


def test_an_alias_is_added_to_a_room(client):
    """wire 9.3: from the other side."""
    path = client.create('conference', **VMR)
    alias = client.create('conference_alias', alias='meet.carol', conference=path)
    assert client.read(alias)['conference'] == path
    assert [a['alias'] for a in client.read(path)['aliases']] == ['meet.alice', 'meet.alice@example.com', 'meet.carol']
    client.remove(alias)
    assert len(client.read(path)['aliases']) == 2


def test_all_of_a_service_type(client):
    """wire 4.4"""
    for number, kind in enumerate(['conference', 'lecture', 'lecture', 'two_stage_dialing', 'test_call']):
        client.create('conference', name=f'Kind {number}', service_type=kind)
    for kind, count in (('conference', 1), ('lecture', 2), ('two_stage_dialing', 1), ('test_call', 1), ('nothing', 0)):
        found = client.objects('conference/', service_type=kind, name__startswith='Kind ')
        assert len(found) == count and all(one['service_type'] == kind for one in found)


def test_several_at_once(client):
    """wire 8.3"""
    objects = [{'name': f'Bulk {n}', 'service_type': 'conference',
                'aliases': [{'alias': f'bulk{n}'}]} for n in range(5)]
    assert client.patch('conference/', {'objects': objects}).status_code == 202
    found = client.objects('conference/', name__startswith='Bulk ', order_by='name')
    assert [(one['name'], one['aliases'][0]['alias']) for one in found] == [(f'Bulk {n}', f'bulk{n}') for n in range(5)]
    assert client.delete('conference/?name__startswith=Bulk%20').status_code == 204
    assert client.objects('conference_alias/', alias__startswith='bulk') == []


def test_an_auditorium(client):
    path = client.create('conference', name='Auditorium', service_type='lecture', host_view='one_main_seven_pips',
                         guest_view='one_main_zero_pips', pin='123456', allow_guests='yes', guests_can_present=False,
                         mute_all_guests=True, participant_limit='50', aliases=[{'alias': 'talk'}])
    room = client.read(path)
    assert (room['service_type'], room['allow_guests'], room['participant_limit'], room['mute_all_guests'],
            room['guests_can_present']) == ('lecture', True, 50, True, False)


def test_a_reception(client):
    path = client.create('conference', name='Reception', service_type='two_stage_dialing',
                         two_stage_dial_type='regular', match_string='^(\\d{4})$', replace_string='room\\1')
    room = client.read(path)
    assert (room['match_string'], room['replace_string'], room['aliases']) == ('^(\\d{4})$', 'room\\1', [])


def test_automatic_participants_of_two_rooms(client):
    """wire 9.3: both sides of a pair are one set."""
    one = client.create('conference', name='Auto 1')
    other = client.create('conference', name='Auto 2')
    path = client.create('automatic_participant', alias='rtmp://example.com/live', protocol='rtmp', role='guest',
                         streaming=True, conference=[one, other])
    assert client.read(path)['conference'] == [one, other]
    for room in (one, other):
        (shown,) = client.read(room)['automatic_participants']
        assert shown['alias'] == 'rtmp://example.com/live'
        assert not {'resource_uri', 'conference', 'system_location'} & set(shown)
    client.remove(one)
    assert client.read(path)['conference'] == [other]


def test_a_routing_rule(client):
    location = client.create('system_location', name='Routed')
    path = client.create('gateway_routing_rule', name='Route', priority=50, match_string='.*@example\\.com',
                         replace_string='', called_device_type='registration', outgoing_protocol='sip',
                         outgoing_location=location, disabled_codecs=[{'value': 'H264_H_0'}])
    rule = client.read(path)
    assert (rule['priority'], rule['outgoing_location'], rule['disabled_codecs']) == (
        50, location, [{'value': 'H264_H_0'}])
    assert [one['id'] for one in client.objects('gateway_routing_rule/', outgoing_location=location)] == [rule['id']]


def test_pages(client):
    """wire 3, check 2: 25 rows, each once, by next, by offset, by counting."""
    objects = [{'name': f'Page {n:02}'} for n in range(25)]
    assert client.patch('conference/', {'objects': objects}).status_code == 202
    names = [one['name'] for one in objects]
    start = 'conference/?name__startswith=Page%20'
    found, page = [], start
    while page:
        body = client.read(page)
        found += [one['name'] for one in body['objects']]
        page = body['meta']['next']
    assert found == names
    for limit in (1, 7, 24, 25, 26, 5000):
        found, offset = [], 0
        while offset < 25:
            body = client.read(start, limit=limit, offset=offset)
            found += [one['name'] for one in body['objects']]
            offset += body['meta']['limit']
        assert found == names
    assert client.delete(start).status_code == 204


def test_scripts_of_the_documentation(server, client):
    """wire 1.5: bodies without a Content-Type, the session of requests, headers['location']."""
    url = server.url + rostra.CONFIGURATION + 'conference/'
    access = {'auth': (rostra.USER, rostra.PASSWORD), 'verify': server.certificate, 'timeout': rostra.WAIT_S}
    answer = requests.post(url, data=json.dumps({'name': 'Script', 'service_type': 'conference'}), **access)
    assert answer.status_code == 201
    path = answer.headers['location']
    client.created.append(path)
    assert requests.get(server.url + path, **access).json()['name'] == 'Script'
    relative = json.dumps({'alias': 'script', 'conference': path.lstrip('/')})
    answer = requests.post(url.replace('conference/', 'conference_alias/'), data=relative, **access)
    assert answer.status_code == 201
    assert client.read(path)['aliases'][0]['alias'] == 'script'


@pytest.mark.parametrize('name', ['conference', 'conference_alias', 'automatic_participant', 'gateway_routing_rule',
                                  'global', 'worker_vm', 'system_location'])
def test_schemas(client, name):
    """wire 2.1"""
    schema = client.read(f'{name}/schema/', format='json')
    assert schema['fields']['resource_uri']['type'] == 'string'
    root = client.read('/api/admin/configuration/v1/', fullschema='true')
    assert strip_times(root[name]['schema']) == strip_times(schema)


def strip_times(schema):
    """Defaults that are made anew at each request are of no matter."""
    fields = {name: {k: v for k, v in field.items() if k != 'default' or name != 'uuid' and field['type'] != 'datetime'}
              for name, field in schema['fields'].items()}
    return {**schema, 'fields': fields}
