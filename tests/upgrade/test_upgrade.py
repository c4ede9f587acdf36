"""The data of every release is opened by today's program, and reads back as it did then."""
import json
import os
import pathlib
import re
import sqlite3
import subprocess

import pytest

from server import PASSWORD, Rostrad

HERE = pathlib.Path(__file__).parent
ROSTRAD = os.path.join(os.environ['ROSTRA_BUILD'], 'rostrad')
RELEASES = sorted(p.parent.name for p in HERE.glob('*/config.sql'))


def restore(release, data):
    """The data folder as that release left it."""
    data.mkdir(mode=0o700)
    for dump in (HERE / release).glob('*.sql'):
        path = data / f'{dump.stem}.db'
        with sqlite3.connect(path) as database:
            database.executescript(dump.read_text())
        database.close()
        path.chmod(0o600)
    key = data / 'secret.key'
    key.write_bytes(bytes.fromhex((HERE / release / 'secret.key.hex').read_text()))
    key.chmod(0o600)


def test_there_is_a_release():
    assert RELEASES


# A login writes its time; what is worked out from the machine is of this one.
VOLATILE = {('administrator', 'last_login')}


def known(resource, then, now):
    """`now` without the fields that came later, which an old answer can't hold."""
    return {k: v for k, v in now.items() if k in then and (resource, k) not in VOLATILE}


def kept(resource, then, now):
    """What must read as it did: all but what changes by itself, and what an older release didn't derive from
    certificates, which is filled at the first start."""
    if resource == 'tls_certificate' and not then['text']:
        assert now['text'] and now['subject_name'] and now['end_date'] > now['start_date']
        return {k: v for k, v in then.items() if k in ('certificate', 'id', 'nodes', 'parameters', 'private_key')}
    return {k: v for k, v in then.items() if (resource, k) not in VOLATILE}


@pytest.mark.parametrize('release', RELEASES)
def test_everything_reads_back(release, tmp_path):
    data = tmp_path / 'data'
    restore(release, data)
    answers = json.loads((HERE / release / 'answers.json').read_text())
    with Rostrad(ROSTRAD, data) as server:
        for resource, objects in answers.items():
            found = server.get(f'/api/admin/configuration/v1/{resource}/?limit=0').json()['objects']
            assert len(found) == len(objects), resource
            for then, now in zip(objects, found):
                expected = kept(resource, then, now)
                assert known(resource, expected, now) == expected, resource
        assert server.post('/api/admin/configuration/v1/conference/', {
            'name': 'New', 'service_type': 'conference'}).headers['Location'].endswith('/3/')
    (line,) = [line for line in server.log if 'the store was brought to the model of this program' in line]
    assert re.search(r' from=\d+ to=\d+ copies=%s/' % re.escape(str(data)), line)
    assert list(data.glob('config.db.before-*'))
    assert PASSWORD not in (HERE / release / 'config.sql').read_text()
    done = subprocess.run([ROSTRAD, '--data', str(data), 'check'], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
