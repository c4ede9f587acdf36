"""PATCH, PUT and DELETE of lists."""
import pytest
import requests
import rostra

ROOMS = 'conference/'


@pytest.fixture
def rooms(client):
    """Three rooms with an alias each."""
    return [client.create('conference', name=f'L {n}', aliases=[{'alias': f'l.{n}'}]) for n in range(3)]


def names(client):
    return [one['name'] for one in client.objects(ROOMS, name__startswith='L ')]


@pytest.fixture(autouse=True)
def tidy(client):
    yield
    assert client.delete(ROOMS, params={'name__startswith': 'L '}).status_code == 204


def test_creates_updates_and_deletes(client, rooms):
    """wire 8.3"""
    answer = client.patch(ROOMS, {
        'objects': [{'name': 'L new', 'aliases': [{'alias': 'l.new'}]}, {'resource_uri': rooms[0], 'description': 'x'},
                    {'resource_uri': rooms[1], 'name': 'L renamed'}],
        'deleted_objects': [rooms[2], rooms[2], '/api/admin/configuration/v1/conference/999999/']})
    assert answer.status_code == 202 and not answer.content
    assert names(client) == ['L 0', 'L renamed', 'L new']
    assert client.read(rooms[0])['description'] == 'x'
    assert client.objects('conference_alias/', alias='l.2') == []


def test_one_bad_of_a_hundred(client, rooms):
    """wire 8.3, check 7"""
    objects = [{'name': f'L many {n}'} for n in range(100)]
    for bad in ({'name': 'L 0'}, {'name': 'L many 5'}, {}, {'name': 'L x', 'pin': 'x'},
                {'name': 'L x', 'aliases': [{}]}):
        answer = client.patch(ROOMS, {'objects': [*objects[:60], bad, *objects[60:]], 'deleted_objects': [rooms[1]]})
        assert answer.status_code == 400 and list(answer.json()) == ['conference']
    assert names(client) == ['L 0', 'L 1', 'L 2']


@pytest.mark.parametrize('method', ['patch', 'put'])
def test_all_faults_of_the_first_bad_object(client, rooms, method):
    """wire 7, 8.3, 10.3: what is taken and what leads nowhere, too, unless the list itself may put that right."""
    bad = {'name': 'L 0', 'pin': 'x', 'ivr_theme': 999999, 'aliases': [{'alias': 'l.1'}]}
    query = '?name=L%20none' if method == 'put' else ''
    answer = getattr(client, method)(ROOMS + query, {'objects': [{'name': 'L fine'}, bad, {'pin': 'y', 'name': 'L z'}]})
    found = answer.json()['conference']
    assert set(found) == ({'pin', 'ivr_theme'} if query else {'name', 'pin', 'ivr_theme', 'aliases'}), answer.text
    answer = client.patch(ROOMS, {'objects': [bad], 'deleted_objects': [rooms[0]]})
    assert set(answer.json()['conference']) == {'pin', 'ivr_theme'}, answer.text
    answer = client.patch(ROOMS, {'objects': [{'name': 'L 0', 'allow_guests': True, 'guest_pin': '123456'}]})
    assert {'name', 'pin'} <= set(answer.json()['conference']), answer.text
    gone = '/api/admin/configuration/v1/conference/987654/'
    answer = client.patch(ROOMS, {'objects': [{'resource_uri': gone, 'pin': 'x', 'description': []}]})
    assert set(answer.json()['conference']) == {'name', 'pin', 'description'}, answer.text
    assert names(client) == ['L 0', 'L 1', 'L 2']


def test_the_state_after_the_request_counts(client, rooms):
    """wire 8.3: names may be swapped, and taken from what is deleted."""
    assert client.patch(ROOMS, {'objects': [
        {'resource_uri': rooms[0], 'name': 'L 1'}, {'resource_uri': rooms[1], 'name': 'L 0'},
        {'name': 'L 2', 'aliases': [{'alias': 'l.2'}]}], 'deleted_objects': [rooms[2]]}).status_code == 202
    found = client.objects(ROOMS, name__startswith='L ')
    assert [(one['name'], one['aliases'][0]['alias']) for one in found] == [('L 1', 'l.0'), ('L 0', 'l.1'),
                                                                            ('L 2', 'l.2')]


