"""What each kind of client does in its own idiom: the requests as it sends them, the answers as it reads them."""
import concurrent.futures
import datetime
import json
import re
import urllib.parse

import pytest
import requests
import resources
import rostra

URI = rostra.CONFIGURATION
STATUS = rostra.PREFIX + '/status/v1/'
HISTORY = rostra.PREFIX + '/history/v1/'
COMMAND = rostra.PREFIX + '/command/v1/'
ROOTS = [URI, STATUS, HISTORY] + [f'{COMMAND}{group}/' for group in ('conference', 'participant', 'platform')]
NO_ID = '00000000-0000-4000-8000-000000000000'
CREATABLE = [r for r in resources.family('configuration')
             if 'post' in r.list_methods and 'put' in r.detail_methods and not r.file_field]


@pytest.fixture
def rooms(client):
    """25 rooms in one request."""
    objects = [{'name': f'Client {n:02}', 'tag': f'c{n % 2}', 'aliases': [{'alias': f'client.{n}'}]} for n in range(25)]
    assert client.patch('conference/', {'objects': objects}).status_code == 202
    yield [one['name'] for one in objects]
    assert client.delete('conference/?name__startswith=Client%20').status_code == 204


def names(body):
    return [one['name'] for one in body['objects']]


# --- scripts ---


def test_a_script_without_a_content_type(client):
    """wire 14.1, 1.5, 16.3: JSON as bare data; numbers and truth as texts; an address without its first slash."""
    body = {'name': 'Script room', 'service_type': 'conference', 'pin': 1234567, 'allow_guests': 'yes',
            'guest_pin': '7654321', 'participant_limit': '8', 'aliases': [{'alias': 123456789012345678901}]}
    answer = client.request('POST', 'conference/', data=json.dumps(body))
    assert answer.status_code == 201 and not answer.content
    room = answer.headers['location']
    shown = client.read(room)
    assert (shown['pin'], shown['allow_guests'], shown['participant_limit']) == ('1234567', True, 8)
    assert shown['aliases'][0]['alias'] == '123456789012345678901'
    answer = client.request('POST', 'conference_alias/', data=json.dumps({'alias': 'script.room',
                                                                         'conference': room.lstrip('/')}))
    assert answer.status_code == 201
    answer = client.request('POST', 'conference/', data=json.dumps(body))
    assert answer.status_code == 400 and 'already exists' in answer.text
    assert client.read('conference/', name='Script room')['meta']['total_count'] == 1


def test_a_script_makes_many_rooms(client, rooms):
    """wire 14.1, 8.3: one PATCH of the list, then changes by address."""
    found = client.objects('conference/', name__startswith='Client ')
    assert [one['name'] for one in found] == rooms
    changes = [{'resource_uri': one['resource_uri'], 'description': 'changed'} for one in found]
    assert client.request('PATCH', 'conference/', data=json.dumps({'objects': changes})).status_code == 202
    assert len(client.objects('conference/', description='changed', name__startswith='Client ')) == 25


@pytest.mark.parametrize('command, argument, value, text', [
    ('participant/disconnect', 'participant_id', NO_ID, 'Failed to find participant.'),
    ('participant/mute', 'participant_id', NO_ID, 'Failed to find participant.'),
    ('conference/lock', 'conference_id', NO_ID, 'Failed to find conference.'),
    ('participant/dial', 'destination', None, 'This field is required.')])
@pytest.mark.parametrize('form', [True, False])
def test_commands_by_form(client, command, argument, value, text, form):
    """wire 14.1, 14.14, 12.1, 12.2, 16.10: the official examples post forms; plug-ins read body.<command>.<argument>[0]."""
    body = {'conference_alias': 'meet', **({argument: value} if value else {})}
    answer = client.request('POST', f'{COMMAND}{command}/', data=body if form else json.dumps(body))
    assert answer.status_code == 400
    assert answer.json()[command.split('/')[1]][argument][0] == text


# --- a command line that builds itself ---


SCHEMA_KEYS = {'allowed_detail_http_methods', 'allowed_list_http_methods', 'default_format', 'default_limit', 'fields',
               'filtering', 'ordering'}
