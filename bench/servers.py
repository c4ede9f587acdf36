"""The servers that are compared, each on a port of 127.0.0.1 of its own."""
import os
import pathlib
import shutil
import socket
import ssl
import subprocess
import time

import client
import process

HERE = pathlib.Path(__file__).resolve().parent


def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


def answers(port, target):
    """Whether a GET is answered with 200."""
    try:
        c = client.Client(port)
        try:
            return c.ask('GET', target).status == 200
        finally:
            c.close()
    except (OSError, ssl.SSLError):
        return False


class Server:
    """name: of its column. port, pids: while it runs."""
    name = ''

    def __init__(self, work):
        self.work = pathlib.Path(work)
        self.port = None
        self.processes = []

    def run(self, *arguments, **options):
        started = subprocess.Popen([str(a) for a in arguments], stdin=subprocess.DEVNULL, **options)
        self.processes.append(started)
        return started

    def pids(self):
        return [pid for p in self.processes for pid in process.family(p.pid)]

    def stop(self):
        while self.processes:
            process.stop(self.processes.pop())

    def log(self):
        return (self.work / f'{self.name}.log').open('a')


class Rostra(Server):
    name = 'rostra'

    def __init__(self, work, build):
        super().__init__(work)
        self.program = pathlib.Path(build) / 'rostrad'
        self.data = self.work / 'data'

    def start(self):
        """Seconds to the first answer."""
        self.port = free_port()
        arguments = [self.program, '--data', self.data, '--listen', f'127.0.0.1:{self.port}']
        if self.has_node_listener():
            arguments += ['--node-listen', f'127.0.0.1:{free_port()}']
        start = time.monotonic()
        with self.log() as log:
            self.run(*arguments, 'serve', stdout=log, stderr=log,
                     env={**os.environ, 'ROSTRA_ADMIN_PASSWORD': client.PASSWORD})
        process.wait_until(lambda: answers(self.port, '/healthz'), 'rostrad answers')
        return time.monotonic() - start

    def has_node_listener(self):
        done = subprocess.run([self.program, '--help'], stdout=subprocess.PIPE, text=True, check=False)
        return '--node-listen' in done.stdout

    def clear(self):
        shutil.rmtree(self.data, ignore_errors=True)

    def copy_to(self, folder):
        """Of a server that doesn't run."""
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.data, folder, ignore=shutil.ignore_patterns('control.sock', 'lock'))


def make_certificate(work):
    subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
                    '-keyout', work / 'key.pem', '-out', work / 'certificate.pem', '-days', '30',
                    '-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost'], check=True, stderr=subprocess.DEVNULL)


class Nginx(Server):
    """Sends files, or hands /api/ to a server behind a socket."""
    name = 'nginx'

    def __init__(self, work):
        super().__init__(work)
        self.folder = self.work / self.name
        self.socket = self.folder / 'application.sock'

    def start_nginx(self):
        self.folder.mkdir(exist_ok=True)
        (self.work / 'static').mkdir(exist_ok=True)
        if not (self.work / 'key.pem').exists():
            make_certificate(self.work)
        self.port = free_port()
        text = (HERE / 'nginx.conf.in').read_text()
        for name, value in (('WORK', self.work), ('FOLDER', self.folder), ('PORT', self.port), ('SOCKET', self.socket)):
            text = text.replace(f'@{name}@', str(value))
        (self.folder / 'nginx.conf').write_text(text)
        user = 'user root;' if os.geteuid() == 0 else ''
        with self.log() as log:
            self.run('/usr/sbin/nginx', '-c', self.folder / 'nginx.conf', '-e', self.folder / 'error.log', '-g',
                     'daemon off;' + user, stdout=log, stderr=log)

    def start(self):
        self.put('small', b'x' * 200)
        self.start_nginx()
        process.wait_until(lambda: answers(self.port, '/static/small'), 'nginx answers')

    def put(self, name, content):
        """What GET /static/NAME is answered with from now on; the server keeps files open, so a name is put once."""
        folder = self.work / 'static'
        folder.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)


class Django(Nginx):
    """The same API on django-tastypie, gunicorn and nginx."""
    name = 'django'

    def environment(self):
        return {**os.environ, 'BENCH_WORK': str(self.work), 'PYTHONPATH': f'{self.work / "site"}:{HERE / "peer"}',
                'PYTHONDONTWRITEBYTECODE': '1'}

    def prepare(self):
        """Once a work folder: the package that Debian hasn't got, and the rows."""
        if not (self.work / 'site' / 'tastypie').exists():
            subprocess.run(['/usr/bin/python3', '-m', 'pip', 'install', '--quiet', '--no-deps', '--target',
                            self.work / 'site', '-r', HERE / 'peer' / 'requirements.txt'], check=True)
        for file in self.work.glob('peer.sqlite3*'):
            file.unlink()
        subprocess.run(['/usr/bin/python3', HERE / 'peer' / 'seed.py', str(client.SEEDED_N)], env=self.environment(),
                       check=True, stdout=subprocess.DEVNULL)

    def start(self):
        self.prepare()
        self.start_nginx()
        with self.log() as log:
            self.run('/usr/bin/gunicorn', '-w', '2', '--timeout', '120', '--worker-tmp-dir', '/dev/shm', '--log-level',
                     'warning', '-b', f'unix:{self.socket}', 'peerproj.wsgi', cwd=HERE / 'peer', env=self.environment(),
                     stdout=log, stderr=log)
        process.wait_until(lambda: answers(self.port, client.PATH + '?limit=1'), 'django answers')
