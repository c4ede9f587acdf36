"""Sessions of the web interface: signing in, the cookie in the API, what ends a session, and who may change something by it."""
import base64
import concurrent.futures
import contextlib
import http.cookies
import itertools
import json
import os
import re
import sqlite3
import subprocess
import time
import urllib.parse

import pytest
import resources
import rostra

SESSION = '/admin/session/'
CONFERENCES = rostra.CONFIGURATION + 'conference/'
ALL_RIGHTS, READ_ONLY = (rostra.CONFIGURATION + f'role/{n}/' for n in (1, 2))
GLOBAL = rostra.CONFIGURATION + 'global/1/'
SETTINGS = rostra.CONFIGURATION + 'authentication/1/'
JSON = 'Content-Type: application/json'
FORM = 'Content-Type: application/x-www-form-urlencoded'
MOST_OF_USER = 32
RIGHT = 'Authorization: Basic ' + base64.b64encode(f'{rostra.USER}:{rostra.PASSWORD}'.encode()).decode()
WRONG = 'Authorization: Basic ' + base64.b64encode(b'admin:wrong').decode()
addresses = itertools.count(1)


def ask(server, method, path, *headers, body=b'', host=None, source=None):
    lines = [f'{method} {path} HTTP/1.1', f'Host: {host or "127.0.0.1:%d" % server.port}', *headers]
    if body:
        lines.append(f'Content-Length: {len(body)}')
    return server.raw('\r\n'.join([*lines, '', '']).encode('latin-1') + body, method, source)


def cookies_of(answer):
    """{name: morsel} of what an answer sets."""
    jar = http.cookies.SimpleCookie()
    for line in answer.headers.get_all('Set-Cookie') or ():
        jar.load(line)
    return dict(jar)


def origin(server):
    return f'Origin: https://127.0.0.1:{server.port}'


class Browser:
    """Keeps cookies; asks from an address of its own, since failures are counted by address."""

    def __init__(self, server, user=rostra.USER, password=rostra.PASSWORD):
        self.server = server
        self.user, self.password = user, password
        self.cookies = {}
        number = next(addresses)
        self.source = f'127.0.{20 + number // 250}.{1 + number % 250}'

    def ask(self, method, path, *headers, body=b''):
        line = '; '.join(f'{name}={value}' for name, value in self.cookies.items())
        answer = ask(self.server, method, path, *([f'Cookie: {line}'] if line else []), *headers, body=body,
                     source=self.source)
        for name, morsel in cookies_of(answer).items():
            if morsel['max-age'] == '0':
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = morsel.value
        return answer

    def post(self, body, *headers):
        return self.ask('POST', SESSION, origin(self.server), *headers, body=body)

    def sign_in(self):
        return self.post(json.dumps({'username': self.user, 'password': self.password}).encode(), JSON)

    def sign_out(self):
        return self.ask('DELETE', SESSION, *self.proof())

    def proof(self):
        return origin(self.server), f'X-CSRFToken: {self.cookies.get("csrftoken", "")}'

    def me(self):
        return self.ask('GET', SESSION)

    def status(self, *headers, path=CONFERENCES + '?limit=1'):
        return self.ask('GET', path, *headers).status

    def change(self, method, path, body, *headers):
        return self.ask(method, path, JSON, *(headers or self.proof()), body=json.dumps(body).encode())


def signed_in(server, user=rostra.USER, password=rostra.PASSWORD):
    browser = Browser(server, user, password)
    answer = browser.sign_in()
    assert answer.status == 200, (answer.status, answer.text)
    return browser


@pytest.fixture
def browser(server):
    return signed_in(server)


def database(server):
    """auth.db of a server that is stopped."""
    return contextlib.closing(sqlite3.connect(server.data / 'auth.db'))


# --- signing in ---


