"""What is live: rows that the server makes of its configuration, and the lists that are empty without calls."""
import re
import uuid

import pytest
import resources
import rostra

STATUS = rostra.PREFIX + '/status/v1/'
VERSION = re.compile(r'\d+ \(\d+\.\d+\.\d+\)')
NODE = {'name': 'Node 1', 'hostname': 'node1', 'domain': 'live.example', 'address': '10.9.0.1',
        'netmask': '255.255.255.0', 'gateway': '10.9.0.254'}


@pytest.fixture
def location(client):
    return client.create('system_location', name='Oslo live')


@pytest.fixture
def node(client, location):
    path = client.create('worker_vm', **NODE, system_location=location)
    return rostra.wait_for(lambda: one(client, 'worker_vm', rostra.key_of(path)))


def one(client, resource, key):
    """A live object; None while there is none."""
    answer = client.get(f'{STATUS}{resource}/{key}/')
    assert answer.status_code in (200, 404)
    return answer.json() if answer.status_code == 200 else None


def test_a_configured_node_has_a_row(client, node, location):
    """wire 13.1: what isn't known yet is said so, in numbers and texts that are never null."""
    assert node['configuration_id'] == node['id'] and isinstance(node['id'], int)
    assert (node['name'], node['system_location'], node['node_type']) == ('Node 1', 'Oslo live', 'CONFERENCING')
    assert node['sync_status'] == 'OUT_OF_SYNC' and not node['maintenance_mode']
    assert VERSION.fullmatch(node['version'])
    assert [node[name] for name in ('boot_time', 'last_updated', 'last_attempted_contact')] == [None] * 3
    for field in resources.load('status', 'worker_vm').fields:
        if field.type == 'integer' and field.name not in ('id', 'configuration_id'):
            assert node[field.name] == 0 and not isinstance(node[field.name], bool)
        elif not field.nullable:
            assert node[field.name] is not None
    assert node['resource_uri'] == f'{STATUS}worker_vm/{node["id"]}/'


def test_the_login_probe(client, node):
    """wire 13.5"""
    body = client.read(STATUS + 'worker_vm/', limit=1, offset=0)
    assert body['meta']['total_count'] >= 1 and len(body['objects']) == 1


def test_rows_follow_the_configuration(client, node, location):
    """wire 13.1: within a second or so of the event."""
    path = f'worker_vm/{node["id"]}/'
    client.change(path, name='Node one', maintenance_mode=True, maintenance_mode_reason='New disk')
    seen = rostra.wait_for(lambda: (found := one(client, 'worker_vm', node['id']))['name'] == 'Node one' and found)
    assert seen['maintenance_mode'] is True and seen['maintenance_mode_reason'] == 'New disk'
    client.change(location, name='Bergen live')
    rostra.wait_for(lambda: one(client, 'worker_vm', node['id'])['system_location'] == 'Bergen live')
    rostra.wait_for(lambda: one(client, 'system_location', rostra.key_of(location))['name'] == 'Bergen live')
    client.remove(path)
    rostra.wait_for(lambda: one(client, 'worker_vm', node['id']) is None)
    client.remove(location)
    rostra.wait_for(lambda: one(client, 'system_location', rostra.key_of(location)) is None)


@pytest.mark.parametrize('resource', ['worker_vm', 'system_location'])
def test_statistics(client, node, location, resource):
    """wire 13.4, fact 2.2: a list of one; 404 without the parent."""
    key = node['id'] if resource == 'worker_vm' else rostra.key_of(location)
    rostra.wait_for(lambda: one(client, resource, key))
    body = client.read(f'{STATUS}{resource}/{key}/statistics/')
    assert body['meta']['total_count'] == 1 and body['objects'] == [{'media_load': 0.0}]
    assert isinstance(body['objects'][0]['media_load'], float)
    for bad in ('999999', 'abc'):
        answer = client.get(f'{STATUS}{resource}/{bad}/statistics/')
        assert answer.status_code == 404 and not answer.content
    assert client.post(f'{STATUS}{resource}/{key}/statistics/', {}).status_code == 405
    schema = client.read(f'{STATUS}{resource}/{key}/statistics/schema/')
    assert set(schema['fields']) == {'media_load'} and schema['allowed_detail_http_methods'] == []


