"""Administrators of an LDAP directory: a real slapd, and what stands in for one that misbehaves."""
import base64
import contextlib
import itertools
import json
import pathlib
import socket
import subprocess
import threading
import time

import pki
import pytest
import rostra
import slapd

SETTINGS = rostra.CONFIGURATION + 'authentication/1/'
LIST = rostra.CONFIGURATION + 'conference/?limit=1'
READ_WRITE, READ_ONLY = (rostra.CONFIGURATION + f'role/{n}/' for n in (1, 2))
ODD = 'we(i)rd*\\name'


def person_name(uid, branch='ou=people'):
    return f'uid={uid},{branch},{slapd.BASE}'


def group_name(name):
    return f'cn={name},ou=groups,{slapd.BASE}'


PEOPLE = (
    slapd.person('alice', 'wonder: land') +
    slapd.person('bob', 'builder', f'seeAlso: {group_name("writers")}') +
    slapd.person('carol', 'no group') +
    slapd.person('dave', 'first one') + slapd.person('dave', 'second one', branch='ou=others') +
    slapd.person('admin', 'of the directory') +
    slapd.entry(f'cn=Odd,ou=people,{slapd.BASE}', 'objectClass: inetOrgPerson', f'uid: {ODD}', 'cn: Odd', 'sn: Odd',
                'userPassword: odd one') +
    slapd.group('readers', group_name('inner'), person_name('nobody')) +
    slapd.group('inner', person_name('alice'), group_name('circle')) +
    slapd.group('circle', group_name('inner')) +
    slapd.group('writers', person_name('nobody')) +
    slapd.entry(group_name('posix'), 'objectClass: posixGroup', 'cn: posix', 'gidNumber: 1', 'memberUid: carol', 'memberUid: theboss') +
    slapd.entry(person_name('mallory'), 'objectClass: inetOrgPerson', 'uid: theboss', 'uid: mallory', 'cn: mallory', 'sn: mallory',
                'mail: mallory@example.com', 'userPassword: secret of hers') +
    slapd.entry(f'cn=Two names,ou=people,{slapd.BASE}', 'objectClass: inetOrgPerson', 'uid: erin', 'uid: frank', 'cn: Two names',
                'sn: Two', 'userPassword: two names'))


@pytest.fixture(scope='module')
def directory():
    others = slapd.entry(f'ou=others,{slapd.BASE}', 'objectClass: organizationalUnit', 'ou: others')
    made = slapd.Directory(others + PEOPLE)
    yield made
    made.close()


@pytest.fixture(scope='module')
def module_server(directory):
    made = rostra.Server()
    use(made, directory)
    yield made
    made.close()


@pytest.fixture
def place(module_server):
    """A server that asks the directory, and its administrator."""
    client = rostra.Client(module_server)
    client.change(SETTINGS, source='LDAP+LOCAL')
    yield client
    client.close()
    module_server.check_alive()


def settings(directory, **more):
    return {'source': 'LDAP+LOCAL', 'ldap_server': directory.server, 'ldap_base_dn': slapd.BASE,
            'ldap_bind_username': slapd.ACCOUNT, 'ldap_bind_password': slapd.ACCOUNT_PASSWORD,
            'ldap_group_search_dn': 'ou=groups', **more}


def use(server, directory, **more):
    """Makes it ask the directory, which it trusts."""
    client = rostra.Client(server)
    client.create('ca_certificate', certificate=pki.family()[0].certificate)
    client.change(SETTINGS, **settings(directory, **more))
    client.session.close()


def status(server, user, password, method='GET', source=None):
    """Of a request with these credentials; source: an address to come from, since failures are counted by address."""
    text = base64.b64encode(f'{user}:{password}'.encode()).decode()
    path = LIST if method == 'GET' else rostra.CONFIGURATION + 'conference/999999/'
    request = f'{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic {text}\r\n\r\n'
    return server.raw(request.encode(), source=source).status


def web_sign_in(server, user, password, source):
    body = json.dumps({'username': user, 'password': password}).encode()
    lines = ['POST /admin/session/ HTTP/1.1', 'Host: localhost', 'Origin: https://localhost',
             'Content-Type: application/json', f'Content-Length: {len(body)}', '', '']
    return server.raw('\r\n'.join(lines).encode() + body, 'POST', source=source)


