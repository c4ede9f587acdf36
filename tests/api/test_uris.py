"""Paths, slashes, and in which order a request is looked at."""
import html
import re

import pytest
import resources
import rostra

B = '/api/admin'
ACTS = re.compile('Acted on by|nothing acts on it')


@pytest.mark.parametrize('family', ['configuration', 'status', 'history'])
def test_roots(client, family):
    """wire 1.2: one member a resource, nested ones left out; each has a schema."""
    path = f'{B}/{family}/v1/'
    root = client.read(path)
    assert sorted(root) == [r.name for r in resources.family(family)]
    for name, member in root.items():
        assert member == {'list_endpoint': f'{path}{name}/', 'schema': f'{path}{name}/schema/'}
        assert client.get(member['schema']).status_code == 200


@pytest.mark.parametrize('group', ['conference', 'participant', 'platform'])
def test_command_roots(client, group):
    """wire 1.2"""
    path = f'{B}/command/v1/{group}/'
    for name, member in client.read(path).items():
        assert member == {'list_endpoint': f'{path}{name}/', 'schema': f'{path}{name}/schema/'}
        assert client.read(member['schema'])['allowed_detail_http_methods'] == ['post']


def test_root_of_command_roots(client):
    """wire 1.1"""
    path = f'{B}/command/v1/'
    assert client.read(path) == {group: {'list_endpoint': f'{path}{group}/', 'schema': f'{path}{group}/'}
                                 for group in ('conference', 'participant', 'platform')}


@pytest.mark.parametrize('method', ['POST', 'PUT', 'PATCH', 'DELETE'])
@pytest.mark.parametrize('path', [f'{B}/configuration/v1/', f'{B}/command/v1/platform/'])
def test_roots_are_for_reading(client, method, path):
    """wire 1.2"""
    assert client.request(method, path).status_code == 405
    assert client.request('OPTIONS', path).text == 'GET'


@pytest.mark.parametrize('root', [f'{B}/status/v1/', f'{B}/history/v1/', f'{B}/command/v1/participant/'])
def test_root_with_schemas(client, root):
    """wire 1.2: fullschema=true puts the documents themselves there."""
    for name, member in client.read(root, fullschema='true').items():
        assert member['list_endpoint'] == f'{root}{name}/'
        assert set(member['schema']) == set(client.read(f'{root}{name}/schema/'))


def test_index_of_all_schemas(client):
    """wire 1.1: JSON when asked for; one member a resource, one member a root."""
    body = client.read(f'{B}/schema/', format='json')
    assert list(body) == ['command/conference', 'command/participant', 'command/platform', 'configuration', 'history',
                          'status']
    for root, members in body.items():
        assert members == client.read(f'{B}/{root.replace("/", "/v1/") if "/" in root else root + "/v1"}/')


@pytest.mark.parametrize('path', [f'{B}/schema/', '/admin/platform/schema/'])
def test_page_of_all_schemas(client, path):
    """wire 1.1: for people, with a link to each schema and a word about who acts on the resource."""
    answer = client.get(path)
    assert answer.status_code == 200 and answer.headers['Content-Type'] == 'text/html; charset=utf-8'
    lines = {line.split('"')[1]: line for line in answer.text.splitlines() if line.startswith('<dt>')}
    for family in ('configuration', 'status', 'history', 'command'):
        for resource in resources.family(family) if family != 'command' else resources.commands():
            line = lines.pop(f'{resource.path}schema/')
            assert bool(ACTS.search(line)) == (family in ('configuration', 'command')), line
            assert html.escape(resource.description.get('effect_note', ''), quote=False) in line
    assert not lines
    assert 'Acted on by the Management Node.' in answer.text and 'nothing acts on it' in answer.text


@pytest.mark.parametrize('path, target', [
    ('conference', 'conference/'), ('conference/1', 'conference/1/'), ('conference/schema', 'conference/schema/'),
    ('conference?limit=1&name__contains=a%20b', 'conference/?limit=1&name__contains=a%20b'),
    ('conference/set/1;2', 'conference/set/1;2/')])
@pytest.mark.parametrize('method', ['GET', 'HEAD'])
def test_a_missing_slash_is_added_for_readers(client, method, path, target):
    """wire 1.3, check 15"""
    answer = client.request(method, path)
    assert answer.status_code == 301 and answer.content == b''
    assert answer.headers['Location'] == rostra.CONFIGURATION + target


@pytest.mark.parametrize('method', ['POST', 'PUT', 'PATCH', 'DELETE'])
def test_a_missing_slash_is_an_error_for_writers(client, method):
    """wire 1.3: a redirect would be repeated as GET."""
    answer = client.request(method, 'conference', json={'name': 'No slash'})
    assert answer.status_code == 404 and 'slash' in answer.json()['error']
    assert client.objects('conference/', name='No slash') == []


@pytest.mark.parametrize('path', [
    '//api/admin/configuration/v1/conference/', '/api/admin//configuration/v1/conference/',
    '/api/admin/configuration/v1//conference//', '/api///admin/configuration//v1/conference/'])
def test_runs_of_slashes_are_one(client, path):
    """wire 1.3"""
    assert set(client.read(path)) == {'meta', 'objects'}
    answer = client.request('GET', path.rstrip('/') + '//schema//')
    assert answer.status_code == 200 and 'fields' in answer.json()


