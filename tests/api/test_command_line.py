"""rostrad's command line, as a user meets it: first start, passwords, check, and what goes wrong."""
import os
import pathlib
import random
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
import time

import pytest
import requests

ROSTRAD = os.path.join(os.environ['ROSTRA_BUILD'], 'rostrad')
WAIT_S = 30
CONFERENCES = '/api/admin/configuration/v1/conference/'


def run(*words, password=None, environment=None):
    """Runs a command to its end."""
    return subprocess.run([ROSTRAD, *map(str, words)], input=password, capture_output=True, text=True, timeout=WAIT_S,
                          env={**clean_environment(), **(environment or {})}, check=False)


def clean_environment():
    return {k: v for k, v in os.environ.items() if not k.startswith('ROSTRA_')}


class Server:
    """A rostrad that serves `data` on a port that the system chose."""

    def __init__(self, data, *options, environment=None):
        self.data = pathlib.Path(data)
        self.process = subprocess.Popen(
            [ROSTRAD, '--data', str(data), '--listen', '127.0.0.1:0', *options, 'serve'], stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, text=True, env={**clean_environment(), **(environment or {})})
        self.log = []
        self.port = self._read_port()
        self.url = f'https://127.0.0.1:{self.port}'

    def _read_port(self):
        for line in self.process.stderr:
            self.log.append(line)
            if ' port=' in line:
                return int(line.rsplit(' port=', 1)[1])
        raise AssertionError('rostrad ended: ' + ''.join(self.log))

    def get(self, path, user='admin', password=None, **more):
        with requests.Session() as session:
            session.trust_env = False
            return session.get(self.url + path, auth=(user, password) if password is not None else None,
                               verify=str(self.data / 'management.pem'), timeout=WAIT_S, **more)

    def stop(self):
        """Ends it as an administrator would; the exit status."""
        self.process.send_signal(signal.SIGTERM)
        self.log.append(self.process.communicate(timeout=WAIT_S)[1])
        return self.process.returncode

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.stop()
        assert self.process.returncode == 0, ''.join(self.log)


def mode(path):
    return stat.S_IMODE(os.stat(path).st_mode)


def test_first_start_makes_everything_and_keeps_it_private(tmp_path):
    data = tmp_path / 'var'
    with Server(data) as server:
        assert server.get('/healthz').text == 'ok\n'
        password = (data / 'initial-password').read_text().rstrip('\n')
        assert len(password) == 20
        assert server.get(CONFERENCES, password=password).status_code == 200
        assert server.get(CONFERENCES, password=password + 'x').status_code == 401
        assert password not in ''.join(server.log)
        assert str(data / 'initial-password') in ''.join(server.log)
        assert mode(data) == 0o700
        for name in ('initial-password', 'secret.key', 'config.db', 'control.sock'):
            assert mode(data / name) == 0o600, name


def test_the_first_password_comes_from_the_environment(tmp_path):
    with Server(tmp_path / 'var', environment={'ROSTRA_ADMIN_PASSWORD': 'chosen'}) as server:
        assert server.get(CONFERENCES, password='chosen').status_code == 200
        assert not (tmp_path / 'var' / 'initial-password').exists()
    # It counts only while no store exists.
    with Server(tmp_path / 'var', environment={'ROSTRA_ADMIN_PASSWORD': 'other'}) as server:
        assert server.get(CONFERENCES, password='other').status_code == 401
        assert server.get(CONFERENCES, password='chosen').status_code == 200


def test_init_makes_the_store_and_ends(tmp_path):
    data = tmp_path / 'var'
    done = run('--data', data, 'init', environment={'ROSTRA_ADMIN_PASSWORD': 'chosen'})
    assert done.returncode == 0, done.stderr
    assert (data / 'config.db').exists()
    assert run('--data', data, 'init').returncode == 0
    with Server(data) as server:
        assert server.get(CONFERENCES, password='chosen').status_code == 200