@pytest.mark.parametrize('kind', ['json', 'form', 'no type'])
def test_signing_in(server, kind):
    """wire 11.4: the cookies and who it is; the id is kept by nobody else."""
    browser = Browser(server)
    if kind == 'form':
        answer = browser.post(urllib.parse.urlencode({'username': rostra.USER, 'password': rostra.PASSWORD}).encode(), FORM)
    else:
        body = json.dumps({'username': rostra.USER, 'password': rostra.PASSWORD}).encode()
        answer = browser.post(body, *([JSON] if kind == 'json' else []))
    assert answer.status == 200, answer.text
    assert answer.headers['Content-Type'] == 'application/json' and answer.headers['Cache-Control'] == 'no-store'
    me = json.loads(answer.text)
    assert list(me) == sorted(me) == ['expires', 'idle_minutes', 'permissions', 'username']
    assert me['username'] == rostra.USER and me['idle_minutes'] == 30 and 'use_api' in me['permissions']
    left = time.mktime(time.strptime(me['expires'], '%Y-%m-%dT%H:%M:%S')) - time.mktime(time.gmtime())
    assert 7 * 86400 - 60 < left <= 7 * 86400
    session, token = (cookies_of(answer)[name] for name in ('sessionid', 'csrftoken'))
    for cookie, hidden in ((session, True), (token, '')):
        assert re.fullmatch(r'[A-Za-z0-9_-]{43}', cookie.value) and cookie['httponly'] == hidden
        assert cookie['path'] == '/' and cookie['secure'] and cookie['samesite'] == 'Lax'
        assert not cookie['domain'] and not cookie['expires'] and not cookie['max-age']
    assert browser.status() == 200 and json.loads(browser.me().text)['username'] == rostra.USER
    for file in server.data.rglob('*'):
        if file.is_file():
            assert session.value.encode() not in file.read_bytes(), file
    assert session.value not in server.log()


@pytest.mark.parametrize('user, password, status', [
    ('admin', 'wrong', 401), ('nobody', 'x', 401), ('admin', '', 401), ('', '', 401), ('', 'x', 401),
    ('Admin', rostra.PASSWORD, 401), ('admin', rostra.PASSWORD + ' ', 401), ('admin', 'x' * 20000, 401),
    ('x' * 20000, 'x', 401), ('admin', 'x' * 70000, 413)], ids=range(10))
def test_who_is_not_let_in(server, user, password, status):
    """wire 11.4, 10.1: an empty 401 without a challenge, whoever asks; no cookie."""
    answer = Browser(server, user, password).sign_in()
    assert answer.status == status and not cookies_of(answer)
    assert answer.headers['WWW-Authenticate'] is None
    assert answer.text == '' or status != 401


BAD_BODIES = [
    ({'username': 'admin'}, ['password']), ({'password': 'x'}, ['username']), ({}, ['password', 'username']),
    ({'username': 'admin', 'password': 'x', 'remember': True}, ['remember']),
    ({'username': 1, 'password': 'x'}, ['username']), ({'username': 'admin', 'password': None}, ['password']),
    ({'username': ['admin'], 'password': {'a': 'x'}}, ['password', 'username']), ({'Username': 'x'}, ['Username', 'password', 'username'])]


@pytest.mark.parametrize('number', range(len(BAD_BODIES)))
def test_bad_bodies(server, number):
    """wire 11.4, 10.3: 400 by field."""
    body, fields = BAD_BODIES[number]
    answer = Browser(server).post(json.dumps(body).encode(), JSON)
    assert answer.status == 400 and list(json.loads(answer.text)) == ['session']
    assert sorted(json.loads(answer.text)['session']) == fields
    assert all(isinstance(texts, list) for texts in json.loads(answer.text)['session'].values())
    if all(isinstance(value, str) for value in body.values()):
        answer = Browser(server).post(urllib.parse.urlencode(body).encode(), FORM)
        assert sorted(json.loads(answer.text)['session']) == fields and answer.status == 400


@pytest.mark.parametrize('body, kind, status', [
    (b'', JSON, 400), (b'x', JSON, 400), (b'[]', JSON, 400), (b'"x"', JSON, 400), (b'{"username": "\\u0000"}', JSON, 400),
    (b'\xff', JSON, 400), (b'{' * 1000, JSON, 400), (b'[' + b'1,' * 1000 + b'1]', JSON, 400), (b'username=%00', FORM, 400),
    (b'username=%ff', FORM, 400), (b'&'.join([b'a=b'] * 2000), FORM, 400), (b'x', 'Content-Type: text/plain', 415),
    (b'x', 'Content-Type: multipart/form-data; boundary=x', 415)], ids=range(13))
def test_garbage(server, body, kind, status):
    """wire 11.4, 10.2: no sign-in, no 5xx."""
    answer = Browser(server).post(body, kind)
    assert answer.status in (status, 413) and isinstance(json.loads(answer.text), dict), answer.text
    assert status != 415 or 'application/json' in answer.text
    assert not cookies_of(answer)


def test_signing_in_is_throttled_as_basic_is(fresh_server):
    """wire 11.4, 11.1: by user and address, over both ways; an empty password counts for nothing."""
    browser = Browser(fresh_server, password='')
    assert [browser.sign_in().status for _ in range(12)] == [401] * 12
    browser.password = 'wrong'
    assert [browser.sign_in().status for _ in range(5)] == [401] * 5
    basic = [ask(fresh_server, 'GET', CONFERENCES, WRONG, source=browser.source).status for _ in range(5)]
    assert basic == [401] * 5
    browser.password = rostra.PASSWORD
    refused = browser.sign_in()
    assert refused.status == 429 and int(refused.headers['Retry-After']) >= 1 and set(json.loads(refused.text)) == {'error'}
    assert ask(fresh_server, 'GET', CONFERENCES, RIGHT, source=browser.source).status == 429
    assert Browser(fresh_server).sign_in().status == 200