FIELD_KEYS = {'blank', 'default', 'help_text', 'nullable', 'readonly', 'related_schema', 'related_type', 'type', 'unique',
              'valid_choices'}
TYPES = {'string', 'boolean', 'datetime', 'date', 'time', 'integer', 'float', 'related', 'list', 'file'}


@pytest.mark.parametrize('root', ROOTS)
def test_the_command_line_caches_all_schemas(client, root):
    """wire 14.2, 2.1, 2.2, 16.1: every member is an object with both texts; no schema has what it can't read."""
    for name, member in client.read(root).items():
        assert set(member) == {'list_endpoint', 'schema'} and all(isinstance(one, str) for one in member.values())
        assert member['list_endpoint'] == f'{root}{name}/'
        schema = client.read(member['schema'])
        assert set(schema) <= SCHEMA_KEYS and schema['default_limit'] == 20
        for methods in (schema['allowed_detail_http_methods'], schema['allowed_list_http_methods']):
            assert set(methods) <= set(resources.METHODS)
        if 'post' in schema['allowed_list_http_methods']:
            assert 'post' in schema['allowed_detail_http_methods']
        for field in schema['fields'].values():
            assert set(field) <= FIELD_KEYS and field['type'] in TYPES
            assert isinstance(field['help_text'], str)
            assert ('related_type' in field) == (field['type'] == 'related')
        assert all(value in (1, 2) or isinstance(value, list) and all(isinstance(one, str) for one in value)
                   for value in schema.get('filtering', {}).values())
        if not root.startswith(COMMAND):
            assert not {'limit', 'page_size', 'stream', 'object_id'} & set(schema.get('filtering', {}))


def test_the_command_line_at_work(client, rooms):
    """wire 14.2, 16.1: probe, get by filter, page by path, post what its schema calls mandatory, patch, delete."""
    assert client.get(STATUS + 'worker_vm/', params={'limit': 1}).status_code == 200
    body = client.read('conference/', name__startswith='Client ', limit=10)
    assert (body['meta']['limit'], body['meta']['offset'], body['meta']['total_count']) == (10, 0, 25)
    assert body['meta']['next'].startswith('/api/admin/')
    fields = client.read('conference/schema/')['fields']
    mandatory = [name for name, field in fields.items()
                 if not (field['blank'] or field['nullable'] or field['readonly']) and field.get('default') is None]
    assert mandatory == ['name']
    answer = client.post('conference/', {'name': 'Shell'})
    assert answer.status_code == 201 and not answer.content and answer.headers['Location']
    path = answer.headers['Location']
    assert client.patch(path, {'tag': 'x'}).status_code == 202 and client.delete(path).status_code == 204


def test_the_command_line_with_a_wrong_password(server):
    """wire 14.2: 401 at login."""
    stranger = rostra.Client(server, 'nobody.at.all', 'x')
    assert stranger.get(URI).status_code == 401
    stranger.close()


# --- typed clients ---


@pytest.mark.parametrize('resource', CREATABLE, ids=str)
def test_the_life_of_a_resource(client, maker, resource):
    """wire 14.3, 14.4: as an acceptance test: minimal, full, minimal again by PUT with nulls, gone; read back each time."""
    small = maker.body(resource)
    answer = client.post(resource.path, small, headers={'Accept': None})
    path = answer.headers['Location']
    assert answer.status_code == 201 and (not answer.content or resource.name in ('oauth2_client', 'worker_vm'))
    assert re.search(r'/(\d+)/?$', path) or re.search(r'/[0-9a-f-]{36}/$', path) or resource.name == 'licence'
    before = client.read(path)
    assert before['resource_uri'] == path
    full = {**maker.body(resource, full=True), **small}
    answer = client.put(path, {**before, **full})
    assert answer.status_code == 204, answer.text
    shown = client.read(path)
    assert {name: shown[name] for name, value in full.items()
            if not resources.same(resource.by_name[name], value, shown[name])} == {}
    reset = {f.name: None for f in resource.fields if not f.required and not f.readonly}
    answer = client.put(path, {**shown, **reset, **small})
    assert answer.status_code == 204, answer.text
    shown = client.read(path)
    for field in resource.fields:
        if field.settable and not field.required and not (field.generated or field.many or field.secret):
            assert shown[field.name] == (None if field.nullable else field.default), field
    client.remove(path)
    assert client.get(path).status_code == 404


