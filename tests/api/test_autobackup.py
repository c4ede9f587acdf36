"""Backups by schedule, sent to real servers on this machine."""
import hashlib
import http.server
import os
import threading

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


@pytest.fixture
def web(tmp_path):
    """An HTTP server that takes PUT with a password, and its folder."""
    folder = tmp_path / 'web'
    folder.mkdir()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_PUT(self):
            if self.headers['Authorization'] != 'Basic YmFja3VwOml0cyBwYXNzd29yZA==':
                self.send_response(401)
                self.send_header('WWW-Authenticate', 'Basic realm="x"')
            else:
                body = self.rfile.read(int(self.headers['Content-Length']))
                (folder / os.path.basename(self.path)).write_bytes(body)
                self.send_response(201)
            self.send_header('Content-Length', '0')
            self.end_headers()

        def log_message(self, *arguments):
            pass

    server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f'http://127.0.0.1:{server.server_address[1]}', folder
    server.shutdown()
    server.server_close()


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
    client.change('autobackup/1/', autobackup_enabled=True, autobackup_passphrase=PASSPHRASE,
                  autobackup_upload_url=url + below, autobackup_upload_username='backup',
                  autobackup_upload_password='its password')
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
    client.change('autobackup/1/', autobackup_enabled=True, autobackup_passphrase=PASSPHRASE,
                  autobackup_upload_url=url, autobackup_upload_username='backup',
                  autobackup_upload_password='another password')
    make_missed(fresh_server, client)
    (alarm,) = rostra.wait_for(lambda: client.objects('/api/admin/status/v1/alarm/'))
    assert alarm['name'] == 'autobackup_upload_failed' and 'upload failed' in alarm['details']
    assert 'password' not in alarm['details'] and list(folder.iterdir()) == []
    assert len(client.objects('system_backup/')) == 2
    client.session.close()
