"""What other requests notice of a bulk PATCH."""
import threading
import time

import client

WRITERS_N, READERS_N = 4, 2
APART_S = 0.005   # between two requests of a client: they are there to look, not to load


class Watcher(threading.Thread):
    """A client that goes on asking; `seen` has the start and the milliseconds of each answer."""

    def __init__(self, port, ask):
        super().__init__()
        self.client = client.Client(port)
        self.ask = ask
        self.seen = []
        self.ended = threading.Event()

    def run(self):
        n = 0
        while not self.ended.wait(APART_S):
            start = time.monotonic()
            answer = self.ask(self.client, n)
            if answer.status >= 300:
                raise RuntimeError(f'{answer.status} {answer.content[:200]}')
            self.seen.append((start, 1000 * (time.monotonic() - start)))
            n += 1


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def summary(watchers, start, end):
    """Of those requests that were open between the two."""
    values = [ms for w in watchers for at, ms in w.seen if at < end and at + ms / 1000 > start]
    return {'n': len(values), 'p50_ms': percentile(values, 0.5), 'p99_ms': percentile(values, 0.99)}


def meanwhile(bench):
    for number in range(bench.rounds):
        def write(asked, n, tag=f'meanwhile {number}'):
            return asked.ask('PATCH', f'{client.PATH}{1 + n % client.SEEDED_N}/', {'description': f'{tag} {n}'})

        def read(asked, n):
            return asked.ask('GET', f'{client.PATH}{1 + n % client.SEEDED_N}/')
        writers = [Watcher(bench.rostra.port, write) for _ in range(WRITERS_N)]
        readers = [Watcher(bench.rostra.port, read) for _ in range(READERS_N)]
        body = client.list_of(client.new_room(f'meanwhile{number}-{i}') for i in range(client.BULK_N))
        asked = client.Client(bench.rostra.port)
        for w in writers + readers:
            w.start()
        time.sleep(1)
        start = time.monotonic()
        asked.patch_list(body)
        end = time.monotonic()
        for w in writers + readers:
            w.ended.set()
        for w in writers + readers:
            w.join()
        bench.note('meanwhile', 'rostra', {
            'seconds': end - start, 'writes': summary(writers, start, end), 'reads': summary(readers, start, end),
            'reads_before': summary(readers, start - 0.8, start)})