def test_aliases_of_their_own_survive_their_room(client):
    """wire 14.4, 16.4: separate resources, and a parent that is PUT with null for them."""
    room = client.create('conference', name='Parent', aliases=[{'alias': 'parent.own'}])
    alias = client.create('conference_alias', alias='parent.alias', conference=room)
    assert client.put(room, {**client.read(room), 'description': 'x', 'aliases': None}).status_code == 204
    assert client.read(alias)['conference'] == room
    own = client.read(room)['aliases'][0]['id']
    client.change(room, aliases=[{'alias': 'parent.own'}, {'alias': 'parent.new'}])
    assert [one['alias'] for one in client.read(room)['aliases']] == ['parent.own', 'parent.new']
    assert client.read(room)['aliases'][0]['id'] == own and client.get(alias).status_code == 404


def test_multipart_with_lower_case_headers(client):
    """wire 14.3, 9.5: as Go writes the headers of its parts."""
    body = b''.join(b'--b0undary\r\ncontent-disposition: form-data; name="%s"\r\n\r\n%s\r\n' % pair
                    for pair in ((b'name', b'Lower case'), (b'conference', b'[]')))
    body += (b'--b0undary\r\ncontent-disposition: form-data; name="package"; filename="theme.zip"\r\n'
             b'content-type: application/zip\r\n\r\n' + resources.archive() + b'\r\n--b0undary--\r\n')
    answer = client.request('POST', 'ivr_theme/', data=body,
                            headers={'Content-Type': 'multipart/form-data; boundary=b0undary'})
    assert answer.status_code == 201 and re.search(r'/(\d+)/?$', answer.headers['Location']), answer.text
    assert client.read(answer.headers['Location'])['name'] == 'Lower case'


@pytest.mark.parametrize('name', ['authentication', 'autobackup', 'global', 'gms_gateway_token', 'management_vm'])
def test_patches_of_a_typed_sdk(client, name):
    """wire 14.3: these it changes by PATCH alone."""
    before = client.read(f'{name}/1/')
    answer = client.patch(f'{name}/1/', {})
    assert answer.status_code == 202 and not answer.content
    assert client.read(f'{name}/1/') == before


def test_values_come_back_as_written(client):
    """wire 14.4: no trimming, no other case, sets in any order."""
    text = '  Two  Blanks and ÄÖÜ \t'
    room = client.create('conference', name=text, description='\n x\r\n')
    assert (client.read(room)['name'], client.read(room)['description']) == (text, '\n x\r\n')
    roles = [URI + 'role/2/', URI + 'role/1/']
    admin = client.create('administrator', name='any.order', password='some password', roles=roles)
    assert sorted(client.read(admin)['roles']) == sorted(roles)
    assert client.read('permission/', limit=100)['meta']['next'] is None


def test_what_is_gone_is_404_and_nothing_else_says_so(client):
    """wire 14.4, 10.4, 16.6, 16.16"""
    room = client.create('conference', name='Gone')
    assert [client.delete(room).status_code for _ in range(2)] == [204, 404]
    answers = [client.get(room), client.get(room), client.patch(room, {'tag': 'x'})]
    assert [(one.status_code, one.content) for one in answers] == [(404, b'')] * 3
    location = client.create('system_location', name='404 not found lookup')
    client.create('worker_vm', name='404', hostname='n404', domain='lookup', address='192.0.2.44',
                  netmask='255.255.255.0', gateway='192.0.2.1', system_location=location)
    answer = client.delete(location)
    assert answer.status_code == 400
    assert not re.search('404|not found|Not Found|lookup', answer.text)


# --- a server for language models ---


