"""Load runs: wrk, new TLS connections, bare SQLite, clients that stall. None lasts longer than 10 s."""
import contextlib
import json
import os
import pathlib
import re
import socket
import subprocess
import time

import client
import process

HERE = pathlib.Path(__file__).resolve().parent
MOST_SECONDS = 10


def sees_cost(server, run):
    """What run() answers, with the processor time that each request cost the server if it doesn't say."""
    idle = process.idle_cores()
    pids = server.pids()
    before = process.cpu_us(pids)
    result = run()
    cost = process.cpu_us(pids) - before
    return {'cpu_us': cost / max(1, result['requests']), 'idle_cores': idle, **result}


def wrk(server, requests, *, seconds, clients=16, threads=2, counted=False, once=False):
    """Requests a second and their latencies. once: as many requests as there are, so long as that takes,
    on connections that are open already."""
    file = server.work / 'requests'
    file.write_bytes(b'\0'.join(requests) + b'\0')
    threads = 1 if once else min(threads, clients)
    command = ['wrk', f'-t{threads}', f'-c{clients}', f'-d{min(seconds, MOST_SECONDS)}s', '--timeout', '20s',
               '-s', HERE / 'load.lua', f'https://127.0.0.1:{server.port}']
    environment = {**os.environ, 'REQUESTS': str(file), 'COUNTED': str(int(counted)), 'ONCE': str(int(once)),
                   'SCHEDSTATS': ' '.join(map(str, process.schedstats(server.pids())))}

    def run():
        done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True, timeout=60)
        result = json.loads(re.search(r'^RESULT (.*)$', done.stdout, re.M).group(1))
        if result['refused'] or result['failed'] or result['seconds'] <= 0:
            raise RuntimeError(f'{server.name}: {requests[0][:80]} … {result}')
        if once:
            cost = float(re.search(r'^CPU_US (\S+)$', done.stdout, re.M).group(1))
            result['cpu_us'] = cost / max(1, result['requests'])
        return {**result, 'rps': result['requests'] / result['seconds']}
    return sees_cost(server, run)


def connections(server, target, seconds):
    """New TLS connections, each with its request; two clients."""
    command = ['openssl', 's_time', '-connect', f'127.0.0.1:{server.port}', '-www', target, '-new', '-time',
               str(min(seconds, MOST_SECONDS))]

    def run():
        start = time.monotonic()
        running = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
                   for _ in range(2)]
        texts = [one.communicate(timeout=60)[0] for one in running]
        n = sum(int(re.search(r'^(\d+) connections in \d+ real', text, re.M).group(1)) for text in texts)
        return {'requests': n, 'rps': n / (time.monotonic() - start)}
    return sees_cost(server, run)


def sqlite(program, store, kind, group, seconds=None):
    """sqlite_commits.c on a config.db."""
    command = [program, store, kind, str(group)]
    if seconds is not None:
        command.append(str(1000 * min(seconds, MOST_SECONDS)))
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, timeout=60)
    return json.loads(done.stdout)


@contextlib.contextmanager
def stalled(server, n=200):
    """n clients that stop in the TLS handshake, n that stop within a head."""
    with contextlib.ExitStack() as stack:
        for _ in range(n):
            s = stack.enter_context(socket.create_connection(('127.0.0.1', server.port)))
            s.sendall(b'\x16\x03\x01\x02\x00\x01\x00')
            s = stack.enter_context(client.TLS.wrap_socket(socket.create_connection(('127.0.0.1', server.port))))
            s.sendall(f'GET {client.PATH} HTTP/1.1\r\nHost: loc'.encode())
        yield
