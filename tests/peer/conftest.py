import pathlib
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / 'api')]

import pair  # noqa: E402 (found by the line above)
import rostra  # noqa: E402

# Who goes last is referred to by those before.
EMPTIED = ('conference/', 'automatic_participant/', 'system_location/', 'dns_server/', 'ivr_theme/?id__gt=4')


@pytest.fixture(scope='session')
def clients():
    server = rostra.Server()
    peer = pair.Peer()
    yield rostra.Client(server), peer
    peer.close()
    server.close()


@pytest.fixture
def sides(clients):
    yield [pair.Side(client) for client in clients]
    for path in EMPTIED:
        for client in clients:
            assert client.request('DELETE', path).status_code == 204, (path, client)
