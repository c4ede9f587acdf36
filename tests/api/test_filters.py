"""Filters: what each finds, and what is refused with which sentence."""
import pytest

PREFIX = 'F! '
ROOMS = [
    # name, description, participant_limit, pin, service_type, enable_overlay_text
    ('Alpha', 'first room', 5, '100001', 'conference', True),
    ('alpha two', '100% sure', None, '', 'lecture', False),
    ('Ünï ß', 'a_b', 10, '', 'conference', False),
    ('beta,gamma', '', 7, '200002', 'test_call', True),
    ('None', 'a%b', 0, '', 'lecture', False),
]


@pytest.fixture(scope='module')
def rooms(maker):
    """The rooms above; {their key: their name}. The first has two aliases, the second one."""
    client = maker.client
    objects = [{'name': PREFIX + name, 'description': text, 'participant_limit': limit, 'pin': pin,
                'service_type': kind,
                'enable_overlay_text': overlay} for name, text, limit, pin, kind, overlay in ROOMS]
    objects[0]['aliases'] = [{'alias': 'f.one'}, {'alias': 'f.two', 'description': 'second'}]
    objects[1]['aliases'] = [{'alias': 'f.three'}]
    assert client.patch('conference/', {'objects': objects}).status_code == 202
    found = client.objects('conference/', name__startswith=PREFIX)
    yield {one['id']: one['name'][len(PREFIX):] for one in found}
    assert client.delete('conference/', params={'name__startswith': PREFIX}).status_code == 204


def find(client, rooms, query):
    """Numbers of the ROOMS that a query finds, in the order of keys."""
    text = query.replace('{P}', 'F!%20')
    body = client.read(f'conference/?name__startswith=F!%20&{text}')
    assert body['meta']['total_count'] == len(body['objects'])
    names = list(rooms.values())
    return [names.index(rooms[one['id']]) for one in body['objects']]


