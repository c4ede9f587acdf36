"""Clients that stop: in the handshake, in a head, in a body, while an answer is sent. They cost no CPU, are closed at the
deadline, and the others are served as before."""
import contextlib
import select
import socket
import ssl
import time

import pytest

import client

N = 200
# The loops look at the deadlines every 250 ms: 200 stalled clients may not cost more than that.
CPU_SECONDS = 0.25


def ends_after(sock):
    """Seconds until the other side has closed."""
    begin = time.monotonic()
    with contextlib.suppress(OSError):
        while sock.recv(65536):
            pass
    return time.monotonic() - begin


def check_others(server, stalled):
    """Others are served; the stalled ones cost nothing while they wait, then all end."""
    before = server.cpu_seconds()
    assert not select.select(stalled, [], [], 0.5)[0]
    assert server.cpu_seconds() - before < CPU_SECONDS
    with client.connect(server.port) as sock:
        for _ in range(20):
            begin = time.monotonic()
            assert client.ask(sock, '/hello').body == b'abcde'
            assert time.monotonic() - begin < 1
    for sock in stalled:
        assert ends_after(sock) < 10
    client.until(server.is_quiet)


def client_hello(port):
    with client.connect_plain(port) as sock:
        incoming, outgoing = client.ssl.MemoryBIO(), client.ssl.MemoryBIO()
        tls = client.CONTEXT.wrap_bio(incoming, outgoing)
        with pytest.raises(client.ssl.SSLWantReadError):
            tls.do_handshake()
        assert sock
        return outgoing.read()


@pytest.mark.parametrize('n_bytes', [0, 7, 200])
def test_handshakes_that_stop(start, n_bytes):
    """Seen: seven bytes and one connection kept a core busy."""
    server = start(handshake_ms=1500)
    hello = client_hello(server.port)[:n_bytes]
    with contextlib.ExitStack() as stack:
        stalled = [stack.enter_context(client.connect_plain(server.port)) for _ in range(N)]
        for sock in stalled:
            sock.sendall(hello)
        check_others(server, stalled)


def test_heads_that_stop(start):
    server = start(head_ms=1500, handshake_ms=60_000)
    with contextlib.ExitStack() as stack:
        stalled = [stack.enter_context(client.connect(server.port)) for _ in range(N)]
        for sock in stalled:
            sock.sendall(b'GET /hello HTTP/1.1\r\nHost: a\r\nX-Hal')
        check_tls_stalled(server, stalled)


def check_tls_stalled(server, stalled):
    """As check_others(), but tickets of TLS 1.3 may lie there to be read first."""
    before = server.cpu_seconds()
    with client.connect(server.port) as sock:
        for _ in range(20):
            assert client.ask(sock, '/hello').body == b'abcde'
    assert server.cpu_seconds() - before < CPU_SECONDS
    for sock in stalled:
        reader = client.Reader(sock)
        assert reader.answer().status == 408
        assert reader.at_end()
    client.until(server.is_quiet)


def test_head_in_small_pieces(start):
    """Its deadline counts from the first byte, not from the last."""
    server = start(head_ms=600)
    with client.connect(server.port) as sock:
        assert client.ask(sock, '/hello').status == 200     # reads the tickets, too
        begin = time.monotonic()
        sock.sendall(b'GET /hello HTTP/1.1\r\nHost: a\r\n')
        while not select.select([sock], [], [], 0.1)[0]:
            sock.sendall(b'X: y\r\n')
            assert time.monotonic() - begin < 5
        assert client.Reader(sock).answer().status == 408


def test_idle(start):
    server = start(idle_ms=300)
    with client.connect(server.port) as sock:
        assert client.ask(sock, '/hello').body == b'abcde'
        assert client.Reader(sock).at_end()