def test_a_session_is_not_throttled(fresh_server):
    """wire 11.5: it is a remembered credential; guessing ids makes nobody wait."""
    browser = signed_in(fresh_server)
    guesser = Browser(fresh_server)
    guesser.source = browser.source
    for number in range(60):
        guesser.cookies = {'sessionid': f'{number:043d}'}
        assert guesser.status() == 401
    assert Browser(fresh_server).sign_in().status == 200
    guesser.cookies, guesser.password = {}, 'wrong'
    assert [guesser.sign_in().status for _ in range(11)] == [401] * 10 + [429]
    assert browser.status() == 200


def test_signing_in_where_the_api_takes_no_passwords(fresh_server, fresh_client):
    """wire 11.1: web login stays."""
    old = signed_in(fresh_server)
    fresh_client.change(SETTINGS, api_oauth2_disable_basic=True)
    assert fresh_client.get(CONFERENCES).status_code == 401
    assert old.status() == 200
    new = signed_in(fresh_server)
    assert new.status() == 200
    assert new.change('PATCH', SETTINGS, {'api_oauth2_disable_basic': False}).status == 202
    assert fresh_client.get(CONFERENCES).status_code == 200


LOGIN_ORIGINS = [
    ('same', 200), ('referer', 200), ('none', 403), ('null', 403), ('other', 403), ('http', 403), ('other port', 403),
    ('other referer', 403)]


@pytest.mark.parametrize('which, status', LOGIN_ORIGINS)
def test_nobody_is_signed_in_by_another_site(server, which, status):
    """wire 11.4: the origin's rule counts for the sign-in too."""
    here = f'https://127.0.0.1:{server.port}'
    headers = {
        'same': [f'Origin: {here}'], 'referer': [f'Referer: {here}/admin/login'], 'none': [], 'null': ['Origin: null'],
        'other': ['Origin: https://evil.example'], 'http': [f'Origin: http://127.0.0.1:{server.port}'],
        'other port': ['Origin: https://127.0.0.1'], 'other referer': [f'Referer: https://evil.example/{here}']}[which]
    body = json.dumps({'username': rostra.USER, 'password': rostra.PASSWORD}).encode()
    answer = ask(server, 'POST', SESSION, JSON, *headers, body=body)
    assert answer.status == status and bool(cookies_of(answer)) == (status == 200)
    assert status == 200 or set(json.loads(answer.text)) == {'error'}


@pytest.mark.parametrize('path', [SESSION, SESSION[:-1]])
def test_other_methods(server, path):
    """wire 10.1"""
    for method in ('PUT', 'PATCH', 'TRACE', 'FOO'):
        answer = ask(server, method, path, origin(server))
        assert answer.status == 405 and answer.headers['Allow'] == answer.text == 'GET,POST,DELETE', method
    assert ask(server, 'OPTIONS', path).status == 200
    assert ask(server, 'HEAD', path).status == 401
    assert ask(server, 'GET', path + 'x').status == 404


def test_a_new_session_takes_the_place_of_the_one_before(server, browser):
    """wire 11.4: the id that was there before signing in is never the one after, and is of no use any more."""
    first = dict(browser.cookies)
    assert browser.sign_in().status == 200
    assert browser.cookies['sessionid'] != first['sessionid'] and browser.cookies['csrftoken'] != first['csrftoken']
    assert browser.status() == 200
    browser.cookies = first
    assert browser.status() == 401
    browser.cookies = {'sessionid': 'chosen-by-somebody-else'}
    assert browser.sign_in().status == 200 and browser.cookies['sessionid'] != 'chosen-by-somebody-else'


def test_only_so_many_sessions_of_a_user(client, server):
    """wire 11.4: the oldest one ends."""
    client.create('administrator', name='s.many', password='some password', roles=[READ_ONLY])
    first = signed_in(server, 's.many', 'some password')
    others = [signed_in(server, 's.many', 'some password') for _ in range(MOST_OF_USER - 1)]
    assert first.status() == 200
    last = signed_in(server, 's.many', 'some password')
    assert first.status() == 401
    assert {one.status() for one in (*others, last)} == {200}