def kill_first_start(data, seconds):
    """Starts `init` and kills it after that time, unless it was quicker."""
    process = subprocess.Popen([ROSTRAD, '--data', str(data), 'init'], stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL, env=clean_environment())
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@pytest.mark.parametrize('n', [12, pytest.param(300, marks=[pytest.mark.long, pytest.mark.timeout(1800)])])
def test_killed_first_starts_never_block_the_next(tmp_path, n):
    """Whatever a killed start left, the next one works, the store is sound, and its first password is known."""
    begun = time.monotonic()
    assert run('--data', tmp_path / 'whole', 'init').returncode == 0
    whole = time.monotonic() - begun
    chance = random.Random(1)
    for i in range(n):
        data = tmp_path / str(i)
        for _ in range(chance.choice([1, 1, 2])):
            kill_first_start(data, chance.random() * whole)
        done = run('--data', data, 'init')
        assert done.returncode == 0, (i, done.stderr)
        password = (data / 'initial-password').read_text().rstrip('\n')
        assert len(password) == 20
        assert not list(data.glob('*.tmp'))
        assert run('--data', data, 'check').stdout == 'The store is sound.\n'
        if i % 4 == 0:
            with Server(data) as server:
                assert server.get(CONFERENCES, password=password).status_code == 200
        shutil.rmtree(data)


def test_init_leaves_the_certificate_that_is_served(tmp_path):
    data = tmp_path / 'var'
    assert run('--data', data, 'init').returncode == 0
    certificate = (data / 'management.pem').read_text()
    with Server(data) as server:
        assert server.get(CONFERENCES).status_code == 401
        assert (data / 'management.pem').read_text() == certificate


def test_an_empty_first_password_is_refused(tmp_path):
    """It is what a variable of CI looks like that isn't set."""
    data = tmp_path / 'var'
    done = run('--data', data, 'init', environment={'ROSTRA_ADMIN_PASSWORD': ''})
    assert done.returncode == 1
    assert 'ROSTRA_ADMIN_PASSWORD' in done.stderr
    assert run('--data', data, 'init').returncode == 0
    assert (data / 'initial-password').exists()


def test_passwd_while_no_server_runs(tmp_path):
    data = tmp_path / 'var'
    assert run('--data', data, 'init').returncode == 0
    done = run('--data', data, 'passwd', 'admin', password='new one\n')
    assert done.returncode == 0, done.stderr
    assert not (data / 'initial-password').exists()
    with Server(data) as server:
        assert server.get(CONFERENCES, password='new one').status_code == 200


def test_the_first_password_goes_when_it_is_changed_through_the_api(tmp_path):
    data = tmp_path / 'var'
    file = data / 'initial-password'
    with Server(data) as server:
        first = file.read_text().rstrip('\n')
        answer = requests.patch(server.url + '/api/admin/configuration/v1/administrator/1/', auth=('admin', first),
                                json={'password': 'new'}, verify=str(data / 'management.pem'), timeout=WAIT_S)
        assert answer.status_code == 202, answer.text
        for line in server.process.stderr:
            if 'the first password was changed' in line:
                break
        assert not file.exists()
        assert server.get(CONFERENCES, password='new').status_code == 200


@pytest.mark.skipif(os.geteuid() != 0, reason='only root can become others')
def test_root_makes_the_store_as_the_owner_of_its_folder():
    with tempfile.TemporaryDirectory() as folder:   # pytest's own are closed to other users
        os.chmod(folder, 0o755)
        data = pathlib.Path(folder) / 'var'
        data.mkdir()
        os.chown(data, 65534, 65534)
        done = run('--data', data, 'init')
        assert done.returncode == 0, done.stderr
        assert {path.stat().st_uid for path in data.iterdir()} == {65534}
        assert run('--data', data, 'passwd', 'admin', password='new').returncode == 0
        with Server(data) as server:
            assert server.get(CONFERENCES, password='new').status_code == 200


def test_passwd_of_a_running_server_takes_effect_at_once(tmp_path):
    data = tmp_path / 'var'
    with Server(data, environment={'ROSTRA_ADMIN_PASSWORD': 'old'}) as server:
        assert server.get(CONFERENCES, password='old').status_code == 200
        done = run('--data', data, 'passwd', 'admin', password='new')
        assert done.returncode == 0, done.stderr
        assert server.get(CONFERENCES, password='old').status_code == 401
        assert server.get(CONFERENCES, password='new').status_code == 200
        # A name that was mistyped is told of, and nobody is made.
        done = run('--data', data, 'passwd', 'Admin', password='hers')
        assert done.returncode == 1 and 'no administrator "Admin"' in done.stderr
        assert server.get(CONFERENCES, user='Admin', password='hers').status_code == 401


@pytest.mark.parametrize('user, password, named', [
    ('with:colon', 'x', 'user name'), ('', 'x', 'user name'), ('admin', '', 'password')])
def test_passwd_refuses_what_no_login_could_send(tmp_path, user, password, named):
    data = tmp_path / 'var'
    assert run('--data', data, 'init').returncode == 0
    done = run('--data', data, 'passwd', user, password=password + '\n')
    assert done.returncode == 1
    assert named in done.stderr
    assert len(done.stderr.splitlines()[-1].split('rostrad: ')) == 2