def test_requests_of_a_language_model(client, rooms):
    """wire 14.5: schema as JSON, all at once, truth as Python writes it, relations by address, keys from Location."""
    fields = client.read('conference/schema/', format='json')['fields']
    assert {'type', 'nullable', 'readonly', 'help_text'} <= set(fields['name'])
    body = client.read('conference/', limit=0, name__startswith='Client ', allow_guests='False')
    assert names(body) == rooms and body['meta']['limit'] == 10000
    assert client.read('conference/', allow_guests='True', name__startswith='Client ')['objects'] == []
    path = body['objects'][3]['resource_uri']
    (alias,) = client.objects('conference_alias/', conference=path)
    assert alias['alias'] == 'client.3' and int(path.rstrip('/').rsplit('/', 1)[1])
    for command, argument in (('disconnect', 'participant_id'), ('mute', 'participant_id')):
        answer = client.post(f'{COMMAND}participant/{command}/', {argument: 'none such'})
        assert answer.status_code in (400, 404)


# --- a portal of several tenants ---


def test_requests_of_a_portal(client, rooms):
    """wire 14.6: a type on every GET, parameters and members of other versions, single-key errors, exact statuses."""
    kind = {'Content-Type': 'application/json'}
    body = client.get('conference/', params={'name__startswith': 'Client ', 'tenant': '7', 'connect_time__gte': 'x',
                                             'limit': 9999}, headers=kind, allow_redirects=False)
    assert body.status_code == 200 and names(body.json()) == rooms
    answer = client.post('conference/', {'name': 'Portal', 'tenant': 7, 'future_field': {'a': [1]}})
    room = answer.headers['Location']
    assert answer.status_code == 201
    assert client.patch(room, {'future_field': None, 'tag': 'p'}).status_code == 202
    answer = client.post('conference/', {'name': 'Portal'})
    assert answer.status_code == 400 and len(answer.json()) == 1
    assert 'already exists' in answer.json()['conference']['name'][0]
    key = room.rstrip('/').rsplit('/', 1)[1]
    client.post('conference_alias/', {'alias': 'portal', 'conference': room})
    assert [one['alias'] for one in client.objects('conference_alias/', conference=key)] == ['portal']
    made = datetime.datetime.strptime(client.read(room)['creation_time'], '%Y-%m-%dT%H:%M:%S.%f')
    assert abs(datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None) - made) < datetime.timedelta(hours=1)
    assert client.delete(room).status_code == 204
    assert client.get('conference/', params={'name__regex': '^Client (?!0|1)'}).json()['meta']['total_count'] == 5
    for name in ('participant', 'conference'):
        assert client.get(f'{HISTORY}{name}/', params={'protocol__regex': '^(?!MSSIP|TEAMS)'}).status_code == 200
    stranger = rostra.Client(client.server, 'portal.nobody', 'x')
    assert stranger.get('conference/').status_code == 401
    stranger.close()


def test_shapes_of_errors(client):
    """wire 10.5, 10.2, 10.3: an object with one key, of a text or of lists of texts; as every client can take it apart."""
    general = client.get('conference/', params={'limit': 'x'})
    field = client.post('conference/', {'participant_limit': 'x'})
    wide = client.post('conference/', {'name': 'Wide', 'allow_guests': True})
    kind = client.request('POST', 'conference/', data='<x/>', headers={'Content-Type': 'text/xml'})
    assert isinstance(general.json()['error'], str) and len(general.json()) == 1
    assert {'name', 'participant_limit'} == set(field.json()['conference']) and len(field.json()) == 1
    assert wide.status_code == 400 and len(wide.json()) == 1
    assert kind.status_code == 415 and kind.json()['error'] == kind.json()['error_message']
    assert all(isinstance(text, str) for texts in field.json()['conference'].values() for text in texts)


# --- those that poll ---


def test_a_monitor_pages_until_past_the_end(client, rooms):
    """wire 14.7, 13.5, 16.2: it always asks for one page too many."""
    found, offset = [], 0
    for limit in (10, 25):
        found, offset = [], 0
        while True:
            body = client.get('conference/', params={'limit': limit, 'offset': offset, 'name__startswith': 'Client '},
                              headers={'Content-Type': 'application/json'}).json()
            found += names(body)
            if offset + limit > body['meta']['total_count']:
                break
            offset += limit
        assert found == rooms
    for name in ('alarm', 'licensing', 'worker_vm', 'participant'):
        body = client.read(STATUS + name + '/', limit=1000)
        assert len(body['objects']) == body['meta']['total_count'] and body['meta']['limit'] == 1000
    since = '2026-01-01T00:00:00.123456'
    assert client.read(HISTORY + 'conference/', end_time__gt=since, limit=1000, offset=0)['meta']['next'] is None


