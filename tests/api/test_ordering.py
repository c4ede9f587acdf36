"""Orders: by one or several fields, through relations, with nulls."""
import pytest

ROOMS = [('O a', 'x', 5), ('O B', '', None), ('O ä', 'x', 1), ('O b', 'y', 5), ('O 1', '', None)]


@pytest.fixture(scope='module')
def rooms(maker):
    """Names by key."""
    client = maker.client
    objects = [{'name': name, 'tag': tag, 'participant_limit': limit, 'aliases': [{'alias': f'o.{9 - number}'}]}
               for number, (name, tag, limit) in enumerate(ROOMS)]
    assert client.patch('conference/', {'objects': objects}).status_code == 202
    yield {one['id']: one['name'] for one in client.objects('conference/', name__startswith='O ')}
    assert client.delete('conference/?name__startswith=O%20').status_code == 204


@pytest.mark.parametrize('query, expected', [
    ('', [0, 1, 2, 3, 4]), ('order_by=id', [0, 1, 2, 3, 4]), ('order_by=-id', [4, 3, 2, 1, 0]),
    ('order_by=name', [4, 1, 0, 3, 2]), ('order_by=-name', [2, 3, 0, 1, 4]), ('sort_by=name', [4, 1, 0, 3, 2]),
    ('order_by=participant_limit', [2, 0, 3, 1, 4]), ('order_by=-participant_limit', [1, 4, 0, 3, 2]),
    ('order_by=tag', [1, 4, 0, 2, 3]), ('order_by=tag&order_by=-name', [1, 4, 2, 0, 3]),
    ('order_by=-tag&order_by=participant_limit&order_by=name', [3, 2, 0, 4, 1]), ('order_by=', [0, 1, 2, 3, 4]),
    ('order_by=&order_by=name', [4, 1, 0, 3, 2])])
def test_order(maker, rooms, query, expected):
    """wire 5: text by code point, nulls last ascending, ties by key."""
    found = maker.client.objects(f'conference/?name__startswith=O%20&{query}')
    assert [one['name'] for one in found] == [ROOMS[n][0] for n in expected]
    page = maker.client.read(f'conference/?name__startswith=O%20&{query}&limit=2&offset=2')
    assert [one['name'] for one in page['objects']] == [ROOMS[n][0] for n in expected[2:4]]


def test_order_through_relations(client, rooms):
    """wire 5"""
    query = 'conference_alias/?alias__startswith=o.&order_by='
    names = [rooms[int(a['conference'].rstrip('/').rsplit('/',
                                                          1)[1])] for a in client.objects(query + 'conference__name')]
    assert names == sorted(rooms.values())
    by_key = [a['alias'] for a in client.objects(query + '-conference')]
    assert by_key == sorted(by_key)
    assert [a['alias'] for a in client.objects(query + '-alias')] == sorted(by_key, reverse=True)


@pytest.mark.parametrize('query, sentence', [
    ('order_by=nothing', "No field 'nothing' to order by."), ('order_by=-nothing', "No field 'nothing' to order by."),
    ('order_by=x', "No field 'x' to order by."), ('order_by=host_view', "Ordering by 'host_view' is not allowed."),
    ('sort_by=-host_view', "Ordering by 'host_view' is not allowed."),
    ('order_by=name&order_by=nothing', "No field 'nothing' to order by."),
    ('order_by=scheduled_conferences_count', "Ordering by 'scheduled_conferences_count' is not allowed."),
    ('order_by=--name', None), ('order_by=name__x', None), ('order_by=%00', None), ('order_by=name,id', None)])
def test_no_order(client, query, sentence):
    """wire 5, check 9"""
    answer = client.get('conference/?' + query)
    assert answer.status_code == 400 and set(answer.json()) == {'error'}
    if sentence:
        assert answer.json()['error'] == sentence