def test_the_management_node(client):
    """wire 13.1, 13.2"""
    body = client.read(STATUS + 'management_vm/', primary='true')
    assert [found['id'] for found in body['objects']] == [1]
    own = body['objects'][0]
    assert VERSION.fullmatch(own['version']) and own['sync_status'] == 'SYNCED'
    assert own['name'] == client.read('management_vm/1/')['name']
    assert re.fullmatch(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}', own['last_updated'])


def test_licensing(client):
    """wire 13.1: exactly one object, detail key 1, totals of what is activated."""
    body = client.read(STATUS + 'licensing/')
    assert body['meta']['total_count'] == len(body['objects']) == 1
    assert body['objects'][0] == client.read(STATUS + 'licensing/1/')
    for name, value in body['objects'][0].items():
        assert value is False if name.endswith('_active') else type(value) is int, name
    assert client.get(STATUS + 'licensing/2/').status_code == 404
    assert client.read(STATUS + 'licensing/set/1;2/') == {'objects': body['objects'], 'not_found': ['2']}
    before = body['objects'][0]['port_total']
    licence = client.create('licence', entitlement_id='1234-5678')
    rostra.wait_for(lambda: one(client, 'licensing', 1)['port_total'] == before + 1)
    client.remove(licence)
    rostra.wait_for(lambda: one(client, 'licensing', 1)['port_total'] == before)


def test_rows_are_there_with_the_first_answer(fresh_server, fresh_client):
    """wire 13.3: status doesn't survive a restart; what follows from the configuration is made anew."""
    location = fresh_client.create('system_location', name='Rome')
    fresh_client.create('worker_vm', **NODE, system_location=location)
    fresh_server.restart()
    assert [node['name'] for node in fresh_client.objects(STATUS + 'worker_vm/')] == ['Node 1']
    assert [found['name'] for found in fresh_client.objects(STATUS + 'system_location/')] == ['Rome']
    assert len(fresh_client.objects(STATUS + 'licensing/')) == 1


@pytest.mark.parametrize('resource', resources.family('status'), ids=str)
def test_lists_are_there_without_calls(client, resource):
    """wire 13.1: read-only like any other list, empty and not 404 when nothing is live."""
    body = client.read(resource.path)
    assert body['meta']['total_count'] == len(body['objects']) or body['meta']['next']
    if 'post' not in resource.list_methods:
        assert client.post(resource.path, {}).status_code == 405
    assert client.read(resource.path + 'set/0/') == {'not_found': ['0'], 'objects': []}
    schema = client.read(resource.path + 'schema/')
    assert set(schema['fields']) == {field.name for field in resource.fields}


def test_filters_of_live_rows(client, node):
    """wire 13.1, 4.3: lists of status are lists like any other."""
    path = STATUS + 'worker_vm/'
    assert [found['id'] for found in client.objects(path, name='Node 1')] == [node['id']]
    assert [found['id'] for found in client.objects(path, system_location__startswith='Oslo l')] == [node['id']]
    assert client.objects(path, name='node 1') == []
    assert [found['id'] for found in client.objects(path, last_updated__isnull='true', name__iexact='NODE 1')] == [
        node['id']]
    assert client.read(f'{path}set/{node["id"]};99999/')['not_found'] == ['99999']
    # order_by takes every stored scalar (wire 5), though the schema lists fewer
    assert client.get(path, params={'order_by': '-cpu_count'}).status_code == 200
    assert 'cpu_count' not in client.read(path + 'schema/')['ordering']


# --- rows that nodes will report ---

def key(number):
    return str(uuid.UUID(int=(0xdef << 116) + number))


def participant(number, **fields):
    return {'id': key(number), 'conference': 'Room & Co', 'connect_time': f'2026-03-01T10:00:{number:02}',
            'display_name': f'Person {number}', 'role': 'guest', 'protocol': 'WebRTC', **fields}


def ids(client, resource, **parameters):
    return [found['id'] for found in client.objects(f'{STATUS}{resource}/', **parameters)]


