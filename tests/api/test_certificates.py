"""Certificates, keys and signing requests."""
import re

import pki
import pytest
import rostra


def create(client, issued, **more):
    return client.create('tls_certificate', certificate=issued.certificate, private_key=issued.key, **more)


def refuse(client, resource, body, field, text=''):
    answer = client.post(resource + '/', body)
    assert answer.status_code == 400, answer.text
    assert list(answer.json()[resource]) == [field], answer.text
    assert text in answer.json()[resource][field][0]


def openssl_name(certificate, option):
    return pki.openssl('x509', '-noout', option, text=certificate).decode().strip().split('=', 1)[-1]


# --- what is derived ---

def test_what_is_derived(client):
    """fact 1.15, wire 13.2 (dates), wire 9.5 (the text reads back as it was sent)"""
    root, middle, leaf = pki.family()
    shown = client.read(create(client, leaf))
    assert shown['certificate'] == leaf.certificate
    assert shown['subject_name'] == 'leaf.example.com' and shown['issuer_name'] == 'Middle'
    assert shown['raw_subject'] == 'CN=leaf.example.com' and shown['raw_issuer'] == 'CN=Middle'
    assert shown['subject_alt_names'] == 'leaf.example.com,127.0.0.1'
    assert (shown['server_auth_usage'], shown['client_auth_usage']) == (True, False)
    assert shown['serial_no'] == openssl_name(leaf.certificate, '-serial').lstrip('0')
    assert shown['subject_hash'] == openssl_name(leaf.certificate, '-subject_hash')
    assert shown['issuer_hash'] == openssl_name(leaf.certificate, '-issuer_hash')
    assert re.fullmatch(r'[0-9a-f]{40}', shown['key_id'])
    assert 'leaf.example.com' in shown['text'] and shown['private_key'] == '' and shown['nodes'] == []
    authority = client.read(client.create('ca_certificate', certificate=middle.certificate))
    assert authority['key_id'] == shown['issuer_key_id']
    assert authority['subject_hash'] == shown['issuer_hash']
    root_shown = client.read(client.create('ca_certificate', certificate=root.certificate))
    assert root_shown['subject_name'] == 'Root' and root_shown['raw_subject'] == 'CN=Root,O=Rostra tests'
    assert client.objects('tls_certificate/', subject_name='leaf.example.com', end_date__gt=shown['start_date']) == [shown]


def test_names_without_a_common_name(client):
    organisation = pki.Issued('/O=Ünder GmbH')
    shown = client.read(create(client, organisation))
    assert shown['subject_name'] == shown['issuer_name'] == 'Ünder GmbH'
    assert shown['subject_hash'] == openssl_name(organisation.certificate, '-subject_hash')


def test_the_first_certificate_of_the_node(fresh_client):
    """The one that the server made for itself shows what is derived of it, too."""
    shown = fresh_client.read('tls_certificate/1/')
    assert shown['subject_name'] and 'localhost' in shown['subject_alt_names']
    assert shown['start_date'] < shown['end_date'] and shown['text'] and shown['nodes']


def test_expired_certificates_are_stored(client):
    """fact 5.9"""
    expired = pki.Issued('/CN=expired.example.com', days=-1)
    shown = client.read(create(client, expired))
    assert shown['end_date'] < '2100' and shown['certificate'] == expired.certificate


def test_a_new_certificate_for_the_same_key(client):
    root, middle, _ = pki.family()
    first = pki.Issued('/CN=renewed.example.com', root)
    second = pki.Issued('/CN=renewed.example.com', middle)
    path = create(client, first)
    client.change(path, certificate=second.certificate)
    assert client.read(path)['issuer_name'] == 'Middle'
    client.change(path, certificate=second.certificate, private_key='')
    answer = client.patch(path, {'certificate': root.certificate})
    assert answer.json() == {'tls_certificate': {'certificate': ['The private key does not belong to the certificate.']}}
    answer = client.patch(path, {'private_key': root.key})
    assert answer.json() == {'tls_certificate': {'private_key': ['The private key does not belong to the certificate.']}}
    assert client.read(path)['certificate'] == second.certificate


# --- texts ---