def test_signing_in_by_the_directory(place):
    """wire 11.4: a session of its own for who the directory knows, with the rights of his groups as they are mapped."""
    server = place.server

    def read(cookie):
        return server.raw(f'GET {LIST} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\n\r\n'.encode()).status

    assert web_sign_in(server, 'alice', 'wrong', '127.0.5.1').status == 401
    assert web_sign_in(server, 'alice', '', '127.0.5.1').status == 401
    answer = web_sign_in(server, 'alice', 'wonder: land', '127.0.5.1')
    assert answer.status == 200, answer.text
    assert json.loads(answer.text)['username'] == 'ldap:alice'
    cookie = answer.headers.get_all('Set-Cookie')[0].split(';')[0]
    assert cookie.startswith('sessionid=') and read(cookie) == 403
    map_group(place, 'readers', READ_ONLY)
    assert read(cookie) == 200
    place.change(SETTINGS, source='LOCAL')
    assert read(cookie) == 401
    place.change(SETTINGS, source='LDAP+LOCAL')
    assert read(cookie) == 401


    cookie = sign_in_alice(server)
    place.change(SETTINGS, source='LOCAL')
    place.change(SETTINGS, source='LDAP+LOCAL')
    assert read(cookie) == 401      # though nobody looked meanwhile
    for field in ('ldap_server', 'ldap_bind_username', 'ldap_base_dn', 'ldap_user_filter'):
        before = place.read(SETTINGS)[field]
        cookie = sign_in_alice(server)
        assert read(cookie) == 200
        place.change(SETTINGS, **{field: '(uid=*)' if 'filter' in field else 'other.example'})
        place.change(SETTINGS, **{field: before})
        assert read(cookie) == 401, field


def sign_in_alice(server):
    return web_sign_in(server, 'alice', 'wonder: land', '127.0.5.2').headers.get_all('Set-Cookie')[0].split(';')[0]


def map_group(client, name, *roles, **more):
    return client.create('ldap_role', name=name, ldap_group_dn=more.get('group', group_name(name)), roles=list(roles))


def test_a_user_of_the_directory(place, directory):
    """wire 11.4: rights come from groups, also nested ones that lie in each other; names of groups ignore case and blanks."""
    map_group(place, 'readers', READ_ONLY, group=f' CN = Readers , OU=Groups,{slapd.BASE.upper()}')
    assert status(place.server, 'alice', 'wonder: land') == 200
    assert status(place.server, 'alice', 'wonder: land', 'DELETE') == 403
    assert 'base="ou=groups,' in directory.log()


@pytest.mark.parametrize('user, password, number', [
    ('alice', 'wonder: land ', 1), ('alice', 'Wonder: land', 2), ('alice', 'builder', 3), ('nobody', 'x', 4),
    ('alice', 'x' * 5000, 5), ('a' * 300, 'x', 6)])
def test_who_does_not_get_in(place, user, password, number):
    """wire 11.4"""
    assert status(place.server, user, password, source=f'127.0.2.{number}') == 401


def test_an_empty_password_never_reaches_the_directory(place, directory):
    """wire 11.4: it would be an anonymous bind."""
    asked = directory.log()
    for password in ('', '\0', '\0wonder: land', 'wonder: land\0'):
        assert status(place.server, 'alice', password, source='127.0.3.1') == 401
    assert status(place.server, '', 'wonder: land', source='127.0.3.1') == 401
    assert directory.log() == asked


INJECTIONS = ['*', 'ali*', 'alice)(uid=*', 'alice)(|(uid=*', '*)(objectClass=*', 'alice\\2a', '\\61lice', '{username}', 'alice\\',
              '(uid=alice)', 'x)(|(userPassword=*)']


@pytest.mark.parametrize('number', range(len(INJECTIONS)))
def test_names_are_no_filters(place, directory, number):
    """wire 11.4: escaped as they are put in, once."""
    map_group(place, 'readers', READ_ONLY)
    asked = len(directory.log())
    assert status(place.server, INJECTIONS[number], 'wonder: land', source=f'127.0.4.{number + 1}') == 401
    said = directory.log()[asked:]
    assert 'uid=alice,' not in said and 'nentries=1' not in said and said.count('nentries=0') == 1, said


