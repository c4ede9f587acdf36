"""Formats of requests and answers: negotiation, headers, JSON."""
import json

import pytest
import rostra

JSON_TYPES = ['application/json', 'application/json; charset=utf-8', 'application/json;charset=UTF-8',
              'APPLICATION/JSON', None, '']


@pytest.mark.parametrize('accept', [None, '*/*', 'text/html', 'application/json, text/plain, */*', 'application/json',
                                    'application/pdf', 'nonsense', ';;;,', 'application/xml',
                                    'text/yaml;q=0.9, */*;q=0'])
def test_answers_are_json_whatever_is_accepted(client, accept):
    """wire 1.5"""
    answer = client.get('conference/', headers={'Accept': accept})
    assert answer.status_code == 200 and answer.headers['Content-Type'] == 'application/json'


@pytest.mark.parametrize('name, status', [('json', 200), ('nonsense', 200), ('', 200), ('xml', 406), ('yaml', 406),
                                          ('plist', 406)])
def test_format(client, name, status):
    """wire 1.5"""
    answer = client.get('conference/', params={'format': name})
    assert answer.status_code == status and answer.headers['Content-Type'] == 'application/json'


def test_format_stays_in_next(client):
    """wire 1.5, 3"""
    body = client.read('ivr_theme/', format='json', limit=1)
    assert 'format=json' in body['meta']['next']


@pytest.mark.parametrize('kind', JSON_TYPES)
def test_types_of_a_json_body(client, kind):
    """wire 1.5"""
    answer = client.post('conference/', {'name': f'Typed {kind}'}, headers={'Content-Type': kind})
    assert answer.status_code == 201


@pytest.mark.parametrize('kind', ['application/x-www-form-urlencoded', 'text/plain', 'application/xml',
                                  'multipart/form-data; boundary=x', 'application/jsonx', 'nonsense'])
@pytest.mark.parametrize('method', ['POST', 'PATCH'])
def test_types_that_are_refused(client, method, kind):
    """wire 1.5, check 11"""
    answer = client.request(method, 'conference/', data=b'{"name": "x", "objects": []}', headers={'Content-Type': kind})
    assert answer.status_code == 415
    assert answer.json()['error'].endswith('is not taken here: send application/json.')


@pytest.mark.parametrize('path, types', [
    ('media_library_entry/', 'application/json or multipart/form-data'),
    ('/api/admin/command/v1/participant/dial/',
     'application/json, application/x-www-form-urlencoded or multipart/form-data')])
def test_refused_types_come_with_those_that_are_taken(client, path, types):
    """wire 1.5: each of which then isn't refused."""
    answer = client.post(path, b'x', headers={'Content-Type': 'text/plain'})
    assert answer.status_code == 415 and answer.json()['error'].endswith(f'send {types}.')
    for kind in types.replace(' or ', ', ').split(', '):
        assert client.post(path, b'x', headers={'Content-Type': kind + '; boundary=x'}).status_code == 400


@pytest.mark.parametrize('resource, field, value, words', [
    ('conference', 'pin', '12', '4 to 20 digits'), ('administrator', 'name', 'a:b', 'without a colon')])
def test_a_value_of_the_wrong_form_is_told_the_right_one(client, resource, field, value, words):
    (text,) = client.post(resource + '/', {field: value}).json()[resource][field]
    assert text.startswith('The value doesn\'t have the right form. ') and words in text


def test_type_twice(client):
    """wire 1.5: as one Java client sends it."""
    body = json.dumps({'name': 'Twice'}).encode()
    answer = client.send('POST', 'conference/', 'Content-Type: application/json', 'Content-Type: application/json',
                         f'Content-Length: {len(body)}', body=body)
    assert answer.status == 201
    client.created.append(answer.headers['Location'])