@pytest.mark.parametrize('query, expected', [
    # texts (4.3)
    ('name={P}Alpha', [0]), ('name={P}alpha', []), ('name__exact={P}Alpha', [0]), ('name__iexact={P}ALPHA', [0]),
    ('name__iexact={P}%C3%BCN%C3%8F%20%C3%9F', [2]), ('name__contains=lpha', [0, 1]), ('name__contains=Alpha', [0]),
    ('name__icontains=ALPHA', [0, 1]), ('name__icontains=%C3%9CN%C3%AF', [2]), ('name__startswith={P}a', [1]),
    ('name__istartswith=f!%20A', [0, 1]), ('name__endswith=two', [1]), ('name__endswith=TWO', []),
    ('name__iendswith=TWO', [1]),
    ('name__icontains=a', [0, 1, 3]), ('name__icontains=zz', []), ('name__contains=', [0, 1, 2, 3, 4]),
    # % and _ are ordinary (4.4)
    ('description__contains=%25', [1, 4]), ('description__contains=_', [2]), ('description__startswith=a%25', [4]),
    ('description__iexact=A_B', [2]), ('description=', [3]), ('description__exact=a%25b', [4]),
    # regex (4.3)
    ('name__regex=%5EF!%20(%3F!Alpha)', [1, 2, 3, 4]), ('name__regex=lph', [0, 1]), ('name__iregex=ALPHA$', [0]),
    ('name__regex=%5EF!%20.%7B4%7D$', [4]), ('description__regex=%5Cd%2B', [1]),
    # numbers
    ('participant_limit=5', [0]), ('participant_limit__gt=5', [2, 3]), ('participant_limit__gte=5', [0, 2, 3]),
    ('participant_limit__lt=7', [0, 4]), ('participant_limit__lte=7', [0, 3, 4]),
    ('participant_limit__range=5,7', [0, 3]),
    ('participant_limit__range=5&participant_limit__range=7', [0, 3]), ('participant_limit__range=7,5', []),
    ('participant_limit__in=5,10', [0, 2]), ('participant_limit__in=5&participant_limit__in=0', [0, 4]),
    ('participant_limit__in=', []), ('participant_limit__isnull=true', [1]),
    ('participant_limit__isnull=False', [0, 2, 3, 4]),
    ('participant_limit__isnull=1', [1]), ('participant_limit=None', [1]), ('participant_limit=nil', [1]),
    ('participant_limit__contains=1', [2]), ('participant_limit__startswith=1', [2]),
    ('participant_limit__exact=-5', []),
    ('participant_limit__gt=-1', [0, 2, 3, 4]),
    # booleans
    ('enable_overlay_text=true', [0, 3]), ('enable_overlay_text=True', [0, 3]), ('enable_overlay_text=1', [0, 3]),
    ('enable_overlay_text=false', [1, 2, 4]), ('enable_overlay_text=0', [1, 2, 4]),
    ('enable_overlay_text__isnull=true', []),
    # choices: compared as texts, an unknown value finds nothing (4.4)
    ('service_type=lecture', [1, 4]), ('service_type=telepathy', []), ('service_type__in=lecture,test_call', [1, 3, 4]),
    ('service_type__contains=e', [0, 1, 2, 3, 4]),
    # texts with order (4.3)
    ('pin__gt=100001', [3]), ('pin__range=1,2', [0]), ('name__lt={P}Z', [0, 4]), ('pin__in=100001,200002', [0, 3]),
    # for a text None is a text (4.4)
    ('name={P}None', [4]), ('name__endswith=None', [4]), ('description=None', []),
    # all of them, the last of one name (4.2)
    ('enable_overlay_text=true&participant_limit__gt=5', [3]), ('participant_limit=5&participant_limit=7', [3]),
    # to-many (4.2, 4.6): once, however many fit
    ('aliases__alias__startswith=f.', [0, 1]), ('aliases__alias=f.two', [0]), ('aliases__description=second', [0]),
    ('aliases__isnull=true', [2, 3, 4]), ('aliases__isnull=false', [0, 1]),
    ('aliases__alias__isnull=true', [2, 3, 4]), ('aliases__alias__isnull=false', [0, 1]),
    ('aliases__conference__ivr_theme__name__isnull=true', [0, 1, 2, 3, 4]),
    ('aliases__conference__name__icontains=TWO', [1]), ('ivr_theme__isnull=true', [0, 1, 2, 3, 4]),
    # what is no field is left alone (4.1)
    ('tenant=x', [0, 1, 2, 3, 4]), ('connect_time__gte=2024-01-01', [0, 1, 2, 3, 4]), ('_=17', [0, 1, 2, 3, 4]),
    ('_name=x', [0, 1, 2, 3, 4]), ('wait=5', [0, 1, 2, 3, 4]), ('=x', [0, 1, 2, 3, 4]), ('&&&', [0, 1, 2, 3, 4]),
    # counts that are worked out (4.1)
    ('scheduled_conferences_count=0', [0, 1, 2, 3, 4]), ('scheduled_conferences_count__gt=0', []),
    # times
    ('creation_time__gt=2020-01-01', [0, 1, 2, 3, 4]), ('creation_time__lt=2020-01-01T00:00:00Z', []),
    ('creation_time__year=1999', []), ('creation_time__startswith=20', [0, 1, 2, 3, 4]),
])
def test_found(maker, rooms, query, expected):
    """wire 4.1, 4.2, 4.3, 4.4, 4.6"""
    assert find(maker.client, rooms, query) == expected


