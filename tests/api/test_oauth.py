"""OAuth2: clients with their keys, tokens for assertions, and the API with tokens."""
import base64
import itertools
import json
import os
import re
import subprocess
import sys
import threading
import time
import urllib.parse
import uuid

import jwt
import pytest
import requests
import resources
import rostra
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

TOKEN = '/oauth/token/'
ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
CONFERENCES = rostra.CONFIGURATION + 'conference/'
EVERYTHING, READ_ONLY = (rostra.CONFIGURATION + f'role/{n}/' for n in (1, 2))
SETTINGS = rostra.CONFIGURATION + 'authentication/1/'
addresses = itertools.count(1)


class OauthClient:
    """A client and its key. Failures are counted by address, so each comes from one of its own."""

    def __init__(self, administrator, role=EVERYTHING, name='A script'):
        answer = administrator.post('oauth2_client/', {'client_name': name, 'role': role})
        assert answer.status_code == 201, answer.text
        self.server = administrator.server
        self.path = answer.headers['Location']
        self.made = answer
        self.body = answer.json()
        self.id = self.body['client_id']
        self.key = self.body['private_key_jwt']
        number = next(addresses)
        self.source = f'127.0.{2 + number // 250}.{1 + number % 250}'

    def claims(self, **changed):
        now = time.time()
        claims = {'iss': self.id, 'sub': self.id, 'aud': self.server.url + TOKEN, 'iat': int(now), 'exp': int(now) + 300,
                  'jti': str(uuid.uuid4()), **changed}
        return {k: v for k, v in claims.items() if v is not None}

    def assertion(self, key=None, algorithm='ES256', headers=None, **claims):
        return jwt.encode(self.claims(**claims), key or self.key, algorithm=algorithm, headers=headers)

    def form(self, assertion=None, **changed):
        form = {'grant_type': 'client_credentials', 'client_assertion_type': ASSERTION_TYPE,
                'client_assertion': assertion or self.assertion(), **changed}
        return {k: v for k, v in form.items() if v is not None}

    def ask(self, assertion=None, path=TOKEN, host=None, **changed):
        body = urllib.parse.urlencode(self.form(assertion, **changed)).encode()
        return self.send(body, path, host)

    def send(self, body, path=TOKEN, host=None, method='POST'):
        head = (f'{method} {path} HTTP/1.1\r\nHost: {host or "127.0.0.1:%d" % self.server.port}\r\n'
                f'Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n')
        return self.server.raw(head.encode() + body, method, source=self.source)

    def token(self, **claims):
        answer = self.ask(self.assertion(**claims))
        assert answer.status == 200, answer.text
        return json.loads(answer.text)['access_token']

    def refused(self, assertion=None, error='invalid_client', **changed):
        answer = self.ask(assertion, **changed)
        return (answer.status, answer.text) == (400, json.dumps({'error': error}))


@pytest.fixture
def script(client):
    return OauthClient(client)


def use(server, token, path=CONFERENCES, method='GET', scheme='Bearer', **more):
    with requests.Session() as session:
        session.trust_env = False
        session.verify = server.certificate
        return session.request(method, server.url + path, headers={'Authorization': f'{scheme} {token}'},
                               timeout=rostra.WAIT_S, **more)


# --- clients ---