def test_a_name_with_all_that_filters_know(place):
    """wire 11.4"""
    map_group(place, 'writers', READ_WRITE)
    assert status(place.server, ODD, 'odd one') == 403
    assert status(place.server, ODD, 'odd two', source='127.0.3.2') == 401


def test_two_entries_for_one_name(place):
    """wire 11.4: neither of them gets in."""
    for password in ('first one', 'second one'):
        assert status(place.server, 'dave', password, source='127.0.3.3') == 401
    place.change(SETTINGS, ldap_user_search_dn='ou=people')
    assert status(place.server, 'dave', 'first one', source='127.0.3.3') == 403
    assert status(place.server, 'dave', 'second one', source='127.0.3.3') == 401
    place.change(SETTINGS, ldap_user_search_dn='')


def test_groups_that_an_entry_names(place):
    """wire 11.4: memberOf, or what stands for it."""
    map_group(place, 'writers', READ_WRITE)
    assert status(place.server, 'bob', 'builder', 'DELETE') == 403
    place.change(SETTINGS, ldap_user_group_attributes='memberOf, seeAlso')
    assert status(place.server, 'bob', 'builder', 'DELETE') == 404
    place.change(SETTINGS, ldap_user_group_attributes='memberOf')


def test_groups_that_name_the_uid(place):
    """wire 11.4: {useruid}"""
    map_group(place, 'posix', READ_ONLY)
    assert status(place.server, 'carol', 'no group') == 200


def test_somebody_without_a_role(place):
    """wire 11.4: 403 like any other without rights; 401 would make clients sign in again."""
    assert status(place.server, 'carol', 'no group') == 403
    assert status(place.server, 'carol', 'wrong', source='127.0.3.4') == 401


def test_changed_mappings_count_at_once(place, directory):
    """wire 11.4: what is remembered for a minute is forgotten when a mapping or a role changes, or one is made."""
    assert status(place.server, 'alice', 'wonder: land') == 403
    mapping = map_group(place, 'readers', READ_ONLY)
    assert status(place.server, 'alice', 'wonder: land') == 200
    n_binds = directory.n_binds()
    assert status(place.server, 'alice', 'wonder: land') == 200
    assert directory.n_binds() == n_binds
    place.change(mapping, roles=[READ_WRITE])
    assert status(place.server, 'alice', 'wonder: land', 'DELETE') == 404
    place.change(mapping, ldap_group_dn=group_name('writers'))
    assert status(place.server, 'alice', 'wonder: land') == 403
    role = place.create('role', name='Of the directory', permissions=[rostra.CONFIGURATION + 'permission/2/'])
    place.change(mapping, ldap_group_dn=group_name('inner'), roles=[role])
    assert status(place.server, 'alice', 'wonder: land') == 403
    place.change(role, permissions=[rostra.CONFIGURATION + f'permission/{n}/' for n in (2, 11, 21, 31, 41)])
    assert status(place.server, 'alice', 'wonder: land') == 200
    place.remove(mapping)
    assert status(place.server, 'alice', 'wonder: land') == 403


def test_role_mappings(place):
    """wire 11.4: those of the directory count, those of identity providers don't."""
    mapping = place.create('role_mapping', name='M', source='OIDC', value=group_name('readers'), roles=[READ_ONLY])
    assert status(place.server, 'alice', 'wonder: land') == 403
    place.change(mapping, source='LDAP')
    assert status(place.server, 'alice', 'wonder: land') == 200
    map_group(place, 'circle', READ_WRITE)
    assert status(place.server, 'alice', 'wonder: land', 'DELETE') == 404    # the union