@pytest.mark.parametrize('path', ['/api/admin//status/v1/conference/', '//api/admin/status/v1/participant/',
                                  '/api/admin/status/v1//participant//'])
@pytest.mark.parametrize('time', ['2026-01-01', '2026-01-01T10:00:00.123456789', '2026-01-01T10:00:00'])
def test_an_adapter_with_double_slashes(client, path, time):
    """wire 14.8, 1.3, 4.5: nine digits of a second, or a day alone."""
    name = 'start_time' if 'conference' in path else 'connect_time'
    answer = client.get(path, params={'limit': 5000, name + '__gte': time})
    assert answer.status_code == 200 and answer.headers['Content-Type'] == 'application/json'
    assert answer.json()['meta']['limit'] == 5000


def test_an_adapter_commands_by_json(client):
    """wire 14.8: with JSON."""
    answer = client.post(f'{COMMAND}conference/disconnect/', {'conference_id': NO_ID})
    assert answer.json() == {'disconnect': {'conference_id': ['Failed to find conference.']}}


def test_a_scheduling_connector(client):
    """wire 14.9: a charset in its type, no final slash, the whole list of aliases with one more."""
    kind = {'Content-Type': 'application/json;charset=UTF-8'}
    room = client.create('conference', name='Booked', pin='123456', guest_pin='654321', allow_guests=True,
                         aliases=[{'alias': 'booked.1'}, {'alias': 'booked.2'}])
    answer = client.get(room.rstrip('/'), headers=kind)
    assert answer.status_code == 301 and answer.headers['Location'] == room and not answer.content
    shown = client.session.get(client.server.url + room.rstrip('/'), headers=kind, timeout=rostra.WAIT_S).json()
    aliases = shown['aliases'] + [{'alias': 'booked.3', 'description': 'new'}]
    answer = client.request('PATCH', room, data=json.dumps({'aliases': aliases}), headers=kind)
    assert answer.status_code == 202
    after = client.read(room)['aliases']
    assert after[:2] == shown['aliases'] and after[2]['alias'] == 'booked.3'
    assert client.request('GET', 'conference/?name=Booked&limit=2', headers=kind).json()['meta']['total_count'] == 1
    assert 'chair' in (resources.load('command', 'participant.role').by_name['role'].choices or ['chair'])
    for node in client.objects(STATUS + 'worker_vm/'):
        assert re.fullmatch(r'\d+(\.\d+)? \(\S+\)', node['version'])


def test_a_library_follows_next(client, rooms):
    """wire 14.10, 16.2: without Accept; integers and times are never null."""
    found, page = [], 'conference/?limit=7&name__startswith=Client%20'
    while page:
        answer = client.get(page, headers={'Accept': None})
        found += answer.json()['objects']
        page = answer.json()['meta']['next']
    assert [one['name'] for one in found] == rooms
    assert all(one['creation_time'] and isinstance(one['id'], int) for one in found)
    participant = resources.load('status', 'participant').by_name
    assert not participant['connect_time'].nullable and not participant['bandwidth'].nullable
    answer = client.get(f'{STATUS}participant/{NO_ID}/media_stream/')
    assert answer.status_code == 404 and not answer.content


def test_automation_scripts(client, rooms):
    """wire 14.11: a type only with a body, pages of a hundred by total_count, 404 and 405 where there is nothing."""
    assert len(names(client.read('conference/', name__startswith='Client ', limit=100))) == 25
    answer = client.request('PATCH', 'conference/', data=json.dumps({'objects': []}),
                            headers={'Content-Type': 'application/json'})
    assert (answer.status_code, answer.content) == (202, b'')
    assert client.get('no_such_resource/').status_code == 404
    assert client.patch('global/', {}).status_code == 405
    assert client.delete(f'{STATUS}participant/{NO_ID}/').status_code == 405
    assert client.post('conference/', {}).json() == {'conference': {'name': ['This field is required.']}}


