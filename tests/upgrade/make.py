#!/usr/bin/python3
"""Makes the data folder of a release: tests/upgrade/make.py ROSTRAD tests/upgrade/VERSION

Starts that rostrad on a new store, fills it (content.py), stops it, and keeps the files of the store as SQL and what the API
answered as JSON. Done once a release; such a folder is never changed.
"""
import json
import pathlib
import sqlite3
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from content import CONTENT, ROOT  # noqa: E402
from server import PASSWORD, Rostrad  # noqa: E402

KEPT = ('config', 'history', 'auth')


def answers(server):
    """Every list of the configuration API, by resource."""
    lists = {}
    for name in server.get(ROOT).json():
        answer = server.get(f'{ROOT}{name}/?limit=0')
        if answer.status_code != 405:
            lists[name] = answer.json()['objects']
    return lists


def main():
    program, target = map(pathlib.Path, sys.argv[1:])
    target.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as folder:
        data = pathlib.Path(folder) / 'data'
        with Rostrad(program, data, PASSWORD) as server:
            for resource, body in CONTENT:
                answer = server.post(f'{ROOT}{resource}/', body)
                assert answer.status_code == 201, answer.text
            (target / 'answers.json').write_text(json.dumps(answers(server), indent=1, ensure_ascii=False, sort_keys=True) + '\n')
        for name in KEPT:
            with sqlite3.connect(data / f'{name}.db') as database:
                (target / f'{name}.sql').write_text('\n'.join(database.iterdump()) + '\n')
        (target / 'secret.key.hex').write_text((data / 'secret.key').read_bytes().hex() + '\n')


if __name__ == '__main__':
    main()
