"""Answers in all their forms."""
import json

import pytest

import client

SIZES = [0, 1, 1500, 16000, 16383, 16384, 16385, 36000, 100_000, 3_000_000]


@pytest.mark.parametrize('way', ['', '/worker'])
def test_sizes(server, way):
    with client.connect(server.port) as sock:
        for size in SIZES:
            answer = client.ask(sock, f'{way}/hello?size={size}&seed={size % 7}')
            assert answer.status == 200
            assert answer.body == client.letters(size, size % 7)


@pytest.mark.parametrize('size', [0, 5, 20_000, 300_000])
def test_shared_bytes(server, size):
    assert client.ask_once(server.port, f'/worker/shared?size={size}').body == client.letters(size, 0)


@pytest.mark.parametrize('offset, length', [(0, 0), (0, 10), (7, 16384), (1, 2_999_999), (2_999_999, 1)])
def test_file_range(server, offset, length):
    answer = client.ask_once(server.port, f'/file?offset={offset}&length={length}')
    assert answer.body == client.letters(length, offset)


def test_file_shorter_than_said(server):
    """The answer can't be completed, so the connection is closed rather than the client left to wait."""
    with client.connect(server.port) as sock:
        sock.sendall(client.head('/file?offset=2999990&length=100'))
        reader = client.Reader(sock)
        assert reader.head()[1]['content-length'] == '100'
        with pytest.raises((AssertionError, OSError)):
            reader.take(100)


@pytest.mark.parametrize('code', [200, 201, 202, 301, 400, 404, 501])
def test_status_with_body(server, code):
    answer = client.ask_once(server.port, f'/status?code={code}')
    assert (answer.status, answer.body, answer.headers['content-length']) == (code, b'some text', '9')


def test_no_content(server):
    with client.connect(server.port) as sock:
        headers = client.ask(sock, '/status?code=204').headers
        assert 'content-length' not in headers and 'content-type' not in headers
        headers = client.ask(sock, '/status?code=304').headers
        assert 'content-length' not in headers
        assert client.ask(sock, '/hello').body == b'abcde'


def test_head_has_no_body(server):
    with client.connect(server.port) as sock:
        answer = client.ask(sock, '/hello?size=70000', 'HEAD')
        assert (answer.status, answer.headers['content-length']) == (200, '70000')
        answer = client.ask(sock, '/file?length=70000', 'HEAD')
        assert answer.headers['content-length'] == '70000'
        assert client.ask(sock, '/hello').body == b'abcde'


def test_value_starts_no_header(server):
    headers = client.ask_once(server.port, '/status').headers
    assert 'x-injected' not in headers
    assert headers['x-evil'] == 'a  X-Injected: b'


def test_huge_head_of_answer(server):
    answer = client.ask_once(server.port, '/huge-head')
    assert answer.status == 500
    assert 'error' in json.loads(answer.body)


def describe(server, target='/describe', source=None, method='GET', version='1.1', raw=None, **headers):
    with client.connect(server.port, source=source) as sock:
        sock.sendall(raw or client.head(target, method, version, **headers))
        answer = client.Reader(sock).answer()
        assert answer.status == 200
        return json.loads(answer.body)


def test_request_as_seen(server):
    seen = describe(server, '/describe?a=%20b&c?d', method='BREW')
    assert (seen['method'], seen['target'], seen['path'], seen['query']) == \
        ('BREW', '/describe?a=%20b&c?d', '/describe', 'a=%20b&c?d')
    assert (seen['host'], seen['client'], seen['minor'], seen['has_body'], seen['listener']) == \
        ('localhost', '127.0.0.1', 1, False, 0)


def test_absolute_target(server):
    seen = describe(server, 'http://elsewhere:80/describe?x')
    assert (seen['host'], seen['target']) == ('elsewhere:80', '/describe?x')


def test_repeated_headers(server):
    raw = b'GET /describe HTTP/1.1\r\nHost: a\r\nAccept: a\r\naccept: b\r\nCookie: c=1\r\nCookie: d=2\r\n' \
          b'X-Last: 1\r\nX-Last: 2\r\n\r\n'
    seen = describe(server, raw=raw)
    assert (seen['accept'], seen['cookie'], seen['x-last'], seen['n_headers']) == ('a, b', 'c=1; d=2', '2', 7)


@pytest.mark.parametrize('source, forwarded, client_address, through', [
    ('127.0.0.1', '203.0.113.7', '127.0.0.1', False),    # anybody could say so
    ('127.0.0.2', '203.0.113.7', '203.0.113.7', True),
    ('127.0.0.2', '198.51.100.1, 203.0.113.7, 192.0.2.9', '203.0.113.7', True),
    ('127.0.0.2', 'nonsense', '127.0.0.2', True),
    ('127.0.0.2', None, '127.0.0.2', True),
])
def test_trusted_proxy(server, source, forwarded, client_address, through):
    headers = {'X_Forwarded_For': forwarded} if forwarded else {}
    seen = describe(server, source=source, **headers)
    assert (seen['client'], seen['through_proxy']) == (client_address, through)


def test_keep_alive_and_close(server):
    with client.connect(server.port) as sock:
        assert 'connection' not in client.ask(sock, '/hello').headers
        answer = client.ask(sock, '/hello', Connection='close')
        assert answer.headers['connection'] == 'close'
        assert client.Reader(sock).at_end()


def test_http_1_0(server):
    with client.connect(server.port) as sock:
        sock.sendall(client.head('/hello', version='1.0', Connection='keep-alive'))
        reader = client.Reader(sock)
        assert reader.answer().headers['connection'] == 'keep-alive'
        sock.sendall(client.head('/hello', version='1.0'))
        answer = reader.answer()
        assert (answer.headers['connection'], answer.body) == ('close', b'abcde')
        assert reader.at_end()


@pytest.mark.parametrize('data, status', [
    (b'GET / HTTP/1.1\r\n\r\n', 400),
    (b'GET / HTTP/1.1\nHost: a\n\n', 400),
    (b'GET /a b HTTP/1.1\r\nHost: a\r\n\r\n', 400),
    (b'GET / HTTP/2.0\r\nHost: a\r\n\r\n', 505),
    (b'GET /' + b'x' * 20000 + b' HTTP/1.1\r\n', 414),
    (b'GET / HTTP/1.1\r\nHost: a\r\nA: ' + b'x' * 20000, 431),
    (b'POST / HTTP/1.1\r\nHost: a\r\nExpect: x\r\n\r\n', 417),
    (b'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n', 400),
])
def test_refused_heads(server, data, status):
    """In the API's form of errors, and the connection is closed in good form."""
    with client.connect(server.port) as sock:
        sock.sendall(data)
        reader = client.Reader(sock)
        answer = reader.answer()
        assert (answer.status, answer.headers['connection']) == (status, 'close')
        assert answer.headers['content-type'] == 'application/json'
        assert list(json.loads(answer.body)) == ['error']
        assert reader.at_end()
    assert client.ask_once(server.port, '/hello').status == 200
