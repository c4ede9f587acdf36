"""rostrad's command line, as a user meets it: first start, passwords, check, and what goes wrong."""
import contextlib
import os
import pathlib
import pty
import random
import resource
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
import termios
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


def test_passwd_ends_the_wait_after_wrong_guesses(tmp_path):
    """README: a forgotten password. Who guessed before needn't wait a minute to use the new one."""
    data = tmp_path / 'var'
    with Server(data, environment={'ROSTRA_ADMIN_PASSWORD': 'old'}) as server:
        answers = [server.get(CONFERENCES, password='forgotten').status_code for _ in range(11)]
        assert answers == [401] * 10 + [429]
        assert run('--data', data, 'passwd', 'admin', password='new').returncode == 0
        assert server.get(CONFERENCES, password='new').status_code == 200


@pytest.mark.parametrize('user, password, named', [
    ('with:colon', 'x', 'no administrator'), ('', 'x', 'no administrator'), ('admin', '', 'password')])
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


@pytest.mark.parametrize('words', [('check',), ('passwd', 'admin'), ('backup', 'file')])
@pytest.mark.parametrize('there', [True, False])
def test_only_a_start_makes_a_store(tmp_path, words, there):
    """A mistyped folder was given a store, a sound one, and a new password of admin."""
    data = tmp_path / 'data'
    if there:
        data.mkdir()
        (data / 'letter').write_text('not of Rostra')
    done = run('--data', data, *words, password='')
    assert done.returncode == 1
    assert done.stderr.startswith(f'rostrad: There is no store in {data}: ') and '--data' in done.stderr
    assert done.stderr.count('\n') == 1 and done.stdout == ''
    assert [path.name for path in tmp_path.rglob('*')] == (['data', 'letter'] if there else [])


def test_what_a_first_start_left_is_no_store(tmp_path):
    (tmp_path / 'config.db').touch()
    done = run('--data', tmp_path, 'check')
    assert done.returncode == 1 and 'There is no store' in done.stderr
    assert not list(tmp_path.glob('*.key')) and not (tmp_path / 'initial-password').exists()


@pytest.mark.skipif(os.geteuid() != 0, reason='only root can become others')
def test_a_folder_that_nobody_lets_us_see_is_not_called_empty():
    with tempfile.TemporaryDirectory() as folder:   # 0700, of root
        done = subprocess.run([ROSTRAD, '--data', folder, 'check'], user=65534, capture_output=True, text=True,
                              timeout=WAIT_S, check=False)
        assert done.returncode == 1 and 'Permission denied' in done.stderr


def limited_first_start(data, n_bytes):
    """`init` where no file may become larger than that; its exit status. Python ignores SIGXFSZ, and so does it."""
    return subprocess.run([ROSTRAD, '--data', str(data), 'init'], restore_signals=False, timeout=WAIT_S, check=False,
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=clean_environment(),
                          preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, n_bytes))).returncode


def test_first_starts_that_failed_never_block_the_next(tmp_path):
    """As on a full disk; also where config.db was made and another file wasn't: the password is told of later then."""
    statuses = set()
    for kib in (0, 4, 64, 256, 512, 640, 700, 768, 1024, 2048, 4096):
        data = tmp_path / str(kib)
        statuses.add(limited_first_start(data, kib * 1024))
        done = run('--data', data, 'init')
        assert done.returncode == 0, (kib, done.stderr)
        assert f'file={data}/initial-password' in done.stderr, (kib, done.stderr)
        assert len((data / 'initial-password').read_text()) == 21
        assert run('--data', data, 'check').stdout == 'The store is sound.\n'
        shutil.rmtree(data)
    assert statuses == {0, 1}


class Terminal:
    """A command that somebody runs in a terminal and answers."""

    def __init__(self, *words):
        self.master, terminal = pty.openpty()
        self.process = subprocess.Popen([ROSTRAD, *map(str, words)], stdin=terminal, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, env=clean_environment())
        os.close(terminal)
        self.said = b''

    def answer(self, prompt, text):
        while not self.said.endswith(prompt):
            byte = self.process.stderr.read(1)
            assert byte, self.said
            self.said += byte
        # The prompt comes before echo is off, which drops what was typed too early.
        while termios.tcgetattr(self.master)[3] & termios.ECHO:
            assert self.process.poll() is None
        os.write(self.master, text + b'\n')
        self.said = b''

    def end(self):
        """Its exit status, and what it said on both outputs."""
        out, errors = self.process.communicate(timeout=WAIT_S)
        os.close(self.master)
        return self.process.returncode, out.decode(), (self.said + errors).decode()