def test_body_too_slow(start):
    server = start(body_ms=500)
    with client.connect(server.port) as sock:
        sock.sendall(client.head('/echo', 'POST', Content_Length=1_000_000) + b'abc')
        reader = client.Reader(sock)
        assert reader.answer().status == 408
        assert reader.at_end()


def test_body_slow_but_fast_enough(start):
    """More than a deadline long, as fast as it must be."""
    server = start(body_ms=300)
    with client.connect(server.port) as sock:
        sock.sendall(client.head('/echo', 'POST', Content_Length=100_000))
        for _ in range(20):
            sock.sendall(b'x' * 5000)
            assert not select.select([], [], [], 0.05)[0]
        assert client.Reader(sock).answer().body == b'x' * 100_000


def small_window(port):
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sock.settimeout(client.TIMEOUT)
    sock.connect(('127.0.0.1', port))
    return client.CONTEXT.wrap_socket(sock, server_hostname='localhost', suppress_ragged_eofs=False)


def test_reader_that_stops(start):
    server = start(send_ms=500)
    with small_window(server.port) as sock:
        sock.sendall(client.head('/hello?size=30000000'))
        client.until(lambda: server.counts()['unsent'] == 1)


def test_slow_reader_with_progress(start):
    """Takes longer than the deadline, but always takes something."""
    server = start(send_ms=600)
    with small_window(server.port) as sock:
        sock.sendall(client.head('/hello?size=6000000'))
        reader = client.Reader(sock)
        _, headers = reader.head()
        left = int(headers['content-length'])
        while left:
            left -= len(reader.take(min(left, 500_000)))
            assert not select.select([], [], [], 0.1)[0]


def test_linger_ends(start):
    """An early answer to a client that neither stops sending nor closes."""
    server = start(linger_ms=500)
    with client.connect(server.port) as sock:
        sock.sendall(client.head('/early?code=413', 'POST', Content_Length=1_000_000))
        assert client.Reader(sock).answer().status == 413
        client.until(server.is_quiet)


def test_waiting_has_no_deadline(start):
    server = start(idle_ms=200, head_ms=200, body_ms=200, send_ms=200)
    with client.connect(server.port) as sock:
        sock.sendall(client.head('/stall'))
        assert not select.select([sock.fileno()], [], [], 0.05)[1]
        client.until(lambda: server.counts()['stalled'])
        assert not select.select([], [], [], 1)[0]
        assert client.ask_once(server.port, '/release').body == b'0'
        assert client.Reader(sock).answer().body == b'released'


@pytest.mark.parametrize('says_so', [True, False], ids=['alert', 'no alert'])
@pytest.mark.parametrize('version', [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=['1.2', '1.3'])
def test_a_client_that_has_no_more_to_say_waits(server, version, says_so):
    """It shuts its sending side behind its request, and isn't gone: it gets its answer. Seen: a read was given up, 503."""
    with client.Records(server.port, context=client.context_for(maximum_version=version)) as link:
        link.send(link.seal(client.head('/stall')))
        if says_so:
            with contextlib.suppress(ssl.SSLWantReadError):
                link.tls.unwrap()
            link.send(link.outgoing.read())
        link.sock.shutdown(socket.SHUT_WR)
        client.until(lambda: server.counts()['stalled'])
        assert not select.select([], [], [], 0.2)[0]
        assert client.ask_once(server.port, '/release').body == b'0'
        assert client.Reader(link).answer().body == b'released'
    client.until(server.is_quiet)


def test_client_gone_while_waiting(server):
    """The application can ask; the connection is freed when the work comes back."""
    before = server.cpu_seconds()
    for _ in range(3):
        with client.connect(server.port) as sock:
            sock.sendall(client.head('/stall'))
            client.until(lambda: server.counts()['stalled'])
    client.until(lambda: server.counts()['unfinished'] == 4)
    assert not select.select([], [], [], 0.3)[0]
    assert server.cpu_seconds() - before < 0.5
    assert client.ask_once(server.port, '/release').body == b'3'
    client.until(server.is_quiet)