def test_what_is_gone_comes_back(client, rooms):
    """wire 8.3: an update of nothing creates with that id."""
    client.remove(rooms[0])
    assert client.patch(ROOMS, {'objects': [{'resource_uri': rooms[0], 'name': 'L back'}]}).status_code == 202
    assert client.read(rooms[0])['name'] == 'L back'


@pytest.mark.parametrize('body', [
    {}, [], [{'name': 'L x'}], {'name': 'L x'}, {'objects': {}}, {'objects': 'x'}, {'objects': None}, {'objects': [7]},
    {'objects': [None]}, {'objects': [[{'name': 'L x'}]]}, {'objects': [{'name': 'L x'}, 'x']},
    {'objects': [{'name': 'L x'},
                 {'resource_uri': '/api/admin/configuration/v1/dns_server/1/', 'address': '192.0.2.1'}]},
    {'objects': [{'name': 'L x'}], 'deleted_objects': 'x'}, {'objects': [{'name': 'L x'}], 'deleted_objects': [7]},
    {'objects': [{'name': 'L x'}], 'deleted_objects': ['/api/admin/configuration/v1/dns_server/1/']},
    {'objects': [{'name': 'L x'}, {'resource_uri': '/some/where/', 'name': 'L y'}]}, {'deleted_objects': []}])
@pytest.mark.parametrize('method', ['PATCH', 'PUT'])
def test_bodies_that_are_refused(client, method, body):
    """wire 8.3, 8.4: nothing stored."""
    if method == 'PUT' and isinstance(body, dict) and 'objects' in body and 'deleted_objects' in body:
        return
    answer = client.request(method, ROOMS + '?name__startswith=L%20', json=body)
    assert answer.status_code == 400, answer.text
    if isinstance(body, dict) and 'objects' not in body:
        assert answer.json() == {'error': "The body needs a list 'objects'."}
    assert names(client) == []


def test_put_replaces_what_the_filter_matches(client, rooms):
    """wire 8.4"""
    kept = client.read(rooms[0])['id']
    answer = client.put(ROOMS + '?name__in=L 0,L 1',
                        {'objects': [{'name': 'L 9'}, {'resource_uri': rooms[0], 'name': 'L 8'}]})
    assert answer.status_code == 204, answer.text
    found = client.objects(ROOMS, name__startswith='L ')
    assert sorted(one['name'] for one in found) == ['L 2', 'L 8', 'L 9']
    assert client.read(rooms[0])['id'] == kept and client.read(rooms[0])['aliases'] == []
    assert client.put(ROOMS + '?nam=x', {'objects': []}).status_code == 400
    assert client.put(ROOMS + '?name__startswith=L%20', {'objects': [{'name': 'L 1'}, {}]}).status_code == 400
    assert sorted(names(client)) == ['L 2', 'L 8', 'L 9']


@pytest.mark.parametrize('query',
                         ['nam=L 0', 'name__foo=x', 'name__startswith=', 'name__contains=', 'name__regex=(', 'pin__in=',
                                   'participant_limit=x', 'aliases__nothing=x', 'tenant=1'])
def test_filters_that_delete_nothing(client, rooms, query):
    """wire 8.4, check 8"""
    answer = client.delete(ROOMS + '?' + query)
    assert answer.status_code == 400 and set(answer.json()) == {'error'}
    assert names(client) == ['L 0', 'L 1', 'L 2']


@pytest.mark.parametrize('name', ['_name', '__name', '_dc', '_name__exact'])
def test_a_misspelt_filter_empties_no_table(client, rooms, name):
    """wire 8.4: what begins with an underscore is ignored where it does no harm (wire 4.1), here only "_" itself is."""
    for answer in (client.delete(f'{ROOMS}?{name}=L%200'), client.put(f'{ROOMS}?{name}=L%200', {'objects': []})):
        assert answer.status_code == 400 and f"'{name}'" in answer.json()['error'], answer.text
    assert names(client) == ['L 0', 'L 1', 'L 2']
    assert client.get(f'{ROOMS}?{name}=L%200').status_code == 200


def test_delete_by_filter(client, rooms):
    """wire 8.4: paging doesn't count; aliases go along."""
    assert client.delete(ROOMS + '?name__startswith=L%20&limit=1&offset=2&order_by=name&_=7').status_code == 204
    assert names(client) == [] and client.objects('conference_alias/', alias__startswith='l.') == []
    assert client.delete(ROOMS + '?name=').status_code == 204


