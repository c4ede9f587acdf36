"""A real rostrad and clients of it, for the tests.

Every request of a test goes through Client, which looks at each answer (traffic.py) before the test does.
"""
import base64
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import threading
import time
import urllib.parse

import requests
import traffic

PROGRAM = pathlib.Path(os.environ['ROSTRA_BUILD']) / 'rostrad'
USER = 'admin'
PASSWORD = 'correct horse: battery'
PREFIX = '/api/admin'
CONFIGURATION = PREFIX + '/configuration/v1/'
WAIT_S = 60
POLL_S = 0.02
SANITIZER = re.compile(r'ERROR: \w+Sanitizer|runtime error:|WARNING: ThreadSanitizer')


class Server:
    """A rostrad with a data folder of its own, on a port that the system chose."""

    program = PROGRAM
    pipe = subprocess.DEVNULL   # its standard input and output

    def __init__(self, *options):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='rostra-test-'))
        self.data = self.folder / 'data'
        self.options = options
        self.process = None
        self.port = 0
        self.lines = []
        self._said = threading.Condition()      # guards lines once they are read in another thread
        self.n_checked = 0
        self.start()

    @property
    def url(self):
        return f'https://127.0.0.1:{self.port}'

    @property
    def certificate(self):
        return str(self.data / 'management.pem')

    def start(self):
        environment = {k: v for k, v in os.environ.items() if not k.startswith('ROSTRA_')}
        self.process = subprocess.Popen(
            [self.program, '--data', self.data, '--listen', f'127.0.0.1:{self.port}', *self.options, 'serve'],
            stdin=self.pipe, stdout=self.pipe, stderr=subprocess.PIPE, text=True, errors='replace',
            env={**environment, 'ROSTRA_ADMIN_PASSWORD': PASSWORD})
        for line in self.process.stderr:
            self.lines.append(line)
            found = re.search(r' port=(\d+)$', line)
            if found:
                self.port = int(found.group(1))
                break
        else:
            raise AssertionError('rostrad ended: ' + ''.join(self.lines))
        self._reader = threading.Thread(target=self._read_log, args=(self.process.stderr,), daemon=True)
        self._reader.start()

    def _read_log(self, stream):
        for line in stream:
            with self._said:
                self.lines.append(line)
                self._said.notify_all()

    def end(self, number):
        """Sends a signal and waits for the end; the exit status."""
        self.process.send_signal(number)
        status = self.process.wait(WAIT_S)
        self._reader.join(WAIT_S)
        self.process.stderr.close()
        return status

    def stop(self):
        assert self.end(signal.SIGTERM) == 0, self.log()

    def kill(self):
        self.end(signal.SIGKILL)

    def restart(self):
        self.stop()
        self.start()

    def close(self):
        if self.process.poll() is None:
            self.stop()
        self.check()
        shutil.rmtree(self.folder)

    def wait_for_log(self, wanted):
        """Until there is a line for which wanted(line)."""
        with self._said:
            assert self._said.wait_for(lambda: any(map(wanted, self.lines)), WAIT_S), self.log()

    def log(self):
        return ''.join(self.lines)

    def check(self):
        """Nothing in the log since the last look that shouldn't be there."""
        new = self.lines[self.n_checked:]
        self.n_checked += len(new)
        bad = [line for line in new if SANITIZER.search(line) or re.match(r'\S+ error: ', line)]
        assert not bad, ''.join(new)

    def check_alive(self):
        assert self.process.poll() is None, self.log()
        self.check()

    def run(self, *words):
        """A command on its data, such as `check`."""
        return subprocess.run([PROGRAM, '--data', self.data, *words], stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=WAIT_S, check=False)

    def connect(self, source=None):
        """A TLS connection for what no HTTP library would send; source: an address of this machine to come from."""
        context = ssl.create_default_context(cafile=self.certificate)
        plain = socket.create_connection(('127.0.0.1', self.port), WAIT_S, source and (source, 0))
        return context.wrap_socket(plain, server_hostname='127.0.0.1')

    def raw(self, request, method='GET', source=None):
        """Sends these bytes as they are; the answer as http.client has it, with its body read."""
        with self.connect(source) as connection:
            connection.sendall(request)
            return read_answer(connection, method)