def test_a_client_gets_its_key_once(client, script):
    """wire 7, 11.3, 14.4, fact 5.2: JSON of the object, a P-256 key as PKCS#8 PEM, Location with the integer key."""
    assert script.made.headers['Content-Type'] == 'application/json'
    assert re.fullmatch(r'/api/admin/configuration/v1/oauth2_client/\d+/', script.path)
    assert script.key.startswith('-----BEGIN PRIVATE KEY-----\n')
    key = serialization.load_pem_private_key(script.key.encode(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name == 'secp256r1'
    assert uuid.UUID(script.id)
    read = client.read(script.path)
    assert read == {**script.body, 'private_key_jwt': ''}
    assert read == {'client_id': script.id, 'client_name': 'A script', 'private_key_jwt': '', 'role': EVERYTHING,
                    'resource_uri': script.path}
    other = OauthClient(client)
    assert other.key != script.key and other.id != script.id


def test_every_key_is_read_by_others(client):
    """wire 11.3: each P-256 number has 32 bytes; those with 33, every other one, cryptography refused."""
    for i in range(20):
        made = OauthClient(client, name=f'Key {i}')
        key = serialization.load_pem_private_key(made.key.encode(), None)
        assert key.private_numbers().private_value > 0


def test_the_private_key_is_kept_nowhere(client, server, script):
    """wire 11.3: only the public key is."""
    client.change(script.path, client_name='renamed')
    secret = b''.join(script.key.encode().split(b'\n')[1:-2])[40:80]
    for file in server.data.rglob('*'):
        if file.is_file():
            data = file.read_bytes()
            assert b'BEGIN PRIVATE KEY' not in data or file.suffix == '.key', file
            assert secret not in data.replace(b'\n', b'').replace(b'\\n', b''), file
    assert 'PRIVATE KEY' not in server.log()


def test_a_put_makes_a_client_as_well(client):
    """wire 8, 7"""
    path = rostra.CONFIGURATION + 'oauth2_client/4711/'
    answer = client.put(path, {'client_name': 'By PUT', 'role': EVERYTHING})
    assert answer.status_code == 201 and answer.headers['Location'] == path
    assert answer.json()['private_key_jwt'].startswith('-----BEGIN PRIVATE KEY-----')
    assert client.put(path, {'client_name': 'Again', 'role': EVERYTHING}).status_code == 204


def test_a_refused_client_gets_no_key(client):
    """wire 10.3"""
    answer = client.post('oauth2_client/', {'client_name': 'x'})
    assert answer.status_code == 400 and answer.json() == {'oauth2_client': {'role': ['This field is required.']}}


def test_what_a_client_sends_for_a_key_is_ignored(client):
    """wire 7: read-only fields are ignored; nobody can choose the key."""
    answer = client.post('oauth2_client/', {'client_name': 'x', 'role': EVERYTHING, 'private_key_jwt': 'mine',
                                            'public_key': 'mine', 'client_id': 'mine'})
    assert answer.json()['client_id'] != 'mine' and answer.json()['private_key_jwt'] != 'mine'
    assert 'public_key' not in answer.json() and 'public_key' not in client.read(answer.headers['Location'])
    assert 'public_key' not in client.read('oauth2_client/schema/')['fields']
    assert client.objects('oauth2_client/', public_key='x') == client.objects('oauth2_client/')


# --- tokens ---


def test_a_token(client, server, script):
    """wire 11.3, 14.2, check 12: the example, member by member."""
    client.create('conference', name='By token')
    answer = script.ask(scope='is_admin use_api')
    assert answer.status == 200, answer.text
    assert answer.headers['Content-Type'] == 'application/json' and answer.headers['Cache-Control'] == 'no-store'
    body = json.loads(answer.text)
    assert set(body) == {'access_token', 'expires_in', 'scope', 'token_type'}
    assert body['token_type'] == 'Bearer' and body['expires_in'] == 3600 and body['scope'] == 'is_admin use_api'
    assert isinstance(body['expires_in'], int) and len(body['access_token']) >= 40
    listed = use(server, body['access_token'], CONFERENCES + '?name=By+token')
    assert listed.status_code == 200 and listed.json()['meta']['total_count'] == 1
    made = use(server, body['access_token'], method='POST', json={'name': 'From a script'})
    assert made.status_code == 201
    client.created.append(made.headers['Location'])


@pytest.mark.parametrize('scope, granted', [
    (None, None), ('', None), ('unknown', None), ('use_api', 'use_api'), ('use_api nonsense is_admin', 'use_api is_admin')])
def test_scopes(script, scope, granted):
    """wire 11.3: optional, unknown words are ignored, absent is all that the role allows."""
    body = json.loads(script.ask(scope=scope).text)
    if granted is None:
        assert {'is_admin', 'use_api', 'view_services', 'change_services'} <= set(body['scope'].split())
    else:
        assert body['scope'] == granted


@pytest.mark.parametrize('changed', [
    {'iat': None}, {'exp': 'in 24 h'}, {'aud': 'list'}, {'aud': 'no slash'}, {'aud': 'host name'}, {'aud': 'known name'},
    {'exp': 'just over'}, {'iat': 'soon'}, {'exp': 'float'}, {'nbf': 'now'}, {'more': {'deep': [1]}}, {'jti': 'x y ☃'}],
    ids=str)
def test_assertions_that_are_taken(client, server, script, changed):
    """wire 11.3, 14.12: the tolerances; each token works."""
    now = time.time()
    known = client.read('management_vm/1/')
    values = {'in 24 h': int(now) + 86400, 'list': ['https://elsewhere/x', server.url + TOKEN], 'now': int(now),
              'no slash': server.url + TOKEN[:-1], 'host name': f'https://LOCALHOST:{server.port}{TOKEN}',
              'known name': f'https://{known["hostname"]}.{known["domain"]}{TOKEN}', 'just over': int(now) - 50,
              'soon': int(now) + 50, 'float': now + 300.25}
    claims = {k: values.get(v, v) if isinstance(v, str) else v for k, v in changed.items()}
    host = f'localhost:{server.port}' if 'host name' in changed.values() else None
    answer = script.ask(script.assertion(**claims), host=host)
    assert answer.status == 200, answer.text
    assert use(server, json.loads(answer.text)['access_token']).status_code == 200


REFUSED = {
    'expired': lambda s: {'exp': int(time.time()) - 70},
    'too long': lambda s: {'exp': int(time.time()) + 86400 + 100},
    'from the future': lambda s: {'iat': int(time.time()) + 100},
    'not yet': lambda s: {'nbf': int(time.time()) + 100},
    'no end': lambda s: {'exp': None},
    'no jti': lambda s: {'jti': None},
    'empty jti': lambda s: {'jti': ''},
    'number as jti': lambda s: {'jti': 5},
    'text as end': lambda s: {'exp': 'tomorrow'},
    'no issuer': lambda s: {'iss': None},
    'no subject': lambda s: {'sub': None},
    'another subject': lambda s: {'sub': 'x'},
    'unknown client': lambda s: {'iss': 'x', 'sub': 'x'},
    'no audience': lambda s: {'aud': None},
    'another path': lambda s: {'aud': s.server.url + '/oauth/'},
    'another host': lambda s: {'aud': 'https://example.com' + TOKEN},
    'a path alone': lambda s: {'aud': TOKEN},
    'number as audience': lambda s: {'aud': 7},
}


@pytest.mark.parametrize('what', REFUSED)
def test_claims_that_are_refused(script, what):
    """wire 11.3, check 12: 400, {"error": "invalid_client"}."""
    claims = REFUSED[what](script)
    now = claims if set(claims) & {'exp', 'nbf', 'iat'} else {}
    text = jwt.PyJWS().encode(json.dumps({**script.claims(), **claims, **now}).replace('null', '0').encode()
                              if None not in claims.values() else json.dumps(script.claims(**claims)).encode(),
                              script.key, 'ES256')
    assert script.refused(text), what


def unsigned(script, algorithm):
    def encode(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b'=').decode()
    return f'{encode({"alg": algorithm, "typ": "JWT"})}.{encode(script.claims())}.'


def tampered(script):
    head, _, signature = script.assertion().split('.')
    return '.'.join([head, unsigned(script, 'x').split('.')[1], signature])


def with_own_key(script):
    """The header brings along the key that it was signed with."""
    key = ec.generate_private_key(ec.SECP256R1())
    public = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(key.public_key())) \
        if hasattr(jwt.algorithms.ECAlgorithm, 'to_jwk') else {'kty': 'EC', 'crv': 'P-256', **{
            n: base64.urlsafe_b64encode(v.to_bytes(32, 'big')).rstrip(b'=').decode()
            for n, v in (('x', key.public_key().public_numbers().x), ('y', key.public_key().public_numbers().y))}}
    return script.assertion(key, headers={'jwk': public})


FORGED = {
    'none': lambda s: unsigned(s, 'none'),
    'None': lambda s: unsigned(s, 'None'),
    'no signature': lambda s: unsigned(s, 'ES256'),
    'HMAC with the public key': lambda s: jwt.PyJWS().encode(
        json.dumps(s.claims()).encode(), base64.b64encode(s.public_pem()), 'HS256'),
    'another key': lambda s: s.assertion(ec.generate_private_key(ec.SECP256R1())),
    'another curve': lambda s: s.assertion(ec.generate_private_key(ec.SECP384R1()), 'ES384'),
    'RSA': lambda s: s.assertion(rsa.generate_private_key(65537, 2048), 'RS256'),
    'other claims': tampered,
    'the key in the header': with_own_key,
    'an unknown critical header': lambda s: s.assertion(headers={'crit': ['b64'], 'b64': False}),
    'a cut one': lambda s: s.assertion()[:-10],
    'two parts': lambda s: '.'.join(s.assertion().split('.')[:2]),
    'four parts': lambda s: s.assertion() + '.x',
    'five parts': lambda s: s.assertion() + '.x.y',
    'JSON form': lambda s: json.dumps(dict(zip(('protected', 'payload', 'signature'), s.assertion().split('.')))),
    'no token': lambda s: 'nonsense',
    'dots': lambda s: '..',
    'very long': lambda s: s.assertion(more='x' * 20000),
}


@pytest.mark.parametrize('what', FORGED)
def test_forgeries(script, what):
    """wire 11.3: the registered key decides what is taken; `none` and HMAC never are."""
    script.public_pem = lambda: serialization.load_pem_private_key(script.key.encode(), None).public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    assert script.refused(FORGED[what](script)), what
    assert script.ask().status == 200


def test_a_key_of_another_client(client, script):
    """wire 11.3"""
    other = OauthClient(client)
    assert script.refused(script.assertion(other.key))
    assert script.refused(client_id=other.id) and script.ask(client_id=script.id).status == 200


FORMS = {
    'no grant type': ({'grant_type': None}, 'invalid_request'),
    'another grant type': ({'grant_type': 'password'}, 'unsupported_grant_type'),
    'no type of assertion': ({'client_assertion_type': None}, 'invalid_request'),
    'another type of assertion': ({'client_assertion_type': 'x'}, 'invalid_request'),
    'empty assertion': ({'client_assertion': ''}, 'invalid_request'),
}


@pytest.mark.parametrize('what', FORMS)
def test_forms_that_are_refused(script, what):
    """wire 11.3: 400 with the error of RFC 6749."""
    changed, error = FORMS[what]
    assert script.refused(error=error, **changed)


@pytest.mark.parametrize('body', [
    b'', b'{}', b'\xff=\xff', b'grant_type=client_credentials&grant_type=client_credentials', b'grant_type=%00', b'=&=&'])
def test_bodies_that_are_no_forms(script, body):
    """wire 11.3"""
    answer = script.send(body)
    assert (answer.status, answer.text) == (400, '{"error": "invalid_request"}')


def test_a_body_that_is_too_large(script):
    """wire 1.8"""
    assert script.send(b'x=' + b'y' * 70000).status == 413


def test_the_endpoint(script):
    """wire 11.3, 1.1: GET is 405; with and without the final slash; no login."""
    for method in ('GET', 'PUT', 'DELETE', 'PATCH'):
        answer = script.send(b'', method=method)
        assert (answer.status, answer.headers['Allow'], answer.text) == (405, 'POST', 'POST'), method
    options = script.send(b'', method='OPTIONS')
    assert (options.status, options.headers['Allow']) == (200, 'POST')
    assert script.ask(path='/oauth/token').status == 200
    assert script.send(b'', path='/oauth/').status == 404


def test_an_assertion_is_used_once(fresh_server, fresh_client):
    """wire 11.3: also after a restart, and by whoever sends it."""
    script = OauthClient(fresh_client)
    other = OauthClient(fresh_client)
    first = script.assertion(jti='once')
    assert script.ask(first).status == 200
    assert script.refused(first) and script.refused(script.assertion(jti='once'))
    assert other.ask(other.assertion(jti='once')).status == 200
    fresh_server.restart()
    assert script.refused(script.assertion(jti='once'))
    assert script.ask(script.assertion(jti='twice')).status == 200


def test_no_assertion_is_used_again_after_a_restore(fresh_server, fresh_client):
    """wire 11.3: the backup doesn't know which were used; those that can't have been are taken, also after a restart."""
    platform = '/api/admin/command/v1/platform/'
    secret = {'passphrase': 'a passphrase of one\'s own'}
    script = OauthClient(fresh_client)
    used = [script.assertion(), script.assertion(iat=int(time.time()) + 50), script.assertion(iat=None)]
    assert [script.ask(assertion).status for assertion in used] == [200] * 3
    assert fresh_client.post(platform + 'backup_create/', secret).status_code == 202
    (made,) = fresh_client.objects('system_backup/')
    package = {'package': ('b', fresh_client.get(made['resource_uri']).content)}
    assert fresh_client.post(platform + 'backup_restore/', files=package, data=secret).status_code == 202
    fresh_client.session.close()
    rostra.wait_for(lambda: sum(' serving ' in line for line in fresh_server.lines) >= 2)
    for _ in range(2):
        answers = [script.ask(assertion) for assertion in used]
        assert {answer.status for answer in answers} <= {503, 400}
        rostra.wait_for(lambda: script.ask(script.assertion(iat=int(time.time()) + 60)).status == 200)
        assert script.ask(script.assertion(iat=None, exp=int(time.time()) + 86460)).status == 200
        fresh_server.restart()


def test_an_assertion_in_a_race(script):
    """wire 11.3: of many at the same time one gets a token."""
    assertion = script.assertion()
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(script.ask(assertion).status)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200, 400, 400, 400, 400, 400]