def test_live_conferences(row_client, row_server):
    """wire 13.1, 13.5: text ids; names and tags exact, by case."""
    row_server.put('status/conference', *(
        {'id': key(n), 'name': name, 'tag': tag, 'service_type': kind, 'start_time': f'2026-03-01T10:00:0{9 - n}'}
        for n, (name, tag, kind) in enumerate([('Weekly', 'x', 'conference'), ('Daily', 'X', 'lecture'),
                                               ('weekly 2', '', 'conference')], 1)))
    assert ids(row_client, 'conference') == [key(3), key(2), key(1)]    # by creation
    assert ids(row_client, 'conference', tag='x') == [key(1)]
    assert ids(row_client, 'conference', name__contains='eekly', order_by='id') == [key(1), key(3)]
    assert ids(row_client, 'conference', name__contains='EEKLY') == []
    assert ids(row_client, 'conference', service_type='lecture') == [key(2)]
    assert ids(row_client, 'conference', tenant='x', limit=1) == [key(3)]   # an unknown filter
    one_of = row_client.read(f'{STATUS}conference/{key(2)}/')
    assert one_of['start_time'] == '2026-03-01T10:00:07.000000' and one_of['is_locked'] is False
    assert row_client.get(f'{STATUS}conference/{key(9)}/').status_code == 404
    body = row_client.read(f'{STATUS}conference/set/{key(1)};{key(2)}/')
    assert [found['id'] for found in body['objects']] == [key(1), key(2)]
    row_server.remove('status/conference', key(2))
    assert ids(row_client, 'conference') == [key(3), key(1)]
    for method in ('post', 'put', 'patch', 'delete'):
        assert row_client.request(method, f'{STATUS}conference/').status_code == 405
        assert row_client.request(method, f'{STATUS}conference/{key(1)}/').status_code == 405


def test_live_participants(row_client, row_server):
    """wire 13.1, 13.5, 4.6: linked by name, a plain text, percent-encoded in a query."""
    row_server.put('status/participant', participant(2), participant(1), participant(3, conference='Room'))
    assert ids(row_client, 'participant') == [key(1), key(2), key(3)]
    path = STATUS + 'participant/?conference=Room%20%26%20Co'
    assert [found['id'] for found in row_client.read(path)['objects']] == [key(1), key(2)]
    assert ids(row_client, 'participant', conference='Room') == [key(3)]
    assert ids(row_client, 'participant', conference='room') == []
    found = row_client.read(f'{STATUS}participant/{key(2)}/')
    assert found['conference'] == 'Room & Co' and found['connect_time'] == '2026-03-01T10:00:02.000000'
    for field in resources.load('status', 'participant').fields:
        assert field.nullable or found[field.name] is not None
    assert ids(row_client, 'participant', protocol__regex='^(?!WebRTC)') == []
    assert ids(row_client, 'participant', connect_time__gt=found['connect_time']) == [key(3)]


def test_live_streams(row_client, row_server):
    """wire 13.4, 13.1: the id is a text, that of one participant only."""
    row_server.put('status/participant', participant(1), participant(2), participant(3))
    row_server.put('status/participant.media_stream', *(
        {'_parent': key(parent), 'id': str(n), 'type': 'audio', 'start_time': '2026-03-01T10:00:00', 'rx_bitrate': 64}
        for parent in (1, 2) for n in range(2 + parent)))
    body = row_client.read(f'{STATUS}participant/{key(1)}/media_stream/')
    assert [stream['id'] for stream in body['objects']] == ['0', '1', '2'] and body['meta']['total_count'] == 3
    first = body['objects'][0]
    assert first['end_time'] is None and first['rx_bitrate'] == 64 and first['rx_packet_loss'] == 0.0
    assert 'resource_uri' not in first
    page = row_client.read(f'{STATUS}participant/{key(2)}/media_stream/?limit=3')
    assert [stream['id'] for stream in row_client.read(page['meta']['next'])['objects']] == ['3']
    assert row_client.read(f'{STATUS}participant/{key(3)}/media_stream/')['objects'] == []
    assert row_client.get(f'{STATUS}participant/{key(4)}/media_stream/').status_code == 404
    assert row_client.post(f'{STATUS}participant/{key(1)}/media_stream/', {}).status_code == 405
    row_server.remove('status/participant', key(1))
    assert row_client.get(f'{STATUS}participant/{key(1)}/media_stream/').status_code == 404
    assert len(row_client.read(f'{STATUS}participant/{key(2)}/media_stream/')['objects']) == 4


