"""POST: what is made, what is refused, and in which words."""
import re

import pytest
import rostra


NO_UUID = '00000000-0000-0000-0000-000000000000'


def problems(answer, resource='conference'):
    assert answer.status_code == 400, answer.text
    assert list(answer.json()) == [resource]
    return answer.json()[resource]


def test_location(client):
    """wire 7: found by every way in which clients look for the key."""
    location = client.post('conference/', {'name': 'Located'}).headers['Location']
    assert re.search(r'/(\d+)/?$', location)
    assert client.read(location)['resource_uri'] == location
    assert client.post('conference_alias/', {'alias': 'located', 'conference': location}).status_code == 201


def test_absolute_location(fresh_servers):
    """wire 7: for older clients, when asked for: by the Host of the request; the object says its path all the same."""
    client = rostra.Client(fresh_servers('--absolute-location'))
    for number, host in enumerate((None, 'manager.example.com:8443')):
        answer = client.session.post(client.server.url + rostra.CONFIGURATION + 'conference/',
                                     json={'name': f'Absolute {number}'}, headers={'Host': host} if host else {})
        path = f'{rostra.CONFIGURATION}conference/{number + 1}/'
        assert answer.headers['Location'] == (f'https://{host}' if host else client.server.url) + path
        assert client.read(path)['resource_uri'] == path
    client.session.close()


@pytest.mark.parametrize('id_', [None, ''])
def test_id_is_assigned(client, id_):
    """wire 7"""
    assert client.read(client.create('conference', name='Assigned', id=id_))['id'] > 0


def test_id_is_chosen(client):
    """wire 7: used, once; from 2^30 on without moving the counter."""
    free = client.read(client.create('conference', name='Before'))['id'] + 1000
    for number in (free, 2**30, 2**31 - 1):
        path = client.create('conference', name=f'Chosen {number}', id=number)
        assert path.endswith(f'/{number}/') and client.read(path)['id'] == number
        again = problems(client.post('conference/', {'name': 'Again', 'id': number}))
        assert 'already exists' in again['id'][0]
    assert client.read(client.create('conference', name='After'))['id'] == free + 1
    assert client.create('conference', name='By text', id=str(free + 5)).endswith(f'/{free + 5}/')


@pytest.mark.parametrize('id_', [0, -1, 2**31, 2**64, 'x', 1.5, True, [], {}])
def test_id_out_of_range(client, id_):
    """wire 7"""
    assert list(problems(client.post('conference/', {'name': 'No id', 'id': id_}))) == ['id']


def test_ids_are_not_reused(client):
    """wire 7"""
    first = client.create('dns_server', address='192.0.2.1')
    client.remove(first)
    assert client.create('dns_server', address='192.0.2.1') != first


def test_faults_come_together(client):
    """wire 7: all of them, a list a field."""
    found = problems(client.post('conference/', {
        'pin': 'x', 'participant_limit': 'many', 'enable_overlay_text': 'maybe', 'call_type': 'none',
        'description': []}))
    assert set(found) == {'name', 'pin', 'participant_limit', 'enable_overlay_text', 'call_type', 'description'}
    assert found['name'] == ['This field is required.']


def test_what_a_put_to_nothing_lacks_comes_with_all_else(client):
    """wire 7, 8: it would be a creation."""
    found = problems(client.put('conference/987654/', {'call_type': 'none'}))
    assert set(found) == {'name', 'call_type'} and found['name'] == ['This field is required.']


def test_a_required_secret_of_null_comes_with_all_else(client):
    """wire 7"""
    found = problems(client.post('administrator/', {'name': '', 'password': None}), 'administrator')
    assert found == {'name': ['This field is required.'], 'password': ['This field is required.']}


TAKEN = 'already exists'


@pytest.fixture(scope='module')
def holder(maker):
    """A room and a node whose unique values the tests ask for again."""
    client = maker.client
    location = client.create('system_location', name='Holder of all')
    node = {'name': 'held', 'hostname': 'held', 'domain': 'example.com', 'address': '192.0.2.77',
            'netmask': '255.255.255.0', 'gateway': '192.0.2.1', 'system_location': location,
            'node_type': 'CONFERENCING'}
    client.create('worker_vm', **node)
    room = client.create('conference', name='Held', aliases=[{'alias': 'held.one'}, {'alias': 'held.two'}])
    return room, node


