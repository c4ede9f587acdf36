"""A running echo_server for each test, and what must hold after each: it is alive, has finished all requests, holds no
more descriptors than before, said nothing on stderr, and ends when told to."""
import json
import os
import pathlib
import subprocess

import pytest

import client

STOP_SECONDS = 60


def make_certificate(folder, name):
    subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
                    '-keyout', folder / f'{name}.key', '-out', folder / f'{name}.pem', '-days', '2',
                    '-subj', f'/CN={name}', '-addext', f'subjectAltName=DNS:{name}.example'],
                   check=True, capture_output=True)


@pytest.fixture(scope='session')
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp('echo')
    for name in ('server', 'other', 'third', 'client', 'foreign'):
        make_certificate(folder, name)
    (folder / 'ca.pem').write_bytes((folder / 'client.pem').read_bytes())
    (folder / 'big').write_bytes(client.letters(3_000_000, 0))
    return folder


class Server:
    def __init__(self, folder, options):
        program = pathlib.Path(os.environ.get('ROSTRA_BUILD', 'build')) / 'tests' / 'http' / 'echo_server'
        # Not a pipe: nobody reads it before the end.
        self.errors = open(folder / 'errors', 'w+b')
        self.process = subprocess.Popen([program, folder, *(f'{name}={value}' for name, value in options.items())],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors)
        words = self.process.stdout.readline().split()
        assert words[:1] == [b'ready'], self.complaints()
        self.folder = folder
        self.port, self.node_port = int(words[1]), int(words[2])
        self.is_stopped = False
        self.n_descriptors = self.descriptors()

    def complaints(self):
        self.errors.seek(0)
        return self.errors.read().decode('utf-8', 'replace')

    def descriptors(self):
        return len(os.listdir(f'/proc/{self.process.pid}/fd'))

    def cpu_seconds(self):
        fields = pathlib.Path(f'/proc/{self.process.pid}/stat').read_text().rsplit(')', 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')

    def counts(self):
        with client.connect(self.port) as sock:
            return json.loads(client.ask(sock, '/counts').body)

    def begin_stop(self):
        self.process.stdin.close()

    def wait_stopped(self, seconds=STOP_SECONDS):
        status = self.process.wait(seconds)
        said = self.process.stdout.read()
        self.process.stdout.close()
        assert (status, said, self.complaints()) == (0, b'stopped\n', '')
        self.is_stopped = True

    def is_quiet(self):
        """Nothing is left of the test but this question."""
        counts = self.counts()
        return counts['unfinished'] == 1 and counts['streams'] == 0 and counts['connections'] == 1

    def check_end(self):
        if not self.is_stopped:
            assert self.process.poll() is None, self.complaints()
            client.until(self.is_quiet)
            client.until(lambda: self.descriptors() == self.n_descriptors)
            self.begin_stop()
            self.wait_stopped()

    def end(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()
        self.errors.close()


@pytest.fixture
def start(folder):
    """Starts servers with options of their own, such as start(idle_ms=100)."""
    servers = []

    def start_one(**options):
        servers.append(Server(folder, options))
        return servers[-1]
    yield start_one
    try:
        for server in servers:
            server.check_end()
    finally:
        for server in servers:
            server.end()


@pytest.fixture
def server(start):
    return start()
