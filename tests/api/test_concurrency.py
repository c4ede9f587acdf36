"""Many clients at once: each finds what it wrote, and the end is what all of them did together."""
import concurrent.futures
import random
import threading

import requests
import rostra

CLIENTS = 16
STEPS = 40
# Each client writes one of these of every room, so the last value is known whatever the order was.
FIELDS = ['description', 'tag', 'match_string', 'replace_string', 'post_match_string', 'post_replace_string',
          'sync_tag',
          'participant_limit', 'max_callrate_in', 'max_callrate_out', 'enable_overlay_text', 'guests_can_present',
          'mute_all_guests', 'softmute_enabled', 'denoise_enabled', 'direct_media_notification_duration']
TEXTS, FLAGS = FIELDS[:7], FIELDS[10:15]


def together(function, arguments):
    """Runs it in a thread for each argument; what they returned."""
    with concurrent.futures.ThreadPoolExecutor(len(arguments)) as pool:
        return list(pool.map(function, arguments))


class Worker:
    """A client with its own idea of what it wrote."""

    def __init__(self, server, number, rooms):
        self.client = rostra.Client(server)
        self.random = random.Random(4711 + number)
        self.number, self.rooms, self.field = number, rooms, FIELDS[number]
        self.values = {}        # of its field, by room
        self.links = {}         # rooms by participant; rooms and participants of its own
        self.aliases = {}       # alias by path
        self.own_rooms = [self.client.create('conference', name=f'W {number} {n}') for n in range(3)]
        for n in range(3):
            path = self.client.create('automatic_participant', alias=f'w.{number}.{n}')
            self.links[path] = set()

    def run(self):
        actions = [self.write_field, self.write_field, self.write_fields_of_many, self.read_field, self.read_list,
                   self.link_participant, self.link_room, self.add_alias, self.rename_alias, self.move_alias,
                   self.remove_alias, self.clash]
        for _ in range(STEPS):
            self.random.choice(actions)()

    def value(self):
        if self.field in TEXTS:
            return f'v{self.random.randrange(1000)}'
        if self.field in FLAGS:
            return self.random.random() < 0.5
        return self.random.randrange(128, 256) if 'callrate' in self.field else self.random.randrange(30)

    def write_field(self):
        room, value = self.random.choice(self.rooms), self.value()
        self.client.change(room, **{self.field: value})
        self.values[room] = value

    def write_fields_of_many(self):
        chosen = {room: self.value() for room in self.random.sample(self.rooms, 4)}
        objects = [{'resource_uri': room, self.field: value} for room, value in chosen.items()]
        assert self.client.patch('conference/', {'objects': objects}).status_code == 202
        self.values.update(chosen)

    def read_field(self):
        room = self.random.choice(self.rooms)
        shown = self.client.read(room)
        if room in self.values:
            assert shown[self.field] == self.values[room]

    def read_list(self):
        shown = {one['resource_uri']: one for one in self.client.objects('conference/', name__startswith='Shared ')}
        assert set(shown) == set(self.rooms)
        assert all(shown[room][self.field] == value for room, value in self.values.items())

    def link_participant(self):
        path = self.random.choice(list(self.links))
        rooms = self.random.sample(self.own_rooms, self.random.randrange(4))
        self.client.change(path, conference=rooms)
        self.links[path] = set(rooms)

    def link_room(self):
        room = self.random.choice(self.own_rooms)
        paths = self.random.sample(list(self.links), self.random.randrange(4))
        self.client.change(room, automatic_participants=paths)
        for path, rooms in self.links.items():
            rooms.discard(room)
            if path in paths:
                rooms.add(room)

    def add_alias(self):
        alias = f'w.{self.number}.{len(self.aliases)}.{self.random.randrange(10**9)}'
        room = self.random.choice(self.rooms)
        self.aliases[self.client.create('conference_alias', alias=alias, conference=room)] = (alias, room)

    def rename_alias(self):
        self.change_alias(lambda alias, room: (f'{alias.split("!")[0]}!{self.random.randrange(10**9)}', room))

    def move_alias(self):
        self.change_alias(lambda alias, room: (alias, self.random.choice(self.rooms)))

    def change_alias(self, change):
        if self.aliases:
            path = self.random.choice(list(self.aliases))
            alias, room = change(*self.aliases[path])
            self.client.change(path, alias=alias, conference=room)
            self.aliases[path] = (alias, room)

    def remove_alias(self):
        if self.aliases:
            path = self.random.choice(list(self.aliases))
            self.client.remove(path)
            del self.aliases[path]

    def clash(self):
        answer = self.client.post('conference/', {'name': 'Shared 0', 'aliases': [{'alias': f'clash.{self.number}'}]})
        assert answer.status_code == 400 and 'already exists' in answer.text