def test_signing_in_side_by_side(client, server):
    """wire 11.4: each gets a session of its own."""
    client.create('administrator', name='s.crowd', password='some password', roles=[READ_ONLY])
    browsers = [Browser(server, 's.crowd', 'some password') for _ in range(12)]
    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        assert set(pool.map(lambda one: one.sign_in().status, browsers)) == {200}
        assert len({one.cookies['sessionid'] for one in browsers}) == 12
        for _ in range(3):
            assert set(pool.map(lambda one: one.status(), browsers)) == {200}
        gone = browsers[:6]
        assert set(pool.map(lambda one: one.sign_out().status, gone)) == {204}
        assert [one.status() for one in browsers[6:]] == [200] * 6


# --- who am I ---


def test_nobody_is_told_so(server):
    """wire 11.4: 401, with a csrftoken for who has none; one that is there stays."""
    browser = Browser(server)
    answer = browser.me()
    assert answer.status == 401 and answer.text == '' and set(cookies_of(answer)) == {'csrftoken'}
    assert answer.headers['WWW-Authenticate'] is None and answer.headers['Cache-Control'] == 'no-store'
    assert not cookies_of(browser.me())
    browser.cookies = {'sessionid': 'x' * 43, 'csrftoken': 'y'}
    assert browser.me().status == 401 and not cookies_of(browser.me())
    assert ask(server, 'GET', SESSION, RIGHT).status == 401     # this is about sessions alone


def test_a_lost_token_is_set_anew(browser):
    """wire 11.4"""
    token = browser.cookies['csrftoken']
    assert not cookies_of(browser.me())
    for bad in (None, 'x', ''):
        browser.cookies.pop('csrftoken')
        if bad is not None:
            browser.cookies['csrftoken'] = bad
        assert browser.me().status == 200 and browser.cookies['csrftoken'] == token


# --- signing out ---


def test_signing_out(server, browser):
    """wire 11.4: the session ends at once, and the cookies go."""
    kept = dict(browser.cookies)
    answer = browser.sign_out()
    assert answer.status == 204 and browser.cookies == {} and answer.headers['Cache-Control'] == 'no-store'
    assert all(m['path'] == '/' and m['secure'] and m['expires'] for m in cookies_of(answer).values())
    browser.cookies = kept
    assert browser.status() == 401 and browser.me().status == 401
    again = browser.sign_out()
    assert again.status == 401 and browser.cookies == {}
    server.check_alive()


@pytest.mark.parametrize('headers', [[], ['origin'], ['token'], ['origin', 'wrong token'], ['other origin', 'token']])
def test_nobody_is_signed_out_by_another_site(browser, headers):
    """wire 11.4"""
    names = {'origin': origin(browser.server), 'token': browser.proof()[1], 'wrong token': 'X-CSRFToken: x',
             'other origin': 'Origin: https://evil.example'}
    answer = browser.ask('DELETE', SESSION, *(names[name] for name in headers))
    assert answer.status == 403 and set(json.loads(answer.text)) == {'error'}
    assert not re.search('404|not found|Not Found|lookup', answer.text)
    assert browser.status() == 200


# --- the API by cookie ---


def test_the_api_by_cookie(client, browser):
    """wire 11.4: it reads and changes; the change log names the user."""
    made = browser.change('POST', CONFERENCES, {'name': 'By cookie'})
    assert made.status == 201, made.text
    path = made.headers['Location']
    client.created.append(path)
    read = browser.ask('GET', path)
    assert json.loads(read.text)['name'] == 'By cookie' and read.headers['Vary'] == 'Accept, Cookie'
    assert browser.change('PATCH', path, {'description': 'changed'}).status == 202
    assert browser.change('PUT', path, {'name': 'By cookie', 'description': 'put'}).status == 204
    assert browser.ask('DELETE', path, *browser.proof()).status == 204
    assert browser.ask('HEAD', CONFERENCES).status == 200
    assert browser.ask('OPTIONS', CONFERENCES).status == 200


def test_entity_tags_by_cookie(client, browser):
    """wire 1.6: a page that was read stays good, whoever asks, and a 304 says what the answer depends on."""
    path = client.create('conference', name='Tagged')
    first = browser.ask('GET', path)
    again = browser.ask('GET', path, f'If-None-Match: {first.headers["ETag"]}')
    assert again.status == 304 and again.headers['ETag'] == first.headers['ETag']
    assert again.headers['Vary'] == 'Accept, Cookie' and again.headers['Cache-Control'] == 'no-cache'
    tag = f'If-Match: {first.headers["ETag"]}'
    assert browser.change('PATCH', path, {'description': 'a'}, *browser.proof(), tag).status == 202
    assert browser.change('PATCH', path, {'description': 'b'}, *browser.proof(), tag).status == 412
    assert browser.ask('GET', path, f'If-None-Match: {first.headers["ETag"]}').status == 200


