"""Limits: at each the client gets 503 or a closed socket at once, and what was there is served as before."""
import contextlib
import resource

import client


def is_closed_at_once(port, source=None):
    try:
        with client.connect_plain(port, source) as sock:
            return sock.recv(1) == b''
    except ConnectionResetError:
        return True


def test_connections_in_all(start):
    server = start(connections=3)
    with contextlib.ExitStack() as stack:
        socks = [stack.enter_context(client.connect(server.port)) for _ in range(3)]
        assert is_closed_at_once(server.port)
        assert is_closed_at_once(server.port, '127.0.0.9')
        for sock in socks:
            assert client.ask(sock, '/hello').status == 200
    client.until(server.is_quiet)
    assert server.counts()['refused'] >= 2


def test_connections_of_an_address(start):
    server = start(connections_per_address=2)
    with contextlib.ExitStack() as stack:
        for _ in range(2):
            stack.enter_context(client.connect(server.port, source='127.0.0.9'))
        assert is_closed_at_once(server.port, '127.0.0.9')
        stack.enter_context(client.connect(server.port, source='127.0.0.8'))
        for _ in range(4):     # a trusted proxy speaks for many
            stack.enter_context(client.connect(server.port, source='127.0.0.2'))


def test_streams(start):
    server = start(streams=1)
    with client.connect(server.port) as first, client.connect(server.port) as second:
        first.sendall(client.head('/stream/open'))
        reader = client.Reader(first)
        assert reader.head()[0] == 200
        assert client.ask(second, '/stream/open').status == 503
        assert client.ask(second, '/hello').status == 200
    client.until(server.is_quiet)
    with client.connect(server.port) as sock:
        assert client.ask(sock, '/stream?n=1').body == client.letters(10, 0)


def test_memory(start):
    """A body that would go over it is refused before it is read, a chunked one on the way; answers count, too."""
    server = start(memory_bytes=3_000_000)
    with client.connect(server.port) as sock:
        sock.sendall(client.head('/echo', 'POST', Content_Length=4_000_000))
        answer = client.Reader(sock).answer()
        assert (answer.status, answer.headers['retry-after']) == (503, '1')
    with client.connect(server.port) as sock:
        sock.sendall(client.head('/echo', 'POST', Transfer_Encoding='chunked'))
        with contextlib.suppress(OSError):
            for _ in range(40):
                sock.sendall(b'%x\r\n%s\r\n' % (100_000, b'x' * 100_000))
        assert client.Reader(sock).answer().status == 503
    assert client.ask_once(server.port, '/echo', 'POST', b'x' * 1_000_000).status == 200


def test_answers_count_in_memory(start):
    server = start(memory_bytes=3_000_000)
    with client.connect(server.port) as greedy:
        greedy.sendall(client.head('/hello?size=30000000'))
        client.until(lambda: client.ask_once(server.port, '/hello').status == 503)
        assert len(client.Reader(greedy).answer().body) == 30_000_000
        client.until(lambda: client.ask_once(server.port, '/hello').status == 200)


def test_counts_return_to_nothing(server):
    """Whatever happened to the requests."""
    before = server.counts()['memory']
    for size in (10, 100_000, 5_000_000):
        assert client.ask_once(server.port, '/echo', 'POST', b'x' * size).status == 200
        with client.connect(server.port) as sock:
            sock.sendall(client.head('/worker/echo', 'POST', Content_Length=size) + b'x' * (size // 2))
    client.until(server.is_quiet)
    assert abs(server.counts()['memory'] - before) < 200_000


def test_descriptors_run_out(start):
    """Clients are turned away rather than left hanging, nothing spins, and it recovers."""
    server = start(n_loops=1)
    pid, n_spare = server.process.pid, 3
    limit = server.descriptors() + n_spare
    old = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (limit, old[1]))
    with contextlib.ExitStack() as stack:
        socks = [stack.enter_context(client.connect(server.port)) for _ in range(n_spare)]
        for _ in range(20):
            assert is_closed_at_once(server.port)
        before = server.cpu_seconds()
        assert client.ask(socks[0], '/hello').status == 200
        assert server.cpu_seconds() - before < 0.2
    resource.prlimit(pid, resource.RLIMIT_NOFILE, old)
    client.until(server.is_quiet)