def test_live_backplanes(row_client, row_server):
    """wire 13.1, 13.4: ids are texts of any form."""
    row_server.put('status/backplane', {'id': 'a:1/b', 'conference': 'Room', 'type': 'geo-backplane'}, {'id': 'z'})
    row_server.put('status/backplane.media_stream', {'_parent': 'a:1/b', 'id': '0', 'start_time': '2026-03-01'})
    (found,) = row_client.objects(STATUS + 'backplane/', conference='Room')
    assert found['id'] == 'a:1/b' and row_client.read(found['resource_uri']) == found
    (stream,) = row_client.read(found['resource_uri'] + 'media_stream/')['objects']
    assert stream['start_time'] == '2026-03-01T00:00:00.000000'
    assert row_client.read(f'{STATUS}backplane/z/media_stream/')['objects'] == []
    assert row_client.get(f'{STATUS}backplane/y/media_stream/').status_code == 404


def test_shards_and_registrations(row_client, row_server):
    """wire 13.1: the first shard has the id of its conference; a registration has a number."""
    row_server.put('status/conference', {'id': key(1), 'name': 'Room'})
    row_server.put('status/conference_shard', {'id': key(1), 'conference': 'Room', 'node': '10.0.0.1'},
                   {'id': key(2), 'conference': 'Room', 'node': '10.0.0.2'})
    row_server.put('status/registration_alias', {'alias': 'a@b.c', 'protocol': 'SIP'})
    shards = row_client.objects(STATUS + 'conference_shard/', conference='Room')
    assert [(shard['id'], shard['node']) for shard in shards] == [(key(1), '10.0.0.1'), (key(2), '10.0.0.2')]
    (registration,) = row_client.objects(STATUS + 'registration_alias/', alias='a@b.c')
    assert type(registration['id']) is int and registration['start_time'] is None


def test_alarms(row_client, row_server):
    """wire 13.1: what Centreon reads, page by page."""
    row_server.put('status/alarm', *({'name': 'connectivity_lost', 'level': 'critical', 'node': '10.0.0.1',
                                      'instance': f'Node {n}', 'time_raised': '2026-03-01T10:00:00'} for n in range(5)))
    seen, offset, total = [], 0, 0
    while offset <= total:      # its loop goes on until offset + limit > total_count
        body = row_client.read(STATUS + 'alarm/', limit=2, offset=offset)
        seen += body['objects']
        offset, total = offset + 2, body['meta']['total_count']
    assert [alarm['instance'] for alarm in seen] == [f'Node {n}' for n in range(5)]
    assert all(alarm['time_raised'] == '2026-03-01T10:00:00.000000' for alarm in seen)
    assert set(seen[0]) >= {'name', 'level', 'details', 'time_raised', 'node', 'instance'}


def test_live_lists_change_their_tag(row_client, row_server):
    """wire 13.5: polling costs a 304 until something changes."""
    row_server.put('status/participant', participant(1))
    first = row_client.get(STATUS + 'participant/')
    unchanged = {'If-None-Match': first.headers['ETag']}
    assert row_client.get(STATUS + 'participant/', headers=unchanged).status_code == 304
    row_server.put('status/participant', participant(2))
    assert row_client.get(STATUS + 'participant/', headers=unchanged).status_code == 200


def test_an_alarm_about_a_certificate(client):
    """wire 13.1: one that ends within a month is stored and told of, as long as it is there."""
    pem, _ = resources.certificate('soon.example')
    path = client.create('ca_certificate', certificate=pem)

    def raised():
        return client.objects(STATUS + 'alarm/', name='trustedca_expiring', instance='soon.example')

    (alarm,) = rostra.wait_for(raised)
    assert alarm['level'] == 'warning' and alarm['node'] == client.read('management_vm/1/')['address']
    assert alarm['acknowledged'] is False and alarm['identifier'] > 0 and alarm['details']
    history = rostra.PREFIX + '/history/v1/alarm/'
    kept = client.read(f'{history}{alarm["id"]}/')
    assert kept['time_raised'] == alarm['time_raised'] and kept['time_lowered'] is None
    client.remove(path)
    rostra.wait_for(lambda: not raised())
    assert client.read(f'{history}{alarm["id"]}/')['time_lowered'] >= alarm['time_raised']
