"""Versions, tickets, protocols, certificates."""
import json
import ssl

import pytest

import client


@pytest.mark.parametrize('version', [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_versions(server, version):
    context = client.context_for(minimum_version=version, maximum_version=version)
    with client.connect(server.port, context) as sock:
        assert client.ask(sock, '/hello').body == b'abcde'
        assert client.ask(sock, '/hello?size=100000').body == client.letters(100_000, 0)


def test_old_version_is_refused(server):
    context = client.context_for()
    context.set_ciphers('ALL:@SECLEVEL=0')
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises((ssl.SSLError, OSError)):
        client.connect(server.port, context)


@pytest.mark.parametrize('version', [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_resumption_on_any_loop(start, version):
    """The loops share the key of tickets: connections go to them in turn."""
    server = start(n_loops=3)
    context = client.context_for(minimum_version=version, maximum_version=version)
    session = None
    kept = []
    for i in range(7):
        sock = client.connect(server.port, context, session=session)
        kept.append(sock)
        assert client.ask(sock, '/hello').body == b'abcde'
        assert sock.session_reused == (i > 0)
        session = sock.session
    for sock in kept:
        sock.close()


@pytest.mark.parametrize('offered, chosen', [(['http/1.1'], 'http/1.1'), (['h2', 'http/1.1'], 'http/1.1'), (['h2'], None)])
def test_protocols(server, offered, chosen):
    context = client.context_for()
    context.set_alpn_protocols(offered)
    with client.connect(server.port, context) as sock:
        assert sock.selected_alpn_protocol() == chosen
        assert client.ask(sock, '/hello').status == 200


def common_name_in(sock, name):
    return name.encode() in sock.getpeercert(True)


@pytest.mark.parametrize('asked, shown', [('other.example', 'other'), ('server.example', 'server'),
                                          ('unknown.example', 'server'), (None, 'server')])
def test_certificate_by_name(server, asked, shown):
    with client.connect(server.port, name=asked) as sock:
        assert common_name_in(sock, shown)
        assert client.ask(sock, '/hello').status == 200


def test_new_certificate(server):
    """New handshakes use it; a connection that is there goes on with its own."""
    with client.connect(server.port) as old:
        assert common_name_in(old, 'server')
        assert client.ask(old, '/swap?to=1').status == 200
        with client.connect(server.port) as new:
            assert common_name_in(new, 'third')
            assert client.ask(new, '/hello').status == 200
            assert client.ask(old, '/swap?to=0').status == 200
        with client.connect(server.port) as again:
            assert common_name_in(again, 'server')


def test_client_certificate(server):
    context = client.context_for(server.folder / 'client')
    with client.connect(server.node_port, context) as sock:
        seen = json.loads(client.ask(sock, '/describe').body)
    assert seen['listener'] == 1
    assert seen['certificate_bytes'] == len(ssl.PEM_cert_to_DER_cert((server.folder / 'client.pem').read_text()))


@pytest.mark.parametrize('name', [None, 'foreign'])
@pytest.mark.parametrize('version', [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_no_or_foreign_client_certificate(server, name, version):
    """In TLS 1.3 the client learns of it only when it reads."""
    context = client.context_for(server.folder / name if name else None,
                                 minimum_version=version, maximum_version=version)
    with pytest.raises((ssl.SSLError, OSError)):
        with client.connect(server.node_port, context) as sock:
            client.ask(sock, '/describe')
    assert client.ask_once(server.port, '/hello').status == 200


def test_no_tickets_where_client_certificates_are_asked_for(server):
    """A ticket would outlive the removal of a node."""
    context = client.context_for(server.folder / 'client')
    with client.connect(server.node_port, context) as sock:
        assert client.ask(sock, '/hello').status == 200
        assert not sock.session.has_ticket


def test_not_tls(server):
    with client.connect_plain(server.port) as sock:
        sock.sendall(b'GET / HTTP/1.1\r\nHost: a\r\n\r\n')
        while sock.recv(1000):
            pass