# --- using them ---


def test_tokens_last_over_a_restart(fresh_server, fresh_client):
    """wire 11.3"""
    script = OauthClient(fresh_client)
    token = script.token()
    fresh_server.restart()
    assert use(fresh_server, token).status_code == 200
    data = b''.join(file.read_bytes() for file in fresh_server.data.glob('*') if file.is_file())
    assert token.encode() not in data


@pytest.mark.parametrize('scheme', ['Bearer', 'bearer', 'BEARER'])
def test_schemes_are_caseless(server, script, scheme):
    """wire 11.2"""
    assert use(server, script.token(), scheme=scheme).status_code == 200


@pytest.mark.parametrize('token', ['', 'x', 'x' * 43, 'x' * 300, '☃'.encode().decode('latin-1'), 'a b'])
def test_tokens_that_are_none(server, token):
    """wire 11.3: 401 with WWW-Authenticate: Bearer; clients get another token then."""
    answer = use(server, token)
    assert answer.status_code == 401 and answer.headers['WWW-Authenticate'] == 'Bearer' and not answer.content


def test_another_scheme(server, script):
    """wire 11.2: `Token` is none."""
    assert use(server, script.token(), scheme='Token').status_code == 401


def test_a_token_of_a_deleted_client(client, server, script):
    """wire 11.3: revoked at once, also where it is remembered."""
    token = script.token()
    assert use(server, token).status_code == 200
    client.remove(script.path)
    answer = use(server, token)
    assert answer.status_code == 401 and answer.headers['WWW-Authenticate'] == 'Bearer'
    assert script.refused()