def test_the_leaf_stands_anywhere(client):
    """wire 9.5"""
    root, middle, leaf = pki.family()
    for text in (leaf.certificate + middle.certificate + root.certificate,
                 root.certificate + middle.certificate + leaf.certificate,
                 '\ufeffwords\n' + (middle.certificate + 'more words\n' + leaf.certificate).replace('\n', '\r\n') + 'end'):
        path = client.create('tls_certificate', certificate=text, private_key=leaf.key)
        shown = client.read(path)
        assert shown['subject_name'] == 'leaf.example.com' and shown['certificate'] == text


def forms_of_keys():
    """A key of each kind in each form, with its passphrase."""
    for kind in pki.KINDS:
        pkcs8 = pki.make_key(kind, ('/CN=forms', 0))
        yield kind, pkcs8, ''
        yield kind, 'Bag Attributes\n' + pkcs8.replace('\n', '\r\n'), 'not needed'
        for cipher in ('aes-128-cbc', 'aes-256-cbc', 'des3'):
            yield kind, pki.openssl('pkcs8', '-topk8', '-v2', cipher, '-passout', 'pass:öffne', text=pkcs8).decode(), 'öffne'
        yield kind, pki.openssl('pkcs8', '-topk8', '-v1', 'PBE-SHA1-3DES', '-passout', 'pass:open', text=pkcs8).decode(), 'open'
    for kind, command in (('rsa', 'rsa'), ('p256', 'ec')):
        pkcs8 = pki.make_key(kind, ('/CN=forms', 0))
        old = ['-traditional'] if kind == 'rsa' else []
        yield kind, pki.openssl(command, *old, text=pkcs8).decode(), ''
        yield kind, pki.openssl(command, *old, '-aes256', '-passout', 'pass:open', text=pkcs8).decode(), 'open'
    yield 'p256', '-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n' + \
        pki.openssl('ec', text=pki.make_key('p256', ('/CN=forms', 0))).decode(), ''


def test_forms_of_keys(client):
    """wire 9.5: PKCS#1, SEC1 and PKCS#8, plain or encrypted; the passphrase isn't kept or shown"""
    certificates = {kind: pki.Issued('/CN=forms', kind=kind).certificate for kind in pki.KINDS}
    for kind, text, passphrase in forms_of_keys():
        path = client.create('tls_certificate', certificate=certificates[kind], private_key=text,
                             private_key_passphrase=passphrase)
        shown = client.read(path)
        assert shown['private_key'] == '' and 'private_key_passphrase' not in shown


def locked(issued, rounds):
    """What creates a certificate whose key takes so many rounds to open."""
    key = pki.openssl('pkcs8', '-topk8', '-iter', str(rounds), '-passout', 'pass:open', text=issued.key).decode()
    return {'certificate': issued.certificate, 'private_key': key, 'private_key_passphrase': 'open'}


def test_rounds_of_a_request(client):
    """All keys of a request have as many rounds together as one: a list once kept a thread for a minute."""
    objects = [locked(pki.Issued(f'/CN=rounds{i}'), 2_500_001) for i in range(2)]
    answer = client.patch('tls_certificate/', {'objects': objects})
    assert answer.status_code == 400 and 'too many rounds' in answer.text
    assert client.patch('tls_certificate/', {'objects': [locked(pki.Issued('/CN=fine'), 2048)]}).status_code == 202
    for one in client.objects('tls_certificate/', subject_name='fine'):
        client.remove(one['resource_uri'])


def test_certificates_of_a_request(client):
    leaf = pki.family()[2]
    answer = client.patch('tls_certificate/', {'objects': [{'certificate': leaf.certificate, 'private_key': leaf.key}] * 21})
    assert answer.status_code == 400 and 'At most 20 objects' in answer.text, answer.text