@pytest.mark.parametrize('kind', ['list', 'detail', 'schema', 'created', 'error', 'not modified'])
def test_vary(client, server, kind):
    """wire 1.6: caches between must keep the answers to different cookies apart, with Basic too."""
    path = client.create('conference', name='Varied')
    answer = {
        'list': lambda: client.get('conference/'), 'detail': lambda: client.get(path),
        'schema': lambda: client.get('conference/schema/'),
        'created': lambda: client.post('conference/', {'name': 'Varied too'}),
        'error': lambda: client.get('conference/?no_such_field=1'),
        'not modified': lambda: client.get(path, headers={'If-None-Match': client.get(path).headers['ETag']}),
    }[kind]()
    assert answer.headers['Vary'] == 'Accept, Cookie', answer.status_code


def test_precedence(server, browser):
    """wire 11.2: Authorization counts alone; a bad one is 401 even with a good cookie."""
    assert browser.status() == 200
    for bad in (WRONG, 'Authorization: Bearer x', 'Authorization: Token x', 'Authorization: Basic', 'Authorization:',
                'Authorization: Digest username="admin"'):
        assert browser.status(bad) == 401, bad
    browser.cookies['sessionid'] = 'x'
    assert browser.status(RIGHT) == 200 and browser.status() == 401
    assert browser.status('Authorization: bAsIc ' + RIGHT.split()[-1]) == 200


def test_who_asks_with_authorization_needs_no_token(client, server, browser):
    """wire 11.4: the rule is for cookies alone; beside a good Authorization they don't count."""
    body = json.dumps({'name': 'With both'}).encode()
    answer = browser.ask('POST', CONFERENCES, JSON, RIGHT, 'Origin: https://evil.example', body=body)
    assert answer.status == 201
    client.created.append(answer.headers['Location'])


def test_the_challenge(server, browser):
    """wire 10.1: none for who has a session's cookie, whatever it is worth."""
    def challenge(*headers):
        answer = ask(server, 'GET', CONFERENCES, *headers)
        assert answer.status == 401
        return answer.headers['WWW-Authenticate']

    assert challenge() and challenge('Cookie: xsessionid=1') and challenge('Cookie: a=sessionid=1; sessionid')
    assert challenge('Sec-Fetch-Mode: navigate')
    for headers in (['Cookie: sessionid=x'], ['Cookie: a=b; sessionid=""'], ['Cookie: sessionid=1; sessionid=2'],
                    ['X-Requested-With: XMLHttpRequest'], ['Sec-Fetch-Mode: cors']):
        assert challenge(*headers) is None, headers


@pytest.mark.parametrize('form, status', [
    ('sessionid={}', 200), ('a=b; sessionid={}; c="d;e"', 200), ('sessionid="{}"', 200), (';;; =;a;sessionid={} ;', 200),
    ('a=b\r\nCookie: sessionid={}\r\nCookie: c=d', 200), ('sessionid={0}; sessionid={0}', 200),
    ('sessionid={}; sessionid=x', 401), ('sessionid=x\r\nCookie: sessionid={}', 401), ('sessionid={}x', 401),
    ('SESSIONID={}', 401), ('sessionid={} x', 401), ('sessionid=%20{}', 401), ("sessionid='{}'", 401),
    ('\xff\xfe=\xff; sessionid={}', 200), ('x' * 8000 + '=1; sessionid={}', 200), ('sessionid=' + 'x' * 8000, 401)],
    ids=range(16))
def test_cookie_headers(server, browser, form, status):
    """wire 11.4: what is repeated with another value counts for nothing: nobody knows who set which."""
    header = 'Cookie: ' + form.format(browser.cookies['sessionid'])
    assert ask(server, 'GET', CONFERENCES, header).status == status


def test_rights_by_cookie(client, server):
    """wire 11.4: those of the roles, which count at once."""
    path = client.create('administrator', name='s.reader', password='some password', roles=[READ_ONLY])
    browser = signed_in(server, 's.reader', 'some password')
    assert browser.status() == 200 and 'change_services' not in json.loads(browser.me().text)['permissions']
    assert browser.change('POST', CONFERENCES, {'name': 'Refused'}).status == 403
    client.change(path, roles=[ALL_RIGHTS])
    made = browser.change('POST', CONFERENCES, {'name': 'Taken'})
    assert made.status == 201 and 'change_services' in json.loads(browser.me().text)['permissions']
    client.created.append(made.headers['Location'])
    client.change(path, roles=[])
    assert browser.status() == 403 and json.loads(browser.me().text)['permissions'] == []
    client.change(path, name='s.renamed')
    assert json.loads(browser.me().text)['username'] == 's.renamed'


