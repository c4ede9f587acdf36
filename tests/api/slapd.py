"""A real directory: OpenLDAP's slapd on a port of its own, with the people and groups that a test gives it."""
import contextlib
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile

import pki
import rostra

PROGRAM = pathlib.Path('/usr/sbin/slapd')
MODULES = pathlib.Path('/usr/lib/ldap')
SCHEMAS = pathlib.Path('/etc/ldap/schema')
BASE = 'dc=example,dc=com'
ACCOUNT = 'cn=reader,' + BASE
ACCOUNT_PASSWORD = 'may (only) read: *'

CONFIGURATION = """
{includes}
modulepath {modules}
moduleload back_mdb
pidfile {folder}/slapd.pid
{tls}
disallow bind_anon
require authc
sizelimit unlimited
database mdb
suffix "{base}"
rootdn "cn=root,{base}"
directory {folder}/data
index objectClass eq
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="{account}" read by * none
"""


TLS = """
TLSCACertificateFile {folder}/root.pem
TLSCertificateFile {folder}/certificate.pem
TLSCertificateKeyFile {folder}/key.pem
TLSVerifyClient never
security tls=1
"""


def free_port():
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


def certificate(name='localhost', issuer=None):
    root, _, _ = pki.family()
    return pki.Issued(f'/CN={name}', issuer or root,
                      extensions=f'subjectAltName=DNS:{name},IP:127.0.0.1\nextendedKeyUsage=serverAuth')


def entry(name, *lines):
    return '\n'.join([f'dn: {name}', *lines]) + '\n\n'


def person(uid, password, *lines, branch='ou=people'):
    return entry(f'uid={uid},{branch},{BASE}', 'objectClass: inetOrgPerson', f'uid: {uid}', f'cn: {uid}', f'sn: {uid}',
                 f'userPassword: {password}', *lines)


def group(name, *members, branch='ou=groups'):
    return entry(f'cn={name},{branch},{BASE}', 'objectClass: groupOfNames', f'cn: {name}',
                 *(f'member: {member}' for member in members))


def tree():
    """What every test's directory begins with."""
    return (entry(BASE, 'objectClass: dcObject', 'objectClass: organization', 'o: Example', 'dc: example') +
            entry(ACCOUNT, 'objectClass: organizationalRole', 'objectClass: simpleSecurityObject', 'cn: reader',
                  f'userPassword: {ACCOUNT_PASSWORD}') +
            ''.join(entry(f'ou={name},{BASE}', 'objectClass: organizationalUnit', f'ou: {name}')
                    for name in ('people', 'groups')))


class Directory:
    """Serves what the LDIF says until it is closed. Its files lie where a confined slapd may read: below /tmp."""

    def __init__(self, ldif, ldaps=False, served=None, tls=True):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='rostra-slapd-', dir='/tmp'))
        self.ldaps = ldaps
        self.process = None
        self.port = free_port()
        served = served or certificate()
        root, _, _ = pki.family()
        for name, text in (('root.pem', root.certificate), ('certificate.pem', served.certificate), ('key.pem', served.key),
                           ('content.ldif', tree() + ldif), ('slapd.conf', self._configuration(tls))):
            (self.folder / name).write_text(text, encoding='utf-8')
        (self.folder / 'data').mkdir()
        self._run('-T', 'add', '-l', str(self.folder / 'content.ldif'))
        self.start()

    def _configuration(self, tls):
        includes = '\n'.join(f'include {SCHEMAS}/{name}.schema' for name in ('core', 'cosine', 'inetorgperson', 'nis', 'msuser'))
        return CONFIGURATION.format(includes=includes, modules=MODULES, folder=self.folder, base=BASE, account=ACCOUNT,
                                    tls=TLS.format(folder=self.folder) if tls else '')

    def _run(self, *words):
        done = subprocess.run([PROGRAM, *words, '-f', str(self.folder / 'slapd.conf')], capture_output=True, text=True,
                              timeout=rostra.WAIT_S, check=False)
        assert done.returncode == 0, done.stderr

    @property
    def server(self):
        return f'127.0.0.1:{self.port}'

    def start(self):
        scheme = 'ldaps' if self.ldaps else 'ldap'
        with open(self.folder / 'log', 'w', encoding='utf-8') as log:
            self.process = subprocess.Popen([PROGRAM, '-f', str(self.folder / 'slapd.conf'), '-d', 'stats',
                                             '-h', f'{scheme}://127.0.0.1:{self.port}/'], stderr=log, stdout=log)
        rostra.wait_for(self._answers)

    def _answers(self):
        assert self.process.poll() is None, self.log()
        try:
            socket.create_connection(('127.0.0.1', self.port), 1).close()
        except OSError:
            return False
        return True

    def log(self):
        """What it was asked, up to the end of all connections: it writes some lines after its answers."""
        def read():
            text = (self.folder / 'log').read_text(encoding='utf-8', errors='replace')
            ended = self.process.poll() is not None or text.count(' ACCEPT from ') == text.count(' closed')
            return text if ended and text else None
        return rostra.wait_for(read)

    def n_binds(self):
        return self.log().count(' BIND dn=')

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(rostra.WAIT_S)

    def close(self):
        if self.process.poll() is None:
            self.stop()
        shutil.rmtree(self.folder)