def test_faults(client):
    root, _, leaf = pki.family()
    encrypted = pki.openssl('pkcs8', '-topk8', '-passout', 'pass:open', text=leaf.key).decode()
    rounds = pki.openssl('pkcs8', '-topk8', '-iter', '5000001', '-passout', 'pass:open', text=leaf.key).decode()
    short = pki.openssl('genrsa', '-traditional', '768').decode()
    damaged = leaf.certificate[:100] + 'AAAA' + leaf.certificate[104:]
    good = {'certificate': leaf.certificate, 'private_key': leaf.key}
    cases = [
        ({**good, 'certificate': leaf.key}, 'certificate', 'There is a private key in the text'),
        ({**good, 'certificate': leaf.certificate + leaf.key}, 'certificate', 'There is a private key in the text'),
        ({**good, 'certificate': damaged}, 'certificate', 'Certificate 1 of the text is damaged.'),
        ({**good, 'certificate': '-----BEGIN CERTIFICATE-----\nwords\n-----END CERTIFICATE-----'}, 'certificate', 'damaged'),
        ({**good, 'certificate': '-----BEGIN X-----\nAAAA\n-----END X-----'}, 'certificate', 'no certificate in the text'),
        ({**good, 'certificate': 'words'}, 'certificate', ''),
        ({**good, 'private_key': root.key}, 'private_key', 'does not belong to the certificate'),
        ({**good, 'private_key': leaf.certificate}, 'private_key', 'no private key in the text'),
        ({**good, 'private_key': short}, 'private_key', 'Private keys are RSA of'),
        ({**good, 'private_key': rounds, 'private_key_passphrase': 'open'}, 'private_key', 'too many rounds'),
        ({**good, 'private_key': encrypted}, 'private_key_passphrase', 'its passphrase is needed'),
        ({**good, 'private_key': encrypted, 'private_key_passphrase': 'wrong'}, 'private_key_passphrase', 'does not open'),
        ({'certificate': leaf.certificate}, 'private_key', 'This field is required.'),
        ({'private_key': leaf.key}, 'certificate', 'This field is required.'),
    ]
    for body, field, text in cases:
        refuse(client, 'tls_certificate', body, field, text)
    large = f'-----BEGIN CERTIFICATE-----\n{"A" * 32 * 1024}\n-----END CERTIFICATE-----\n'
    refuse(client, 'ca_certificate', {'certificate': large}, 'certificate', 'at most 32 KiB')
    refuse(client, 'tls_certificate', {**good, 'certificate': leaf.certificate + large}, 'certificate',
           'Certificate 2 of the text is too large: at most 32 KiB')
    refuse(client, 'ca_certificate', {'certificate': damaged}, 'certificate', 'damaged')
    refuse(client, 'ca_certificate', {'certificate': leaf.key}, 'certificate', 'private key')
    assert leaf.key.splitlines()[1] not in client.server.log()


def test_passphrases_of_one_request_are_counted(client):
    """Each may take seconds of a thread that others wait for."""
    _, _, leaf = pki.family()
    body = {'certificate': leaf.certificate, 'private_key': leaf.key, 'private_key_passphrase': 'x'}
    answer = client.patch('tls_certificate/', {'objects': [body] * 21})
    assert answer.status_code == 400 and answer.json() == {'error': 'At most 20 passphrases in one request.'}
    assert client.patch('tls_certificate/', {'objects': [body] * 2}).status_code == 202
    for one in client.objects('tls_certificate/', subject_name='leaf.example.com'):
        client.remove(one['resource_uri'])


# --- signing requests ---

def request_text(client, path):
    csr = client.read(path)['csr']
    return pki.openssl('req', '-noout', '-text', '-verify', text=csr).decode()


def test_signing_requests_with_keys_made_here(client):
    for kind, shown in (('RSA2048', '2048 bit'), ('RSA4096', '4096 bit'), ('ECDSAP256', 'P-256')):
        path = client.create('certificate_signing_request', subject_name='node.example.com', private_key_type=kind)
        assert shown in request_text(client, path)
        assert client.read(path)['private_key'] == ''
        lines = client.read(path)['csr'].splitlines()
        assert [lines[0], lines[-1]] == [f'-----{word} CERTIFICATE REQUEST-----' for word in ('BEGIN', 'END')]


def test_what_a_signing_request_says(client):
    path = client.create('certificate_signing_request', subject_name='node.example.com', private_key_type='ECDSAP256',
                         additional_subject_alt_names='b.example.com, 10.0.0.1', eku_client_auth=True, ad_compatible=True)
    text = request_text(client, path)
    assert 'Subject: CN = node.example.com' in text
    assert 'DNS:node.example.com, DNS:b.example.com, IP Address:10.0.0.1' in text
    assert 'TLS Web Server Authentication, TLS Web Client Authentication' in text
    assert '1.3.6.1.4.1.311.20.2' in text
    key = public_part(text)
    client.change(path, dn='CN=node.example.com,O=Rostra,C=DE', eku_client_auth=False)
    text = request_text(client, path)
    assert 'Subject: C = DE, O = Rostra, CN = node.example.com' in text and 'Client Authentication' not in text
    assert public_part(text) == key
    before = client.read(path)
    client.change(path, private_key_passphrase='')
    assert client.read(path) == before
    client.change(path, private_key_type='RSA2048')
    assert public_part(request_text(client, path)) != key