def test_a_local_account_hides_that_of_the_directory(place, directory):
    """wire 11.4: nobody becomes somebody by a name, and no local password reaches the directory."""
    asked = directory.log()
    assert status(place.server, 'admin', 'of the directory', source='127.0.3.5') == 401
    assert directory.log() == asked
    map_group(place, 'readers', READ_ONLY)
    assert status(place.server, 'alice', 'wonder: land') == 200
    path = place.create('administrator', name='alice', password='local', roles=[READ_ONLY], enabled=False)
    assert status(place.server, 'alice', 'wonder: land', source='127.0.3.6') == 401
    place.remove(path)
    assert status(place.server, 'alice', 'wonder: land') == 200


SPELLINGS = ['Bob', 'BOB', ' bob', 'bob  ', '\N{FULLWIDTH LATIN SMALL LETTER B}ob', 'b\N{SOFT HYPHEN}ob']


@pytest.mark.parametrize('source, enabled', [('LDAP+LOCAL', True), ('LDAP+LOCAL', False), ('LDAP', True)])
def test_a_local_account_hides_all_spellings_of_its_name(fresh_server, directory, source, enabled):
    """wire 11.4: disabled or not, by Basic and in the web, whether local accounts may sign in or not."""
    use(fresh_server, directory)
    client = rostra.Client(fresh_server)
    map_group(client, 'posix', READ_ONLY)
    client.create('administrator', name='bob', password='local', roles=[READ_ONLY], enabled=enabled)
    client.change(SETTINGS, source=source)
    asked = directory.log()
    tries = [(name, password) for name in SPELLINGS for password in ('local', 'builder')]
    for number, (name, password) in enumerate([*tries, ('bob', 'builder')]):
        assert status(fresh_server, name, password, source=f'127.0.6.{number + 1}') == 401
        assert web_sign_in(fresh_server, name, password, f'127.0.6.{number + 1}').status == 401
    assert directory.log() == asked
    client.session.close()


def test_a_local_account_hides_who_the_directory_calls_so(place):
    """wire 11.4: whichever of his names was given."""
    assert status(place.server, 'frank', 'two names', source='127.0.10.1') == 403
    path = place.create('administrator', name='Erin', password='local', roles=[READ_ONLY], enabled=False)
    assert status(place.server, 'frank', 'two names', source='127.0.10.1') == 401
    assert web_sign_in(place.server, 'frank', 'two names', '127.0.10.2').status == 401
    place.remove(path)
    assert status(place.server, 'frank', 'two names', source='127.0.10.1') == 403


def test_names_that_an_entry_has_besides(place):
    """wire 11.4: who may write his entry's uid doesn't become another by that, nor get into his groups."""
    map_group(place, 'posix', READ_ONLY)
    answer = web_sign_in(place.server, 'Mallory ', 'secret of hers', '127.0.11.1')
    assert answer.status == 200 and json.loads(answer.text)['username'] == 'ldap:mallory', answer.text
    assert status(place.server, 'mallory', 'secret of hers') == 403
    place.change(SETTINGS, ldap_user_search_filter='(mail={username})')
    answer = web_sign_in(place.server, 'mallory@example.com', 'secret of hers', '127.0.11.2')
    assert json.loads(answer.text)['username'] == 'ldap:mallory', answer.text
    place.change(SETTINGS, ldap_user_search_filter='(|(uid={username})(sAMAccountName={username}))')


def test_spellings_are_one_user_for_the_throttle(place, directory):
    """wire 11.1, 11.4: ten failures a minute, however the name is written."""
    spellings = [''.join(letters) for letters in itertools.product('cC', 'aA', 'rR', 'oO', 'l')]
    assert [status(place.server, name, 'wrong', source='127.0.12.1') for name in spellings] == [401] * 10 + [429] * 6


def test_local_names_are_not_told_by_time(place):
    """wire 11.4: argon2id for every name, before the directory is asked; and each failure counts, in the web, too."""
    def used_ticks():
        return sum(map(int, pathlib.Path(f'/proc/{place.server.process.pid}/stat').read_text().rpartition(')')[2].split()[11:13]))

    def cost(name, source):
        before = used_ticks()
        assert web_sign_in(place.server, name, 'wrong', source).status == 401
        return used_ticks() - before
    local, other = (min(cost(name, f'127.0.13.{n + 1}') for _ in range(5)) for n, name in enumerate((rostra.USER, 'unheard of')))
    assert other > local / 2, (local, other)
    answers = [web_sign_in(place.server, 'unheard of', 'wrong', '127.0.13.2').status for _ in range(6)]
    assert answers == [401] * 5 + [429]


