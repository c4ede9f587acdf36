"""Requests and how they lie in TLS records, and records in TCP segments; pipelining."""
import pytest

import client


def test_pipelining(server):
    """Answers come in the order of the requests, though some are made elsewhere and later."""
    paths = ['/hello?seed=%d' % i if i % 3 else '/worker/hello?seed=%d' % i for i in range(300)]
    with client.connect(server.port) as sock:
        sock.sendall(b''.join(client.head(path) for path in paths))
        reader = client.Reader(sock)
        for i in range(len(paths)):
            assert reader.answer().body == client.letters(5, i)


def test_pipelining_with_large_answers(server):
    with client.connect(server.port) as sock:
        sock.sendall(b''.join(client.head(f'/hello?size=200000&seed={i}') for i in range(40)))
        reader = client.Reader(sock)
        for i in range(40):
            assert reader.answer().body == client.letters(200_000, i)


def test_two_posts_in_one_record(server):
    """Seen: a library looped for ever."""
    with client.Records(server.port) as records:
        records.send(records.seal(client.post('/echo', b'first') + client.post('/worker/echo', b'second')))
        reader = client.Reader(records)
        assert reader.answer().body == b'first'
        assert reader.answer().body == b'second'


def test_two_records_in_one_segment(server):
    with client.Records(server.port) as records:
        records.send(records.seal(client.post('/worker/echo', b'first')) + records.seal(client.post('/echo', b'second')))
        reader = client.Reader(records)
        assert reader.answer().body == b'first'
        assert reader.answer().body == b'second'


def test_one_record_in_two_segments(server):
    with client.Records(server.port) as records:
        length = len(records.seal(client.post('/echo', b'abcdef')))
    with client.Records(server.port) as records:
        reader = client.Reader(records)
        for at in range(1, length):
            record = records.seal(client.post('/echo', b'abcdef'))
            records.send(record[:at])
            records.send(record[at:])
            assert reader.answer().body == b'abcdef'


def test_segment_that_ends_in_the_next_record(server):
    """What came in with a request that waits is kept, and the rest of it joined."""
    with client.Records(server.port) as records:
        first = records.seal(client.post('/stall', b'x'))
        second = records.seal(client.post('/echo', b'second'))
        records.send(first + second[:20])
        client.until(lambda: server.counts()['stalled'])
        records.send(second[20:])
        assert client.ask_once(server.port, '/release', 'POST', b'').status == 200
        reader = client.Reader(records)
        assert reader.answer().body == b'released'
        assert reader.answer().body == b'second'


@pytest.mark.parametrize('size', [1, 100, 16384])
def test_body_in_records_of_one_size(server, size):
    body = client.letters(100_000, 3)[:size * 700]
    with client.Records(server.port) as records:
        records.send(records.seal(client.head('/echo', 'POST', Content_Length=len(body))))
        for at in range(0, len(body), size):
            records.send(records.seal(body[at:at + size]))
        assert client.Reader(records).answer().body == body


def test_empty_lines_between_requests(server):
    with client.connect(server.port) as sock:
        sock.sendall(client.head('/hello') + b'\r\n\r\n' + client.head('/hello'))
        reader = client.Reader(sock)
        assert reader.answer().body == b'abcde'
        assert reader.answer().body == b'abcde'
