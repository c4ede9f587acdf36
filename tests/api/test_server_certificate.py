"""The certificate that the server itself answers with."""
import re
import socket
import ssl
import subprocess
import time

import pki
import pytest
import rostra

NODE = rostra.CONFIGURATION + 'management_vm/1/'
OWN = rostra.CONFIGURATION + 'tls_certificate/1/'


def shown_chain(server):
    """What a client is sent, in order, as PEM."""
    done = subprocess.run(['openssl', 's_client', '-connect', f'127.0.0.1:{server.port}', '-showcerts'], input='',
                          capture_output=True, text=True, timeout=rostra.WAIT_S, check=False)
    return re.findall(r'-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n', done.stdout, re.S)


def until(server, right):
    """Asks until the server shows what is right: a second or so after the change."""
    end = time.monotonic() + 10
    found = shown_chain(server)
    while not right(found) and time.monotonic() < end:
        found = shown_chain(server)
    assert right(found), found


def anybody(server):
    """A client that looks at no certificate, since these change."""
    client = rostra.Client(server)
    client.session.verify = False
    return client


@pytest.fixture
def node(fresh_server):
    client = anybody(fresh_server)
    yield client
    client.session.close()


pytestmark = pytest.mark.filterwarnings('ignore:Unverified HTTPS request')


def test_a_chain_is_sent_in_order(node):
    """wire 9.5: leaf, then issuers in order, nothing unrelated"""
    root, middle, leaf = pki.family()
    other = pki.Issued('/CN=Unrelated')
    text = other.certificate + root.certificate + 'words\n' + leaf.certificate + middle.certificate
    path = node.create('tls_certificate', certificate=text, private_key=leaf.key)
    node.change(NODE, tls_certificate=path)
    chain = [leaf.certificate, middle.certificate, root.certificate]
    until(node.server, lambda found: found == chain)
    node.session.verify = node.server.certificate
    assert node.read(path)['nodes'] and node.read(path)['certificate'] == text
    node.server.restart()
    assert shown_chain(node.server) == chain


def test_trusted_intermediates_complete_the_chain(node):
    root, middle, leaf = pki.family()
    path = node.create('tls_certificate', certificate=leaf.certificate, private_key=leaf.key)
    node.create('ca_certificate', certificate=root.certificate)
    node.change(NODE, tls_certificate=path)
    until(node.server, lambda found: found == [leaf.certificate])
    node.create('ca_certificate', certificate=middle.certificate, trusted_intermediate=True)
    until(node.server, lambda found: found == [leaf.certificate, middle.certificate])


def test_without_a_certificate(node):
    """wire 9.6: the server goes on answering when management_vm/1 names none, or it is deleted"""
    [first] = shown_chain(node.server)
    assert first == node.read(OWN)['certificate']
    node.change(NODE, tls_certificate=None)
    until(node.server, lambda found: found != [first])
    [own] = shown_chain(node.server)
    node.change(NODE, tls_certificate=OWN)
    until(node.server, lambda found: found == [first])
    node.remove(OWN)
    assert node.read(NODE)['tls_certificate'] is None
    until(node.server, lambda found: found == [own])
    assert ssl.create_default_context(cafile=node.server.certificate)
    node.server.restart()
    assert node.read(NODE)['tls_certificate'] is None


def test_a_certificate_that_nobody_could_use(fresh_server):
    """It may only sign certificates, so that no handshake succeeds: the last one stays."""
    node = anybody(fresh_server)
    [first] = shown_chain(fresh_server)
    signing = pki.Issued('/CN=signing.example.com', extensions='keyUsage=critical,keyCertSign')
    path = node.create('tls_certificate', certificate=signing.certificate, private_key=signing.key)
    node.change(NODE, tls_certificate=path)
    wait_for_log(fresh_server, 'cannot be used')
    assert shown_chain(fresh_server) == [first]
    fresh_server.restart()
    assert len(shown_chain(fresh_server)) == 1
    assert node.read(NODE)['tls_certificate'] == path
    expired = pki.Issued('/CN=expired.example.com', days=-1)
    node.change(path, certificate=expired.certificate, private_key=expired.key)
    until(fresh_server, lambda found: found == [expired.certificate])
    node.session.close()


def wait_for_log(server, words):
    end = time.monotonic() + 10
    while words not in server.log() and time.monotonic() < end:
        with socket.create_connection(('127.0.0.1', server.port), rostra.WAIT_S):
            pass
    assert words in server.log()


def test_connections_outlive_the_change(node):
    """A client that is connected notices nothing."""
    with node.server.connect() as connection:
        node.change(NODE, tls_certificate=None)
        until(node.server, lambda found: found != [node.read(OWN)['certificate']])
        connection.sendall(b'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n')
        assert rostra.read_answer(connection).status == 200