@pytest.mark.parametrize('fault', [
    {'pin': 'x'},                                                      # typing
    {'pin': '123456', 'guest_pin': '123456'},                              # a rule across fields
    {'allow_guests': True},
    {'ivr_theme': 999999},                                             # leads nowhere
    {'automatic_participants': [999999]},                              # found when the room is written
    {'system_location': {'name': 'There is none'}},
], ids=lambda fault: '+'.join(fault))
def test_what_is_taken_comes_with_all_else(client, holder, fault):
    """wire 7: wherever the other faults are found."""
    body = {'name': 'Held', 'aliases': [{'alias': 'HELD.two'}, {'alias': 'held.three'}], **fault}
    found = problems(client.post('conference/', body))
    assert found.pop('name') == ['Conference with this Name already exists.']
    assert found.pop('aliases') == ['Conference alias with this Alias already exists.']
    assert len(found) == 1 and TAKEN not in str(found)


def test_all_that_is_taken_comes_together(client, holder):
    """wire 7: of the object and of each object inside it, also where nothing else is wrong."""
    found = problems(client.post('conference/', {
        'name': 'Held', 'aliases': [{'alias': 'held.one'}, {'alias': 'held.two'}]}))
    assert set(found) == {'name', 'aliases'} and len(found['aliases']) == 2


def test_a_child_with_a_fault_hides_no_other(client, holder):
    """wire 7"""
    found = problems(client.post('conference/', {'name': 'Held', 'pin': 'x', 'aliases': [
        {'alias': 'fine', 'id': 0}, {'alias': 'x' * 251}, {'alias': 'held.one'}, {'description': 'none'}]}))
    assert found['name'] == ['Conference with this Name already exists.']
    assert 'Conference alias with this Alias already exists.' in found['aliases'] and len(found['aliases']) > 2


def test_taken_groups_come_with_all_else(client, holder):
    """wire 7: what is unique only together, also when half of it is stored."""
    _, node = holder
    found = problems(client.post('worker_vm/', {**node, 'netmask': 'none'}), 'worker_vm')
    assert set(found) == {'__all__', 'address', 'name', 'netmask'}
    other = client.create('worker_vm', **{**node, 'name': 'other', 'address': '192.0.2.78', 'domain': 'example.org'})
    found = problems(client.patch(other, {'domain': 'example.com', 'netmask': 'none'}), 'worker_vm')
    assert set(found) == {'__all__', 'netmask'}
    found = problems(client.patch(other, {'domain': 'example.net', 'netmask': 'none'}), 'worker_vm')
    assert set(found) == {'netmask'}


@pytest.mark.parametrize('given', [
    {'ivr_theme': 999999}, {'system_location': '/api/admin/configuration/v1/system_location/999999/'},
    {'media_playlist': {'id': 999999}}, {'gms_access_token': {'name': 'There is none'}},
    {'automatic_participants': [999999]}, {'scheduled_conferences': [999999]},
], ids=lambda given: '+'.join(given))
@pytest.mark.parametrize('fault', [{'name': 'x' * 251}, {'allow_guests': True}], ids=lambda fault: '+'.join(fault))
def test_what_leads_nowhere_comes_with_all_else(client, given, fault):
    """wire 7: whether the other faults are those of types or of rules."""
    faulty = 'pin' if 'allow_guests' in fault else 'name'
    assert set(problems(client.post('conference/', {'name': 'Lost', **given, **fault}))) == {faulty, *given}
    room = client.create('conference', name='Lost')
    found = problems(client.patch(room, {**given, **fault}))
    assert set(found) == {faulty, *given} and all(len(texts) == 1 for texts in found.values())


