"""rostrad and its peer, asked the same things, and their answers in a form that can be compared.

What differs by nature is put in its place: a generated id by the number of its first appearance, a time by <time>, a
generated UUID by <uuid>, the sentences of errors by <text>. Fields that the peer hasn't got are left out.
"""
import json
import pathlib
import re
import subprocess
import sys

import requests
import rostra

HERE = pathlib.Path(__file__).resolve().parent
PYTHON = rostra.PROGRAM.parent / 'peer' / 'bin' / 'python'     # the virtual environment that the Makefile made

sys.path.insert(0, str(HERE / 'site'))

from api.description import RESOURCES, target  # noqa: E402 (found by the line above)

ADDRESS = re.compile(rf'{rostra.CONFIGURATION}(\w+)/(\d+)/')
TIME = re.compile(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}')
UUID = re.compile(r'[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}')
# The last is compared in answers that somebody may keep.
HEADERS = ('Allow', 'Cache-Control', 'Content-Type', 'Location', 'Vary')
# The sentences that clients know (wire 10.4); all others are each server's own.
KNOWN_SENTENCES = re.compile(r'.* already exists\.|This field is required\.')


class Peer:
    """The same API on the framework itself."""

    def __init__(self):
        self.process = subprocess.Popen([PYTHON, HERE / 'site' / 'serve.py', rostra.USER, rostra.PASSWORD],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        said = self.process.stdout.readline()
        assert said.startswith('port='), 'the peer did not start'
        self.url = f'http://127.0.0.1:{int(said[len("port="):])}'
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.auth = (rostra.USER, rostra.PASSWORD)

    def request(self, method, path, **more):
        return self.session.request(method, self.url + rostra.absolute(path), timeout=rostra.WAIT_S,
                                    allow_redirects=False, **more)

    def close(self):
        self.session.close()
        self.process.stdin.close()
        assert self.process.wait(rostra.WAIT_S) == 0
        self.process.stdout.close()


class Side:
    """One of the two: names what it made, and reads its answers."""

    def __init__(self, client):
        self.client = client
        self.saved = {}
        self.numbers = {}

    def ask(self, step):
        body = self.filled(step.body)
        if body is not None and not isinstance(body, str):
            body = json.dumps(body)
        headers = {} if body is None else {'Content-Type': 'application/json'}
        answer = self.client.request(step.method, self.filled(step.path), data=body and body.encode(),
                                     headers={**headers, **step.headers})
        if step.save:
            self.saved[step.save] = answer.headers.get('Location', 'nothing')
        return self.plain(step.path.partition('/')[0], answer)

    def filled(self, value):
        """With the paths of saved objects for <name>, and their ids for <name.id>."""
        if isinstance(value, dict):
            return {key: self.filled(member) for key, member in value.items()}
        if isinstance(value, list):
            return [self.filled(member) for member in value]
        if isinstance(value, str):
            for name, path in self.saved.items():
                value = value.replace(f'<{name}>', path).replace(f'<{name}.id>', path.rstrip('/').rpartition('/')[2])
        return value

    def plain(self, resource, answer):
        return {'status': answer.status_code, 'headers': self.headers(answer),
                'body': self.body(resource, answer)}

    def headers(self, answer):
        names = HEADERS if answer.status_code == 200 else HEADERS[:-1]
        found = {name: self.text(answer.headers[name]) for name in names if name in answer.headers}
        if found.get('Vary') == 'Accept, Cookie':   # the peer has no sessions (wire 1.6)
            found['Vary'] = 'Accept'
        return found

    def body(self, resource, answer):
        if answer.headers.get('Content-Type') != 'application/json' or not answer.text:
            return answer.text
        body = answer.json()
        if answer.status_code >= 400:
            return sentences(body)
        if 'objects' in body:
            return {**body, 'objects': [self.member_of(resource, member) for member in body['objects']]}
        return self.member_of(resource, body)

    def member_of(self, resource, value):
        """An object of this resource, or what stands for it."""
        if not isinstance(value, dict) or resource not in RESOURCES:
            return self.text(value)
        description = RESOURCES[resource]
        return {key: self.field(resource, key, member) for key, member in sorted(value.items())
                if key not in description.left_out}

    def field(self, resource, key, value):
        if key == 'id':
            return self.number(resource, value)
        field = RESOURCES[resource].fields.get(key, {})
        if field.get('type') != 'related':
            return self.text(value)
        if isinstance(value, list):
            return [self.member_of(target(field), member) for member in value]
        return self.member_of(target(field), value)

    def text(self, value):
        if not isinstance(value, str):
            return value
        if TIME.fullmatch(value):
            return '<time>'
        if UUID.fullmatch(value):
            return '<uuid>'
        found = ADDRESS.fullmatch(value)
        return f'/{found.group(1)}/{self.number(found.group(1), int(found.group(2)))}/' if found else value

    def number(self, resource, key):
        known = self.numbers.setdefault(resource, {})
        return '#' + str(known.setdefault(key, len(known) + 1))


def sentences(value):
    """Errors with <text> for each sentence that clients don't look at."""
    if isinstance(value, dict):
        return {key: sentences(member) for key, member in value.items()}
    if isinstance(value, list):
        return [sentences(member) for member in value]
    return value if isinstance(value, str) and KNOWN_SENTENCES.fullmatch(value) else '<text>'


def differences(ours, theirs, where=()):
    """(place, ours, theirs) of each smallest part that differs."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key in sorted(ours.keys() | theirs.keys()):
            yield from differences(ours.get(key, '<absent>'), theirs.get(key, '<absent>'), (*where, key))
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for i, (one, other) in enumerate(zip(ours, theirs)):
            yield from differences(one, other, (*where, i))
    elif ours != theirs:
        yield where, ours, theirs
