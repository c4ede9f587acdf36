"""A store of 1,000,000 conferences."""
import time

import client
import load
import process

N = 1000000
ASKED_N = 100000   # different ones, far more than rostrad keeps rendered


def seed(bench):
    asked = client.Client(bench.rostra.port)
    start = time.monotonic()
    for first in range(0, N, client.BULK_N):
        asked.patch_list(client.list_of(map(client.seeded_room, range(first, first + client.BULK_N))))
    bench.note('million-seed', 'rostra', {'seconds': time.monotonic() - start})


def one_client(bench, row, target):
    """Latency of a filter; target: given a number below ASKED_N."""
    sent = [client.request('GET', client.PATH + target(i)) for i in range(2000)]
    bench.note(row, 'rostra', load.wrk(bench.rostra, sent, seconds=3, clients=1))


def measure(bench):
    bench.restart_with(None)
    seed(bench)
    bench.note('million-start', 'rostra', {'seconds': bench.restart()})
    some, many = client.details(N), client.details(N, ASKED_N)
    load.wrk(bench.rostra, some, seconds=1)
    for number in range(bench.rounds):
        bench.note('million-detail', 'rostra', load.wrk(bench.rostra, some, seconds=bench.seconds))
        bench.note('million-cold', 'rostra', load.wrk(bench.rostra, many, seconds=bench.seconds))
        sent = client.patches(f'million{number}', N)
        bench.note('million-patch', 'rostra', load.wrk(bench.rostra, sent, seconds=bench.seconds, threads=1,
                                                       counted=True))
    one_client(bench, 'million-filter', lambda i: f'?name=Meeting%20Room%20{i * 499:05d}')
    one_client(bench, 'million-alias', lambda i: f'?aliases__alias=room{i * 499:05d}@example.com')
    one_client(bench, 'million-search', lambda i: f'?name__icontains=room%20{10000 + i % 90000:05d}')
    bench.note('million-memory', 'rostra', process.memory_kib(bench.rostra.processes[0].pid))
    bench.restart_with(bench.seeded)