def test_own_values_are_not_taken(client, holder):
    """wire 7, 8.2: a refused change hears nothing of what the object itself has."""
    room = client.create('conference', name='Own', aliases=[{'alias': 'own.a'}, {'alias': 'own.b'}])
    first, second = (alias['id'] for alias in client.read(room)['aliases'])
    body = {'name': 'Own', 'aliases': [{'id': first, 'alias': 'own.b'}, {'id': second, 'alias': 'own.a'}]}
    for fault in ({'pin': 'x'}, {'allow_guests': True}, {'ivr_theme': 999999}):
        for method in (client.patch, client.put):
            assert TAKEN not in str(problems(method(room, {**body, **fault})))
    assert client.patch(room, body).status_code == 202
    found = problems(client.patch(room, {'name': 'Held', 'pin': 'x'}))
    assert set(found) == {'name', 'pin'}


def test_taken_ids_come_with_all_else(client):
    """wire 7"""
    number = client.read(client.create('conference', name='Numbered'))['id']
    for fault in ({'pin': 'x'}, {'allow_guests': True}):
        assert TAKEN in problems(client.post('conference/', {'id': number, 'name': 'Other', **fault}))['id'][0]


def test_lists_may_make_room(client):
    """wire 7, 8.3: what is taken now may be free at the end of a list, so only its own faults are told."""
    room = client.create('conference', name='Leaves')
    answer = client.patch('conference/', {'objects': [{'name': 'Leaves', 'pin': 'x'}], 'deleted_objects': [room]})
    assert set(problems(answer)) == {'pin'}
    assert client.patch('conference/', {'objects': [{'name': 'Leaves'}], 'deleted_objects': [room]}).status_code == 202


def test_null(client):
    """wire 7: what is nullable is null, a list is empty, else the default counts."""
    path = client.create('conference', name='Nulls', participant_limit=None, aliases=None, automatic_participants=None,
                         service_type=None, enable_overlay_text=None, pin=None, ivr_theme=None, description=None)
    shown = client.read(path)
    assert (shown['participant_limit'], shown['aliases'], shown['automatic_participants'], shown['service_type'],
            shown['enable_overlay_text'], shown['pin'], shown['ivr_theme']) == (None, [], [], 'conference', False, '',
                                                                                None)


def test_twice_the_same(client):
    """wire 7: refused where something is unique, else a second object."""
    client.create('conference', name='Same')
    assert problems(client.post('conference/', {'name': 'Same'}))['name'] == [
        'Conference with this Name already exists.']
    assert client.create('automatic_participant', alias='same') != client.create('automatic_participant', alias='same')


def test_uniqueness_is_by_bytes(client):
    """wire 7; aliases are unique without regard to case but keep their spelling."""
    for name in ('Case', 'case', 'CASE', 'Case '):
        client.create('conference', name=name)
    room = client.create('conference', name='Fold', aliases=[{'alias': 'Meet.Alice'}])
    for alias in ('meet.alice', 'MEET.ALICE', 'Meet.Alice'):
        refused = problems(client.post('conference_alias/', {'alias': alias, 'conference': room}), 'conference_alias')
        assert 'already exists' in refused['alias'][0]
    assert client.read(room)['aliases'][0]['alias'] == 'Meet.Alice'
    client.create('device', alias='Ünï')
    assert 'already exists' in problems(client.post('device/', {'alias': 'üNÏ'}), 'device')['alias'][0]


def test_unique_together(client):
    """wire 7: under __all__"""
    location = client.create('system_location', name='Together')
    node = {'name': 'n1', 'hostname': 'node', 'domain': 'example.com', 'address': '192.0.2.11',
            'netmask': '255.255.255.0',
            'gateway': '192.0.2.1', 'system_location': location, 'node_type': 'CONFERENCING'}
    client.create('worker_vm', **node)
    found = problems(client.post('worker_vm/', {**node, 'name': 'n2', 'address': '192.0.2.12'}), 'worker_vm')
    assert list(found) == ['__all__'] and 'already exists' in found['__all__'][0]
    client.create('worker_vm', **{**node, 'name': 'n2', 'address': '192.0.2.12', 'domain': 'example.org'})