def test_a_changed_role_counts_at_once(client, server, script):
    """wire 11.3: rights are those of the role, not of the scope."""
    token = json.loads(script.ask(scope='is_admin use_api').text)['access_token']
    made = use(server, token, method='POST', json={'name': 'Role'})
    client.created.append(made.headers['Location'])
    client.change(script.path, role=READ_ONLY)
    assert use(server, token).status_code == 200
    assert use(server, token, method='POST', json={'name': 'Role 2'}).status_code == 403
    role = client.create('role', name='Nothing', permissions=[])
    client.change(script.path, role=role)
    assert use(server, token).status_code == 403
    client.change(script.path, role=EVERYTHING)
    assert use(server, token, made.headers['Location'], 'PATCH', json={'description': 'x'}).status_code == 202


def test_a_role_in_use_stays(client):
    """wire 8"""
    role = client.create('role', name='Of a client', permissions=[])
    script = OauthClient(client, role)
    assert client.delete(role).status_code == 400
    client.remove(script.path)
    client.remove(role)


def test_settings(fresh_server, fresh_client):
    """wire 11.3, 11.1: lifetime, all rights, no passwords. The first two are read with each use."""
    script = OauthClient(fresh_client, READ_ONLY)
    fresh_client.change(SETTINGS, api_oauth2_expiration=60)
    body = json.loads(script.ask().text)
    token = body['access_token']
    assert body['expires_in'] == 60
    assert use(fresh_server, token, method='POST', json={'name': 'x'}).status_code == 403
    fresh_client.change(SETTINGS, api_oauth2_allow_all_perms=True)
    assert use(fresh_server, token, method='POST', json={'name': 'x'}).status_code == 201
    fresh_client.change(SETTINGS, api_oauth2_disable_basic=True)
    for answer in (fresh_client.get('conference/'), fresh_client.get('conference/', auth=('admin', 'wrong')),
                   *(use(fresh_server, 'x', scheme=scheme) for scheme in ('Token', 'Basic', 'Bearer') * 2)):
        assert answer.status_code == 401 and answer.headers['WWW-Authenticate'] == 'Bearer'
    fresh_server.restart()
    assert use(fresh_server, 'x', scheme='Token').headers['WWW-Authenticate'] == 'Bearer'
    assert use(fresh_server, token, SETTINGS, 'PATCH', json={'api_oauth2_disable_basic': False}).status_code == 202
    assert fresh_client.get('conference/').status_code == 200
    for scheme in ('Token', 'Basic') * 2:
        assert use(fresh_server, 'x', scheme=scheme).headers['WWW-Authenticate'].startswith('Basic ')