def test_a_log_collector_reads_times(client, rooms):
    """wire 14.12, 13.2, 16.14: a hundred a page, by next, with `.%f`."""
    page = 'conference_alias/?limit=100&alias__startswith=client.'
    while page:
        body = client.read(page)
        for one in body['objects']:
            datetime.datetime.strptime(one['creation_time'], '%Y-%m-%dT%H:%M:%S.%f')
        page = body['meta']['next']
    for one in client.objects('administrator/') + client.objects('ivr_theme/'):
        for name in {'creation_time', 'last_updated'} & set(one):
            assert re.fullmatch(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?', one[name])


def test_a_dashboard_fetches_pages_in_parallel(client, rooms):
    """wire 14.13, 3: they fit together, since the order is total."""
    def page(offset):
        access = {'auth': (rostra.USER, rostra.PASSWORD), 'verify': client.server.certificate, 'timeout': rostra.WAIT_S}
        query = urllib.parse.urlencode({'limit': 4, 'offset': offset, 'format': 'json', 'order_by': '-tag',
                                        'name__startswith': 'Client '})
        return names(requests.get(f'{client.server.url}{URI}conference/?{query}', **access).json())

    with concurrent.futures.ThreadPoolExecutor(7) as pool:
        found = [name for part in pool.map(page, range(0, 28, 4)) for name in part]
    assert sorted(found) == rooms and len(found) == 25
    assert client.get('/api/admin/status/v1/unheard_of/?format=json').status_code == 404


def test_plug_ins_dial(client):
    """wire 14.14: an error under the name of the command, or success with the id of the participant."""
    body = {'conference_alias': 'meet', 'destination': 'sip:x@example.com', 'role': 'guest', 'call_type': 'audio'}
    answer = client.request('POST', f'{COMMAND}participant/dial/', data=body)
    shown = answer.json()
    if answer.status_code == 202:
        assert shown['status'] == 'success' and shown['data']['participant_id'] == shown['data']['participant_ids'][0]
    else:
        assert answer.status_code == 400 and shown.get('status') != 'success' and 'dial' in shown or 'error' in shown
    answer = client.request('POST', f'{COMMAND}participant/dial/', data={'destination': 'x'})
    assert answer.json()['dial']['conference_alias'][0] == 'This field is required.'


def test_a_driver_takes_the_path_of_location(client):
    """wire 14.15, 7: it is a path already."""
    answer = client.post('conference/', {'name': 'Ruby'})
    path = urllib.parse.urlparse(answer.headers['Location']).path
    assert path == answer.headers['Location'] and client.read(path)['resource_uri'] == path


# --- acceptance ---


def test_all_or_nothing_of_a_hundred(client):
    """wire 16.7, 8.3"""
    objects = [{'name': f'Hundred {n}'} for n in range(100)]
    objects[57]['participant_limit'] = -1
    assert client.patch('conference/', {'objects': objects}).status_code == 400
    assert client.read('conference/', name__startswith='Hundred')['meta']['total_count'] == 0


@pytest.mark.parametrize('query', ['limit=x', 'order_by=x', 'name__foo=1', 'id=abc'])
def test_what_a_list_refuses(client, query):
    """wire 16.9, 16.16"""
    answer = client.get(f'conference/?{query}')
    assert answer.status_code == 400 and set(answer.json()) == {'error'}


def test_a_misspelt_filter(client, rooms):
    """wire 16.8, 8.4"""
    assert client.delete('conference/?nmae__startswith=Client').status_code == 400
    assert client.read('conference/', name__startswith='Client ')['meta']['total_count'] == 25


def test_a_form_for_the_configuration(client):
    """wire 16.11"""
    assert client.request('POST', 'conference/', data={'name': 'x'}).status_code == 415


def test_read_and_put_back(client):
    """wire 16.5, 16.15, 16.17"""
    room = client.create('conference', name='Back', description='kept', pin='123456', aliases=[{'alias': 'back'}])
    before = client.read(room)
    assert client.put(room, before).status_code == 204 and client.read(room) == before
    assert client.put(room, {'name': 'Back', 'tag': 'x'}).status_code == 204
    assert client.read(room) == {**before, 'tag': 'x'}
    assert client.get(room[:-1]).status_code == 301
