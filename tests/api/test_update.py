"""PUT, PATCH and DELETE of one object."""
import pytest

ROOM = {'name': 'Updated', 'description': 'kept', 'participant_limit': 5, 'pin': '123456', 'tag': 'old',
        'aliases': [{'alias': 'up.one', 'description': 'first'}, {'alias': 'up.two'}]}


@pytest.fixture
def room(client):
    return client.create('conference', **ROOM)


def test_what_a_put_leaves_out_is_kept(client, room):
    """wire 8.1, check 17"""
    before = client.read(room)
    assert client.put(room, {'name': 'Renamed'}).status_code == 204
    assert client.read(room) == {**before, 'name': 'Renamed'}
    assert client.put(room, {'tag': 'new'}).status_code == 204
    assert client.put(room, {}).status_code == 204
    assert client.read(room) == {**before, 'name': 'Renamed', 'tag': 'new'}


def test_nulls_of_a_put(client, room):
    """wire 8.1, check 4: aliases stay, scalars become null or their default."""
    before = client.read(room)
    body = {'name': 'Updated', 'aliases': None, 'automatic_participants': None, 'scheduled_conferences': None,
            'participant_limit': None, 'description': None, 'ivr_theme': None, 'scheduled_conferences_count': 0}
    assert client.put(room, body).status_code == 204
    assert client.read(room) == {**before, 'participant_limit': None, 'description': ''}
    assert client.put(room, {'aliases': []}).status_code == 204
    assert client.read(room)['aliases'] == []


def test_lists_that_a_put_empties(client):
    """wire 8.1: links on the naming side, and plain values."""
    roles = [f'/api/admin/configuration/v1/role/{n}/' for n in (1, 2)]
    for resource, body in (('role_mapping', {'name': 'Mapped', 'value': 'x', 'roles': roles}),
                           ('ldap_role', {'name': 'Mapped', 'ldap_group_dn': 'cn=x', 'roles': roles})):
        path = client.create(resource, **body)
        assert client.read(path)['roles'] == roles
        assert client.put(path, {'name': 'Mapped'}).status_code == 204
        assert client.read(path)['roles'] == []
        client.change(path, roles=roles[1:])
        client.change(path, roles=None)
        assert client.read(path)['roles'] == []
    rule = client.create('gateway_routing_rule', name='Codecs', priority=1, match_string='x',
                         disabled_codecs=[{'value': 'H264_H_0'}])
    client.change(rule, description='x')
    assert client.read(rule)['disabled_codecs'] == [{'value': 'H264_H_0'}]
    assert client.put(rule, {'disabled_codecs': None}).status_code == 204
    assert client.read(rule)['disabled_codecs'] == []


def test_another_id_in_a_put_is_ignored(client, room):
    """wire 8.1"""
    before = client.read(room)
    assert client.put(room, {**before, 'id': 999999, 'resource_uri': '/x/'}).status_code == 204
    assert client.read(room) == before


def test_a_put_to_nothing_creates(client):
    """wire 8: with that id, where ids are numbers and this one is valid."""
    path = '/api/admin/configuration/v1/conference/700001/'
    answer = client.put(path, {'name': 'Put', 'id': 5})
    assert answer.status_code == 201 and answer.headers['Location'] == path
    assert client.read(path)['id'] == 700001
    assert client.put(path.replace('700001', '700002'), {}).status_code == 400
    for key in ('0', 'abc', '2147483648', '-1'):
        assert client.put(path.replace('700001', key), {'name': 'No'}).status_code == 404
    assert client.put('webapp_branding/00000000-0000-0000-0000-000000000001/', {'name': 'x'}).status_code == 404


def test_a_patch_touches_only_what_it_names(client, room):
    """wire 8.2"""
    before = client.read(room)
    client.change(room)
    assert client.read(room) == before
    client.change(room, tag='new', participant_limit=None)
    client.change(room, aliases=None, automatic_participants=None)
    assert client.read(room) == {**before, 'tag': 'new', 'participant_limit': None}


def test_a_patch_is_validated_as_a_whole(client, room):
    """wire 8.2"""
    client.change(room, guest_pin='654321', allow_guests=True)
    for body, field in (({'pin': ''}, None), ({'guest_pin': '123456'}, 'guest_pin'), ({'name': None}, 'name'),
                        ({'name': ''}, 'name'), ({'participant_limit': -1}, 'participant_limit')):
        answer = client.patch(room, body)
        assert answer.status_code == 400 and list(answer.json()) == ['conference']
        assert field is None or list(answer.json()['conference']) == [field]
    assert (client.read(room)['pin'], client.read(room)['name']) == ('123456', 'Updated')


@pytest.mark.parametrize('method', ['patch', 'put'])
def test_uniqueness_of_a_changed_object(client, room, method):
    """wire 7: its own value is no duplicate, another's is."""
    client.create('conference', name='Other', aliases=[{'alias': 'other'}])
    send = getattr(client, method)
    assert send(room, {'name': 'Updated', 'tag': 'x'}).status_code in (202, 204)
    for body in ({'name': 'Other'}, {'aliases': [{'alias': 'other'}]}, {'aliases': [{'alias': 'OTHER'}]}):
        answer = send(room, body)
        assert answer.status_code == 400 and 'already exists' in answer.text
    assert [a['alias'] for a in client.read(room)['aliases']] == ['up.one', 'up.two']


def test_what_is_gone(client, room):
    """wire 8"""
    client.remove(room)
    assert client.patch(room, {'name': 'x'}).status_code == 404
    assert client.delete(room).status_code == 404
    for body in ({'participant_limit': 'x'}, {'aliases': ['x']}, {'name': None, 'pin': '1'}):    # gone, whatever is sent
        assert client.patch(room, body).status_code == 404
    assert client.patch(room, b'{').status_code == 400


def test_bad_bodies_change_nothing(client, room):
    """wire 7, 8"""
    before = client.read(room)
    for method in ('PUT', 'PATCH'):
        for body in (b'', b'[]', b'{', b'"x"'):
            answer = client.request(method, room, data=body)
            assert answer.status_code == 400 and 'error' in answer.json()
    assert client.read(room) == before


def test_times_of_the_last_change(client):
    """model: generated by a change, untouched by reading."""
    path = client.create('ivr_theme', name='Dated')
    first = client.read(path)['last_updated']
    client.change(path, custom_layouts='x')
    assert client.read(path)['last_updated'] >= first
    before = client.read(path)
    assert client.read(path) == before
