"""Basic authentication, its failures, and what they cost."""
import base64

import pytest
import rostra

LIST = rostra.CONFIGURATION + 'conference/?limit=1'


def status(server, *headers, path=LIST, source=None):
    lines = [f'GET {path} HTTP/1.1', 'Host: localhost', *headers, '', '']
    return server.raw('\r\n'.join(lines).encode('latin-1'), source=source)


def basic(user, password, scheme='Basic'):
    text = user + b':' + password
    return f'Authorization: {scheme} ' + base64.b64encode(text).decode()


ROLES = [rostra.CONFIGURATION + 'role/1/']
RIGHT = basic(rostra.USER.encode(), rostra.PASSWORD.encode())


WRONG = [
    None, basic(b'admin', b'wrong'), basic(b'admin', b''), basic(b'', b''), basic(b'nobody', b'x'),
    basic(b'Admin', rostra.PASSWORD.encode()), basic(b'admin', rostra.PASSWORD.encode() + b' '),
    basic(b'admin', rostra.PASSWORD.encode()[:-1]), basic(b'admin', rostra.PASSWORD.encode() + b'\x00'),
    basic(b'admin\x00', rostra.PASSWORD.encode()), basic(b' admin', rostra.PASSWORD.encode()),
    basic(b'admin', b'x' * 5000), 'Authorization: Basic', 'Authorization: Basic !!!', 'Authorization: Basic YWRtaW4=',
    'Authorization: Bearer x', 'Authorization: Token x', 'Authorization: ', 'Authorization: Digest username="admin"',
    'Authorization: Basic \xff']


@pytest.mark.parametrize('number', range(len(WRONG)))
def test_who_does_not_get_in(server, number):
    """wire 11.1: 401, empty, with what to do. Each from an address of its own: failures are counted by address."""
    answer = status(server, *filter(None, [WRONG[number]]), source=f'127.0.1.{number + 1}')
    assert answer.status == 401 and answer.text == ''
    assert answer.headers['WWW-Authenticate']
    assert answer.headers['Content-Type'] == 'text/html; charset=utf-8'


def test_the_challenge(server):
    """wire 11.1, 10.1: none where a browser would open its own password box."""
    assert status(server).headers['WWW-Authenticate'].startswith('Basic Realm="')
    for header in ('X-Requested-With: XMLHttpRequest', 'Cookie: sessionid=x', 'Sec-Fetch-Mode: cors'):
        assert status(server, header).headers['WWW-Authenticate'] is None, header
    assert status(server, 'Sec-Fetch-Mode: navigate').headers['WWW-Authenticate']


@pytest.mark.parametrize('scheme', ['Basic', 'basic', 'BASIC'])
def test_schemes_are_caseless(server, scheme):
    """wire 11.2"""
    assert status(server, basic(rostra.USER.encode(), rostra.PASSWORD.encode(), scheme)).status == 200


def test_two_credentials_in_one_request(server):
    """A repeated Authorization is no request."""
    assert status(server, RIGHT, RIGHT).status == 400
    assert status(server, RIGHT, basic(b'admin', b'x')).status == 400


@pytest.mark.parametrize('name, password', [
    ('l.müller', 'pässwörd ☃'), ('l.colon', 'a:b:c'), ('l.blank', '  blanks  '), ('l.long', 'x' * 1024),
    ('l.ascii', 'plain password')],
    ids=range(5))
def test_passwords_are_compared_whole(client, server, name, password):
    """wire 11.1"""
    client.create('administrator', name=name, password=password, roles=ROLES)
    assert status(server, basic(name.encode(), password.encode())).status == 200
    assert status(server, basic(name.encode(), password.strip().encode()[:-1]), source='127.0.0.9').status == 401


def test_credentials_in_latin_1(client, server):
    """wire 11.1: as a common Python library sends them; only where they aren't valid UTF-8."""
    client.create('administrator', name='l.zoë', password='naïve one', roles=ROLES)
    for coding in ('utf-8', 'latin-1'):
        assert status(server, basic('l.zoë'.encode(coding), 'naïve one'.encode(coding))).status == 200, coding


def test_a_changed_password_counts_at_once(client, server):
    """Remembered credentials know the user's version."""
    path = client.create('administrator', name='l.changed', password='first one', roles=ROLES)
    first, second = (basic(b'l.changed', word) for word in (b'first one', b'second one'))
    assert status(server, first).status == 200
    client.change(path, password='second one')
    assert status(server, first).status == 401 and status(server, second).status == 200
    client.remove(path)
    assert status(server, second).status == 401


def test_failures_make_wait_but_not_from_elsewhere(fresh_server):
    """wire 11.1: nobody else is locked out."""
    wrong = basic(b'admin', b'wrong')
    codes = [status(fresh_server, wrong).status for _ in range(11)]
    assert codes == [401] * 10 + [429]
    refused = status(fresh_server, RIGHT)
    assert refused.status == 429 and int(refused.headers['Retry-After']) >= 1
    assert status(fresh_server, RIGHT, source='127.0.0.2').status == 200


def test_an_empty_password_is_none(fresh_server):
    """wire 11.4: refused before anything else, so it makes nobody wait."""
    empty = basic(b'admin', b'')
    assert [status(fresh_server, empty).status for _ in range(12)] == [401] * 12
    assert status(fresh_server, RIGHT).status == 200


def test_somebody_without_rights(client, server):
    """wire 11.4: 403, not 401, which would make clients log in again."""
    client.create('administrator', name='l.powerless', password='some password', roles=[])
    powerless = rostra.Client(server, 'l.powerless', 'some password')
    for method, path in (('GET', 'conference/'), ('POST', 'conference/'), ('DELETE', 'conference/1/')):
        answer = powerless.request(method, path, **({'json': {'name': 'x'}} if method == 'POST' else {}))
        assert answer.status_code == 403 and set(answer.json()) == {'error'}
    powerless.session.close()


def test_somebody_who_may_only_read(client, server):
    """wire 11.4: 200 for reading, 403 for all else."""
    path = client.create('conference', name='Read only')
    client.create('administrator', name='l.reader', password='some password', roles=[rostra.CONFIGURATION + 'role/2/'])
    reader = rostra.Client(server, 'l.reader', 'some password')
    assert reader.get(path).status_code == 200
    assert reader.get('conference/schema/').status_code == 200
    for answer in (reader.patch(path, {'name': 'x'}), reader.delete(path), reader.put(path, {}),
                   reader.post('conference/', {}),
                   reader.patch('conference/', {'objects': []}), reader.delete('conference/?name=Read only'),
                   reader.patch('global/1/', {})):
        assert answer.status_code == 403
    assert client.read(path)['name'] == 'Read only'
    reader.session.close()


def test_the_rate_limit(fresh_servers):
    """wire 11.5, check 13: counted for all users together, failures not at all."""
    server = fresh_servers('--rate-limit', '100/60')
    client = rostra.Client(server)
    for _ in range(3):
        assert status(server, basic(b'x', b'y')).status == 401
    codes = [client.get('conference/?limit=1').status_code for _ in range(101)]
    assert codes == [200] * 100 + [429]
    answer = client.get('conference/')
    assert 1 <= int(answer.headers['Retry-After']) <= 60 and set(answer.json()) == {'error'}
    client.session.close()