def test_the_rate_limit(fresh_servers):
    """wire 11.5: requests by cookie count as all others; signing in and who is signed in doesn't."""
    server = fresh_servers('--rate-limit', '20/60')
    browser = signed_in(server)
    assert [browser.me().status for _ in range(25)] == [200] * 25
    for _ in range(5):  # forged ones neither
        assert browser.change('POST', CONFERENCES, {}, 'Origin: https://evil.example').status == 403
    assert [browser.status() for _ in range(21)] == [200] * 20 + [429]
    assert browser.me().status == 200


# --- forged requests ---


def here(browser, **changed):
    headers = {'Origin': f'https://127.0.0.1:{browser.server.port}', 'X-CSRFToken': browser.cookies['csrftoken'], **changed}
    return [f'{name}: {value}' for name, value in headers.items() if value is not None]


FORGED = {
    'no token': ({'X-CSRFToken': None}, 'X-CSRFToken'),
    'another token': ({'X-CSRFToken': 'x' * 43}, 'token'),
    'an empty token': ({'X-CSRFToken': ''}, 'X-CSRFToken'),
    'no origin': ({'Origin': None}, 'Origin'),
    'the null origin': ({'Origin': 'null'}, 'Origin: null'),
    'null beside a good referer': ({'Origin': 'null', 'Referer': 'here'}, 'Origin: null'),
    'another origin': ({'Origin': 'https://evil.example'}, 'another origin'),
    'another origin beside a good referer': ({'Origin': 'https://evil.example', 'Referer': 'here'}, 'another origin'),
    'another referer': ({'Origin': None, 'Referer': 'https://evil.example/'}, 'another origin'),
    'no TLS': ({'Origin': 'http'}, 'another origin'),
    'another port': ({'Origin': 'https://127.0.0.1:1'}, 'another origin'),
    'a host that begins so': ({'Origin': 'https://127.0.0.1.evil.example'}, 'another origin'),
    'a user that looks so': ({'Origin': None, 'Referer': 'https://127.0.0.1@evil.example/'}, 'another origin'),
}


@pytest.mark.parametrize('method', ['POST', 'PUT', 'PATCH', 'DELETE', 'command', 'override'])
@pytest.mark.parametrize('what', FORGED)
def test_forged_requests(server, browser, what, method):
    """wire 11.4, 10.4: 403 that says why, in words that no client takes for a missing object."""
    changed, said = FORGED[what]
    urls = {'here': f'https://127.0.0.1:{server.port}/admin/', 'http': f'http://127.0.0.1:{server.port}'}
    headers = here(browser, **{name: urls.get(value, value) for name, value in changed.items()})
    if method == 'override':
        answer = browser.ask('GET', CONFERENCES, *headers, 'X-HTTP-Method-Override: patch')
    elif method == 'command':
        answer = browser.ask('POST', '/api/admin/command/v1/platform/backup_create/', JSON, *headers, body=b'{}')
    else:
        path = CONFERENCES if method == 'POST' else CONFERENCES + '1/'
        answer = browser.ask(method, path, JSON, *headers, body=b'{"name": "Forged"}')
    assert answer.status == 403 and set(json.loads(answer.text)) == {'error'}
    assert said in answer.text and not re.search('404|not found|Not Found|lookup|already exists', answer.text)
    assert 'evil' not in answer.text


def test_no_forged_request_changed_anything(client):
    """wire 11.4"""
    assert client.objects('conference/', name='Forged') == []


def test_safe_methods_need_no_proof(browser):
    """wire 11.4; what is overridden counts as what it stands for."""
    for headers in ([], ['Origin: https://evil.example'], ['Origin: null']):
        assert browser.status(*headers) == 200
    assert browser.ask('POST', CONFERENCES, 'X-HTTP-Method-Override: get', 'Origin: https://evil.example').status == 200


def test_a_token_belongs_to_its_session(server, browser):
    """wire 11.4: neither that of another session nor one that somebody put into both places counts."""
    other = signed_in(server)
    for token in (other.cookies['csrftoken'], 'x' * 43, ''):
        browser.cookies['csrftoken'] = token
        answer = browser.change('POST', CONFERENCES, {'name': 'Forged'})
        assert answer.status == 403 and 'token' in answer.text
    browser.cookies.pop('csrftoken')
    proof = [origin(server), f'X-CSRFToken: {other.cookies["csrftoken"]}']
    assert browser.change('POST', CONFERENCES, {'name': 'Forged'}, *proof).status == 403


