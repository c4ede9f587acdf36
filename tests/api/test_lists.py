"""Lists, pages, several objects at once, and singletons."""
import pytest

LIST = 'conference/'


@pytest.fixture
def seven(client):
    """Seven rooms called `T A1` to `T A7`; their keys."""
    return [int(client.create('conference', name=f'T A{n}').rstrip('/').rsplit('/', 1)[1]) for n in range(1, 8)]


def test_next_and_previous(client, seven):
    """wire 3"""
    body = client.read(LIST + '?limit=2&offset=2&name__startswith=T%20A')
    query = '/api/admin/configuration/v1/conference/?name__startswith=T+A&limit=2&offset='
    assert body['meta'] == {'limit': 2, 'offset': 2, 'total_count': 7, 'next': query + '4', 'previous': query + '0'}
    assert [one['id'] for one in body['objects']] == seven[2:4]


@pytest.mark.parametrize('limit, offset, has_next, has_previous', [
    (20, 0, False, False), (7, 0, False, False), (6, 0, True, False), (3, 4, False, True), (3, 3, True, True),
    (20, 10, False, False), (5, 5, False, True), (5, 4, False, False), (1, 6, False, True), (1, 7, False, True)])
def test_ends_of_pages(client, seven, limit, offset, has_next, has_previous):
    """wire 3"""
    meta = client.read(LIST, name__startswith='T A', limit=limit, offset=offset)['meta']
    assert (meta['next'] is not None, meta['previous'] is not None) == (has_next, has_previous)
    assert (meta['limit'], meta['offset'], meta['total_count']) == (limit, offset, len(seven))


@pytest.mark.parametrize('query, limit', [
    ('', 20), ('limit=0', 10000), ('limit=10001', 10000), ('limit=9999', 9999), ('limit=5&limit=3', 3),
    ('limit=%2030%20', 30),
    ('limit=9223372036854775807', 10000), ('offset=9223372036854775807', 20), ('offset=1&offset=0', 20),
    ('_=1764064000', 20),
    ('limit=007', 7)])
def test_limits(client, query, limit):
    """wire 3"""
    assert client.read(f'{LIST}?{query}')['meta']['limit'] == limit


@pytest.mark.parametrize('name', ['limit', 'offset'])
@pytest.mark.parametrize('value',
                         ['x', '-1', '1.5', '1e3', '', '0x10', '9223372036854775808', '99999999999999999999999', '1 2',
                                   '%C2%B2', '1%00'])
def test_no_limits(client, name, value):
    """wire 3, check 9"""
    answer = client.get(f'{LIST}?{name}={value}')
    assert answer.status_code == 400 and set(answer.json()) == {'error'}
    if name == 'limit' and value in ('x', '-1'):
        assert answer.json()['error'] == 'Invalid limit: give an integer of at least 0.'


def test_the_query_of_next(client, seven):
    """wire 3: parameters in their order, repeated ones kept, encoded as a form."""
    body = client.read(LIST + '?order_by=name&unknown=%C3%BC/:,&id__in=' + ','.join(map(str, seven))
                       + '&order_by=-id&limit=3&tag=')
    query = f'order_by=name&unknown=%C3%BC%2F%3A%2C&id__in={"%2C".join(map(str, seven))}&order_by=-id&tag='
    assert body['meta']['next'] == f'/api/admin/configuration/v1/conference/?{query}&limit=3&offset=3'
    assert [one['id'] for one in client.read(body['meta']['next'])['objects']] == seven[3:6]


def test_nothing_found(client):
    """wire 3"""
    assert client.read(LIST, name='nobody has this') == {
        'meta': {'limit': 20, 'next': None, 'offset': 0, 'previous': None, 'total_count': 0}, 'objects': []}


def test_set(client, seven):
    """wire 6.2: in the order asked, each once, what is missing as it was given."""
    a, b, c = seven[:3]
    body = client.read(f'conference/set/{c};{a};;999999999;{c};abc;{b}/')
    assert [one['id'] for one in body['objects']] == [c, a, b]
    assert body['not_found'] == ['999999999', 'abc']
    assert set(client.read(f'conference/set/{a}/')) == {'objects'}
    assert client.get('conference/set/' + ';'.join(['1'] * 4000) + '/').status_code == 200


@pytest.mark.parametrize('name',
                         ['authentication', 'autobackup', 'global', 'registration', 'trusted_join',
                          'gms_gateway_token'])
def test_singletons(client, name):
    """wire 6.3"""
    one = client.read(f'{name}/1/')
    body = client.read(f'{name}/')
    assert body['objects'] == [one] and body['meta']['total_count'] == 1
    assert client.get(f'{name}/2/').status_code == client.get(f'{name}/0/').status_code == 404
    assert client.patch(f'{name}/1/', {}).status_code == 202
    assert client.patch(f'{name}/', {'objects': []}).status_code == 405
    assert client.post(f'{name}/', {}).status_code == 405


def test_put_where_it_is_only_tolerated(client):
    """wire 2.2: registration takes a PUT like a PATCH."""
    before = client.read('registration/1/')
    assert client.put('registration/1/', {}).status_code == 204
    assert client.read('registration/1/') == before
    assert client.put('registration/1/', {**before, 'enable': not before['enable']}).status_code == 204
    assert client.read('registration/1/') == {**before, 'enable': not before['enable']}
    assert client.put('registration/1/', before).status_code == 204


def test_a_deleted_token_is_empty(client):
    """wire 6.3"""
    assert client.delete('gms_gateway_token/1/').status_code == 204
    assert client.read('gms_gateway_token/1/')['certificate'] in ('', None)


def test_queries_on_an_object_are_ignored(client, seven):
    """wire 6.1"""
    assert client.read(f'conference/{seven[0]}/?name=other&limit=x')['id'] == seven[0]
