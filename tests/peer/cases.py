"""The requests that both servers get, step by step.

<name> in a path or body stands for the path of an object that an earlier step saved,
<name.id> for its id. Each scenario
starts with nothing but the seeded themes.
"""
import dataclasses

THEME = '/api/admin/configuration/v1/ivr_theme/{}/'
NOWHERE = '/api/admin/configuration/v1/conference/999999/'


@dataclasses.dataclass
class Step:
    method: str
    path: str
    body: object = None
    title: str = ''
    save: str = ''
    headers: dict = dataclasses.field(default_factory=dict)

    def __post_init__(self):
        self.title = self.title or f'{self.method} {self.path}'


def get(path, title='', **headers):
    return Step('GET', path, None, title, '', headers)


def look(path, title):
    """What an earlier step left behind."""
    return Step('GET', path, None, f'{title}, then read')


def send(method):
    def step(title, path, body=None, save=''):
        return Step(method, path, body, title, save)
    return step


post, put, patch, delete = send('POST'), send('PUT'), send('PATCH'), send('DELETE')


def room(name, save='', **fields):
    return post(f'room {name}', 'conference/', {'name': name, **fields}, save)


def rooms():
    """Rooms for reading: numbers, nulls, letters of several kinds, aliases, themes."""
    return [
        post('a location', 'system_location/', {'name': 'Oslo', 'mtu': 1400}, 'oslo'),
        room('Alpha', 'alpha', description='first 100%', tag='red', participant_limit=10, allow_guests=True,
             pin='123456', ivr_theme=THEME.format(1), aliases=[{'alias': 'alpha@example.com'}, {'alias': '8001'}]),
        room('beta', 'beta', description='second_one', tag='red', participant_limit=9, service_type='lecture',
             ivr_theme=THEME.format(2), system_location='<oslo>', aliases=[{'alias': 'beta@example.com'}]),
        room('Ünder', 'under', description='Straße', tag='blue', participant_limit=100),
        room('delta x', 'delta', description='a/b:c,d', tag='Red', aliases=[]),
        room('ALPHA', 'capital', tag='', participant_limit=0, system_location='<oslo>'),
    ]


def queries(resource, texts):
    return [get(f'{resource}/?{text}') for text in texts]


def filled(many, scenario):
    return [*many, *scenario]