def test_a_host_of_several_names(browser, client):
    """wire 11.4: the origin is compared with the name that was asked, whatever it is; a port that goes without saying too."""
    cookie = 'Cookie: ' + '; '.join(f'{name}={value}' for name, value in browser.cookies.items())
    for host, page, status in (('Rostra.example', 'https://rostra.EXAMPLE', 201), ('r.example:443', 'https://r.example', 201),
                               ('r.example', 'https://r.example:443', 201), ('[::1]:8443', 'https://[::1]:8443', 201),
                               ('r.example:8443', 'https://r.example', 403), ('r.example', 'https://rostra.example', 403)):
        answer = ask(browser.server, 'POST', CONFERENCES, JSON, cookie, f'Origin: {page}', browser.proof()[1], host=host,
                     body=json.dumps({'name': f'From {host} {page}'}).encode())
        assert answer.status == status, (host, page, answer.text)
        if status == 201:
            client.created.append(answer.headers['Location'])


PROXIED = [
    (['X-Forwarded-Host: r.example', 'X-Forwarded-Proto: https'], 'https://r.example', 201),
    (['X-Forwarded-Host: r.example'], 'https://r.example', 201),
    (['X-Forwarded-Host: r.example, inner.example', 'X-Forwarded-Proto: https, http'], 'https://r.example', 201),
    (['X-Forwarded-Host: r.example', 'X-Forwarded-Host: inner.example'], 'https://r.example', 201),
    (['X-Forwarded-Host: r.example:8080', 'X-Forwarded-Proto: http'], 'http://r.example:8080', 201),
    (['X-Forwarded-Host: r.example', 'X-Forwarded-Proto: http'], 'https://r.example', 403),
    (['X-Forwarded-Host: r.example', 'X-Forwarded-Proto: https'], 'https://evil.example', 403),
    (['X-Forwarded-Host: r.example', 'X-Forwarded-Proto: https'], 'https://127.0.0.1:PORT', 403),
    ([], 'https://127.0.0.1:PORT', 201)]


@pytest.fixture(scope='module')
def proxied_server():
    server = rostra.Server('--trust-proxy', '127.0.0.1')
    yield server
    server.close()


@pytest.mark.parametrize('trusted', [True, False])
@pytest.mark.parametrize('number', range(len(PROXIED)))
def test_proxies(server, proxied_server, number, trusted):
    """wire 11.4: X-Forwarded-… counts from a trusted proxy only, and the refusal for that reason names the option."""
    headers, page, status = PROXIED[number]
    server = proxied_server if trusted else server
    browser = signed_in(server)
    browser.source = None
    page = page.replace('PORT', str(server.port))
    answer = browser.change('POST', CONFERENCES, {'name': f'Proxied {number}'}, f'Origin: {page}', browser.proof()[1], *headers)
    if not trusted and headers:
        status = 201 if 'PORT' in PROXIED[number][1] else 403
    assert answer.status == status, answer.text
    if status == 403:
        assert ('--trust-proxy' in answer.text) == (not trusted and PROXIED[number][2] == 201)
    else:
        with contextlib.closing(rostra.Client(server)) as client:
            client.remove(answer.headers['Location'])


# --- what ends a session ---


@pytest.mark.parametrize('how', ['password', 'disabled', 'deleted'])
def test_a_session_ends_with_its_account(client, server, how):
    """wire 11.4: at once, and for good."""
    path = client.create('administrator', name='s.ends', password='some password', roles=[ALL_RIGHTS])
    browser, other = (signed_in(server, 's.ends', 'some password') for _ in range(2))
    bystander = signed_in(server)
    if how == 'password':
        client.change(path, password='another one')
    elif how == 'disabled':
        client.change(path, enabled=False)
    else:
        client.remove(path)
    assert (browser.status(), other.me().status, bystander.status()) == (401, 401, 200)
    assert browser.change('POST', CONFERENCES, {'name': 'Forged'}).status == 401
    if how == 'disabled':
        client.change(path, enabled=True)
        assert browser.status() == 401 and signed_in(server, 's.ends', 'some password').status() == 200
    if how == 'password':
        client.change(path, password='some password')   # another hash
        assert browser.status() == 401


def test_what_was_set_back_ends_sessions_all_the_same(client, server):
    """wire 11.4: though they weren't used meanwhile, so that nobody noticed. Seen: a stolen one went on."""
    path = client.create('administrator', name='s.back', password='some password', roles=[ALL_RIGHTS])
    browser, other = (signed_in(server, 's.back', 'some password') for _ in range(2))
    client.change(path, enabled=False)
    client.change(path, enabled=True)
    assert browser.status() == 401 and browser.change('POST', CONFERENCES, {'name': 'Forged'}).status == 401
    later = signed_in(server, 's.back', 'some password')
    client.change(path, name='s.else')
    assert (other.status(), later.status()) == (401, 200)
    assert 'sessions_ended' not in client.get(path).text


