"""What is measured, in rounds that alternate between the servers; table.py has a line for each."""
import dataclasses
import time
import typing

import beside
import client
import load
import million
import process


FILTER = '?name__icontains=room%200042'   # ten of 10,000


def rounds(name, runs, bench):
    """runs: (server's name, a function of the number of the round). Each is warmed up by a run that doesn't count."""
    for number in range(bench.rounds + 1):
        for server, run in runs:
            result = run(number)
            if number > 0:
                bench.note(name, server, result)


# --- reading ---

def read(name, target, requests):
    """target: whose answer nginx sends, too; None: it sends 200 bytes, and Django is left out."""
    def measure(bench):
        asked = client.Client(bench.rostra.port)
        sent = requests(asked)
        runs = [('rostra', bench.rostra, sent)]
        file = 'small'
        if target is not None:
            file = name
            bench.nginx.put(file, asked.get(target))
        runs.append(('nginx', bench.nginx, [client.request('GET', f'/static/{file}')] * len(sent)))
        if bench.django is not None and target is not None:
            runs.append(('django', bench.django, sent))

        def run_of(server, what):
            return lambda _: load.wrk(server, what, seconds=bench.seconds)
        rounds(name, [(server, run_of(one, what)) for server, one, what in runs], bench)
    return measure


def cold(name, requests):
    """Each object is read once after it was changed, so that nothing rendered can be used again."""
    def measure(bench):
        def run(number):
            writer = client.Client(bench.rostra.port)
            writer.patch_list(client.touch_list(f'{name} {number} {time.monotonic_ns()}'))
            writer.close()
            return load.wrk(bench.rostra, requests(), seconds=2, once=True)
        rounds(name, [('rostra', run)], bench)
    return measure


def not_modified(asked):
    """If-None-Match with the tag of each, a tenth of the seeded ones."""
    found = []
    for i in client.shuffled(client.SEEDED_N)[:client.SEEDED_N // 10]:
        target = f'{client.PATH}{i}/'
        tag = asked.ask('GET', target).headers['ETag']
        if asked.ask('GET', target, **{'If-None-Match': tag}).status != 304:
            raise RuntimeError('no 304')
        found.append(client.request('GET', target, **{'If-None-Match': tag}))
    return found


# --- writing ---

def write(name, requests, kind, clients, group):
    """kind, group: for bare SQLite, in commits of so many."""
    def measure(bench):
        def run_of(server):
            def run(number):
                sent = requests(f'{name}{number}')
                return load.wrk(server, sent, seconds=bench.seconds, clients=clients, threads=1, counted=True)
            return run
        runs = [('rostra', run_of(bench.rostra)), ('sqlite', lambda _: bench.sqlite(kind, group, bench.seconds))]
        if bench.django is not None:
            runs.append(('django', run_of(bench.django)))
        rounds(name, runs, bench)
    return measure


def bulk(bench):
    def run_of(server, n):
        def run(number):
            asked = client.Client(server.port)
            body = client.list_of(client.new_room(f'bulk{number}-{i}') for i in range(n))

            def patch():
                start = time.monotonic()
                asked.patch_list(body)
                return {'requests': 1, 'seconds': (time.monotonic() - start) * client.BULK_N / n}
            return load.sees_cost(server, patch)
        return run
    rounds('bulk', [('rostra', run_of(bench.rostra, client.BULK_N)),
                    ('sqlite', lambda _: bench.sqlite('bulk', client.BULK_N))], bench)
    if bench.django is not None:   # a tenth: all of it would take longer than a run may
        bench.note('bulk', 'django', run_of(bench.django, client.BULK_N // 10)(0))


# --- the process itself ---

def start_again(bench):
    for _ in range(bench.rounds):
        bench.note('start', 'rostra', {'seconds': bench.restart_with(bench.seeded)})
    asked = client.Client(bench.rostra.port)
    asked.get(client.PATH)
    bench.note('idle', 'rostra', process.memory_kib(bench.rostra.processes[0].pid))


def start_first(bench):
    for _ in range(bench.rounds):
        bench.note('start-first', 'rostra', {'seconds': bench.restart_with(None)})
    bench.restart_with(bench.seeded)


def connect(bench):
    rounds('connect', [('rostra', lambda _: load.connections(bench.rostra, '/healthz', bench.seconds)),
                       ('nginx', lambda _: load.connections(bench.nginx, '/static/small', bench.seconds))], bench)


def stall(bench):
    """Processor time while they stall, and what others get meanwhile."""
    seconds = 3
    sent = client.details()
    before = load.wrk(bench.rostra, sent, seconds=2)
    with load.stalled(bench.rostra):
        pids = bench.rostra.pids()
        cpu = process.cpu_us(pids)
        time.sleep(seconds)
        share = (process.cpu_us(pids) - cpu) / 1e6 / seconds
        meanwhile = load.wrk(bench.rostra, sent, seconds=2)
    bench.note('stall', 'rostra', {'share': share, 'others': meanwhile['rps'] / before['rps']})


@dataclasses.dataclass
class Row:
    """measure: given the Bench. long: not in the quick mode."""
    name: str
    measure: typing.Callable
    long: bool = False


def get_of(query):
    return lambda _: [client.request('GET', client.PATH + query)]


ROWS = [
    Row('detail', read('detail', client.PATH + '1/', lambda _: client.details())),
    Row('detail-cold', cold('detail-cold', client.details)),
    Row('list', read('list', client.PATH + '?limit=20', get_of('?limit=20'))),
    Row('list-cold', cold('list-cold', client.pages)),
    Row('filter', read('filter', client.PATH + FILTER, get_of(FILTER))),
    Row('not-modified', read('not-modified', None, not_modified)),
    Row('connect', connect),
    Row('stall', stall),
    Row('patch16', write('patch16', client.patches, 'patch', 16, 16)),
    Row('patch128', write('patch128', client.patches, 'patch', 128, 64)),
    Row('post', write('post', client.posts, 'post', 16, 16)),
    Row('bulk', bulk),
    Row('meanwhile', beside.meanwhile),
    Row('start', start_again),
    Row('start-first', start_first),
    Row('million', million.measure, long=True),
]