def test_a_type_without_a_body_is_ignored(client):
    """wire 1.5"""
    path = client.create('conference', name='Bodyless')
    for kind in ('application/json', 'text/plain', 'application/x-www-form-urlencoded'):
        assert client.get('conference/', headers={'Content-Type': kind}).status_code == 200
        for method in ('POST', 'PATCH', 'PUT'):
            answer = client.request(method, path if method != 'POST' else 'conference/', data=b'',
                                    headers={'Content-Type': kind})
            assert answer.status_code == 400, (method, kind)
    assert client.delete(path, headers={'Content-Type': 'text/plain'}, data=b'{"some": "body"}').status_code == 204
    command = rostra.PREFIX + '/command/v1/conference/lock/'
    for kind in ('text/plain', 'multipart/form-data; boundary=b', 'multipart/form-data'):
        answer = client.request('POST', command, data=b'', headers={'Content-Type': kind})
        assert answer.json() == {'lock': {'conference_id': ['This field is required.']}}, kind


def test_chunked_bodies_and_byte_order_marks(client):
    """wire 1.5"""
    body = json.dumps({'name': 'Chunked ü'}, ensure_ascii=False).encode()
    answer = client.request('POST', 'conference/', data=iter([body[:3], body[3:20], body[20:]]))
    assert answer.status_code == 201
    assert client.read(answer.headers['Location'])['name'] == 'Chunked ü'
    assert client.post('conference/', b'\xef\xbb\xbf{"name": "Marked"}').status_code == 201


def test_expectations(client):
    """wire 1.5: 100 Continue is sent only for what will be read."""
    body = b'{"name": "Expected"}'
    with client.server.connect() as connection:
        connection.sendall('\r\n'.join([
            f'POST {rostra.CONFIGURATION}conference/ HTTP/1.1', 'Host: localhost', client.authorization(),
            'Expect: 100-continue', f'Content-Length: {len(body)}', '', '']).encode())
        assert connection.recv(1000) == b'HTTP/1.1 100 Continue\r\n\r\n'
        connection.sendall(body)
        answer = rostra.read_answer(connection, 'POST')
    assert answer.status == 201
    client.created.append(answer.headers['Location'])
    refused = client.send('POST', 'nothing/', 'Expect: 100-continue', 'Content-Length: 20')
    assert refused.status == 404


def test_headers_of_answers(client):
    """wire 1.6; what traffic.py doesn't look at."""
    answer = client.post('conference/', {'name': 'Headers'})
    path = answer.headers['Location']
    assert 'Location' in [name for name, _ in answer.raw.headers.items()]
    assert path.startswith('/') and 'Cache-Control' not in answer.headers
    assert client.get(path).headers['Cache-Control'] == 'no-cache'
    for method, status in (('GET', 200), ('PATCH', 202), ('DELETE', 204), ('GET', 404)):
        answer = client.request(method, path, headers={'X-Requested-With': 'XMLHttpRequest'},
                                **({'json': {}} if method == 'PATCH' else {}))
        assert answer.status_code == status and answer.headers['Cache-Control'] == 'no-cache', method
        assert not [name for name in answer.headers if name.lower().startswith('access-control-')]
    refused = client.server.raw(f'GET {rostra.CONFIGURATION}conference/ HTTP/1.1\r\nHost: localhost\r\n'
                                'X-Requested-With: XMLHttpRequest\r\n\r\n'.encode())
    assert refused.status == 401 and refused.getheader('Cache-Control') == 'no-cache'


def test_what_scripts_are_told_outside_of_the_api(client):
    """wire 1.6, 11.3: on every status"""
    for method in ('PUT', 'OPTIONS'):
        answer = client.request(method, '/oauth/token/', headers={'X-Requested-With': 'XMLHttpRequest'})
        assert answer.status_code == (405 if method == 'PUT' else 200)
        assert answer.headers['Cache-Control'] == 'no-cache', method


@pytest.mark.parametrize('request_text', ['GET / / HTTP/1.1\r\nHost: x\r\n\r\n', 'GET / HTTP/1.1\r\n\r\n',
                                          'GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n'])