def test_who_changes_his_own_password_signs_in_again(client, server):
    """wire 11.4"""
    path = client.create('administrator', name='s.own', password='some password', roles=[ALL_RIGHTS])
    browser = signed_in(server, 's.own', 'some password')
    assert browser.change('PATCH', path, {'password': 'another one'}).status == 202
    assert browser.status() == 401
    browser.password = 'another one'
    assert browser.sign_in().status == 200 and browser.status() == 200


def test_passwd_ends_sessions(fresh_server):
    """wire 11.4: the command, too, while the server runs."""
    browser = signed_in(fresh_server)
    subprocess.run([rostra.PROGRAM, '--data', fresh_server.data, 'passwd', rostra.USER], input=rostra.PASSWORD, text=True,
                   check=True, capture_output=True, timeout=rostra.WAIT_S)
    assert browser.status() == 401
    assert browser.sign_in().status == 200


def test_sessions_survive_a_restart(fresh_server):
    """wire 11.4: those that were signed out, or whose password changed, don't."""
    browser, leaver = signed_in(fresh_server), signed_in(fresh_server)
    kept = dict(leaver.cookies)
    assert leaver.sign_out().status == 204
    leaver.cookies = kept
    fresh_server.restart()
    assert browser.status() == 200 and leaver.status() == 401
    assert browser.change('POST', CONFERENCES, {'name': 'After the restart'}).status == 201
    fresh_server.kill()
    fresh_server.start()
    assert browser.status() == 200
    fresh_server.stop()
    subprocess.run([rostra.PROGRAM, '--data', fresh_server.data, 'passwd', rostra.USER], input=rostra.PASSWORD, text=True,
                   check=True, capture_output=True, timeout=rostra.WAIT_S)
    fresh_server.start()
    assert browser.status() == 401


def test_idle_sessions_end(fresh_server, fresh_client):
    """wire 11.4: after so many minutes as global/1 says, if it says so; the time before a restart counts."""
    fresh_client.change(GLOBAL, management_session_timeout=10)
    browser = signed_in(fresh_server)
    assert json.loads(browser.me().text)['idle_minutes'] == 10

    def restart_after(minutes):
        fresh_server.stop()
        with database(fresh_server) as store, store:
            assert store.execute('UPDATE auth_session SET written = written - ?', [minutes * 60 * 10**6]).rowcount > 0
        fresh_server.start()

    restart_after(8)
    assert browser.status() == 200
    restart_after(9)    # a use that short before the end needn't be stored: eight and nine are too many
    assert browser.status() == 401
    assert browser.sign_in().status == 200
    fresh_client.change(GLOBAL, session_timeout_enabled=False)
    restart_after(11)
    assert browser.status() == 200 and json.loads(browser.me().text)['idle_minutes'] is None
    restart_after(7 * 24 * 60)
    assert browser.status() == 401  # no session lasts longer


def test_a_use_writes_nothing(fresh_server):
    """wire 11.4: reading by cookie leaves auth.db as it is."""
    browser = signed_in(fresh_server)

    def n_changes():
        with contextlib.closing(sqlite3.connect(f'file:{fresh_server.data}/auth.db?mode=ro', uri=True)) as store:
            return store.execute('SELECT max(seq) FROM counter').fetchone()[0]

    before = n_changes()
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        assert set(pool.map(lambda _: browser.status(), range(200))) == {200}
    assert n_changes() - before <= 1    # the job may just have had its turn of the minute


def test_the_commands_of_the_documentation(fresh_server, fresh_client, tmp_path):
    """docs/sessions.md, by its words but for the port and the folder; wire 11.4. Any password will do."""
    password = 'a "b\\c&d=%41+é'
    fresh_client.change('administrator/1/', password=password)
    text = (resources.TOP / 'docs/sessions.md').read_text(encoding='utf-8').split('```sh\n', 1)[1].split('```', 1)[0]
    (tmp_path / 'var').symlink_to(fresh_server.data)
    done = subprocess.run(['bash', '-euc', text.replace('https://127.0.0.1:8443', fresh_server.url)], cwd=tmp_path, text=True,
                          capture_output=True, timeout=rostra.WAIT_S, check=False,
                          env={**os.environ, 'PASSWORD': password})
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)['username'] == rostra.USER
    assert [path.name for path in tmp_path.iterdir()] == ['var']
    with contextlib.closing(rostra.Client(fresh_server, password=password)) as client:
        assert len(client.objects('conference/', name='By session')) == 1
    with contextlib.closing(sqlite3.connect(f'file:{fresh_server.data}/auth.db?mode=ro', uri=True)) as store:
        assert store.execute('SELECT count(*) FROM auth_session').fetchone() == (0,)