SCENARIOS = {
    'nothing there': [
        *queries('conference', ['', 'limit=0', 'offset=5', 'name=x', 'order_by=name']),
        get('conference/77/'), get('conference/abc/'), get('conference/set/1;2/'), get('no_such_resource/'),
        delete('delete what is not there', 'conference/77/'),
        patch('patch what is not there', 'conference/77/', {'name': 'x'}),
        delete('delete an empty list', 'conference/'),
    ],
    'pages': filled(rooms(), queries('conference', [
        'limit=2', 'limit=2&offset=2', 'limit=2&offset=4', 'limit=2&offset=1', 'limit=3&offset=2',
        'offset=2&limit=20', 'limit=5', 'limit=5&offset=0', 'limit=0&order_by=id', 'limit=20000', 'limit=1000',
        'limit=1001', 'offset=100', 'limit=x', 'limit=-1', 'limit=', 'offset=x', 'offset=-1', 'offset=', 'limit=1.5',
        'limit=2&limit=3', 'offset=1&offset=2&limit=1', 'limit=1&name__contains=l',
        'name__contains=l&limit=1&offset=1', 'limit=1&offset=1&tag=red', 'limit=1&tag__in=red,blue',
        'limit=1&tag__in=red&tag__in=blue', 'limit=1&nonsense=a+b%2Fc:d,e%C3%BC&tag__in=red,blue',
        'limit=1&format=json', 'limit=1&order_by=-name&order_by=id', 'limit=1&nonsense=', 'limit=1&nonsense',
        'limit=+2', 'limit=%202%20',
        'limit=1&empty=&x=~-._*!()%27', 'limit=99999999999999999999'])),
    'filters on text': filled(rooms(), queries('conference', [
        'name=Alpha', 'name=alpha', 'name__exact=beta', 'name__iexact=aLPHa', 'name__iexact=%C3%BCNDER',
        'name__contains=l', 'name__contains=L', 'name__icontains=PH', 'name__icontains=%C3%BC', 'name__startswith=Al',
        'name__startswith=al', 'name__istartswith=al', 'name__endswith=A', 'name__endswith=ta', 'name__iendswith=A',
        'name__regex=^A', 'name__iregex=^a', 'name__regex=^(?!Al|be)', 'name__regex=[', 'name__regex=ta$',
        'name__iregex=%C3%9C', 'name__in=Alpha,beta', 'name__in=Alpha&name__in=beta', 'name__in=', 'name__in=Alpha',
        'name__gt=beta', 'name__gte=beta', 'name__lt=beta', 'name__lte=beta', 'name__range=A,b', 'name__range=A',
        'name__range=A,b,c', 'name__isnull=true', 'name__isnull=false', 'name__isnull=True', 'name__isnull=x',
        'description__contains=%25', 'description__contains=_', 'description__endswith=%25', 'description=', 'tag=',
        'tag__exact=', 'tag__contains=', 'tag=red&tag=blue', 'tag=red&name=beta', 'name=none', 'name=true',
        'name__nonsense=1', 'name__x__y=1', 'nonsense=1', 'nonsense__gt=1', 'name=Alpha&nonsense__a__b=1',
        'name__in=delta+x', 'name=delta%20x', 'tag__startswith=', 'crypto_mode=',
        'max_pixels_per_second__isnull=true', 'max_pixels_per_second=None', 'service_type=lecture',
        'service_type=nonsense', 'service_type__in=lecture,conference', 'resource_uri=x'])),
    'filters on other types': filled(rooms(), queries('conference', [
        'id=abc', 'id__in=x', 'id__gt=0&name=beta', 'participant_limit=10', 'participant_limit__gt=9',
        'participant_limit__gte=9', 'participant_limit__lt=10', 'participant_limit__lte=10',
        'participant_limit__in=9,10', 'participant_limit__range=9,10', 'participant_limit__range=9',
        'participant_limit__isnull=true', 'participant_limit__isnull=false', 'participant_limit=',
        'participant_limit=1.5', 'participant_limit=ten', 'participant_limit__in=', 'participant_limit__in=9,ten',
        'participant_limit=-1', 'participant_limit=%2010', 'participant_limit=None', 'participant_limit__contains=0',
        'participant_limit__startswith=1', 'participant_limit__regex=^1', 'allow_guests=true', 'allow_guests=True',
        'allow_guests=false', 'allow_guests=False', 'allow_guests=1', 'allow_guests=0', 'allow_guests=maybe',
        'allow_guests__in=true', 'allow_guests__isnull=true', 'creation_time__gt=2020-01-01',
        'creation_time__lt=2020-01-01', 'creation_time__gte=2020-01-01T10:00',
        'creation_time__gte=2020-01-01+10:00:00', 'creation_time__gte=2020-01-01T10:00:00Z',
        'creation_time__gte=2020-01-01T10:00:00.123456', 'creation_time__lt=2020-01-01T10:00:00%2B02:00',
        'creation_time__gt=yesterday', 'creation_time__year=2020', 'creation_time__year__gt=2020',
        'creation_time__month=13', 'creation_time__range=2020-01-01,2020-01-02', 'creation_time__isnull=true',
        'creation_time__date=2020-01-01', 'creation_time__hour=99',
        'creation_time__week_day=9'])),
    'filters through relations': filled(rooms(), [
        *queries('conference', [
            'ivr_theme=1', 'ivr_theme=' + THEME.format(1), 'ivr_theme=99', 'ivr_theme=abc', 'ivr_theme__in=1,2',
            'ivr_theme__isnull=true', 'ivr_theme__isnull=false', 'ivr_theme__id=1',
            'ivr_theme__name__icontains=tones', 'ivr_theme__uuid=defaultplustones', 'ivr_theme__gt=1',
            'aliases__alias=8001', 'aliases__alias__startswith=a', 'aliases__alias__contains=0',
            'aliases__isnull=true', 'aliases__isnull=false', 'aliases__nonsense=1', 'system_location__name=Oslo',
            'system_location__mtu__lt=1500', 'system_location=<oslo.id>', 'ivr_theme__name__nonsense=1',
            'ivr_theme__nonsense=1', 'system_location=', 'aliases=', 'ivr_theme=none']),
        *queries(
            'conference_alias',
            ['conference=<alpha.id>', 'conference__name=Alpha', 'conference__ivr_theme=1',
              'conference__ivr_theme__name__icontains=tones',
                                      'conference__system_location__name=Oslo', 'conference__aliases__alias=8001',
                                      'conference=<alpha>']),
        *queries(
            'ivr_theme',
            ['conference=<alpha.id>', 'conference__name=Alpha', 'conference__isnull=false',
              'conference__aliases__alias__contains=@']),
    ]),
    'order': filled(rooms(), queries('conference', [
        'order_by=name', 'order_by=-name', 'order_by=tag&order_by=name', 'order_by=tag&order_by=-name',
        'order_by=-tag&order_by=-id', 'order_by=id', 'order_by=-id', 'order_by=participant_limit',
        'order_by=-participant_limit', 'order_by=nonsense', 'order_by=-nonsense', 'order_by=', 'order_by=sync_tag',
        'order_by=ivr_theme', 'order_by=name,tag', 'sort_by=-name', 'order_by=--name', 'order_by=name&limit=2',
        'order_by=creation_time', 'order_by=-creation_time', 'order_by=aliases', 'order_by=name__x',
        'order_by=ivr_theme__name', 'order_by=resource_uri',
        'order_by=-service_type&order_by=pin&order_by=-id'])),
    'one and several': filled(rooms(), [
        get('conference/<alpha.id>/'), get('conference/<delta.id>/?name=other'),
        get('conference/<alpha.id>', 'without the final slash'), get('conference?limit=2&x=a%20b'),
        get('conference/set/<alpha.id>;<beta.id>/'), get('conference/set/<beta.id>;<alpha.id>/'),
        get('conference/set/<beta.id>;99;<alpha.id>/'),
        get('conference/set/98;99/'), get('conference/set/<beta.id>/'), get('conference/set/<beta.id>;/'),
        get('conference/set/abc/'),
        get('conference/set/<beta.id>;<beta.id>/'), get('conference/<beta.id>/nonsense/'),
        get('ivr_theme/'), get('ivr_theme/1/'), get('conference_alias/'), get('system_location/<oslo.id>/'),
        get('conference/<alpha.id>/?format=json'), get('conference/<beta.id>/?format=nonsense'),
        get('conference/?format=xml'),
        get('conference/?limit=1', 'text/html accepted', Accept='text/html'),
        get('conference/?limit=1', 'anything accepted', Accept='*/*'),
        get('conference/?limit=1', 'unknown type accepted', Accept='image/png'),
        get('conference/?limit=1', 'script accepts', Accept='application/json, text/plain, */*'),
        get('conference/?limit=1', 'XMLHttpRequest', **{'X-Requested-With': 'XMLHttpRequest'}),
        Step('OPTIONS', 'conference/'), Step('OPTIONS', 'conference/<alpha.id>/'), Step('HEAD', 'conference/'),
        Step('POST', 'conference/<alpha.id>/', {}), Step('POST', 'conference', {'name': 'no slash'}),
        Step('BREW', 'conference/'),
        Step('POST', 'conference/set/1/', {}), Step('PUT', 'conference/schema/', {}),
    ]),
    'create': [
        post('minimal', 'conference/', {'name': 'minimal'}, 'minimal'),
        get('conference/<minimal.id>/', 'minimal, then read'),
        post('with all kinds', 'conference/', {
            'name': 'full', 'description': 'd', 'allow_guests': True, 'guest_pin': '99999999', 'participant_limit': 5,
            'pin': '12345678',
            'service_type': 'lecture', 'crypto_mode': None, 'ivr_theme': THEME.format(2), 'aliases': [
                {'alias': 'one', 'description': 'x'}, {'alias': 'two'}]}, 'full'),
        get('conference/<full.id>/', 'with all kinds, then read'),
        get('conference_alias/', 'with all kinds, then read the aliases'),
        post('the same name', 'conference/', {'name': 'full'}),
        post('no name', 'conference/', {}), post('null name', 'conference/', {'name': None}),
        post('empty name', 'conference/', {'name': ''}),
        post('bad pin', 'conference/', {'name': 'x', 'pin': '12'}),
        post('two faults', 'conference/', {'pin': '12', 'guest_pin': 'x'}),
        post('bad choice', 'conference/', {'name': 'x', 'service_type': 'nonsense'}),
        post('too great', 'conference/', {'name': 'x', 'participant_limit': 1000001}),
        post('below the least', 'conference/', {'name': 'x', 'participant_limit': -1}),
        post('text for a number', 'conference/', {'name': 'x', 'participant_limit': 'ten'}),
        post('too long', 'conference/', {'name': 'x' * 251}),
        post('unknown keys', 'conference/', {'name': 'unknown keys', 'nonsense': 1}, 'unknown'),
        look('conference/<unknown.id>/', 'unknown keys'),
        post('numbers as text', 'conference/', {'name': 'numbers as text', 'participant_limit': '8'}, 'texts'),
        look('conference/<texts.id>/', 'numbers as text'),
        post('number for text', 'conference/', {'name': 12345}, 'number'),
        look('conference/<number.id>/', 'number for text'),
        post('null for a default', 'conference/', {'name': 'null for a default', 'description': None}),
        post('null for a list', 'conference/', {'name': 'null for a list', 'aliases': None}, 'nolist'),
        look('conference/<nolist.id>/', 'null for a list'),
        post('read-only fields', 'conference/', {'name': 'read-only fields', 'resource_uri': NOWHERE}, 'readonly'),
        look('conference/<readonly.id>/', 'read-only fields'),
        post('no JSON', 'conference/', '{'), post('an array', 'conference/', '[]'),
        post('a number', 'conference/', '1'), post('no body', 'conference/', ''), post('null', 'conference/', 'null'),
        Step(
            'POST', 'conference/', 'name=x', 'a form', headers={'Content-Type': 'application/x-www-form-urlencoded'}),
        Step('POST', 'conference/', '<x/>', 'another type', headers={'Content-Type': 'text/plain'}),
        Step(
            'POST', 'conference/', {'name': 'with charset'}, 'with charset',
            headers={'Content-Type': 'application/json; charset=utf-8'}),
        Step('POST', 'dns_server/', {'address': '192.0.2.9'}, 'a chosen id', 'dns', {}),
        get('dns_server/', 'after them all'),
        Step('POST', 'dns_server/', {'address': '192.0.2.7', 'id': 4000}, 'an id given', 'given'),
        look('dns_server/4000/', 'an id given'),
        Step('POST', 'dns_server/', {'address': '192.0.2.6', 'id': 4000}, 'an id taken'),
        look('dns_server/4000/', 'an id taken'),
        post('alias of nothing', 'conference_alias/', {'alias': 'lost'}),
        post('alias of null', 'conference_alias/', {'alias': 'lost', 'conference': None}),
        post('alias of a URI', 'conference_alias/', {'alias': 'by-uri', 'conference': '<minimal>'}, 'byuri'),
        look('conference_alias/<byuri.id>/', 'alias of a URI'),
        post('alias of what is gone', 'conference_alias/', {'alias': 'lost', 'conference': NOWHERE}),
        post('alias of another resource', 'conference_alias/', {'alias': 'lost', 'conference': THEME.format(1)}),
        post('alias of a word', 'conference_alias/', {'alias': 'lost', 'conference': 'nonsense'}),
        post(
            'alias of an object', 'conference_alias/',
            {'alias': 'by-object', 'conference': {'resource_uri': '<minimal>'}}, 'byobject'),
        look('conference_alias/<byobject.id>/', 'alias of an object'),
        look('conference/<minimal.id>/', 'alias of an object (parent)'),
        post('alias of an id object', 'conference_alias/', {'alias': 'by-id', 'conference': {'id': '<minimal.id>'}}),
        post('alias taken', 'conference_alias/', {'alias': 'by-uri', 'conference': '<full>'}),
        post('alias in capitals', 'conference_alias/', {'alias': 'BY-URI', 'conference': '<full>'}),
        post(
            'participant of two', 'automatic_participant/', {'alias': 'dial', 'conference': ['<minimal>', '<full>']},
            'dial'),
        look('automatic_participant/<dial.id>/', 'participant of two'),
        look('conference/<full.id>/', 'participant of two (rooms)'),
        post('participant of a lost room', 'automatic_participant/', {'alias': 'dial', 'conference': [NOWHERE]}),
        post(
            'location with servers', 'system_location/', {'name': 'with servers', 'dns_servers': ['<dns>']},
            'servers'),
        look('system_location/<servers.id>/', 'location with servers'),
        post(
            'location with server objects', 'system_location/',
            {'name': 'objects', 'dns_servers': [{'resource_uri': '<dns>'}]}, 'objects'),
        look('system_location/<objects.id>/', 'location with server objects'),
        post('theme', 'ivr_theme/', {'name': 'own'}, 'own'), look('ivr_theme/<own.id>/', 'theme'),
        post(
            'room with a theme object', 'conference/', {'name': 'themed', 'ivr_theme': {'resource_uri': '<own>'}},
            'themed'),
        look('conference/<themed.id>/', 'room with a theme object'),
        look('ivr_theme/<own.id>/', 'room with a theme object (theme)'),
    ],
    'PUT of one': filled(rooms(), [
        put('PUT part', 'conference/<alpha.id>/', {'name': 'Alpha', 'tag': 'green'}),
        look('conference/<alpha.id>/', 'PUT part'),
        put('PUT without a name', 'conference/<beta.id>/', {'tag': 'green'}),
        look('conference/<beta.id>/', 'PUT without a name'),
        put(
            'PUT with nulls', 'conference/<beta.id>/',
            {'name': 'beta', 'participant_limit': None, 'ivr_theme': None, 'crypto_mode': None}),
        look('conference/<beta.id>/', 'PUT with nulls'),
        put('PUT with null aliases', 'conference/<alpha.id>/', {'name': 'Alpha', 'aliases': None}),
        look('conference/<alpha.id>/', 'PUT with null aliases'),
        put('PUT with other aliases', 'conference/<alpha.id>/', {'name': 'Alpha', 'aliases': [{'alias': 'new'}]}),
        look('conference/<alpha.id>/', 'PUT with other aliases'),
        put('PUT a taken name', 'conference/<under.id>/', {'name': 'beta'}),
        look('conference/<under.id>/', 'PUT a taken name'),
        put('PUT a bad choice', 'conference/<under.id>/', {'name': 'Ünder', 'service_type': 'x'}),
        put('PUT the empty name', 'conference/<under.id>/', {'name': ''}),
        put('PUT an empty object', 'conference/<under.id>/', {}),
        look('conference/<under.id>/', 'PUT an empty object'),
        put('PUT no JSON', 'conference/<under.id>/', '{'), put('PUT an array', 'conference/<under.id>/', '[]'),
        put('PUT to a new id', 'conference/5000/', {'name': 'made by PUT'}),
        look('conference/5000/', 'PUT to a new id'),
        put('PUT to a bad id', 'conference/abc/', {'name': 'made by bad PUT'}),
        look('conference/?name=made+by+bad+PUT', 'PUT to a bad id'),
        put('PUT another id', 'conference/<delta.id>/', {'name': 'delta', 'id': 6000}),
        look('conference/<delta.id>/', 'PUT another id'), look('conference/6000/', 'PUT another id (other)'),
        put('PUT the location', 'system_location/<oslo.id>/', {'name': 'Bergen', 'overflow_location1': '<oslo>'}),
        look('system_location/<oslo.id>/', 'PUT the location'),
    ]),
    'PATCH of one': filled(rooms(), [
        patch('PATCH a field', 'conference/<alpha.id>/', {'tag': 'green'}),
        look('conference/<alpha.id>/', 'PATCH a field'),
        patch('PATCH nothing', 'conference/<alpha.id>/', {}),
        patch('PATCH a null', 'conference/<alpha.id>/', {'participant_limit': None}),
        look('conference/<alpha.id>/', 'PATCH a null'),
        patch('PATCH a relation', 'conference/<alpha.id>/', {'ivr_theme': THEME.format(3)}),
        look('conference/<alpha.id>/', 'PATCH a relation'),
        patch('PATCH no relation', 'conference/<alpha.id>/', {'ivr_theme': None}),
        look('conference/<alpha.id>/', 'PATCH no relation'),
        patch('PATCH a lost relation', 'conference/<alpha.id>/', {'ivr_theme': THEME.format(999)}),
        patch('PATCH a taken name', 'conference/<alpha.id>/', {'name': 'beta'}),
        patch('PATCH a null name', 'conference/<alpha.id>/', {'name': None}),
        patch('PATCH a bad value', 'conference/<alpha.id>/', {'participant_limit': 'x'}),
        patch('PATCH a bad choice', 'conference/<alpha.id>/', {'service_type': 'x'}),
        patch('PATCH unknown keys', 'conference/<alpha.id>/', {'nonsense': 1}),
        look('conference/<alpha.id>/', 'PATCH unknown keys'),
        patch('PATCH no JSON', 'conference/<alpha.id>/', 'x'),
        patch('PATCH an array', 'conference/<alpha.id>/', '[]'),
        patch('PATCH null aliases', 'conference/<alpha.id>/', {'aliases': None}),
        look('conference/<alpha.id>/', 'PATCH null aliases'),
        patch('PATCH aliases', 'conference/<alpha.id>/', {'aliases': [{'alias': '8001'}, {'alias': '8002'}]}),
        look('conference/<alpha.id>/', 'PATCH aliases'),
        patch('PATCH no aliases', 'conference/<alpha.id>/', {'aliases': []}),
        look('conference/<alpha.id>/', 'PATCH no aliases'),
        Step(
            'POST', 'conference/<beta.id>/', {'tag': 'overridden'}, 'method override',
            headers={'X-HTTP-Method-Override': 'PATCH'}),
        look('conference/<beta.id>/', 'method override'),
        patch('PATCH of a bad id', 'conference/abc/', {'tag': 'x'}),
        post('a DNS server', 'dns_server/', {'address': '192.0.2.1'}, 'first'),
        post('another', 'dns_server/', {'address': '192.0.2.2'}, 'second'),
        patch('PATCH links', 'system_location/<oslo.id>/', {'dns_servers': ['<first>', '<second>']}),
        look('system_location/<oslo.id>/', 'PATCH links'),
        patch('PATCH fewer links', 'system_location/<oslo.id>/', {'dns_servers': ['<second>']}),
        look('system_location/<oslo.id>/', 'PATCH fewer links'),
        patch('PATCH no links', 'system_location/<oslo.id>/', {'dns_servers': []}),
        look('system_location/<oslo.id>/', 'PATCH no links'),
        patch(
            'PATCH a lost link', 'system_location/<oslo.id>/',
            {'dns_servers': ['/api/admin/configuration/v1/dns_server/999/']}),
    ]),
    'lists': filled(rooms(), [
        patch(
            'list of new', 'conference/',
            {'objects': [{'name': 'B1', 'aliases': [{'alias': 'b1'}]}, {'name': 'B2'}]}),
        look('conference/?name__startswith=B', 'list of new'),
        patch(
            'list of known', 'conference/',
            {'objects': [{'resource_uri': '<alpha>', 'tag': 'bulk'}, {'resource_uri': '<beta>', 'tag': 'bulk'}]}),
        look('conference/?tag=bulk', 'list of known'),
        patch('list with deletions', 'conference/', {'objects': [], 'deleted_objects': ['<delta>']}),
        get('conference/<delta.id>/', 'list with deletions, then read'),
        patch('list with both', 'conference/', {'objects': [{'name': 'B3'}], 'deleted_objects': ['<under>']}),
        look('conference/?order_by=name', 'list with both'),
        patch('list without objects', 'conference/', {}), patch('list as array', 'conference/', '[]'),
        patch('list of one object', 'conference/', {'name': 'B4'}),
        patch('list with a bad one', 'conference/', {'objects': [{'name': 'B5'}, {'name': 'B6', 'pin': 'x'}]}),
        look('conference/?name__in=B5,B6', 'list with a bad one'),
        patch('list with a taken name', 'conference/', {'objects': [{'name': 'B7'}, {'name': 'Alpha'}]}),
        look('conference/?name=B7', 'list with a taken name'),
        patch('list with unknown deletion', 'conference/', {'objects': [], 'deleted_objects': [NOWHERE]}),
        patch('list with foreign deletion', 'conference/', {'objects': [], 'deleted_objects': [THEME.format(4)]}),
        get('ivr_theme/4/', 'list with foreign deletion, then read'),
        patch('list with words', 'conference/', {'objects': ['x']}),
        patch('empty list', 'conference/', {'objects': []}),
        delete('delete filtered', 'conference/?tag=bulk'), look('conference/?order_by=id', 'delete filtered'),
        delete('delete misspelt', 'conference/?tg=x'), look('conference/?order_by=id&limit=100', 'delete misspelt'),
        delete('delete by no lookup', 'conference/?name__nonsense=x'),
        delete('delete with a limit', 'conference_alias/?limit=1'), look('conference_alias/', 'delete with a limit'),
        put('PUT a list', 'dns_server/', {'objects': [{'address': '192.0.2.5'}, {'address': '192.0.2.4'}]}),
        look('dns_server/', 'PUT a list'),
        put('PUT a list filtered', 'dns_server/?address=192.0.2.5', {'objects': [{'address': '192.0.2.3'}]}),
        look('dns_server/?order_by=address', 'PUT a list filtered'),
        put('PUT a list without objects', 'dns_server/', {}),
        look('dns_server/?order_by=-address', 'PUT a list without objects'),
        delete('delete all', 'conference/'), look('conference/', 'delete all'),
    ]),
    'what is taken': filled(rooms(), [
        post('a taken alias', 'conference/', {'name': 'thief', 'aliases': [{'alias': '8001'}]}),
        look('conference/?name=thief', 'a taken alias'),
        patch('PATCH a taken alias', 'conference/<delta.id>/', {'aliases': [{'alias': 'beta@example.com'}]}),
        look('conference/<beta.id>/', 'PATCH a taken alias'),
    ]),
    'list PATCH to an id': [
        patch(
            'list to a new id', 'dns_server/',
            {'objects': [{'resource_uri': '/api/admin/configuration/v1/dns_server/7000/', 'address': '192.0.2.70'}]}),
        look('dns_server/7000/', 'list to a new id'),
    ],
    'deletion': filled(rooms(), [
        delete('delete a room', 'conference/<alpha.id>/'), get('conference/<alpha.id>/', 'delete a room, then read'),
        look('conference_alias/', 'delete a room (aliases)'),
        delete('delete it again', 'conference/<alpha.id>/'),
        delete('delete a location', 'system_location/<oslo.id>/'), look('conference/', 'delete a location'),
        Step('DELETE', 'conference/<beta.id>/', {'x': 1}, 'delete with a body'),
        delete('delete without slash', 'conference/<under.id>'),
        post('theme to delete', 'ivr_theme/', {'name': 'gone'}, 'gone'),
        patch('use it', 'conference/<under.id>/', {'ivr_theme': '<gone>'}),
        delete('delete a used theme', 'ivr_theme/<gone.id>/'), look('conference/<under.id>/', 'delete a used theme'),
    ]),
}