def test_check_finds_a_sound_store(tmp_path):
    data = tmp_path / 'var'
    assert run('--data', data, 'init').returncode == 0
    done = run('--data', data, 'check')
    assert done.returncode == 0, done.stdout + done.stderr
    assert 'sound' in done.stdout


def test_check_needs_a_store(tmp_path):
    done = run('--data', tmp_path / 'none', 'check')
    assert done.returncode == 1
    assert not (tmp_path / 'none').exists()


def test_a_store_has_one_server(tmp_path):
    data = tmp_path / 'var'
    with Server(data):
        done = run('--data', data, '--listen', '127.0.0.1:0', 'serve')
        assert done.returncode == 1
        assert str(data) in done.stderr


def test_a_taken_port_is_named_and_nothing_is_made(tmp_path):
    with socket.create_server(('127.0.0.1', 0)) as taken:
        address = '127.0.0.1:%d' % taken.getsockname()[1]
        done = run('--data', tmp_path / 'var', '--listen', address, 'serve')
        assert done.returncode == 1
        assert address in done.stderr and '--listen' in done.stderr
        assert not (tmp_path / 'var').exists()


def test_several_addresses(tmp_path):
    with Server(tmp_path / 'var', '--listen', '127.0.0.1:0') as server:
        assert server.get('/healthz').status_code == 200


@pytest.mark.parametrize('words, named', [
    (['serve'], '--data'), (['--data', 'x'], 'serve'), (['--data', 'x', 'fly'], 'fly'),
    (['--data', 'x', '--listen'], '--listen'), (['--data', 'x', '--nonsense', 'serve'], '--nonsense'),
    (['--data', 'x', '--workers', '0', 'serve'], '--workers')])
def test_usage_errors_are_one_line_and_status_2(tmp_path, words, named):
    done = subprocess.run([ROSTRAD, *words], cwd=tmp_path, capture_output=True, text=True, timeout=WAIT_S, check=False)
    assert done.returncode == 2
    assert named in done.stderr and len(done.stderr.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize('address', ['nonsense', '127.0.0.1', '127.0.0.1:99999', '256.0.0.1:1'])
def test_a_wrong_address_is_named(tmp_path, address):
    done = run('--data', tmp_path / 'var', '--listen', address, 'serve')
    assert done.returncode == 1
    assert address in done.stderr


def test_a_store_without_its_key_is_refused(tmp_path):
    data = tmp_path / 'var'
    assert run('--data', data, 'init').returncode == 0
    os.rename(data / 'secret.key', tmp_path / 'elsewhere.key')
    done = run('--data', data, 'check')
    assert done.returncode == 1 and 'secret.key' in done.stderr
    done = run('--data', data, 'check', environment={'ROSTRA_SECRET_KEY_FILE': str(tmp_path / 'elsewhere.key')})
    assert done.returncode == 0, done.stderr


def test_health_needs_no_login_and_only_get(tmp_path):
    with Server(tmp_path / 'var') as server:
        assert server.get('/healthz').headers['Content-Type'] == 'text/plain; charset=utf-8'
        with requests.Session() as session:
            session.trust_env = False
            answer = session.post(server.url + '/healthz', verify=str(tmp_path / 'var' / 'management.pem'), timeout=WAIT_S)
        assert answer.status_code == 405 and answer.headers['Allow'] == 'GET'


def test_the_rate_limit_answers_429(tmp_path):
    with Server(tmp_path / 'var', '--rate-limit', '5/60', environment={'ROSTRA_ADMIN_PASSWORD': 'p'}) as server:
        codes = [server.get(CONFERENCES, password='p').status_code for _ in range(6)]
        assert codes == [200] * 5 + [429]
        # Failures have a throttle of their own and don't count.
        refused = server.get(CONFERENCES, password='p')
        assert 1 <= int(refused.headers['Retry-After']) <= 60
        assert server.get(CONFERENCES, password='wrong').status_code == 401


def test_ten_failures_make_that_user_wait_but_not_a_remembered_one(tmp_path):
    with Server(tmp_path / 'var', environment={'ROSTRA_ADMIN_PASSWORD': 'p'}) as server:
        assert server.get(CONFERENCES, password='p').status_code == 200
        codes = [server.get(CONFERENCES, password='wrong').status_code for _ in range(11)]
        assert codes == [401] * 10 + [429]
        assert server.get(CONFERENCES, password='p').status_code == 200