def test_headers_of_what_is_no_request(client, request_text):
    """wire 1.6: JSON as of the API"""
    answer = client.server.raw(request_text.encode())
    assert answer.status == 400 and 'error' in json.loads(answer.text)
    assert answer.getheader('Content-Type') == 'application/json'
    assert answer.getheader('Vary') == 'Accept, Cookie' and answer.getheader('Cache-Control') == 'no-cache'


def test_a_connection_is_kept(client):
    """wire 1.6"""
    with client.server.connect() as connection:
        for _ in range(3):
            connection.sendall(f'GET {rostra.CONFIGURATION}conference/?limit=1 HTTP/1.1\r\nHost: localhost\r\n'
                               f'{client.authorization()}\r\n\r\n'.encode())
            assert rostra.read_answer(connection).status == 200


def test_json_is_written_in_order_and_in_utf_8(client):
    """wire 1.7"""
    text = 'Zürich "quoted" \\ back\tslash \u2028 \U0001f600 / \x7f'
    path = client.create('conference', name=text, description='\n')
    answer = client.get(path)
    assert answer.json()['name'] == text
    assert 'Zürich \\"quoted\\" \\\\ back\\tslash \u2028 \U0001f600 / \x7f'.encode() in answer.content
    assert not answer.text.endswith('\n') and ', "' in answer.text and '": ' in answer.text
    assert list(answer.json()) == sorted(answer.json())


@pytest.mark.parametrize('body, name', [
    (b'{"name": "one", "name": "two"}', 'two'),
    (b' \r\n\t{"name": "white"}\r\n \t ', 'white'),
    (b'{"name": "\\u00e9\\ud83d\\ude00"}', 'é😀'),
    (b'{"name": "esc\\/\\"\\\\"}', 'esc/"\\')])
def test_json_that_is_read(client, body, name):
    """wire 1.8"""
    answer = client.post('conference/', body)
    assert answer.status_code == 201, answer.text
    assert client.read(answer.headers['Location'])['name'] == name


def nested(depth):
    return b'{"name": "deep", "x": ' + b'[' * (depth - 1) + b']' * (depth - 1) + b'}'


REFUSED = [
    b'', b' ', b'[]', b'"text"', b'7', b'null', b'[{"name": "x"}]', b'{"name": "x"} x', b'{"name": "x"}{}',
    b'{"name": NaN}', b'{"name": "x", "y": Infinity}', b'{"name": "x", "y": -Infinity}', b"{'name': 'x'}",
    b'{"name": "x",}', b'{"name"}', b'{name: "x"}', b'{"name": "x"', b'{"name": "a\nb"}', b'{"name": 01}',
    b'{"name": "\\x41"}', b'{"name": "\\u0000"}', b'{"name": "a\\u0000b"}', b'{"name": "\\ud800"}',
    b'{"name": "\\udc00\\ud800"}', b'{"name": "\xff"}', b'{"name": "\xc0\xaf"}', b'{"name": "\xed\xa0\x80"}',
    b'{"\\u0000": 1, "name": "x"}', b'{"name": "x"}\x00', b'\x00', b'\xff\xfe{\x00}\x00', nested(65), nested(100000)]


@pytest.mark.parametrize('body', REFUSED, ids=range(len(REFUSED)))
@pytest.mark.parametrize('method, path', [('POST', 'conference/'), ('PATCH', 'conference/'), ('PATCH', 'global/1/')])
def test_json_that_is_refused(client, method, path, body):
    """wire 1.8: 400, nothing stored."""
    answer = client.request(method, path, data=body, headers={'Content-Type': 'application/json'})
    assert answer.status_code == 400 and set(answer.json()) == {'error'}, answer.text
    assert client.objects('conference/', name='x') == []


def test_depth_that_is_just_allowed(client):
    """wire 1.8"""
    assert client.post('conference/', nested(64)).status_code == 201


def test_the_place_of_a_fault_is_named(client):
    """wire 7: a person reads where."""
    error = client.post('conference/', b'{"name": "x",\n  "pin": oops}').json()['error']
    assert 'line 2' in error, error