def compare(client, workers, rooms):
    shown = {one['resource_uri']: one for one in client.objects('conference/')}
    for worker in workers:
        for room, value in worker.values.items():
            assert shown[room][worker.field] == value, (worker.field, room)
        for path, linked in worker.links.items():
            assert set(client.read(path)['conference']) == linked
            number = rostra.key_of(path)
            for room in worker.own_rooms:
                names = [one['id'] for one in shown[room]['automatic_participants']]
                assert (number in names) == (room in linked)
    expected = {path: pair for worker in workers for path, pair in worker.aliases.items()}
    found = {one['resource_uri']: (one['alias'], one['conference']) for one in client.objects('conference_alias/')}
    assert found == expected
    for room in rooms:
        assert {one['alias'] for one in shown[room]['aliases']} == {a for a, r in expected.values() if r == room}


def test_sixteen_clients(fresh_server):
    """wire 8.2: patches of different fields lose nothing; both sides of a relation agree; the store is sound."""
    client = rostra.Client(fresh_server)
    rooms = [client.create('conference', name=f'Shared {n}') for n in range(10)]
    workers = [Worker(fresh_server, number, rooms) for number in range(CLIENTS)]
    together(Worker.run, workers)
    compare(client, workers, rooms)
    for worker in workers:
        worker.client.session.close()
    client.session.close()
    fresh_server.stop()
    done = fresh_server.run('check')
    assert done.returncode == 0, done.stdout + done.stderr


def test_one_of_many_gets_the_name(server, client):
    """wire 7: uniqueness is checked inside the transaction."""
    clients = [rostra.Client(server) for _ in range(CLIENTS)]
    for round_ in range(5):
        body = {'name': f'Race {round_}', 'aliases': [{'alias': f'race.{round_}'}]}
        answers = together(lambda one, b=body: one.post('conference/', b), clients)
        codes = sorted(answer.status_code for answer in answers)
        assert codes == [201] + [400] * (CLIENTS - 1)
        assert all('already exists' in answer.text for answer in answers if answer.status_code == 400)
    assert len(client.objects('conference/', name__startswith='Race ')) == 5
    for one in clients:
        one.close()


def test_one_of_many_deletes(server, client):
    """wire 8: one 204, the others 404."""
    clients = [rostra.Client(server) for _ in range(8)]
    for round_ in range(5):
        path = client.create('conference', name=f'Gone {round_}')
        codes = sorted(together(lambda one, p=path: one.delete(p).status_code, clients))
        assert codes == [204] + [404] * 7
    for one in clients:
        one.close()


def send_hashes(server, number, answers):
    """Ten passwords, each a tenth of a second of work on the slow pool."""
    client = rostra.Client(server)
    try:
        # not by client.patch(), to which a 503 is a fault
        answer = client.session.patch(server.url + rostra.absolute('administrator/'), timeout=rostra.WAIT_S, json={
            'objects': [{'name': f's.{number}.{n}', 'password': 'a long password'} for n in range(10)]})
        answers.append((number, answer.status_code, answer.headers.get('Retry-After')))
    except requests.exceptions.ConnectionError:
        answers.append((number, None, None))
    client.session.close()


def test_stopping_while_jobs_wait(fresh_server):
    """wire 10.1: each gets an answer or a closed connection, and what was answered is stored; the process ends."""
    server, answers = fresh_server, []
    senders = [threading.Thread(target=send_hashes, args=(server, n, answers)) for n in range(12)]
    for sender in senders:
        sender.start()
    rostra.wait_for(lambda: answers)  # the others are at work or wait
    server.stop()                     # fails if it doesn't end, or not well
    for sender in senders:
        sender.join(rostra.WAIT_S)
        assert not sender.is_alive()
    assert len(answers) == len(senders)
    assert {status for _, status, _ in answers} <= {202, 503, None}
    assert all(int(wait or 0) >= 1 for _, status, wait in answers if status == 503)
    server.start()
    client = rostra.Client(server)
    stored = {one['name'] for one in client.objects('administrator/')}
    for number, status, _ in answers:
        names = {f's.{number}.{n}' for n in range(10)}
        assert names <= stored if status == 202 else names <= stored or not names & stored, (number, status)
        assert status != 503 or not names & stored, number
    client.session.close()