SOURCES = [('LOCAL', 200, 401), ('LDAP', 401, 403), ('LDAP+LOCAL', 200, 403), ('OIDC', 401, 401), ('OIDC+LOCAL', 200, 401),
           ('LDAP+OIDC+LOCAL', 200, 403)]


@pytest.mark.parametrize('source, local, ldap', SOURCES, ids=[source for source, _, _ in SOURCES])
def test_where_accounts_are_looked_up(fresh_server, directory, source, local, ldap):
    """wire 11.4: OIDC-only accounts can't use Basic; rostrad passwd lets a local one in again whatever the source is."""
    use(fresh_server, directory, source=source)
    assert status(fresh_server, rostra.USER, rostra.PASSWORD) == local
    assert status(fresh_server, 'carol', 'no group') == ldap
    done = subprocess.run([rostra.PROGRAM, '--data', fresh_server.data, 'passwd', rostra.USER], input='another', text=True,
                          timeout=rostra.WAIT_S, check=True, capture_output=True)
    assert status(fresh_server, rostra.USER, 'another') == 200
    client = rostra.Client(fresh_server, rostra.USER, 'another')
    kept = {'LDAP': 'LDAP+LOCAL', 'OIDC': 'OIDC+LOCAL'}.get(source, source)
    assert client.read(SETTINGS)['source'] == kept
    assert (kept in done.stdout) == (kept != source), done.stdout
    client.session.close()


def test_an_unreachable_directory(fresh_server):
    """wire 11.4: 401, never 500, and local accounts stay; the log says why, without a secret."""
    directory = slapd.Directory(PEOPLE.replace('ou=others', 'ou=people').replace(
        slapd.person('dave', 'second one'), ''))
    use(fresh_server, directory)
    map_role(fresh_server)
    assert status(fresh_server, 'alice', 'wonder: land') == 200
    directory.stop()
    assert status(fresh_server, 'alice', 'wonder: land') == 200       # remembered
    assert status(fresh_server, 'bob', 'builder') == 401
    assert status(fresh_server, rostra.USER, rostra.PASSWORD) == 200
    fresh_server.wait_for_log(lambda line: 'the directory cannot be asked' in line and 'Connection refused' in line)
    directory.start()
    assert status(fresh_server, 'bob', 'builder') == 403
    log = fresh_server.log()
    assert 'builder' not in log and slapd.ACCOUNT_PASSWORD not in log
    directory.close()


def map_role(server):
    client = rostra.Client(server)
    map_group(client, 'readers', READ_ONLY)
    client.session.close()


class Silent:
    """Takes connections, keeps them, and says nothing; lets a test wait until one is there."""

    def __init__(self):
        self.listener = socket.create_server(('127.0.0.1', 0))
        self.server = f'127.0.0.1:{self.listener.getsockname()[1]}'
        self.taken = []
        self.came = threading.Event()
        self.thread = threading.Thread(target=self._take, daemon=True)
        self.thread.start()

    def _take(self):
        with contextlib.suppress(OSError):
            while True:
                self.taken.append(self.listener.accept()[0])
                self.came.set()

    def close(self):
        """Ends all that hangs."""
        self.listener.shutdown(socket.SHUT_RDWR)
        self.thread.join(rostra.WAIT_S)
        self.listener.close()
        for connection in self.taken:
            connection.close()


def test_a_hanging_directory_stalls_nobody_else(fresh_server):
    """wire 11.4: local passwords, remembered ones and tokens go on while more users wait than there are threads."""
    silent = Silent()
    use(fresh_server, silent)
    statuses = []
    waiting = [threading.Thread(target=lambda n=n: statuses.append(
        status(fresh_server, f'user{n}', 'x', source=f'127.0.5.{n + 1}'))) for n in range(12)]
    for thread in waiting:
        thread.start()
    assert silent.came.wait(rostra.WAIT_S)
    client = rostra.Client(fresh_server)
    client.create('administrator', name='local', password='one more', roles=[READ_ONLY])
    assert status(fresh_server, 'local', 'one more') == 200        # verified now
    assert status(fresh_server, 'local', 'one more') == 200        # remembered
    assert status(fresh_server, 'local', 'wrong', source='127.0.5.99') == 401
    assert status(fresh_server, rostra.USER, rostra.PASSWORD) == 200
    assert not statuses     # all of that while they wait
    silent.close()
    for thread in waiting:
        thread.join(rostra.WAIT_S)
    assert statuses == [401] * len(waiting)
    client.session.close()