@pytest.mark.parametrize('path', [
    '/', '/api/', '/api/admin/nothing/v1/', f'{B}/configuration/v2/conference/', f'{B}/configuration/v1/nothing/',
    f'{B}/configuration/v1/Conference/', f'{B}/configuration/v1/conference/1/nothing/',
    f'{B}/configuration/v1/conference/1/schema/', f'{B}/configuration/v1/conference/1/2/3/', '/accounts/login/',
    f'{B}/command/v1/conference/start/', f'{B}/configuration/v1/conference/abc/',
    f'{B}/configuration/v1/conference/999999999/', f'{B}/configuration/v1/conference/99999999999999999999999/',
    f'{B}/configuration/v1/conference/1.0/', f'{B}/configuration/v1/conference/%20/'])
def test_what_is_not_there(client, path):
    """wire 1.3, 6.1: 404 without a body, whoever asks how."""
    for method in ('GET', 'HEAD') if path == '/' else ('GET', 'PATCH', 'DELETE'):
        answer = client.request(method, path, **({} if method == 'GET' else {'json': {}}))
        assert answer.status_code == 404 and answer.content == b'', method


def test_an_id_called_schema_is_the_schema(client):
    """wire 1.1"""
    assert 'fields' in client.read('licence/schema/')


@pytest.mark.parametrize('path', ['configuration/v1/../v1/conference/', './configuration/v1/conference/',
                                  'configuration/v1/%2e%2e/v1/conference/', 'configuration/v1/conference/%2E/',
                                  'configuration/v1/conference/%00/', 'configuration/v1/conference/1%00/',
                                  'configuration/v1/conference%00/', 'configuration/v1%2fconference/'])
def test_path_tricks(client, path):
    """wire 1.3"""
    answer = client.send('GET', f'{B}/{path}')
    assert answer.status == 404 and answer.text == ''


@pytest.mark.parametrize('path', ['/api/admin/configuration/v1/conf erence/', '/api/admin/configuration/v1/?a b'])
def test_a_blank_in_the_request_line(client, path):
    """wire 1.3: 400, never cut at the blank."""
    assert client.send('GET', path).status == 400


def test_paths_are_decoded_once(client):
    """wire 1.3"""
    path = client.create('conference', name='Decoded')
    key = path.rstrip('/').rsplit('/', 1)[1]
    spelt = ''.join(f'%{ord(c):02x}' for c in key)
    assert client.send('GET', f'{B}/configuration/v1/c%6fnference/{spelt}/').status == 200
    twice = spelt.replace('%', '%25')
    assert client.send('GET', f'{B}/configuration/v1/conference/{twice}/').status == 404


def test_the_order_of_checks(client, server):
    """wire 1.4: path, OPTIONS, 405 and 501 come before login; type and syntax of the body after it."""
    nobody = rostra.Client(server, user=None)
    assert nobody.get('nothing/').status_code == 404
    assert nobody.request('OPTIONS', 'conference/').status_code == 200
    assert nobody.request('DELETE', 'permission/').status_code == 405
    assert nobody.post('conference/1/', {}).status_code == 501
    assert nobody.post('conference/', b'{', headers={'Content-Type': 'text/plain'}).status_code == 401
    assert nobody.get('conference/?limit=x').status_code == 401
    assert nobody.get('conference').status_code == 301
    assert client.post('conference/', b'{', headers={'Content-Type': 'text/plain'}).status_code == 415
    nobody.close()


@pytest.mark.parametrize('method', ['POST', 'PUT'])
@pytest.mark.parametrize('word', ['PATCH', 'patch'])
def test_the_method_may_be_overridden(client, method, word):
    """wire 1.4"""
    path = client.create('conference', name='Overridden', description='old')
    answer = client.request(method, path, json={'description': 'new'}, headers={'X-HTTP-Method-Override': word})
    assert answer.status_code == 202
    assert client.read(path)['description'] == 'new'


def test_options_and_allow(client):
    """wire 1.4"""
    answer = client.request('OPTIONS', 'conference/')
    assert answer.text == 'GET,POST,PUT,DELETE,PATCH'
    answer = client.request('DELETE', 'conference/schema/')
    assert answer.status_code == 405 and answer.text == 'GET'
    assert client.request('DELETE', 'conference/set/1;2/').status_code == 405


@pytest.mark.parametrize('path', ['conference/', 'conference/schema/', 'global/1/', 'conference/set/1/',
                                  '/api/admin/configuration/v1/'])
def test_head_is_get_without_the_body(client, path):
    """wire 1.4"""
    full = client.get(path)
    head = client.request('HEAD', path)
    assert head.status_code == full.status_code == 200 and head.content == b''
    for name in ('Content-Type', 'Content-Length', 'Vary', 'Cache-Control'):
        assert head.headers.get(name) == full.headers.get(name)


def test_unknown_methods(client):
    """wire 1.4: neither 500 nor taken for another."""
    for method in ('TRACE', 'PROPFIND', 'get', 'GETX'):
        answer = client.send(method, f'{B}/configuration/v1/conference/')
        assert answer.status in (400, 405, 501), method
