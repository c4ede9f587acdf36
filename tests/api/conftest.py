import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import resources  # noqa: E402 (found by the line above)
import rostra  # noqa: E402
import traffic  # noqa: E402
import wire_coverage  # noqa: E402


def pytest_addoption(parser):
    parser.addoption('--wire-table', action='store_true', help='write docs/wire-coverage.md')


def pytest_configure(config):
    config.pluginmanager.register(wire_coverage.Plugin(config), 'wire-coverage')


@pytest.fixture(scope='session')
def shared_server():
    server = rostra.Server()
    yield server
    server.close()


@pytest.fixture(scope='session', autouse=True)
def schemas(shared_server):
    """What all answers are compared with (traffic.py), as the server under test shows it."""
    client = rostra.Client(shared_server)
    traffic.learn(client)
    client.session.close()


@pytest.fixture
def server(shared_server):
    """The server of all tests of this process: it must outlive each of them without an error in its log."""
    yield shared_server
    shared_server.check_alive()


@pytest.fixture
def client(server):
    client = rostra.Client(server)
    yield client
    client.close()


@pytest.fixture(scope='session')
def shared_row_server():
    server = rostra.RowServer()
    yield server
    server.close()


@pytest.fixture
def row_server(shared_row_server):
    """A server whose history and live rows the test writes; there are none at its start."""
    yield shared_row_server
    shared_row_server.empty()
    shared_row_server.check_alive()


@pytest.fixture
def row_client(row_server):
    client = rostra.Client(row_server)
    yield client
    client.session.close()


@pytest.fixture
def fresh_servers():
    """Makes servers with an empty store: fresh_servers('--rate-limit', '5/60')."""
    made = []

    def make(*options):
        made.append(rostra.Server(*options))
        return made[-1]

    yield make
    for server in made:
        server.close()


@pytest.fixture
def fresh_server(fresh_servers):
    return fresh_servers()


@pytest.fixture
def fresh_client(fresh_server):
    client = rostra.Client(fresh_server)
    yield client
    client.session.close()


@pytest.fixture(scope='session')
def maker(shared_server):
    client = rostra.Client(shared_server)
    yield resources.Maker(client)
    client.session.close()