class RowServer(Server):
    """One whose history and live rows the test writes, as nodes would report them (row_server.c)."""

    program = PROGRAM.parent / 'tests' / 'api' / 'row_server'
    pipe = subprocess.PIPE

    def __init__(self, *options):
        self.used = set()
        super().__init__(*options)

    def _ask(self, resource, **what):
        self.used.add(resource)
        self.process.stdin.write(json.dumps({'resource': resource, **what}) + '\n')
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        assert answer == 'ok\n', (resource, what, answer, self.log())

    def put(self, resource, *rows):
        """Rows of `history/conference` or the like, all in one commit."""
        self._ask(resource, rows=rows)

    def remove(self, resource, *keys):
        self._ask(resource, delete=keys)

    def empty(self):
        """Removes all that was put; numbers go on."""
        for resource in sorted(self.used):
            if '.' not in resource:     # the others go with their parents
                self._ask(resource, delete='all')
        self.used.clear()

    def stop(self):
        """It ends with its input."""
        self.process.stdin.close()
        assert self.process.wait(WAIT_S) == 0, self.log()
        self._reader.join(WAIT_S)
        self.process.stdout.close()
        self.process.stderr.close()


def read_answer(connection, method='GET'):
    answer = http.client.HTTPResponse(connection, method=method)
    answer.begin()
    answer.text = answer.read().decode('utf-8')
    return answer


def wait_for(look):
    """Asks until the answer is true; that answer."""
    deadline = time.monotonic() + WAIT_S
    pause = threading.Event()
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        pause.wait(POLL_S)
    raise AssertionError('it did not happen')


def absolute(path):
    """'conference/' is short for its path in the configuration."""
    return path if path.startswith('/') else CONFIGURATION + path


class Client:
    """Somebody who uses the API; what he creates is gone after the test."""

    def __init__(self, server, user=USER, password=PASSWORD):
        self.server = server
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.verify = server.certificate
        if user is not None:
            self.session.auth = (user.encode(), password.encode())
        self.created = []

    def request(self, method, path, **more):
        path = absolute(path)
        more.setdefault('timeout', WAIT_S)
        more.setdefault('allow_redirects', False)
        answer = self.session.request(method, self.server.url + path, **more)
        traffic.check(method, path, answer)
        if answer.status_code == 201:
            self.created.append(answer.headers['Location'])
        return answer

    def send(self, method, target, *headers, body=b''):
        """What no HTTP library would send as it is; the answer as http.client has it, with its body read."""
        lines = [f'{method} {absolute(target)} HTTP/1.1', 'Host: localhost', self.authorization(), *headers, '', body]
        return self.server.raw(b'\r\n'.join(as_bytes(line) for line in lines), method)

    def authorization(self):
        return 'Authorization: Basic ' + base64.b64encode(b':'.join(self.session.auth)).decode()

    def get(self, path, **more):
        return self.request('GET', path, **more)

    def post(self, path, body=None, **more):
        return self.request('POST', path, **with_body(body, more))

    def put(self, path, body=None, **more):
        return self.request('PUT', path, **with_body(body, more))

    def patch(self, path, body=None, **more):
        return self.request('PATCH', path, **with_body(body, more))

    def delete(self, path, **more):
        return self.request('DELETE', path, **more)

    def read(self, path, **parameters):
        """The body of a GET that must work."""
        answer = self.get(path, params=parameters or None)
        assert answer.status_code == 200, (path, answer.status_code, answer.text)
        return answer.json()

    def objects(self, path, **parameters):
        return self.read(path, **{'limit': 0, **parameters})['objects']

    def create(self, resource, **fields):
        """Creates an object; its path."""
        answer = self.post(resource + '/', fields)
        assert answer.status_code == 201, (resource, fields, answer.status_code, answer.text)
        return answer.headers['Location']

    def change(self, path, **fields):
        answer = self.patch(path, fields)
        assert answer.status_code == 202, (path, fields, answer.status_code, answer.text)

    def remove(self, path):
        answer = self.delete(path)
        assert answer.status_code == 204, (path, answer.status_code, answer.text)

    def tidy_last(self):
        self.delete(self.created.pop())

    def tidy(self):
        """Deletes what was created, the newest first; some went with others."""
        while self.created:
            self.tidy_last()

    def close(self):
        self.tidy()
        self.session.close()


def as_bytes(text):
    return text if isinstance(text, bytes) else text.encode()


def with_body(body, more):
    if body is None:
        return more
    if isinstance(body, (bytes, str)):
        data = as_bytes(body)
    else:
        data = json.dumps(body).encode()
    headers = {'Content-Type': 'application/json', **more.pop('headers', {})}
    return {**more, 'data': data, 'headers': headers}


def key_of(path):
    """The last segment of an object's path; a number where it looks like one."""
    key = urllib.parse.unquote(path.rstrip('/').rsplit('/', 1)[1])
    return int(key) if key.isdigit() else key
