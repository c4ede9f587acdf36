"""Keys and certificates made by OpenSSL, for the tests."""
import functools
import pathlib
import subprocess
import tempfile

KINDS = {'rsa': ['RSA', '-pkeyopt', 'rsa_keygen_bits:2048'], 'p256': ['EC', '-pkeyopt', 'ec_paramgen_curve:P-256'],
         'ed25519': ['ED25519']}


def openssl(*words, text=''):
    """Its output; `text` is what it reads."""
    binary = isinstance(text, bytes)
    done = subprocess.run(['openssl', *words], input=text if binary else text.encode(), capture_output=True, check=False)
    assert done.returncode == 0, (words, done.stderr.decode())
    return done.stdout


@functools.lru_cache(None)
def make_key(kind='p256', number=0):
    """Another number is another key."""
    return openssl('genpkey', '-algorithm', *KINDS[kind]).decode()


class Issued:
    """A certificate with its key, both PEM."""

    def __init__(self, name, issuer=None, kind='p256', number=0, authority=False, extensions='', days=30):
        self.key = make_key(kind, (name, number))
        with tempfile.TemporaryDirectory() as folder:
            self.certificate = self._make(pathlib.Path(folder), name, issuer, authority, extensions, days)

    def _make(self, folder, name, issuer, authority, extensions, days):
        (folder / 'key').write_text(self.key, encoding='utf-8')
        (folder / 'extensions').write_text(
            f'basicConstraints=CA:{"TRUE" if authority else "FALSE"}\nsubjectKeyIdentifier=hash\n'
            f'authorityKeyIdentifier=keyid\n{extensions}\n', encoding='utf-8')
        request = openssl('req', '-new', '-key', str(folder / 'key'), '-subj', name, '-utf8').decode()
        options = ['-days', str(days), '-extfile', str(folder / 'extensions')]
        if issuer:
            return issuer.sign(request, *options)
        return openssl('x509', '-req', '-signkey', str(folder / 'key'), *options, text=request).decode()

    def sign(self, request, *options):
        """The certificate for a request."""
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            (folder / 'issuer').write_text(self.certificate, encoding='utf-8')
            (folder / 'key').write_text(self.key, encoding='utf-8')
            return openssl('x509', '-req', '-CA', str(folder / 'issuer'), '-CAkey', str(folder / 'key'), '-CAcreateserial',
                           *options, text=request).decode()

    def pkcs12(self, passphrase, *options, more=''):
        with tempfile.NamedTemporaryFile('w') as file:
            file.write(self.key + self.certificate + more)
            file.flush()
            return openssl('pkcs12', '-export', '-in', file.name, '-passout', f'pass:{passphrase}', *options)


@functools.lru_cache(None)
def family():
    """A root, an authority below it, and a certificate for a server."""
    root = Issued('/O=Rostra tests/CN=Root', authority=True)
    middle = Issued('/CN=Middle', root, authority=True)
    leaf = Issued('/CN=leaf.example.com', middle, extensions='subjectAltName=DNS:leaf.example.com,IP:127.0.0.1\n'
                                                             'extendedKeyUsage=serverAuth')
    return root, middle, leaf