def test_nothing_is_left_of_a_refused_object(client):
    """wire 7: one transaction."""
    client.create('conference', name='Holder', aliases=[{'alias': 'taken'}])
    rooms, aliases = (client.read(f'{name}/')['meta']['total_count'] for name in ('conference', 'conference_alias'))
    for bad in ({'alias': 'taken'}, {'alias': 'TAKEN'}, {'alias': ''}, {}, {'alias': 'x' * 251}, 'nothing', 999999, None, [],
                {'alias': 'fine', 'conference': '/api/admin/configuration/v1/conference/999999/'}):
        answer = client.post('conference/', {'name': 'Half', 'aliases': [{'alias': 'half'}, bad]})
        if isinstance(bad, dict) and bad.get('alias') == 'fine':
            assert answer.status_code in (201, 400)
            if answer.status_code == 201:
                client.remove(answer.headers['Location'])
            continue
        assert list(problems(answer)) == ['aliases'], bad
    found = [client.read(f'{name}/')['meta']['total_count'] for name in ('conference', 'conference_alias')]
    assert found == [rooms, aliases]


def test_aliases_that_repeat_in_one_request(client):
    """wire 9.3, 7: they are one, also without regard to case."""
    for aliases in ([{'alias': 'again'}, {'alias': 'Again'}], [{'alias': 'again'}, {'alias': 'again'}]):
        path = client.create('conference', name='Repeated', aliases=aliases)
        assert len(client.read(path)['aliases']) == 1
        client.remove(path)


def test_what_the_server_makes(client):
    """wire 7: creation_time, uuids when absent or blank."""
    shown = client.read(client.create('conference', name='Made', creation_time='2001-01-01T00:00:00'))
    assert shown['creation_time'] > '2026'
    for given in ({}, {'uuid': ''}, {'uuid': None}):
        theme = client.read(client.create('ivr_theme', name='Themed', **given))
        assert re.fullmatch(r'[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}', theme['uuid'])
        client.tidy()
    own = '00112233-4455-1677-0899-AABBCCDDEEFF'
    assert client.read(client.create('ivr_theme', name='Own', uuid=own))['uuid'] == own


def test_the_placeholder_of_an_identity_provider(client):
    """wire 7"""
    path = client.create('identity_provider', name='Provider', idp_type='saml',
                         assertion_consumer_service_url=f'https://x.example.com/samlconsumer/{NO_UUID}')
    shown = client.read(path)
    assert shown['assertion_consumer_service_url'] == f'https://x.example.com/samlconsumer/{shown["uuid"]}'


def test_the_location_of_a_node_ends_in_a_number(client):
    """wire 7"""
    location = client.create('system_location', name='Nodes')
    answer = client.post('worker_vm/', {
        'name': 'boot', 'hostname': 'boot', 'domain': 'example.com', 'address': '192.0.2.21',
        'netmask': '255.255.255.0',
        'gateway': '192.0.2.1', 'system_location': location, 'deployment_type': 'VSPHERE5',
        'node_type': 'CONFERENCING'})
    assert answer.status_code == 201, answer.text
    assert re.search(r'/\d+/$', answer.headers['Location'])
    shown = client.read(answer.headers['Location'])
    assert shown['transcoding'] is True and 'password' in shown


@pytest.mark.parametrize('body, resource, field', [
    ({'name': 'x', 'allow_guests': True}, 'conference', None),
    ({'name': 'x', 'pin': '123456', 'guest_pin': '123456', 'allow_guests': True}, 'conference', 'guest_pin'),
    ({'name': 'x', 'pin': '1234'}, 'conference', 'pin'),
    ({'name': 'x', 'service_type': 'two_stage_dialing', 'two_stage_dial_type': 'teams', 'live_captions_enabled': 'yes'},
     'conference', 'live_captions_enabled'),
    ({'name': 'x', 'priority': 1, 'match_string': 'x', 'outgoing_protocol': 'gms', 'live_captions_enabled': 'yes'},
     'gateway_routing_rule', 'live_captions_enabled')])
def test_rules_across_fields(client, body, resource, field):
    """What one field means for another."""
    found = problems(client.post(f'{resource}/', body), resource)
    assert field is None or list(found) == [field]
