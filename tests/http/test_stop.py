"""The end of the server, and many clients at once."""
import contextlib
import select

import pytest

import client
from test_streams import begin, read_text


def test_nothing_to_wait_for(server):
    server.begin_stop()
    server.wait_stopped(5)


def test_idle_clients_are_closed(server):
    with client.connect(server.port) as sock:
        assert client.ask(sock, '/hello').status == 200
        server.begin_stop()
        assert client.Reader(sock).at_end()
        server.wait_stopped(5)


def test_waits_for_the_application(server):
    """The answer comes, with Connection: close; meanwhile nobody new is let in."""
    with client.connect(server.port) as waiting, client.connect(server.port) as releasing:
        waiting.sendall(client.head('/stall'))
        client.until(lambda: server.counts()['stalled'])
        releasing.sendall(b'POST /release HTTP/1.1\r\n')
        client.until(lambda: server.counts()['connections'] == 3)
        server.begin_stop()
        client.until(lambda: is_refused(server.port))
        assert server.process.poll() is None
        releasing.sendall(b'Host: a\r\nContent-Length: 0\r\n\r\n')
        assert client.Reader(releasing).answer().headers['connection'] == 'close'
        reader = client.Reader(waiting)
        answer = reader.answer()
        assert (answer.body, answer.headers['connection']) == (b'released', 'close')
        assert reader.at_end()
    server.wait_stopped()


def is_refused(port):
    try:
        with client.connect_plain(port, timeout=1) as sock:
            sock.sendall(b'x')
            return not select.select([sock], [], [], 0.2)[0]
    except OSError:
        return True


def test_streams_say_farewell(server):
    sock, reader = begin(server.port)
    with sock:
        server.begin_stop()
        assert b''.join(reader.chunks()) == b'hello\nevent: bye\n\n'
        assert reader.at_end()
    server.wait_stopped()


def test_patience_ends(start):
    """Clients that neither go on nor close, in all phases."""
    server = start(stop_ms=500, stop_receive_ms=500)
    with contextlib.ExitStack() as stack:
        enter = stack.enter_context
        enter(client.connect_plain(server.port))
        enter(client.connect(server.port)).sendall(b'GET / HT')
        enter(client.connect(server.port)).sendall(client.head('/echo', 'POST', Content_Length=100) + b'x')
        sock, _ = begin(server.port)
        enter(sock)
        assert client.ask_once(server.port, '/hello').status == 200
        server.begin_stop()
        server.wait_stopped(10)


PATIENCE_S = 3600   # none of the tests waits for it


def test_half_sent_requests_have_little_time(start):
    """Of those that the stop finds on their way, one that gets whole soon is answered, the others are cut off long
    before the stop loses its patience."""
    server = start(stop_receive_ms=1500, stop_ms=1000 * PATIENCE_S)
    with client.connect(server.port) as head, client.connect(server.port) as body, client.connect(server.port) as late:
        head.sendall(b'GET / HT')
        body.sendall(client.head('/echo', 'POST', Content_Length=100) + b'x')
        late.sendall(b'GET /hello HTTP/1.1\r\n')
        client.until(lambda: server.counts()['connections'] == 4)
        server.begin_stop()
        client.until(lambda: is_refused(server.port))
        late.sendall(b'Host: a\r\n\r\n')
        answer = client.Reader(late).answer()
        assert (answer.status, answer.headers['connection']) == (200, 'close')
        late.close()
        for sock in head, body:
            assert_ended(sock)
    server.wait_stopped()


def assert_ended(sock):
    """With or without the alert: nobody waits for who is cut off."""
    with contextlib.suppress(OSError):
        assert sock.recv(1) == b''


@pytest.mark.parametrize('n', [127, 128, 129, 256])
@pytest.mark.parametrize('way', ['', '/worker'])
def test_many_ready_at_once(start, n, way):
    """Seen: a library stalled when exactly 128 connections were ready on one thread."""
    server = start(n_loops=1)
    with contextlib.ExitStack() as stack:
        records = [stack.enter_context(client.Records(server.port)) for _ in range(n)]
        for r in range(3):
            sealed = [record.seal(client.head(f'{way}/hello?seed={i + r}')) for i, record in enumerate(records)]
            server.process.send_signal(19)      # SIGSTOP: until all have sent
            for record, data in zip(records, sealed):
                record.send(data)
            server.process.send_signal(18)      # SIGCONT
            for i, record in enumerate(records):
                assert client.Reader(record).answer().body == client.letters(5, i + r)