def test_a_subject_that_is_just_a_name(client):
    """fact 1.8: formats are lax; a text without any attribute is a common name."""
    path = client.create('certificate_signing_request', subject_name='node.example.com', private_key_type='ECDSAP256',
                         dn='updated-value', additional_subject_alt_names='updated-value')
    assert 'Subject: CN = updated-value' in request_text(client, path)
    assert client.read(path)['dn'] == 'updated-value'


@pytest.mark.parametrize('spelling, subject', [
    ('emailAddress=a@example.com,CN=x,ST=Hesse,C=DE', 'C = DE, ST = Hesse, CN = x, emailAddress = a@example.com'),
    ('E=a@example.com,CN=x,S=Hesse,C=DE', 'C = DE, ST = Hesse, CN = x, emailAddress = a@example.com'),
    ('EMAIL=a@example.com, CN=x, O="Foo, Inc."', 'O = "Foo, Inc.", CN = x, emailAddress = a@example.com'),
    ('/CN=x/O=y/emailAddress=a@example.com', 'CN = x, O = y, emailAddress = a@example.com')])
def test_spellings_of_a_subject(client, spelling, subject):
    """wire 9.5 (what openssl and Windows write), wire 1.9 (the spelling sent reads back)"""
    path = client.create('certificate_signing_request', subject_name='x', private_key_type='ECDSAP256', dn=spelling)
    assert f'Subject: {subject}\n' in request_text(client, path)
    assert client.read(path)['dn'] == spelling


def test_spellings_of_alternative_names(client):
    """wire 9.5: with the kinds that openssl writes before them, and mailboxes"""
    names = 'DNS:a.example.com, IP:1.2.3.4, IP Address:2001:db8::1, email:m@example.com, n@example.com'
    path = client.create('certificate_signing_request', subject_name='x.example.com', private_key_type='ECDSAP256',
                         additional_subject_alt_names=names)
    assert ('DNS:x.example.com, DNS:a.example.com, IP Address:1.2.3.4, IP Address:2001:DB8:0:0:0:0:0:1, '
            'email:m@example.com, email:n@example.com\n') in request_text(client, path)
    for field, text in (('dn', 'CN=a+OU=b'), ('dn', '/CN=a/b'), ('dn', 'C=Germany'), ('dn', 'CN='),
                        ('additional_subject_alt_names', 'IP:a.example.com'),
                        ('additional_subject_alt_names', 'URI:http://a/')):
        refuse(client, 'certificate_signing_request',
               {'subject_name': 'a', 'private_key_type': 'ECDSAP256', field: text}, field)


def public_part(text):
    return text[text.index('Public Key Algorithm'):text.index('Requested Extensions')]


def test_a_key_of_ones_own(client):
    key = pki.make_key('rsa')
    locked = pki.openssl('rsa', '-traditional', '-aes128', '-passout', 'pass:open', text=key).decode()
    path = client.create('certificate_signing_request', subject_name='own.example.com', private_key=locked,
                         private_key_passphrase='open')
    public = pki.openssl('req', '-noout', '-pubkey', text=client.read(path)['csr'])
    assert public == pki.openssl('pkey', '-pubout', text=key)
    body = {'subject_name': 'own.example.com', 'private_key': locked}
    refuse(client, 'certificate_signing_request', body, 'private_key_passphrase')
    refuse(client, 'certificate_signing_request', {**body, 'private_key_passphrase': 'x'}, 'private_key_passphrase')
    refuse(client, 'certificate_signing_request', {'subject_name': 'a', 'dn': 'CN=a,nothing'}, 'dn')
    refuse(client, 'certificate_signing_request', {'subject_name': 'a', 'additional_subject_alt_names': 'no host'},
           'additional_subject_alt_names')


