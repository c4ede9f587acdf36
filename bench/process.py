"""What processes cost: processor time, memory."""
import os
import pathlib
import time

PROC = pathlib.Path('/proc')


def family(pid):
    """A process and all that came from it."""
    children = {}
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / 'stat').read_text()
            except OSError:
                continue   # it has ended meanwhile
            parent = int(stat.rpartition(')')[2].split()[1])
            children.setdefault(parent, []).append(int(entry.name))
    found, todo = [], [pid]
    while todo:
        found.append(todo.pop())
        todo += children.get(found[-1], [])
    return found


def schedstats(pids):
    """Where each of the threads that these processes have now shows its processor time."""
    return [task / 'schedstat' for pid in pids for task in (PROC / str(pid) / 'task').iterdir()]


def cpu_us(pids):
    """Processor time (user and system) of these processes, in microseconds."""
    return sum(int(path.read_text().split()[0]) for path in schedstats(pids)) / 1000


def memory_kib(pid):
    """Resident memory of a process, and what of it is anonymous."""
    lines = dict(line.split(':', 1) for line in (PROC / str(pid) / 'status').read_text().splitlines())
    return {name: int(lines[key].split()[0]) for name, key in (('resident_kib', 'VmRSS'), ('anonymous_kib', 'RssAnon'))}


def stop(process, timeout_s=30):
    """Ends a process that we started, and waits for it."""
    if process is not None and process.poll() is None:
        process.terminate()
        process.wait(timeout_s)


def wait_until(is_so, what, timeout_s=20):
    end = time.monotonic() + timeout_s
    while not is_so():
        if time.monotonic() > end:
            raise TimeoutError(f'{what} within {timeout_s} s')
        time.sleep(0.002)


def idle_cores(seconds=0.3):
    """How many cores were idle during so long: what others leave us."""
    def idle():
        fields = pathlib.Path('/proc/stat').read_text().split('\n', 1)[0].split()
        return (int(fields[4]) + int(fields[5])) / os.sysconf('SC_CLK_TCK')
    before, start = idle(), time.monotonic()
    time.sleep(seconds)
    return (idle() - before) / (time.monotonic() - start)
