"""What clients sent in confidence isn't left in the memory of the server once they are answered."""
import base64
import os
import re

import pki
import pytest
import rostra

USER, PASSWORD = 'memory', 'Tr0ub4dor & 3 memories'
SECRET = 'a secret that only bodies hold'
RESERVED_BYTES = 1 << 30    # such stretches are a sanitizer's own, reserved rather than used


@pytest.fixture(autouse=True)
def _sanitizer_fills(monkeypatch):
    """AddressSanitizer keeps what was freed from being used again, GnuTLS's buffers for records among it, which then aren't
    overwritten as they are otherwise. It fills them itself here: what is found is still held."""
    fills = 'quarantine_size_mb=0:thread_local_quarantine_size_kb=0:max_free_fill_size=1000000000'
    monkeypatch.setenv('ASAN_OPTIONS', os.environ.get('ASAN_OPTIONS', 'abort_on_error=1') + ':' + fills)


def writable_memory(pid):
    with open(f'/proc/{pid}/maps', encoding='ascii') as maps, open(f'/proc/{pid}/mem', 'rb') as memory:
        for line in maps:
            first, last, rights = re.match(r'(\w+)-(\w+) (\S+)', line).groups()
            size = int(last, 16) - int(first, 16)
            if rights.startswith('rw') and size < RESERVED_BYTES:
                memory.seek(int(first, 16))
                try:
                    yield memory.read(size)
                except OSError:     # of a device
                    continue


def places(pid, *wanted):
    """How often each of these texts is found."""
    with open(f'/proc/{pid}/maps', encoding='ascii') as maps:
        if 'libtsan' in maps.read():
            pytest.skip("ThreadSanitizer doesn't use again what GnuTLS freed, and can't fill it")
    try:
        pieces = list(writable_memory(pid))
    except PermissionError:
        pytest.skip("the memory of processes can't be read here")
    return [sum(piece.count(text.encode()) for piece in pieces) for text in wanted]


def test_passwords_and_secrets_are_gone(fresh_server, fresh_client):
    fresh_client.create('administrator', name=USER, password=PASSWORD,
                        roles=['/api/admin/configuration/v1/role/1/'])
    user = rostra.Client(fresh_server, USER, PASSWORD)
    fields = {'ldap_server': 'a.example.com', 'ldap_base_dn': 'dc=a', 'ldap_bind_username': 'u'}
    for i in range(3):
        user.create('ldap_sync_source', name=f's{i}', ldap_bind_password=SECRET, **fields)
    big = {'objects': [{'name': f'b{i}', 'ldap_bind_password': SECRET, **fields} for i in range(200)]}
    assert user.patch('ldap_sync_source/', big).status_code == 202
    assert user.get('conference/').status_code == 200
    user.session.close()
    encoded = base64.b64encode(f'{USER}:{PASSWORD}'.encode()).decode()
    for _ in range(10):     # the last answer is a moment older than the end of its request
        found = places(fresh_server.process.pid, PASSWORD, encoded, SECRET)
        if not any(found):
            break
    assert found == [0, 0, 0]


def test_keys_of_a_pkcs12_file_are_gone(fresh_server, fresh_client):
    """A file that is opened with a passphrase, twice, so that memory is used again."""
    issued = pki.Issued('/CN=memory.example.com', kind='rsa')
    line = issued.key.split('\n')[9]
    assert len(line) == 64
    for file in ('bundle.p12', 'again.p12'):
        answer = fresh_client.post('/api/admin/command/v1/platform/certificates_import/', files={
            'bundle': (file, issued.pkcs12('passphrase of the file')),
            'private_key_passphrase': (None, 'passphrase of the file')})
        assert answer.status_code == 202, answer.text
    assert fresh_client.objects('tls_certificate/', subject_name='memory.example.com')
    for _ in range(10):
        found = places(fresh_server.process.pid, line)
        if not any(found):
            break
    assert found == [0]