def test_delete_all(fresh_client):
    """wire 8.4"""
    fresh_client.patch(ROOMS, {'objects': [{'name': f'All {n}'} for n in range(50)]})
    assert fresh_client.delete(ROOMS).status_code == 204
    assert fresh_client.read(ROOMS)['meta']['total_count'] == 0


def test_deletion_of_a_list_is_all_or_nothing(client):
    """wire 9.6"""
    free = client.create('system_location', name='L free')
    used = client.create('system_location', name='L used')
    client.create('worker_vm', name='l-node', hostname='l-node', domain='example.com', address='192.0.2.31',
                  netmask='255.255.255.0', gateway='192.0.2.1', system_location=used, node_type='CONFERENCING')
    answer = client.delete('system_location/?name__startswith=L%20')
    assert answer.status_code == 400 and 'worker_vm' in answer.json()['error']
    assert client.get(free).status_code == 200
    answer = client.patch('system_location/',
                          {'objects': [{'resource_uri': free, 'description': 'x'}], 'deleted_objects': [used]})
    assert answer.status_code == 400
    assert client.read(free)['description'] == ''


def slow_query(client):
    """Takes many times its time limit on any machine: each of its 576 relations goes through all links of a table."""
    way = '__'.join(['automatic_participants', 'conference'] * 12)
    wide = ['name__contains=o', 'name__icontains=o', 'name__gt=A', 'name__gte=A', 'name__startswith=Slow',
            'name__istartswith=slow', 'id__gt=0', 'id__gte=0', 'id__lt=99999', 'id__lte=99999', 'name__iendswith=x',
            'creation_time__gt=2000-01-01', 'creation_time__gte=2000-01-01', 'name__endswith=x', 'name__regex=o',
            *(f'{field}__isnull=false' for field in ('name', 'id', 'tag', 'description', 'pin', 'guest_pin',
                                                     'creation_time', 'sync_tag', 'primary_owner_email_address'))]
    assert client.patch('conference/', {'objects': [{'name': f'Slow {n}x'} for n in range(10000)]}).status_code == 202
    rooms = [one['id'] for one in client.objects('conference/')]
    for n in range(40):
        client.create('automatic_participant', alias=f'slow{n}', protocol='sip', role='guest', conference=rooms)
    return 'conference/?' + '&'.join(f'{way}__{last}' for last in wide)


@pytest.mark.long
def test_filters_of_a_deletion_have_a_time_limit(fresh_client):
    """wire 8.4: what takes too long to find is refused, and nothing of it deleted; others are served again."""
    query = slow_query(fresh_client)
    for answer in (fresh_client.get(query), fresh_client.delete(query), fresh_client.put(query, {'objects': []})):
        assert answer.status_code == 400
        assert answer.json() == {'error': 'The query takes too long; narrow it down.'}
    assert fresh_client.read('conference/')['meta']['total_count'] == 10000
    assert fresh_client.delete('conference/?name=Slow%200x').status_code == 204


@pytest.mark.long
def test_queries_of_clients_that_left_end(fresh_server, fresh_client):
    """Seen: they kept the reader pool busy for as long as they would have taken, five seconds each."""
    query = slow_query(fresh_client)
    for _ in range(12):
        hasty = rostra.Client(fresh_server)
        with pytest.raises(requests.exceptions.ReadTimeout):
            hasty.get(query, timeout=0.3)
        hasty.session.close()
    # one after the other on two threads they would take half a minute
    assert fresh_client.get('conference/?limit=30', timeout=5).status_code == 200


@pytest.mark.parametrize('key', ['0', '2147483648', '99999999999'])
def test_an_address_with_an_id_that_nobody_may_choose(client, rooms, key):
    """wire 7, 8.3, 9.3: an address makes no object under an id that a POST would refuse."""
    conference = f'/api/admin/configuration/v1/conference/{key}/'
    answer = client.patch(ROOMS, {'objects': [{'resource_uri': conference, 'name': 'L far'}]})
    assert answer.status_code == 400 and list(answer.json()['conference']) == ['resource_uri']
    alias = f'/api/admin/configuration/v1/conference_alias/{key}/'
    answer = client.patch(rooms[0], {'aliases': [{'resource_uri': alias, 'alias': 'l.far'}]})
    assert answer.status_code == 400 and list(answer.json()['conference']) == ['aliases']
    assert names(client) == ['L 0', 'L 1', 'L 2']
    assert client.objects('conference_alias/', alias='l.far') == []
