#!/usr/bin/python3
"""Makes the C file that says which code shows rows: a hash of all that decides how an answer looks.

    renderer_id.py TOP OUT.c OUT.d

It is part of every ETag's epoch (src/manager/rest/etag.h), so that nobody is told "not modified" of a body that a new
release would write differently. What doesn't show may change it, too: that costs each client one answer.

OUT.d tells ninja when to do it again: when a file changed, came or went.
"""
import hashlib
import pathlib
import sys

FOLDERS = ['model', 'src/base', 'src/model', 'src/manager/resources', 'src/manager/rest']
ENDINGS = {'.c', '.h', '.json'}
DIGITS = 8


def files_below(top):
    return sorted(path for folder in FOLDERS for path in (top / folder).rglob('*') if path.suffix in ENDINGS)


def renderer_id(top, files):
    digest = hashlib.sha256()
    for path in files:
        digest.update(f'{path.relative_to(top)}\0'.encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:DIGITS]


def main(top, out, depfile):
    top = pathlib.Path(top)
    files = files_below(top)
    pathlib.Path(out).write_text(f'''/* Made by tools/renderer_id.py. DO NOT EDIT. */
#include "manager/rest/renderer_id.h"

const char renderer_id[] = "{renderer_id(top, files)}";
''')
    folders = sorted({path.parent for path in files})
    pathlib.Path(depfile).write_text(f'{out}: ' + ' '.join(str(path).replace(' ', '\\ ') for path in [*files, *folders]) + '\n')


if __name__ == '__main__':
    main(*sys.argv[1:])
