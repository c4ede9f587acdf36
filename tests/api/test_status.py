"""What is live: rows that the server makes of its configuration, and the lists that are empty without calls."""
import re

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
    """wire 13.4: a list of one; 404 without the parent."""
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
