#!/usr/bin/python3
"""Measures rostrad beside nginx, bare SQLite and the same API on Django.

    bench.py BUILD WORK [--quick] [ROW...]     measures; all rows, or those whose names begin so
    bench.py --table WORK                      prints the table of what was measured

BUILD holds rostrad and sqlite_commits. Results are added to WORK/results.jsonl, an object a run.
"""
import argparse
import json
import pathlib
import shutil
import sys
import time

import client
import load
import rows
import servers
import table


class Bench:
    """What the rows need: servers that run, and where results go."""

    def __init__(self, build, work, quick):
        self.build, self.work, self.quick = pathlib.Path(build), pathlib.Path(work), quick
        self.rounds, self.seconds = (3, 2) if quick else (4, 3)
        self.rostra = servers.Rostra(work, build)
        self.nginx = servers.Nginx(work)
        self.django = None if quick else servers.Django(work)
        self.seeded = self.work / 'seeded'   # a store of client.SEEDED_N conferences
        self.bare = self.work / 'bare'       # a copy of it for bare SQLite
        self.results = self.work / 'results.jsonl'

    def note(self, row, server, result):
        line = json.dumps({'row': row, 'server': server, **result})
        with self.results.open('a') as file:
            file.write(line + '\n')
        print(line, flush=True)

    def sqlite(self, *arguments):
        return load.sqlite(self.build / 'bench' / 'sqlite_commits', self.bare / 'config.db', *arguments)

    def start(self):
        """The store is made and seeded once, then each server starts on its own copy."""
        self.results.unlink(missing_ok=True)
        self.rostra.clear()
        self.rostra.start()
        rooms = client.list_of(map(client.seeded_room, range(client.SEEDED_N)))
        client.Client(self.rostra.port).patch_list(rooms)
        self.rostra.stop()
        self.rostra.copy_to(self.seeded)
        self.rostra.copy_to(self.bare)
        self.rostra.start()
        self.nginx.start()
        if self.django is not None:
            self.django.start()

    def restart(self):
        """rostrad again, with the store that it has; seconds to its first answer."""
        self.rostra.stop()
        return self.rostra.start()

    def restart_with(self, store):
        """rostrad again, with a copy of a store, or with none."""
        self.rostra.stop()
        self.rostra.clear()
        if store is not None:
            shutil.copytree(store, self.rostra.data)
        return self.rostra.start()

    def stop(self):
        for server in (self.rostra, self.nginx, self.django):
            if server is not None:
                server.stop()


def measure(build, work, quick, wanted):
    pathlib.Path(work).mkdir(parents=True, exist_ok=True)
    bench = Bench(build, work, quick)
    start = time.monotonic()
    try:
        bench.start()
        for row in rows.ROWS:
            if (not wanted or any(row.name.startswith(w) for w in wanted)) and not (quick and row.long):
                row.measure(bench)
    finally:
        bench.stop()
    print(f'{time.monotonic() - start:.0f} s', file=sys.stderr)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('folders', nargs='*', metavar='BUILD WORK [ROW...]')
    parser.add_argument('--quick', action='store_true')
    parser.add_argument('--table', metavar='WORK')
    arguments = parser.parse_args()
    if arguments.table is None:
        if len(arguments.folders) < 2:
            parser.error('BUILD and WORK are needed')
        build, work, *wanted = arguments.folders
        measure(pathlib.Path(build).resolve(), pathlib.Path(work).resolve(), arguments.quick, wanted)
    else:
        work = arguments.table
    print(table.of(pathlib.Path(work) / 'results.jsonl'))


main()
