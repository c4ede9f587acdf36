"""Many threads at once that check every answer against its request, among clients that abort and reset."""
import contextlib
import random
import socket
import struct
import threading
import time

import pytest

import client

N_THREADS = 8


class Worker(threading.Thread):
    def __init__(self, port, seed, seconds):
        super().__init__()
        self.port, self.dice, self.end = port, random.Random(seed), time.monotonic() + seconds
        self.n_answers, self.fault = 0, None

    def run(self):
        try:
            while time.monotonic() < self.end:
                self.dice.choice([self.ask_some, self.ask_some, self.pipeline, self.abort, self.reset, self.stream])()
        except BaseException as fault:      # shown by the test's own thread
            self.fault = fault

    def one(self):
        """A request and what its answer must be."""
        way, seed = self.dice.choice(['', '/worker']), self.dice.randrange(1000)
        size = self.dice.choice([0, 5, 1500, 17_000, 40_000])
        body = client.letters(size, seed)
        kind = self.dice.randrange(3)
        if kind == 0:
            return client.head(f'{way}/hello?size={size}&seed={seed}'), body
        if kind == 1:
            return client.post(f'{way}/echo?{seed}', body), body
        half = self.dice.randrange(size + 1)
        return (client.head(f'{way}/echo', 'POST', Transfer_Encoding='chunked')
                + client.chunked([body[:half], body[half:]])), body

    def send_cut(self, sock, data):
        at = self.dice.randrange(len(data) + 1)
        sock.sendall(data[:at])
        if at < len(data):
            sock.sendall(data[at:])

    def expect(self, reader, body):
        answer = reader.answer()
        assert answer.status == 200
        assert answer.body == body
        self.n_answers += 1

    def ask_some(self):
        with client.connect(self.port) as sock:
            reader = client.Reader(sock)
            for _ in range(self.dice.randrange(1, 30)):
                data, body = self.one()
                self.send_cut(sock, data)
                self.expect(reader, body)

    def pipeline(self):
        with client.connect(self.port) as sock:
            requests = [self.one() for _ in range(self.dice.randrange(1, 6))]
            self.send_cut(sock, b''.join(data for data, _ in requests))
            reader = client.Reader(sock)
            for _, body in requests:
                self.expect(reader, body)

    def abort(self):
        with contextlib.suppress(OSError), client.connect(self.port) as sock:
            data, _ = self.one()
            sock.sendall(data[:self.dice.randrange(1, len(data) + 1)])

    def reset(self):
        """Closing with data unread, and no lingering: the other side gets a reset."""
        sock = client.connect_plain(self.port)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
        with contextlib.suppress(OSError):
            sock = client.CONTEXT.wrap_socket(sock, server_hostname='localhost')
            data, _ = self.one()
            sock.sendall(data * 3)
            if self.dice.random() < 0.5:
                sock.recv(100)
        sock.close()

    def stream(self):
        with client.connect(self.port) as sock:
            n = self.dice.randrange(5)
            sock.sendall(client.head(f'{self.dice.choice(["", "/worker"])}/stream?n={n}&size=3000'))
            self.expect(client.Reader(sock), b''.join(client.letters(3000, i) for i in range(n)))


def load(server, seconds):
    workers = [Worker(server.port, seed, seconds) for seed in range(N_THREADS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    for worker in workers:
        if worker.fault:
            raise worker.fault
    assert sum(worker.n_answers for worker in workers) > 100
    client.until(server.is_quiet)


def test_load(server):
    load(server, 4)


@pytest.mark.long
def test_load_of_a_minute(start):
    load(start(n_loops=4), 60)
