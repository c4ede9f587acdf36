"""platform/certificates_import: certificates and keys from one file."""
import pki

IMPORT = '/api/admin/command/v1/platform/certificates_import/'


def send(client, bundle, passphrase=None):
    """As JSON where it is text, else as a file."""
    if isinstance(bundle, str):
        body = {'bundle': bundle, **({} if passphrase is None else {'private_key_passphrase': passphrase})}
        answer = client.post(IMPORT, body)
    else:
        fields = {} if passphrase is None else {'private_key_passphrase': (None, passphrase)}
        answer = client.post(IMPORT, files={'bundle': ('bundle.p12', bundle), **fields})
    for resource in ('tls_certificate', 'ca_certificate'):
        client.created += [one['resource_uri'] for one in client.objects(resource + '/') if one['id'] > 1
                           and one['resource_uri'] not in client.created]
    return answer


def take(client, bundle, passphrase=None):
    answer = send(client, bundle, passphrase)
    assert (answer.status_code, answer.json()) == (202, {'status': 'success', 'data': None}), answer.text


def refuse(client, bundle, field, text, passphrase=None):
    before = counts(client)
    answer = send(client, bundle, passphrase)
    assert answer.status_code == 400 and list(answer.json()['certificates_import']) == [field], answer.text
    assert text in answer.json()['certificates_import'][field][0]
    assert counts(client) == before


def counts(client):
    return [len(client.objects(resource + '/')) for resource in ('tls_certificate', 'ca_certificate')]


def test_leaf_chain_and_key(client):
    """fact 5.8, wire 9.5, 12.4: PEM in JSON; the client finds the certificate by its name and compares it"""
    root, middle, leaf = pki.family()
    take(client, leaf.certificate + middle.certificate + root.certificate + leaf.key)
    [found] = client.objects('tls_certificate/', subject_name='leaf.example.com')
    assert found['certificate'] == leaf.certificate and found['private_key'] == ''
    authorities = client.objects('ca_certificate/', order_by='id')
    assert [(one['certificate'], one['trusted_intermediate']) for one in authorities] == [
        (middle.certificate, True), (root.certificate, False)]
    before = counts(client)
    take(client, root.certificate + leaf.key + leaf.certificate)
    assert counts(client) == before


def test_a_file_part(client):
    """wire 9.5: PEM as a file, any order, words around, an encrypted key"""
    _, middle, leaf = pki.family()
    locked = pki.openssl('pkcs8', '-topk8', '-passout', 'pass:öffne', text=leaf.key)
    text = b'\xef\xbb\xbf\xfe words\r\n' + (middle.certificate + leaf.certificate).replace('\n', '\r\n').encode()
    refuse(client, text + locked, 'private_key_passphrase', 'is needed')
    refuse(client, text + locked, 'private_key_passphrase', 'does not open', 'wrong')
    take(client, text + locked, 'öffne')
    [found] = client.objects('tls_certificate/', subject_name='leaf.example.com')
    assert found['certificate'] == leaf.certificate.replace('\n', '\r\n')
    assert client.server.log().count('öffne') == 0


def ways_of_pkcs12():
    for encryption in ('PBE-SHA1-RC2-40', 'PBE-SHA1-3DES', 'AES-128-CBC', 'AES-256-CBC'):
        for mac in ('sha1', 'sha256', 'sha512'):
            yield ['-legacy', '-certpbe', encryption, '-keypbe', encryption, '-macalg', mac]


def test_pkcs12(client):
    """wire 9.5: RC2-40, 3DES and AES, MAC SHA-1 to SHA-512, empty passphrases"""
    _, middle, leaf = pki.family()
    for passphrase in ('geheim ü', ''):
        for way in ways_of_pkcs12():
            take(client, leaf.pkcs12(passphrase, *way, more=middle.certificate), passphrase)
            [found] = client.objects('tls_certificate/', subject_name='leaf.example.com')
            assert found['certificate'] == leaf.certificate
            assert [one['subject_name'] for one in client.objects('ca_certificate/')] == ['Middle']
            client.tidy()
    file = leaf.pkcs12('secret')
    refuse(client, file, 'private_key_passphrase', 'does not open', 'wrong')
    refuse(client, file, 'private_key_passphrase', 'does not open')
    refuse(client, file[:-20], 'bundle', 'PKCS#12', 'secret')
    refuse(client, leaf.pkcs12('secret', '-iter', '5000001'), 'bundle', 'too many rounds', 'secret')


def test_more_of_the_same_serial_number(client):
    """Issuer and serial number don't tell certificates apart; each is taken once."""
    issuer = pki.Issued('/CN=Twice', authority=True)
    request = pki.openssl('req', '-new', '-key', '/dev/stdin', '-subj', '/CN=below', text=issuer.key).decode()
    below = [issuer.sign(request, '-set_serial', '7', '-days', str(30 + i)) for i in range(25)]
    for _ in range(2):
        take(client, ''.join(below))
        assert len(client.objects('ca_certificate/', serial_no='7', limit=100)) == 25
    take(client, below[24] + below[3])
    assert len(client.objects('ca_certificate/', serial_no='7', limit=100)) == 25


def test_authorities_alone(client):
    root, middle, _ = pki.family()
    take(client, middle.certificate + root.certificate + middle.certificate)
    assert counts(client) == [1, 2]


def test_faults(client):
    root, middle, leaf = pki.family()
    refuse(client, 'words', 'bundle', 'There is no certificate in it.')
    refuse(client, leaf.key, 'bundle', 'There is no certificate in it.')
    refuse(client, root.certificate + leaf.key, 'bundle', 'belongs to none of the certificates')
    damaged = middle.certificate[:100] + 'AAAA' + middle.certificate[104:]
    refuse(client, leaf.certificate + leaf.key + damaged, 'bundle', 'Certificate 2 of the text is damaged.')
    answer = client.post(IMPORT, {})
    assert answer.json() == {'certificates_import': {'bundle': ['This field is required.']}}
    assert client.post(IMPORT, {'bundle': None}).status_code == 400
    assert client.post(IMPORT, {'bundle': ''}).status_code == 400
    assert client.post(IMPORT, files={'bundle': ('empty.p12', b'')}).status_code == 400
    assert client.post(IMPORT, {'bundle': ['x']}).status_code == 400


def test_by_its_other_path(client):
    """wire 12.4"""
    root, _, _ = pki.family()
    answer = client.post('/api/admin/command/v1/certificates/import/', {'bundle': root.certificate})
    assert answer.status_code == 202
    client.created += [one['resource_uri'] for one in client.objects('ca_certificate/')]