@pytest.mark.parametrize('running', [True, False])
def test_passwd_in_a_terminal_asks_twice(tmp_path, running):
    data = tmp_path / 'var'
    assert run('--data', data, 'init', environment={'ROSTRA_ADMIN_PASSWORD': 'old'}).returncode == 0
    with Server(data) if running else contextlib.nullcontext():
        terminal = Terminal('--data', data, 'passwd', 'admin')
        terminal.answer(b'New password: ', b'one')
        terminal.answer(b'The same again: ', b'another')
        status, out, errors = terminal.end()
        assert (status, out) == (1, '') and 'not the same' in errors
        terminal = Terminal('--data', data, 'passwd', 'admin')
        terminal.answer(b'New password: ', b'new')
        terminal.answer(b'The same again: ', b'new')
        status, out, errors = terminal.end()
        assert (status, out) == (0, 'The password of "admin" is another one now.\n'), errors
    with Server(data) as server:
        assert server.get(CONFERENCES, password='new').status_code == 200


@pytest.mark.parametrize('running', [True, False])
def test_nothing_is_asked_for_in_vain(tmp_path, running):
    """What is wrong anyway is said before somebody types a secret: no prompt, here no line of standard input, is missed."""
    data = tmp_path / 'var'
    (tmp_path / 'taken').touch()
    assert run('--data', data, 'init').returncode == 0
    with Server(data) if running else contextlib.nullcontext():
        for words, named in ((('passwd', 'nobody'), 'no administrator "nobody"'),
                             (('backup', tmp_path / 'taken'), 'taken is there already'),
                             (('backup', tmp_path / 'no' / 'file'), 'No such file'),
                             (('restore', tmp_path / 'none'), 'No such file')):
            done = run('--data', data, *words, password='')
            assert done.returncode == 1 and named in done.stderr, done.stderr
    assert (tmp_path / 'taken').read_text() == ''


def test_init_says_that_there_is_a_store(tmp_path):
    data = tmp_path / 'var'
    first = run('--data', data, 'init', environment={'ROSTRA_ADMIN_PASSWORD': 'chosen'})
    assert 'already' not in first.stdout + first.stderr
    done = run('--data', data, 'init', environment={'ROSTRA_ADMIN_PASSWORD': 'never'})
    assert done.returncode == 0 and done.stdout == f'There is a store in {data} already; it was left as it is.\n'
    (line,) = [line for line in done.stderr.splitlines() if 'ROSTRA_ADMIN_PASSWORD is ignored' in line]
    assert 'never' not in done.stderr
    with Server(data, environment={'ROSTRA_ADMIN_PASSWORD': 'never'}) as server:
        assert server.get(CONFERENCES, password='chosen').status_code == 200
        assert [old for old in server.log if 'ROSTRA_ADMIN_PASSWORD' in old] != [] and line
    # What only works on the store isn't meant by it.
    assert 'ignored' not in run('--data', data, 'check', environment={'ROSTRA_ADMIN_PASSWORD': 'never'}).stderr


@pytest.mark.parametrize('word', ['-h', '--help'])
def test_help(word):
    done = run(word)
    assert done.returncode == 0 and done.stderr == ''
    for named in ('passwd USER', '--passphrase-file', 'ROSTRA_ADMIN_PASSWORD', 'ROSTRA_SECRET_KEY_FILE'):
        assert named in done.stdout


def test_a_store_has_one_server(tmp_path):
    data = tmp_path / 'var'
    with Server(data):
        done = run('--data', data, '--listen', '127.0.0.1:0', 'serve')
        assert done.returncode == 1
        assert str(data) in done.stderr


def test_a_server_that_runs_already_is_noticed_before_its_port(tmp_path):
    with Server(tmp_path / 'var') as server:
        done = run('--data', tmp_path / 'var', '--listen', f'127.0.0.1:{server.port}', 'serve')
        assert done.returncode == 1 and f'{tmp_path}/var is in use' in done.stderr


def test_a_taken_port_is_named_and_nothing_is_made(tmp_path):
    with socket.create_server(('127.0.0.1', 0)) as taken:
        address = '127.0.0.1:%d' % taken.getsockname()[1]
        done = run('--data', tmp_path / 'var', '--listen', address, 'serve')
        assert done.returncode == 1
        assert done.stderr.count(address) == 1 and '--listen ADDR:PORT' in done.stderr
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


@pytest.mark.parametrize('spoil, reason', [
    (lambda path: path.write_bytes(b'x' * 5000), 'not a database'),
    (lambda path: (path.unlink(), path.mkdir()), 'Is a directory')])
def test_a_file_that_cannot_be_opened_is_named_with_the_reason(tmp_path, spoil, reason):
    data = tmp_path / 'var'
    assert run('--data', data, 'init').returncode == 0
    spoil(data / 'auth.db')
    done = run('--data', data, 'check')
    assert done.returncode == 1 and done.stderr.count('\n') == 1
    assert str(data / 'auth.db') in done.stderr and reason in done.stderr


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