def ask_at_once(server, n, source, statuses):
    """Names that need the directory, all from one address; its threads, which note what they got and after how long."""
    def ask(number):
        begun = time.monotonic()
        statuses.append((status(server, f'user{number}', 'x', source=source), time.monotonic() - begun))
    threads = [threading.Thread(target=ask, args=(number,)) for number in range(n)]
    for thread in threads:
        thread.start()
    return threads


def test_a_hanging_directory_is_left_alone(fresh_server):
    """wire 11.4: who waits behind somebody who waited in vain is told at once; one address doesn't fill the queue. Seen: ten
    seconds for each in turn, eleven minutes in all."""
    silent, statuses = Silent(), []
    use(fresh_server, silent)
    threads = ask_at_once(fresh_server, 12, '127.0.14.1', statuses)
    assert silent.came.wait(rostra.WAIT_S)
    for thread in threads:
        thread.join(rostra.WAIT_S)
    assert sorted(code for code, _ in statuses) == [401] * 9 + [429] * 3
    assert all(seconds < 9 for code, seconds in statuses if code == 429), statuses
    assert 9 < max(seconds for _, seconds in statuses) < 16, statuses
    n_asked = len(silent.taken)
    assert status(fresh_server, 'somebody', 'x', source='127.0.14.2') == 401    # at once
    assert len(silent.taken) == n_asked
    assert fresh_server.log().count('the directory cannot be asked') == 1
    client = rostra.Client(fresh_server)
    client.change(SETTINGS, ldap_server='127.0.0.1:1')    # another one may be there
    assert status(fresh_server, 'somebody', 'x', source='127.0.14.2') == 401
    fresh_server.wait_for_log(lambda line: 'the directory cannot be asked' in line and 'Connection refused' in line)
    client.session.close()
    silent.close()


@pytest.mark.parametrize('name, trusted', [('localhost', False), ('other.example.com', True)], ids=['issuer', 'name'])
def test_a_certificate_that_is_not_right(fresh_server, name, trusted):
    """wire 11.4: nothing is said to a directory that isn't the one."""
    issuer = pki.family()[0] if trusted else pki.Issued('/CN=Somebody else', authority=True)
    served = pki.Issued(f'/CN={name}', issuer, extensions=f'subjectAltName=DNS:{name}\nextendedKeyUsage=serverAuth')
    directory = slapd.Directory(slapd.person('alice', 'wonder: land'), served=served)
    for number, host in enumerate(('localhost', '127.0.0.1')):
        use(fresh_server, directory, ldap_server=f'{host}:{directory.port}')
        said = "for this machine's own name" if host == 'localhost' else 'The certificate is refused: it must be for this name, be'
        assert status(fresh_server, 'alice', 'wonder: land', source=f'127.0.15.{number + 1}') == 401
        fresh_server.wait_for_log(lambda line, said=said: 'the directory cannot be asked' in line and 'TLS' in line and
                                  said in line)
    assert directory.n_binds() == 0
    directory.close()


def test_a_directory_without_tls(fresh_server):
    """wire 11.4: passwords never go in clear, whatever ldap_permit_no_tls says."""
    directory = slapd.Directory(slapd.person('alice', 'wonder: land'), tls=False)
    use(fresh_server, directory, ldap_permit_no_tls=True)
    assert status(fresh_server, 'alice', 'wonder: land') == 401
    assert directory.n_binds() == 0
    directory.close()


def test_ldaps(fresh_server):
    """wire 11.4: on a port that speaks TLS from the first byte."""
    directory = slapd.Directory(slapd.person('alice', 'wonder: land'), ldaps=True)
    use(fresh_server, directory)
    assert status(fresh_server, 'alice', 'wonder: land') == 403
    directory.close()


