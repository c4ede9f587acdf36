"""Backups, restoring them, snapshots: by commands and on the command line."""
import hashlib
import io
import json
import os
import pathlib
import re
import signal
import subprocess
import tarfile
import threading
import time

import pytest
import requests
import rostra

PLATFORM = '/api/admin/command/v1/platform/'
PASSPHRASE = 'a passphrase of one\'s own'
NAME = re.compile(r'rostra_backup_[0-9_-]+\.rostrabak')


def succeeds(answer):
    """wire 12.1"""
    assert (answer.status_code, answer.json()) == (202, {'data': None, 'status': 'success'}), answer.text


def make(client, **more):
    """A backup's object and content."""
    before = {o['filename'] for o in client.objects('system_backup/')}
    succeeds(client.post(PLATFORM + 'backup_create/', {'passphrase': PASSPHRASE, **more}))
    (made,) = [o for o in client.objects('system_backup/') if o['filename'] not in before]
    return made, client.get(made['resource_uri']).content


def restore(client, content, passphrase=PASSPHRASE):
    return client.post(PLATFORM + 'backup_restore/', files={'package': ('b.rostrabak', content)}, data={'passphrase': passphrase})


def wait_for_restart(server, n):
    """Until the log says so for the nth time."""
    def look():
        assert server.process.poll() is None, server.log()
        return sum(' serving ' in line for line in server.lines) >= n

    rostra.wait_for(look)


def wait_until_done(client, uri):
    def look():
        found = client.read(uri)
        if found['state'] in ('completed', 'failed'):
            return found
        assert found['state'] in ('initialising', 'running') and found['download_uri'] == ''
        return None

    return rostra.wait_for(look)


def names(client):
    return sorted(o['name'] for o in client.objects('conference/'))


def room(client, name):
    return client.create('conference', name=name, service_type='conference')


# --- making ---

