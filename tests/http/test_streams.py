"""Streams: events to many, readers that stop or vanish, the end."""
import contextlib

import pytest

import client


def begin(port, path='/stream/open', **headers):
    sock = client.connect(port)
    sock.sendall(client.head(path, **headers))
    reader = client.Reader(sock)
    status, headers = reader.head()
    assert (status, headers['content-type'], headers['transfer-encoding']) == (200, 'text/event-stream', 'chunked')
    assert 'content-length' not in headers
    return sock, reader


def read_text(reader, length):
    """So many bytes of events, however they lie in chunks."""
    text = b''
    while len(text) < length:
        text += reader.take(int(reader.line(), 16))
        assert reader.line() == b''
    return text


@pytest.mark.parametrize('way', ['', '/worker'])
@pytest.mark.parametrize('n, size', [(0, 1), (1, 0), (3, 10), (50, 1000), (5, 50_000)])
def test_some_events_then_the_end(server, way, n, size):
    with client.connect(server.port) as sock:
        sock.sendall(client.head(f'{way}/stream?n={n}&size={size}'))
        reader = client.Reader(sock)
        assert reader.answer().body == b''.join(client.letters(size, i) for i in range(n))
        assert reader.at_end()


def test_stream_in_http_1_0(server):
    with client.connect(server.port) as sock:
        sock.sendall(client.head('/stream?n=3', version='1.0'))
        reader = client.Reader(sock)
        assert 'transfer-encoding' not in reader.head()[1]
        assert reader.take(30) == b''.join(client.letters(10, i) for i in range(3))
        assert reader.at_end()


def test_head_of_a_stream(server):
    with client.connect(server.port) as sock:
        sock.sendall(client.head('/stream?n=3', 'HEAD'))
        reader = client.Reader(sock)
        assert reader.head()[0] == 200
        assert reader.at_end()


@pytest.mark.parametrize('way', ['/publish', '/worker/publish', '/publish/loops'])
def test_events_to_many(server, way):
    with contextlib.ExitStack() as stack:
        streams = []
        for _ in range(50):
            sock, reader = begin(server.port)
            stack.enter_context(sock)
            streams.append(reader)
        for i in range(20):
            assert client.ask_once(server.port, way, 'POST', b'event %02d\n' % i).status == 200
        expected = b'hello\n' + b''.join(b'event %02d\n' % i for i in range(20))
        for reader in streams:
            assert read_text(reader, len(expected)) == expected
        assert server.counts()['streams'] == 50
    client.until(server.is_quiet)
    assert server.counts()['closed_streams'] == 50


def test_keepalive(start):
    server = start(keepalive_ms=200)
    sock, reader = begin(server.port)
    with sock:
        assert read_text(reader, 12) == b'hello\n:\n\n:\n\n'


def test_listener_vanishes(server):
    """It is noticed without an event being sent."""
    sock, _ = begin(server.port)
    sock.close()
    client.until(server.is_quiet)
    assert server.counts()['closed_streams'] == 1


def test_listener_stops_reading_and_lags(start):
    """Cut off when it is more behind than is kept for it; others get all."""
    server = start()
    sock, _ = begin(server.port)
    other, other_reader = begin(server.port)
    with sock, other, client.connect(server.port) as publisher:
        assert read_text(other_reader, 6) == b'hello\n'
        event = b'x' * 50_000
        n = 0
        while server.counts()['streams'] == 2 and n < 400:
            assert client.ask(publisher, '/publish', 'POST', event).status == 200
            assert read_text(other_reader, len(event)) == event
            n += 1
        assert n < 400
        assert server.counts()['closed_streams'] == 1


def test_listener_stops_reading(start):
    """Within its backlog, but it takes nothing for too long."""
    server = start(keepalive_ms=200, stream_ms=600)
    sock, _ = begin(server.port)
    with sock, client.connect(server.port) as publisher:
        for _ in range(200):
            client.ask(publisher, '/publish', 'POST', b'x' * 20_000)
            if server.counts()['closed_streams']:
                break
        client.until(lambda: server.counts()['closed_streams'] == 1)


def test_quick_end_of_many(server):
    """Begun, written to and left at once, again and again."""
    for i in range(100):
        with client.connect(server.port) as sock:
            sock.sendall(client.head('/stream/open') if i % 2 else client.head('/worker/stream/open'))
    client.until(server.is_quiet)