def sign(client, path, issuer):
    """The certificate of an authority for the request."""
    return issuer.sign(client.read(path)['csr'])


def test_a_signed_request_becomes_a_certificate(client):
    root, middle, leaf = pki.family()
    path = client.create('certificate_signing_request', subject_name='signed.example.com', private_key_type='ECDSAP256')
    answer = client.patch(path, {'certificate': leaf.certificate})
    assert answer.json() == {'certificate_signing_request': {
        'certificate': ['The certificate does not belong to the private key of this request.']}}
    signed = sign(client, path, middle) + middle.certificate
    client.change(path, certificate=signed)
    shown = client.read(path)
    made = client.read(shown['tls_certificate'])
    client.created.append(shown['tls_certificate'])
    assert made['certificate'] == shown['certificate'] == signed
    assert made['subject_name'] == 'signed.example.com' and made['issuer_name'] == 'Middle'
    client.change(path, certificate=signed)
    assert len(client.objects('tls_certificate/', subject_name='signed.example.com')) == 1


def test_a_request_that_renews_a_certificate(client):
    """It takes its key, and the certificate is replaced."""
    root, middle, _ = pki.family()
    certificate = create(client, pki.Issued('/CN=old.example.com', root))
    path = client.create('certificate_signing_request', subject_name='old.example.com', tls_certificate=certificate)
    renewed = sign(client, path, middle)
    client.change(path, certificate=renewed)
    assert client.read(path)['tls_certificate'] == certificate
    assert client.read(certificate)['certificate'] == renewed
    assert client.read(certificate)['issuer_name'] == 'Middle'


def test_a_certificate_has_a_key(client):
    """wire 9.5: a blank key means the one that is kept; a new certificate keeps none"""
    _, _, leaf = pki.family()
    refuse(client, 'tls_certificate', {'certificate': leaf.certificate, 'private_key': ''}, 'private_key', 'required')
    refuse(client, 'tls_certificate', {'certificate': leaf.certificate, 'private_key': None}, 'private_key')


# --- other keys ---

def test_the_token_of_the_google_gateway(client):
    """fact 5.4: the chain reads back empty and is shown as leaf and intermediate."""
    path = rostra.CONFIGURATION + 'gms_gateway_token/1/'
    root, middle, leaf = pki.family()
    client.change(path, certificate=middle.certificate + leaf.certificate, private_key=leaf.key)
    shown = client.read(path)
    assert (shown['certificate'], shown['private_key']) == ('', '')
    assert (shown['leaf_certificate'], shown['intermediate_certificate']) == (leaf.certificate, middle.certificate)
    assert shown['supports_direct_guest_join'] is True
    client.change(path, **{name: shown[name] for name in ('certificate', 'private_key')})
    assert client.read(path) == shown
    answer = client.patch(path, {'certificate': root.certificate})
    assert list(answer.json()['gms_gateway_token']) == ['certificate']
    answer = client.patch(path, {'private_key': root.key})
    assert list(answer.json()['gms_gateway_token']) == ['private_key']
    client.change(path, certificate=root.certificate, private_key=root.key)
    assert client.read(path)['intermediate_certificate'] is None
    client.remove(path)
    assert client.read(path)['leaf_certificate'] is None
    assert client.read(path)['supports_direct_guest_join'] is False
    client.change(path, certificate=leaf.certificate)
    assert client.read(path)['leaf_certificate'] == leaf.certificate
    client.remove(path)


def test_media_processing_servers_have_a_key(client):
    """fact 1.14"""
    path = client.create('media_processing_server', fqdn='media.example.com')
    shown = client.read(path)
    assert shown['app_id'] and 'private_jwt_key' not in shown
    assert 'P-256' in pki.openssl('pkey', '-pubin', '-noout', '-text', text=shown['public_jwt_key']).decode()
    client.change(path, fqdn='other.example.com', app_id='', public_jwt_key='')
    assert client.put(path, {'fqdn': 'media.example.com', 'app_id': None, 'public_jwt_key': None}).status_code == 204
    assert client.read(path) == shown
    assert client.get('media_processing_server/?private_jwt_key=x').status_code in (200, 400)
    assert 'private_jwt_key' not in client.read('media_processing_server/schema/')['fields']