def test_passwd_lets_passwords_in_again(fresh_server, fresh_client):
    """Else nobody without a client could ever get in again."""
    fresh_client.change(SETTINGS, api_oauth2_disable_basic=True)
    assert fresh_client.get('conference/').status_code == 401
    subprocess.run([rostra.PROGRAM, '--data', fresh_server.data, 'passwd', rostra.USER], input=rostra.PASSWORD, text=True,
                   timeout=rostra.WAIT_S, check=True)
    assert fresh_client.get('conference/').status_code == 200


def test_the_change_log_knows_who(client, server, script):
    """The name of the client, which no administrator can have."""
    made = use(server, script.token(), method='POST', json={'name': 'Logged'})
    client.created.append(made.headers['Location'])
    assert b'oauth2:A script' in b''.join(f.read_bytes() for f in server.data.glob('config.db*'))


def test_the_script_of_the_documentation(fresh_server, fresh_client, tmp_path):
    """docs/oauth2.md, by its words but for the port and the folder."""
    text = (resources.TOP / 'docs/oauth2.md').read_text(encoding='utf-8')
    blocks = {language: text.split(f'```{language}\n', 1)[1].split('```', 1)[0] for language in ('sh', 'python')}
    (tmp_path / 'var').symlink_to(fresh_server.data)
    fresh_client.create('conference', name='One')
    failed = subprocess.run(['bash', '-uc', blocks['sh'].replace('https://127.0.0.1:8443', fresh_server.url)], cwd=tmp_path,
                            text=True, capture_output=True, timeout=rostra.WAIT_S, check=False,
                            env={**os.environ, 'PASSWORD': 'wrong'})
    assert '401' in failed.stderr and [path.name for path in tmp_path.iterdir()] == ['var']
    for command, block in ((['bash', '-euc'], blocks['sh']), ([sys.executable, '-c'], blocks['python'])):
        done = subprocess.run([*command, block.replace('https://127.0.0.1:8443', fresh_server.url)], cwd=tmp_path, text=True,
                              capture_output=True, timeout=rostra.WAIT_S, check=False,
                              env={**os.environ, 'PASSWORD': rostra.PASSWORD})
        assert done.returncode == 0, done.stderr
    assert done.stdout == '1\n'


# --- limits ---


def test_failures_make_wait(fresh_client):
    """wire 11.5: in the throttle of address and client, not in the rate limit; others go on."""
    script = OauthClient(fresh_client)
    other = OauthClient(fresh_client)
    codes = [script.ask(tampered(script)).status for _ in range(11)]
    assert codes == [400] * 10 + [429]
    waiting = script.ask()
    assert waiting.status == 429 and int(waiting.headers['Retry-After']) >= 1
    assert other.ask().status == 200
    script.source = '127.0.9.9'
    assert script.ask().status == 200


def test_not_in_the_rate_limit(fresh_servers):
    """wire 11.3, 11.5"""
    server = fresh_servers('--rate-limit', '5/3600')
    administrator = rostra.Client(server)
    script = OauthClient(administrator)
    tokens = [script.token() for _ in range(8)]
    codes = [use(server, tokens[0]).status_code for _ in range(5)]
    assert codes == [200] * 4 + [429]
    assert script.ask().status == 200
    administrator.session.close()