@pytest.mark.parametrize('query, sentence', [
    ('aliases__name=x', "'aliases' has no part 'name'."), ('name__foo=1', "'name' has no part 'foo'."),
    ('name__name=1', "'name' has no part 'name'."),
    ('ivr_theme__conference__nothing=1', "'conference' has no part 'nothing'."),
    ('participant_limit=x', 'Invalid filter value (mismatched type).'),
    ('participant_limit=', 'Invalid filter value (mismatched type).'),
    ('participant_limit__in=1,x', 'Invalid filter value (mismatched type).'),
    ('participant_limit=1.5', 'Invalid filter value (mismatched type).'),
    ('participant_limit__gt=99999999999999999999999', None),
    ('enable_overlay_text=maybe', 'Invalid filter value (mismatched type).'),
    ('enable_overlay_text=', 'Invalid filter value (mismatched type).'),
    ('participant_limit__isnull=maybe', 'Invalid filter value (mismatched type).'),
    ('creation_time__gt=yesterday', None), ('creation_time__gt=', None), ('creation_time__year=x', None),
    ('participant_limit__range=1', None), ('participant_limit__range=1,2,3', None), ('participant_limit__range=', None),
    ('name__regex=(', None), ('name__iregex=%5B', None), ('name__regex=%5C', None),
    ('id=abc', 'Invalid filter value (mismatched type).'), ('conference_alias__x=1', 200),
    ('ivr_theme=abc', None), ('ivr_theme__gt=1', None), ('ivr_theme__contains=1', None), ('ivr_theme=', None),
    ('aliases=x/y', None), ('name%00=x', None), ('name=%00', None), ('name__contains=a%00b', None),
    ('participant_limit__year=1', None), ('name__year=1', None)])
def test_refused(client, query, sentence):
    """wire 4.1, 4.3, 4.4, check 9"""
    answer = client.get('conference/?' + query)
    if sentence == 200:
        assert answer.status_code == 200
        return
    assert answer.status_code == 400, answer.text
    assert set(answer.json()) == {'error'}
    if sentence:
        assert answer.json()['error'] == sentence


@pytest.mark.parametrize('resource, query, sentence', [
    ('gateway_routing_rule', 'disabled_codecs=x', "Filtering by 'disabled_codecs' is not allowed."),
    ('ivr_theme', 'package=x', "Filtering by 'package' is not allowed."),
    ('device', 'password=x', "Filtering by 'password' is not allowed."),
    ('device', 'password__contains=x', "Filtering by 'password' is not allowed."),
    ('tls_certificate', 'nodes=x', "Filtering by 'nodes' is not allowed."),
    ('end_user', 'user_groups__users__user_groups__nothing=1', "'user_groups' has no part 'nothing'.")])
def test_fields_that_are_no_filters(client, resource, query, sentence):
    """wire 4.1"""
    answer = client.get(f'{resource}/?{query}')
    assert answer.status_code == 400 and answer.json()['error'] == sentence


def test_relations(client, rooms):
    """wire 4.6: by key, path and address; of nothing: no rows."""
    key = next(iter(rooms))
    path = f'/api/admin/configuration/v1/conference/{key}/'
    for value in (str(key), path, 'https://manager.example.com' + path):
        assert {a['alias'] for a in client.objects('conference_alias/', conference=value)} == {'f.one', 'f.two'}, value
    second = list(rooms)[1]
    for value in (f'{key},{second}', f'{path},{second}'):
        assert len(client.objects('conference_alias/', conference__in=value)) == 3
    assert client.objects('conference_alias/', conference='999999999') == []
    assert client.objects('conference_alias/', conference=path.replace(f'/{key}/', '/999999999/')) == []
    assert client.objects('conference_alias/', conference__isnull='true', alias__startswith='f.') == []
    assert client.get('conference_alias/', params={'conference': '/some/where/1/'}).status_code == 400
    assert [a['alias'] for a in client.objects('conference_alias/', conference__name__endswith='two')] == ['f.three']
    assert len(client.objects('conference_alias/', conference__aliases__alias='f.one')) == 2


@pytest.mark.parametrize('n', [1, 2, 6, 12])
def test_long_ways(client, rooms, n):
    """wire 4.6: any depth where each relation has 2; each object once."""
    way = '__'.join(['aliases', 'conference'] * n)
    key = next(iter(rooms))
    assert [one['id'] for one in client.objects(f'conference/?{way}__id={key}')] == [key]
    assert len(client.objects(f'conference/?{way}__aliases__alias__startswith=f.' if n < 12 else
                              f'conference/?{way}__name__isnull=false&aliases__alias__startswith=f.')) == 2