def test_backup_create(client):
    """wire 12.4, 9.5: done before the answer; listed, fetched, deleted"""
    made, content = make(client)
    assert NAME.fullmatch(made['filename']) and made['type'] == 'manual' and made['version']
    assert made['size'] == len(content) and made['sha256sum'] == hashlib.sha256(content).hexdigest()
    assert re.fullmatch(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d', made['date'])
    answer = client.get(made['resource_uri'])
    assert answer.headers['Content-Type'] == 'application/octet-stream'
    assert answer.headers['Content-Disposition'] == f'attachment; filename="{made["filename"]}"'
    assert client.request('HEAD', made['resource_uri']).headers['Content-Length'] == str(len(content))
    assert PASSPHRASE.encode() not in content and b'SQLite' not in content
    client.remove(made['resource_uri'])
    assert client.get(made['resource_uri']).status_code == 404
    assert client.delete(made['resource_uri']).status_code == 404
    assert not (client.server.data / 'backups' / made['filename']).exists()


def test_backup_on_request(client):
    """wire 12.4: an object tells how far it is"""
    answer = client.post(PLATFORM + 'backup_create/', {'passphrase': PASSPHRASE, 'request': True})
    assert answer.status_code == 202 and answer.json()['status'] == 'success'
    uri = answer.json()['data']['resource_uri']
    assert uri.startswith('/api/admin/status/v1/backup_request/')
    done = wait_until_done(client, uri)
    assert done['state'] == 'completed' and done['message'] == '' and done['updated_at'] >= done['created_at']
    content = client.get(done['download_uri']).content
    (listed,) = [o for o in client.objects('system_backup/') if o['resource_uri'] == done['download_uri']]
    assert listed['sha256sum'] == hashlib.sha256(content).hexdigest()
    assert uri in [o['resource_uri'] for o in client.objects('/api/admin/status/v1/backup_request/')]


def test_backup_by_its_other_path_and_as_a_form(client):
    """wire 12.4, 1.5"""
    succeeds(client.post('/api/admin/command/v1/backup/create/', data={'passphrase': PASSPHRASE}))


def test_backup_needs_a_passphrase(client):
    """wire 12.4"""
    for body in ({}, {'passphrase': ''}, {'passphrase': None}, {'backup_id': 3}):
        answer = client.post(PLATFORM + 'backup_create/', body)
        assert (answer.status_code, answer.json()) == (
            400, {'backup_create': {'passphrase': ['This field is required.']}})


def test_backups_put_there_by_hand_are_listed(fresh_servers):
    """wire 9.5: the folder is the truth, also at the start"""
    server = fresh_servers()
    client = rostra.Client(server)
    made, content = make(client)
    (server.data / 'backups' / 'from elsewhere.rostrabak').write_bytes(content)
    (server.data / 'backups' / 'by-hand.rostrabak').write_bytes(content)
    (server.data / 'backups' / 'no backup').write_bytes(b'no backup')
    (server.data / 'backups' / '.part-left-over').write_bytes(b'half')
    client.session.close()
    server.restart()
    client = rostra.Client(server)
    rostra.wait_for(lambda: len(client.objects('system_backup/')) == 2)
    assert sorted(o['filename'] for o in client.objects('system_backup/')) == ['by-hand.rostrabak', made['filename']]
    assert client.get('system_backup/by-hand.rostrabak/').content == content
    assert not (server.data / 'backups' / '.part-left-over').exists()
    client.session.close()


# --- restoring ---

def test_restore(fresh_server):
    """wire 12.4: everything is as it was; what came later is gone; the server goes on at the same address"""
    server = fresh_server
    client = rostra.Client(server)
    pid = server.process.pid
    room(client, 'Kept')
    theme = client.post('ivr_theme/', files={'package': ('t.zip', b'PK\x05\x06' + 18 * b'\0')}, data={'name': 'T'})
    assert theme.status_code == 201
    client.create('ldap_sync_source', name='L', ldap_server='ldap.example.com', ldap_base_dn='dc=x',
                  ldap_bind_username='u', ldap_bind_password='hush hush')
    source = client.objects('ldap_sync_source/')
    etag = client.get('conference/').headers['ETag']
    _, content = make(client)

    room(client, 'Later')
    succeeds(restore(client, content))
    client.session.close()
    wait_for_restart(server, 2)
    assert server.process.poll() is None and server.process.pid == pid
    assert names(client) == ['Kept']
    assert client.objects('ldap_sync_source/') == source  # masks included
    assert client.get('conference/', headers={'If-None-Match': etag}).status_code == 200  # another epoch
    room(client, 'Goes on')
    client.session.close()
    server.stop()
    done = server.run('check')
    assert done.returncode == 0, done.stdout + done.stderr
    server.start()
    assert names(client) == ['Goes on', 'Kept']
    client.session.close()


def keep_writing(server, number, stop, seen):
    """Rooms one after the other: (whether the restore was answered before, its name, status) of each."""
    client, n = rostra.Client(server), 0
    while not stop.is_set() or n == 0:
        name, late = f'Busy {number}.{n}', seen['restored'].is_set()
        n += 1
        try:
            # not by client.post(), to which a 503 is a fault
            answer = client.session.post(server.url + rostra.absolute('conference/'), json={'name': name},
                                         timeout=rostra.WAIT_S)
            fits = answer.status_code != 503 or int(answer.headers.get('Retry-After', 0)) >= 1
            seen['answers'].append((late, name, answer.status_code if fits else 'no Retry-After'))
        except requests.exceptions.ConnectionError:
            seen['answers'].append((late, name, None))  # while the server starts again
    client.session.close()


def test_writes_around_a_restore(fresh_server):
    """wire 10.1, 12.4: each is answered, or 503 with Retry-After, or closed; what is answered afterwards isn't lost."""
    server, stop = fresh_server, threading.Event()
    client = rostra.Client(server)
    room(client, 'Kept')
    _, content = make(client)
    seen = {'restored': threading.Event(), 'answers': []}
    writers = [threading.Thread(target=keep_writing, args=(server, n, stop, seen)) for n in range(4)]
    for writer in writers:
        writer.start()
    succeeds(restore(client, content))
    seen['restored'].set()
    client.session.close()
    wait_for_restart(server, 2)
    rostra.wait_for(lambda: sum(late and status == 201 for late, _, status in list(seen['answers'])) >= 8)
    stop.set()
    for writer in writers:
        writer.join(rostra.WAIT_S)
        assert not writer.is_alive()
    assert {status for _, _, status in seen['answers']} <= {201, 503, None}
    found = set(names(client))
    assert 'Kept' in found
    assert {name for late, name, status in seen['answers'] if late and status == 201} <= found
    client.session.close()


def test_restore_into_another_system(fresh_servers):
    """wire 12.4: secrets are sealed with that system's key; its passwords are those of the backup"""
    first, second = fresh_servers(), fresh_servers()
    one, two = rostra.Client(first), rostra.Client(second)
    one.create('administrator', name='moved', password='moved along')
    one.create('ldap_sync_source', name='L', ldap_server='ldap.example.com', ldap_base_dn='dc=x',
               ldap_bind_username='u', ldap_bind_password='hush hush')
    room(two, 'Gone')
    key = (second.data / 'secret.key').read_text()
    _, content = make(one)
    succeeds(two.post('/api/admin/command/v1/backup/restore/', files={'package': ('b', content)},
                      data={'passphrase': PASSPHRASE}))
    two.session.close()
    wait_for_restart(second, 2)
    assert (second.data / 'secret.key').read_text() == key
    assert names(two) == []
    assert two.objects('ldap_sync_source/') == one.objects('ldap_sync_source/')
    one.session.close()
    two.session.close()
    second.stop()
    done = second.run('check')
    assert done.returncode == 0, done.stdout + done.stderr
    second.start()


def test_refused_whole(client):
    """wire 12.4: a field error, and nothing is touched"""
    _, content = make(client)
    path = room(client, 'Untouched')
    changed = bytearray(content)
    changed[len(content) // 2] ^= 1
    newer = bytearray(content)
    newer[40:48] = (1 << 40).to_bytes(8, 'little')
    cases = [(content, 'wrong', 'passphrase'), (content, PASSPHRASE + ' ', 'passphrase'), (b'', PASSPHRASE, 'package'),
             (b'PK\x03\x04', PASSPHRASE, 'package'), (bytes(changed), PASSPHRASE, 'package'),
             (bytes(newer), PASSPHRASE, 'package'), (content + b'x', PASSPHRASE, 'package')]
    cases += [(content[:n], PASSPHRASE, 'package') for n in (10, 119, 120, 200, 5000, len(content) // 2,
                                                             len(content) - 1)]
    for package, passphrase, field in cases:
        answer = restore(client, package, passphrase)
        assert answer.status_code == 400 and list(answer.json()['backup_restore']) == [field], answer.text
    assert client.get(path).status_code == 200
    assert not [p for p in client.server.data.iterdir() if p.name.startswith('restore')]
    answer = client.post(PLATFORM + 'backup_restore/', {'package': 'text', 'passphrase': 'p'})
    assert answer.status_code == 400 and list(answer.json()['backup_restore']) == ['package']


def test_killed_while_restoring(fresh_server):
    """After kill -9 at any moment the old store is there, or the new one, whole."""
    moments = [lambda: True, (fresh_server.data / 'restore.new').exists,
               (fresh_server.data / 'restore.new' / 'config.db').exists,
               (fresh_server.data / 'restore.new' / 'history.db').exists, lambda: False]
    server = fresh_server
    client = rostra.Client(server)
    room(client, 'Old')
    _, content = make(client)
    for moment in moments:
        if names(client) == ['Old']:
            room(client, 'New')
        client.session.close()
        sender = threading.Thread(target=send_restore, args=(server, content))
        sender.start()
        rostra.wait_for(lambda: moment() or not sender.is_alive())
        server.kill()
        sender.join(rostra.WAIT_S)
        server.start()
        assert names(client) in (['Old'], ['New', 'Old'])
        assert not [p for p in server.data.iterdir() if p.name.startswith('restore')]
    client.session.close()
    server.stop()
    done = server.run('check')
    assert done.returncode == 0, done.stdout + done.stderr
    server.start()


def send_restore(server, content):
    client = rostra.Client(server)
    try:
        restore(client, content)
    except requests.exceptions.RequestException:
        pass  # it was killed
    client.session.close()


# --- rights ---

def test_rights(client):
    """wire 11.4: without is_admin none of it, since a backup is a copy of every secret"""
    permissions = [p['resource_uri'] for p in client.objects('permission/', limit=100)
                   if p['name'] != 'Is an administrator' and p['codename'] != 'is_admin'] \
        if 'codename' in client.objects('permission/', limit=1)[0] else \
        [p['resource_uri'] for p in client.objects('permission/', limit=100) if 'dministrator' not in p['name']]
    role = client.create('role', name='b.all but one', permissions=permissions)
    client.create('administrator', name='b.limited', password='some password', roles=[role])
    made, content = make(client)
    other = rostra.Client(client.server, 'b.limited', 'some password')
    assert other.get('system_backup/').status_code == 200
    for answer in (other.post(PLATFORM + 'backup_create/', {'passphrase': 'x'}), restore(other, content),
                   other.post(PLATFORM + 'snapshot/', {}), other.get(made['resource_uri']),
                   other.delete(made['resource_uri'])):
        assert answer.status_code == 403
    answer = client.post(PLATFORM + 'snapshot/', {'request': True})
    done = wait_until_done(client, answer.json()['data']['resource_uri'])
    assert other.get(done['resource_uri']).status_code == 200
    assert other.get(done['download_uri']).status_code == 403
    assert client.get(done['download_uri']).status_code == 200
    other.session.close()


# --- snapshots ---

def members(content):
    with tarfile.open(fileobj=io.BytesIO(content), mode='r:gz') as archive:
        return {m.name: archive.extractfile(m).read().decode() for m in archive.getmembers()}


@pytest.mark.parametrize('path', ['platform/snapshot', 'platform/take_snapshot', 'snapshot'])
def test_snapshot(client, path):
    """wire 12.4, 12.1, fact 7.2: 200 with the archive itself"""
    client.create('conference', name='snapped', service_type='conference', pin='918273')
    source = client.create('ldap_sync_source', name='S', ldap_server='ldap.example.com', ldap_base_dn='dc=x',
                  ldap_bind_username='u', ldap_bind_password='most secret')
    client.create('conference_sync_template', name='S', priority=1, pin='pin of the template',
                  guest_pin='pin for guests', device_password='password of devices',
                  ldap_sync_source=source)
    client.create('automatic_participant', alias='a@example.com', dtmf_sequence='5647382910', protocol='sip')
    client.create('policy_server', name='S', url='https://joe:of%20the%20address@p.example.com/x?at=a@b')
    answer = client.post(f'/api/admin/command/v1/{path}/', {'limit': 2, 'include_diagnostic_metrics': True})
    assert answer.status_code == 200 and answer.headers['Content-Type'] == 'application/octet-stream'
    assert re.fullmatch(r'attachment; filename="rostra_snapshot_[0-9_-]+\.tar\.gz"',
                        answer.headers['Content-Disposition'])
    held = members(answer.content)
    assert json.loads(held['snapshot/about.json'])['version']
    assert json.loads(held['snapshot/counts.json'])['configuration/conference'] >= 1
    assert 'snapped' in [o['name'] for o in json.loads(held['snapshot/configuration/conference.json'])]
    assert 'serving address=' in held['snapshot/log.txt']
    assert 'snapshot/status/management_vm.json' in held
    everything = ''.join(held.values())
    for secret in ('918273', 'most secret', '$~!1$', '$argon2id$', 'PRIVATE KEY', 'pin of the template',
                   'pin for guests', 'password of devices', '5647382910', 'snmp_community', 'push_token', 'of%20the%20address'):
        assert secret not in everything
    assert 'https://…@p.example.com/x?at=a@b' in held['snapshot/configuration/policy_server.json']


def test_snapshot_on_request(client):
    """wire 12.4, fact 7.2"""
    answer = client.post(PLATFORM + 'snapshot/', {'request': True})
    assert answer.status_code == 202
    done = wait_until_done(client, answer.json()['data']['resource_uri'])
    assert done['state'] == 'completed'
    assert 'snapshot/about.json' in members(client.get(done['download_uri']).content)
    assert client.get('/api/admin/status/v1/snapshot_request/12345678-0000-4000-8000-000000000000/download/'
                      ).status_code == 404
    assert client.get('/api/admin/status/v1/participant/12345678-0000-4000-8000-000000000000/download/'
                      ).status_code == 404
    assert client.delete('conference/1/download/').status_code == 404
    assert client.delete(done['download_uri']).status_code == 405


@pytest.mark.parametrize('request_it', [False, True])
def test_metrics_of_a_snapshot(client, request_it):
    """wire 12.4: numbers of process, store and disk, if they are asked for"""
    assert 'snapshot/metrics.json' not in members(client.post(PLATFORM + 'snapshot/', {}).content)
    answer = client.post(PLATFORM + 'snapshot/', {'include_diagnostic_metrics': True, 'request': request_it})
    if request_it:
        done = wait_until_done(client, answer.json()['data']['resource_uri'])
        answer = client.get(done['download_uri'])
    metrics = json.loads(members(answer.content)['snapshot/metrics.json'])
    for number in ('memory_kib', 'threads', 'descriptors', 'descriptors_most', 'cpu_user_us'):
        assert metrics['process'][number] > 0
    assert metrics['process']['memory_most_kib'] >= metrics['process']['memory_kib']
    config = metrics['store']['config.db']
    assert config['bytes'] > 0 and config['changes'] > 0 and config['writes_waiting'] >= 0
    assert 'changes' not in metrics['store']['search.db']
    assert set(metrics['store']) == {'config.db', 'history.db', 'auth.db', 'live.db', 'search.db'}
    assert metrics['disk']['size_bytes'] >= metrics['disk']['free_bytes'] > 0


def test_range_of_a_snapshot(client):
    """wire 12.4: hours back; the log outside of them is left out"""
    held = members(client.post(PLATFORM + 'snapshot/', {'limit': 5, 'end_limit': 4}).content)
    assert 'serving address=' not in held['snapshot/log.txt']
    answer = client.post(PLATFORM + 'snapshot/', {'limit': 4, 'end_limit': 5})
    assert answer.status_code == 400 and list(answer.json()['snapshot']) == ['end_limit']
    answer = client.post(PLATFORM + 'snapshot/', {'limit': -1})
    assert answer.status_code == 400 and list(answer.json()['snapshot']) == ['limit']


# --- the command line ---

@pytest.fixture
def passphrase_file(tmp_path):
    path = tmp_path / 'passphrase'
    path.write_text(PASSPHRASE + '\n')
    return path


def run(data, *words):
    environment = {k: v for k, v in os.environ.items() if not k.startswith('ROSTRA_')}
    return subprocess.run([rostra.PROGRAM, '--data', data, *words], capture_output=True, text=True,
                          timeout=rostra.WAIT_S, check=False, env=environment, input='')


@pytest.mark.parametrize('running', [True, False])
def test_command_line(fresh_server, passphrase_file, tmp_path, running):
    """Backup and restore, by the server that runs or without one."""
    server = fresh_server
    client = rostra.Client(server)
    room(client, 'Kept')
    file = tmp_path / 'a.rostrabak'
    options = ('--passphrase-file', passphrase_file)
    if not running:
        client.session.close()
        server.stop()
    done = run(server.data, *options, 'backup', file)
    assert done.returncode == 0, done.stderr
    assert file.stat().st_mode & 0o777 == 0o600
    again = run(server.data, *options, 'backup', file)
    assert again.returncode == 1 and str(file) in again.stderr
    if not running:
        server.start()
    room(client, 'Later')
    if not running:
        client.session.close()
        server.stop()
    done = run(server.data, *options, 'restore', file)
    assert done.returncode == 0, done.stderr
    client.session.close()
    if running:
        wait_for_restart(server, 2)
    else:
        server.start()
    assert names(client) == ['Kept']
    client.session.close()


def test_command_line_into_an_empty_folder(fresh_server, passphrase_file, tmp_path):
    """A new machine: the store comes with its key."""
    client = rostra.Client(fresh_server)
    room(client, 'Kept')
    client.create('ldap_sync_source', name='L', ldap_server='ldap.example.com', ldap_base_dn='dc=x',
                  ldap_bind_username='u', ldap_bind_password='hush hush')
    client.session.close()
    file, data = tmp_path / 'a.rostrabak', tmp_path / 'new'
    assert run(fresh_server.data, '--passphrase-file', passphrase_file, 'backup', file).returncode == 0
    done = run(data, '--passphrase-file', passphrase_file, 'restore', file)
    assert done.returncode == 0, done.stderr
    done = run(data, 'check')
    assert done.returncode == 0, done.stdout + done.stderr
    assert (data / 'secret.key').stat().st_mode & 0o777 == 0o600
    assert sorted(p.name for p in data.iterdir() if p.name.startswith(('restore', 'initial'))) == []


def test_command_line_refusals(fresh_server, passphrase_file, tmp_path):
    """One clear line each, and nothing has changed."""
    data = fresh_server.data
    file, cut, wrong, empty = (tmp_path / n for n in ('a.rostrabak', 'cut', 'wrong', 'empty'))
    options = ('--passphrase-file', passphrase_file)
    assert run(data, *options, 'backup', file).returncode == 0
    cut.write_bytes(file.read_bytes()[:-5])
    wrong.write_text('another\n')
    empty.write_text('\n')
    cases = [((*options, 'restore', cut), 'cut short'), (('--passphrase-file', wrong, 'restore', file), 'passphrase'),
             (('--passphrase-file', empty, 'restore', file), 'empty'), ((*options, 'restore', tmp_path / 'none'), 'none'),
             (('--passphrase-file', tmp_path / 'none', 'restore', file), 'none'), (('restore', file), 'Standard input ended'),
             ((*options, 'restore', passphrase_file), 'not a backup')]
    for running in (True, False):
        for words, text in cases:
            done = run(data, *words)
            assert done.returncode == 1 and done.stderr.count('\n') == 1 and text in done.stderr, done.stderr
        if running:
            fresh_server.check_alive()
            fresh_server.stop()
    done = run(tmp_path / 'nowhere', *options, 'backup', tmp_path / 'b')
    assert done.returncode == 1 and 'no store' in done.stderr
    assert not (tmp_path / 'nowhere').exists() and not (tmp_path / 'b').exists()
    done = run(tmp_path / 'nowhere', '--passphrase-file', wrong, 'restore', file)
    assert done.returncode == 1 and not (tmp_path / 'nowhere').exists()
    for words in (('backup',), ('restore', 'a', 'b')):
        assert run(data, *words).returncode == 2
    fresh_server.start()


def test_listeners_go_on(fresh_server):
    """Who connects while the server starts again is served, not refused."""
    client = rostra.Client(fresh_server)
    _, content = make(client)
    refused = []
    stop = threading.Event()

    def ask():
        while not stop.is_set():
            try:
                client.server.connect().close()
            except ConnectionRefusedError as error:
                refused.append(error)
            except OSError:
                pass  # accepted, and closed by the end of the old one

    asker = threading.Thread(target=ask)
    asker.start()
    succeeds(restore(client, content))
    client.session.close()
    wait_for_restart(fresh_server, 2)
    stop.set()
    asker.join(rostra.WAIT_S)
    assert not refused


def test_ends_after_a_restart_as_before(fresh_server):
    client = rostra.Client(fresh_server)
    _, content = make(client)
    succeeds(restore(client, content))
    client.session.close()
    wait_for_restart(fresh_server, 2)
    # By which pgrep and killall find it.
    assert pathlib.Path(f'/proc/{fresh_server.process.pid}/comm').read_text() == 'rostrad\n'
    assert fresh_server.end(signal.SIGTERM) == 0
    fresh_server.start()