def test_referrals_are_not_followed(fresh_server):
    """wire 11.4: nor are references entries."""
    elsewhere = Silent()
    directory = slapd.Directory(slapd.person('alice', 'wonder: land') + slapd.entry(
        f'ou=elsewhere,{slapd.BASE}', 'objectClass: referral', 'objectClass: extensibleObject', 'ou: elsewhere',
        f'ref: ldap://{elsewhere.server}/ou=elsewhere,{slapd.BASE}'))
    use(fresh_server, directory)
    assert status(fresh_server, 'alice', 'wonder: land') == 403
    assert status(fresh_server, 'bob', 'builder') == 401
    client = rostra.Client(fresh_server)
    client.change(SETTINGS, ldap_user_search_dn='ou=elsewhere')
    assert status(fresh_server, 'alice', 'wonder: land') == 401     # the base itself is elsewhere
    assert not elsewhere.taken
    client.session.close()
    elsewhere.close()
    directory.close()


def test_an_account_for_searching_that_is_refused(fresh_server, directory):
    """wire 11.4: said in the log, where an administrator looks."""
    use(fresh_server, directory, ldap_bind_password='wrong')
    assert status(fresh_server, 'alice', 'wonder: land') == 401
    fresh_server.wait_for_log(lambda line: 'ldap_bind_username' in line)


def test_a_filter_that_finds_nobody(fresh_server, directory):
    """wire 11.4: as when a server doesn't know a class that it asks for: the log has it."""
    use(fresh_server, directory, ldap_user_filter='(objectClass=computer)')
    assert status(fresh_server, 'alice', 'wonder: land') == 401
    fresh_server.wait_for_log(lambda line: 'not exactly one user was found' in line and '(objectClass=computer)' in line)
    assert 'wonder' not in fresh_server.log()


WRONG = [
    ('ldap_user_search_filter', '(uid=x)', '{username}'), ('ldap_user_search_filter', '', '{username}'),
    ('ldap_user_search_filter', 'uid={username}', 'RFC 4515'), ('ldap_user_search_filter', '(uid={username}', 'RFC 4515'),
    ('ldap_user_search_filter', '({username}=x)', 'RFC 4515'), ('ldap_user_filter', '(objectclass=person', 'RFC 4515'),
    ('ldap_group_filter', '(a=b)(c=d)', 'RFC 4515'), ('ldap_group_membership_filter', '(member=x)', '{userdn} or {useruid}'),
    ('ldap_server', 'not a host', 'host name'), ('ldap_server', 'host:0', 'host name'), ('ldap_server', 'ldap://host', 'host name')]


@pytest.mark.parametrize('field, value, said', WRONG)
def test_what_is_refused_when_it_is_saved(client, field, value, said):
    """wire 11.4, 10.3: under the name of the field."""
    answer = client.patch(SETTINGS, {field: value})
    assert answer.status_code == 400, answer.text
    assert list(answer.json()['authentication']) == [field] and said in answer.json()['authentication'][field][0]


@pytest.mark.parametrize('field, value', [
    ('ldap_user_search_filter', '(mail={username})'), ('ldap_user_filter', ''), ('ldap_group_filter', ''),
    ('ldap_group_membership_filter', '(member:1.2.840.113556.1.4.1941:={userdn})'), ('ldap_group_membership_filter', ''),
    ('ldap_group_membership_filter', '(memberUid={useruid})'), ('ldap_server', 'example.com'), ('ldap_server', '192.0.2.1:1389'),
    ('ldap_server', '[2001:db8::1]:636')])
def test_what_may_be_saved(client, field, value):
    """wire 11.4"""
    before = client.read(SETTINGS)[field]
    client.change(SETTINGS, **{field: value})
    assert client.read(SETTINGS)[field] == value
    client.change(SETTINGS, **{field: before})


def test_the_directory_alone_needs_a_server(client):
    """wire 11.4: else nobody could get in."""
    answer = client.patch(SETTINGS, {'source': 'LDAP'})
    assert answer.status_code == 400 and 'ldap_server' in answer.json()['authentication']