def test_too_long_ways(client):
    """wire 4.6: one way, and all together, have a limit that is told."""
    way = '__'.join(['aliases', 'conference'] * 12)
    for query in (f'{way}__aliases__alias=x', f'{way}__{way}__name=x'):
        answer = client.get('conference/?' + query)
        assert answer.status_code == 400
        assert answer.json()['error'] == 'A filter leads through at most 24 relations.'
    short = '__'.join(['aliases', 'conference'] * 11)
    fields = ('name', 'description', 'pin', 'guest_pin', 'tag', 'id')
    query = '&'.join(f'{w}__{field}__{lookup}=1' for w in (way, short) for field in fields
                     for lookup in ('gt', 'lt', 'gte', 'lte', 'exact'))
    answer = client.get('conference/?' + query)
    assert answer.status_code == 400
    assert answer.json()['error'] == (
        'All filters and orders together may lead through at most 600 relations.')


def test_resource_uri(client, rooms):
    """wire 4.1"""
    key = next(iter(rooms))
    found = client.objects('conference/', resource_uri=f'/api/admin/configuration/v1/conference/{key}/')
    assert [one['id'] for one in found] == [key]


def test_times_by_part(client):
    """wire 4.3, 4.5; 2024-03-03 was a Sunday."""
    room = client.create('conference', name='Times')
    path = client.create('scheduled_conference', conference=room, ews_item_id='times',
                         end_time='2024-03-03T23:05:06.000001',
                         start_time='2024-03-03T22:04:05.123456')
    for query, hit in [
            ('year=2024', True), ('year=2023', False), ('month=3', True), ('month=4', False), ('day=3', True),
            ('hour=22', True),
            ('minute=4', True), ('second=5', True), ('second=6', False), ('week_day=1', True), ('week_day=7', False),
            ('date=2024-03-03', True), ('date=2024-03-04', False), ('exact=2024-03-03T22:04:05.123456', True),
            ('exact=2024-03-03T22:04:05.123456789', True), ('exact=2024-03-04T00:04:05.123456%2B02:00', True),
            ('exact=2024-03-04T00:04:05.123456+02:00', True), ('gt=2024-03-03T22:04:05.123456', False),
            ('gte=2024-03-03T22:04:05.123456', True), ('gt=2024-03-03T22:04:05.123455', True),
            ('lt=2024-03-04', True), ('lt=2024-03-03%2022:04', False), ('icontains=2024-03-03', True),
            ('startswith=2024-03-03T22', True), ('range=2024-03-03,2024-03-04', True),
            ('range=2024-03-01,2024-03-03', False),
            ('in=2024-03-03,2024-03-03T22:04:05.123456', True), ('isnull=false', True), ('regex=T22:.*456$', True)]:
        found = client.objects(f'scheduled_conference/?ews_item_id=times&start_time__{query}')
        assert [one['resource_uri'] for one in found] == ([path] if hit else []), query


def test_a_pattern_that_would_run_for_ever_is_stopped(client):
    """wire 4.3: match effort is bounded."""
    path = client.create('conference', name='Slow', description='a' * 250)
    answer = client.get('conference/', params={'description__regex': '^(a+)+b$', 'name': 'Slow'}, timeout=20)
    assert answer.status_code in (200, 400)
    client.remove(path)


def test_null_by_word_on_a_nullable_text(client):
    """wire 4.4"""
    one = client.create('conference', name='Null 1', max_pixels_per_second=None)
    client.create('conference', name='Null 2', max_pixels_per_second='hd')
    for word in ('None', 'none', 'nil'):
        found = client.objects('conference/', max_pixels_per_second=word, name__startswith='Null ')
        assert [o['resource_uri'] for o in found] == [one]
