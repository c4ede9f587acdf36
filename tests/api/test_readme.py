"""The sessions that README.md shows, run as a newcomer would: by its words, but for the port and the folder."""
import os
import pathlib
import re
import subprocess
import sys

from test_command_line import Server

README = pathlib.Path(__file__).resolve().parents[2] / 'README.md'
PASSWORD = 'what you were told'


def test_the_list_of_documents_has_all():
    folder = README.parent / 'docs'
    text = (folder / 'README.md').read_text(encoding='utf-8')
    assert [path.name for path in folder.glob('*.md') if f'({path.name})' not in text and path.name != 'README.md'] == []


def block(language):
    found = re.findall(r'^```%s\n(.*?)^```' % language, README.read_text(encoding='utf-8'), re.M | re.S)
    assert len(found) == 1
    return found[0]


def run(command, text, server):
    text = text.replace('https://127.0.0.1:8443', server.url).replace('var/management.pem', str(server.data / 'management.pem'))
    return subprocess.run([*command, text], capture_output=True, text=True, timeout=60, check=False,
                          env={**os.environ, 'PASSWORD': PASSWORD})


def test_the_session_with_curl(tmp_path):
    with Server(tmp_path / 'var', environment={'ROSTRA_ADMIN_PASSWORD': PASSWORD}) as server:
        done = run(['bash', '-euc'], block('sh'), server)
        assert done.returncode == 0, done.stderr
        assert 'Location: /api/admin/configuration/v1/conference/1/' in done.stdout
        assert '"error"' not in done.stdout and 'This field' not in done.stdout
        assert server.get('/api/admin/configuration/v1/conference/1/', password=PASSWORD).status_code == 404


def test_the_session_with_python(tmp_path):
    with Server(tmp_path / 'var', environment={'ROSTRA_ADMIN_PASSWORD': PASSWORD}) as server:
        done = run([sys.executable, '-c'], block('python'), server)
        assert done.returncode == 0, done.stderr
        lines = done.stdout.splitlines()
        assert lines[0] == '987654'
        assert [line.split(' ')[0] for line in lines[1:]] == ['100'] * 3
        left = server.get('/api/admin/configuration/v1/conference/', password=PASSWORD).json()
        assert left['meta']['total_count'] == 0
