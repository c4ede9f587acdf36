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
def few_descriptors(pid, n_more):
    """Only so many more than it holds now."""
    old = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    limit = len(os.listdir(f'/proc/{pid}/fd')) + n_more
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (limit, old[1]))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_NOFILE, old)


def is_turned_away(server):
    try:
        with server.connect() as connection:
            connection.recv(1)
            return False
    except OSError:
        return True


def wait_for_line(server, text):
    server.wait_for_log(lambda line: text in line)


def test_descriptors_run_out(fresh_server):
    server, pid = fresh_server, fresh_server.process.pid
    with contextlib.ExitStack() as stack:
        control = stack.enter_context(socket.socket(socket.AF_UNIX))
        with few_descriptors(pid, 2):
            for _ in range(2):
                stack.enter_context(server.connect())
            for _ in range(20):
                assert is_turned_away(server)
            wait_for_line(server, 'clients were turned away')
            control.connect(str(server.data / 'control.sock'))
            control.sendall(b'{"command": "nothing"}\n')
            wait_for_line(server, 'cannot be taken from control.sock')
            before = cpu_seconds(pid)
            control.settimeout(2)
            with pytest.raises(TimeoutError):
                control.recv(1)
            assert cpu_seconds(pid) - before < 0.5
        control.settimeout(20)
        assert b"doesn't know this command" in control.recv(1000)
    assert sum('control.sock' in line for line in server.lines) <= 11
    with server.connect():
        pass
