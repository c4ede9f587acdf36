"""Backups by schedule, sent to real servers on this machine."""
import contextlib
import hashlib
import http.server
import os
import ssl
import threading

import pki
import pytest
import rostra
from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import FTPHandler
from pyftpdlib.servers import ThreadedFTPServer

PASSPHRASE = 'of the schedule'
YEAR_2000 = 946684800


@pytest.fixture
def ftp(tmp_path):
    """An FTP server and its folder."""
    folder = tmp_path / 'ftp'
    folder.mkdir()
    authorizer = DummyAuthorizer()
    authorizer.add_user('backup', 'its password', str(folder), perm='elradfmwMT')
    handler = type('Handler', (FTPHandler,), {'authorizer': authorizer})
    server = ThreadedFTPServer(('127.0.0.1', 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={'handle_exit': False}, daemon=True)
    thread.start()
    yield f'ftp://127.0.0.1:{server.address[1]}', folder
    server.close_all()


class WebServer:
    """An HTTP server that takes PUT with a password, into its folder."""

    def __init__(self, folder, answer, tls=None):
        self.folder = folder
        self.asked = threading.Event()
        self.go_on = threading.Event()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_PUT(self):
                outer.asked.set()
                answer(outer, self)

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        if tls is not None:
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f'http{"s" if tls else ""}://127.0.0.1:{self.server.server_address[1]}'

    def close(self):
        self.go_on.set()
        self.server.shutdown()
        self.server.server_close()


def reply(handler, status, **headers):
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name.replace('_', '-'), value)
    handler.send_header('Content-Length', '0')
    handler.end_headers()


def take(web, handler):
    if handler.headers['Authorization'] != 'Basic YmFja3VwOml0cyBwYXNzd29yZA==':
        reply(handler, 401, WWW_Authenticate='Basic realm="x"')
        return
    body = handler.rfile.read(int(handler.headers['Content-Length']))
    (web.folder / os.path.basename(handler.path)).write_bytes(body)
    reply(handler, 201)


def refer(web, handler):
    handler.rfile.read(int(handler.headers['Content-Length']))
    reply(handler, 307, Location='/elsewhere')


def stall(web, handler):
    """Neither reads nor answers."""
    web.go_on.wait(10 * rostra.WAIT_S)


@pytest.fixture
def start_web(tmp_path):
    """Web servers that answer as they are told."""
    with contextlib.ExitStack() as stack:
        def start(answer, tls=None):
            folder = tmp_path / 'web'
            folder.mkdir()
            server = WebServer(folder, answer, tls)
            stack.callback(server.close)
            return server

        yield start


@pytest.fixture
def web(start_web):
    server = start_web(take)
    return server.url, server.folder


def schedule(client, url, password='its password'):
    client.change('autobackup/1/', autobackup_enabled=True, autobackup_passphrase=PASSPHRASE,
                  autobackup_upload_url=url, autobackup_upload_username='backup', autobackup_upload_password=password)


def make_missed(server, client):
    """A server that runs again after long: the backup that is due is made at once."""
    answer = client.post('/api/admin/command/v1/platform/backup_create/', {'passphrase': PASSPHRASE})
    assert answer.status_code == 202
    client.session.close()
    server.stop()
    folder = server.data / 'backups'
    (made,) = folder.iterdir()
    old = folder / made.name.replace('rostra_backup', 'rostra_autobackup').replace('2026', '2000')
    made.rename(old)
    os.utime(old, (YEAR_2000, YEAR_2000))
    server.start()


@pytest.mark.parametrize('kind', ['ftp', 'web'])
@pytest.mark.parametrize('below', ['', '/', '/a/folder/'])
def test_upload(fresh_server, request, kind, below):
    """wire 12.4 (autobackup): what is due is made, listed, and sent whole"""
    url, folder = request.getfixturevalue(kind)
    client = rostra.Client(fresh_server)
    schedule(client, url + below)
    make_missed(fresh_server, client)
    log = rostra.wait_for(lambda: [line for line in fresh_server.lines if 'sent a backup' in line])
    assert 'its password' not in fresh_server.log() and PASSPHRASE not in fresh_server.log()
    (sent,) = (path for path in folder.rglob('*') if path.is_file())
    (listed,) = [o for o in client.objects('system_backup/') if o['filename'] == sent.name]
    assert sent.name in log[0] and listed['type'] == 'auto'
    assert hashlib.sha256(sent.read_bytes()).hexdigest() == listed['sha256sum']
    assert client.objects('/api/admin/status/v1/alarm/') == []
    client.session.close()


def test_failed_upload_raises_an_alarm(fresh_server, ftp):
    """The backup is kept, and the alarm says what is wrong."""
    url, folder = ftp
    client = rostra.Client(fresh_server)
    schedule(client, url, 'another password')
    make_missed(fresh_server, client)
    (alarm,) = rostra.wait_for(lambda: client.objects('/api/admin/status/v1/alarm/'))
    assert alarm['name'] == 'autobackup_upload_failed' and 'upload failed' in alarm['details']
    assert 'password' not in alarm['details'] and list(folder.iterdir()) == []
    assert len(client.objects('system_backup/')) == 2
    client.session.close()


def failed_upload(server, client):
    """The text of the alarm."""
    make_missed(server, client)
    (alarm,) = rostra.wait_for(lambda: client.objects('/api/admin/status/v1/alarm/'))
    assert alarm['name'] == 'autobackup_upload_failed'
    client.session.close()
    return alarm['details']


def test_redirect_is_no_success(fresh_server, start_web):
    """Seen: what the server referred to elsewhere was said to be sent. It isn't followed either."""
    client = rostra.Client(fresh_server)
    schedule(client, start_web(refer).url)
    assert 'code 307' in failed_upload(fresh_server, client)


def test_certificate_must_be_trusted(fresh_server, start_web, tmp_path):
    """Nothing is sent to whom nobody vouches for."""
    client = rostra.Client(fresh_server)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    issued = pki.Issued('/CN=localhost', extensions='subjectAltName=IP:127.0.0.1')
    (tmp_path / 'server.pem').write_text(issued.key + issued.certificate)
    tls.load_cert_chain(tmp_path / 'server.pem')
    web = start_web(take, tls)
    schedule(client, web.url)
    assert 'certificate' in failed_upload(fresh_server, client)
    assert not web.asked.is_set()


def test_end_of_the_server_breaks_an_upload_off(fresh_server, start_web):
    """Seen: it waited until the upload was done or had stalled for two minutes."""
    client = rostra.Client(fresh_server)
    web = start_web(stall)
    schedule(client, web.url)
    make_missed(fresh_server, client)
    assert web.asked.wait(rostra.WAIT_S)
    fresh_server.stop()     # within WAIT_S
    assert 'a job failed' not in fresh_server.log()
    fresh_server.start()


def test_restart_sends_what_is_owed(fresh_server, start_web):
    """Seen: what hadn't been sent when the server ended was never sent."""
    client = rostra.Client(fresh_server)
    answers = [refer]
    web = start_web(lambda server, handler: answers[0](server, handler))
    schedule(client, web.url)
    assert 'code 307' in failed_upload(fresh_server, client)
    fresh_server.stop()
    answers[0] = take
    fresh_server.start()
    rostra.wait_for(lambda: [line for line in fresh_server.lines if 'sent a backup' in line])
    assert len(list(web.folder.iterdir())) == 1
