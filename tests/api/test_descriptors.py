"""A process that may open few files: clients are turned away and told of, nothing spins, and it recovers."""
import contextlib
import os
import pathlib
import resource
import socket

import pytest


def cpu_seconds(pid):
    fields = pathlib.Path(f'/proc/{pid}/stat').read_text().rsplit(')', 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')


@contextlib.contextmanager
def limited(pid, n):
    """It opens none from descriptor n on."""
    old = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (n, old[1]))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_NOFILE, old)


def wait_for_line(server, text):
    server.wait_for_log(lambda line: text in line)


def assert_rests(server, connection):
    """It has nothing to say on the connection, and it doesn't ask all the time whether it has."""
    before = cpu_seconds(server.process.pid)
    connection.settimeout(2)
    with pytest.raises(TimeoutError):
        connection.recv(1)
    connection.settimeout(20)
    assert cpu_seconds(server.process.pid) - before < 0.7


def test_clients_are_turned_away(fresh_server):
    """At once, rather than left hanging. Other threads of the server need a descriptor now and then, too, so how many
    clients there is room for varies."""
    server, pid = fresh_server, fresh_server.process.pid
    n_turned_away = 0
    with contextlib.ExitStack() as stack, limited(pid, max(map(int, os.listdir(f'/proc/{pid}/fd'))) + 4):
        for _ in range(100):
            try:
                stack.enter_context(server.connect())
            except OSError:
                n_turned_away += 1
            if n_turned_away == 20:
                break
        assert n_turned_away == 20
        wait_for_line(server, 'clients were turned away')
    with server.connect():
        pass


def test_without_any_descriptor_nothing_spins(fresh_server):
    server = fresh_server
    with socket.socket(socket.AF_UNIX) as control, socket.socket() as client:
        with limited(server.process.pid, 3):
            client.connect(('127.0.0.1', server.port))
            control.connect(str(server.data / 'control.sock'))
            control.sendall(b'{"command": "nothing"}\n')
            wait_for_line(server, 'cannot be taken from control.sock')
            assert_rests(server, control)
            assert_rests(server, client)
            wait_for_line(server, 'clients were turned away')
        assert b"doesn't know this command" in control.recv(1000)
        with server.connect():
            pass
    assert sum('cannot be taken' in line for line in server.lines) <= 11
