"""A client of the API: asks, seeds, and makes the requests that wrk sends."""
import base64
import http.client
import json
import random
import ssl

PATH = '/api/admin/configuration/v1/conference/'
USER, PASSWORD = 'admin', 'benchpass'
AUTHORIZATION = 'Basic ' + base64.b64encode(f'{USER}:{PASSWORD}'.encode()).decode()
SEEDED_N = 10000
BULK_N = 10000
TIMEOUT_S = 150


def tls_context():
    """Our servers' certificates are made by themselves, for this machine."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


TLS = tls_context()


class Client:
    """One kept connection to 127.0.0.1:port."""

    def __init__(self, port):
        self.connection = http.client.HTTPSConnection('127.0.0.1', port, context=TLS, timeout=TIMEOUT_S)

    def ask(self, method, target, body=None, **headers):
        """The answer, with its body read into `content`. body: what becomes JSON, or bytes."""
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        headers = {'Authorization': AUTHORIZATION, 'Accept': 'application/json', 'Content-Type': 'application/json',
                   **headers}
        self.connection.request(method, target, body, headers)
        answer = self.connection.getresponse()
        answer.content = answer.read()
        return answer

    def get(self, target, **headers):
        """The body of an answer that must be 200."""
        answer = self.ask('GET', target, **headers)
        if answer.status != 200:
            raise RuntimeError(f'GET {target}: {answer.status} {answer.content[:200]}')
        return answer.content

    def patch_list(self, body):
        answer = self.ask('PATCH', PATH, body)
        if answer.status not in (200, 202):
            raise RuntimeError(f'PATCH of a list: {answer.status} {answer.content[:200]}')

    def close(self):
        self.connection.close()


def seeded_room(i):
    return {'name': f'Meeting Room {i:05d}', 'service_type': 'conference', 'description': 'Seeded for the bench',
            'pin': f'{i:06d}', 'primary_owner_email_address': f'owner{i:05d}@example.com', 'tag': 'seed',
            'aliases': [{'alias': f'room{i:05d}@example.com'}, {'alias': f'8{i:05d}'}]}


def new_room(name):
    return {'name': 'New Room ' + name, 'service_type': 'conference', 'description': 'Created by the bench',
            'pin': '123456', 'allow_guests': True, 'guest_pin': '654321', 'host_view': 'one_main_seven_pips',
            'tag': 'bench', 'aliases': [{'alias': f'new-{name}@example.com', 'description': 'a'},
                                        {'alias': 'num-' + name, 'description': 'b'}]}


def list_of(rooms):
    """Body of a PATCH that creates or changes them all."""
    return json.dumps({'objects': list(rooms)}).encode()


def touch_list(text):
    """Body of a PATCH that changes each of the seeded conferences."""
    return list_of({'resource_uri': f'{PATH}{i + 1}/', 'description': f'touched {text} {i}'} for i in range(SEEDED_N))


# --- what wrk sends ---

def request(method, target, body=None, **headers):
    lines = [f'{method} {target} HTTP/1.1', 'Host: 127.0.0.1', f'Authorization: {AUTHORIZATION}',
             'Accept: application/json', *(f'{name}: {value}' for name, value in headers.items())]
    content = b''
    if body is not None:
        content = json.dumps(body).encode()
        lines += ['Content-Type: application/json', f'Content-Length: {len(content)}']
    return '\r\n'.join([*lines, '', '']).encode() + content


def shuffled(n):
    """1 … n in an order that is the same in every run."""
    numbers = list(range(1, n + 1))
    random.Random(1).shuffle(numbers)
    return numbers


def details(n=SEEDED_N, most=SEEDED_N):
    return [request('GET', f'{PATH}{i}/') for i in shuffled(n)[:most]]


def pages():
    """Each seeded conference once, 20 a page."""
    return [request('GET', f'{PATH}?limit=20&offset={20 * (i - 1)}') for i in shuffled(SEEDED_N // 20)]


def patches(tag, n=SEEDED_N):
    return [request('PATCH', f'{PATH}{i}/', {'description': f'patched {tag} ########'}) for i in shuffled(n)[:SEEDED_N]]


def posts(tag):
    return [request('POST', PATH, new_room(f'{tag}-########'))]
