#!/usr/bin/python3
"""Checks format, house rules and, with clang-tidy, the code: everything that `make lint` stands for.

    tools/lint.py BUILD [FILE]...

BUILD is a folder that Meson set up with clang. Files restrict clang-tidy to these. A file that passed isn't looked at
again until it, a header of ours that it includes, its compiler flags or the checks change; what passed is remembered in
BUILD/tidy. scan-build isn't run beside it: the same checkers are clang-tidy's clang-analyzer-*.
"""
import argparse
import concurrent.futures
import functools
import hashlib
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent
INCLUDE = re.compile(rb'^[ \t]*#[ \t]*include[ \t]*["<]([^">\n]+)[">]', re.M)
CLANG_TIDY = 'clang-tidy'


def sources():
    """C files and headers that git tracks or would track."""
    listing = subprocess.run(['git', '-c', 'safe.directory=*', '-C', TOP, 'ls-files', '-co', '--exclude-standard', '-z',
                              '*.c', '*.h'], stdout=subprocess.PIPE, check=True).stdout.decode()
    return [TOP / path for path in listing.split('\0') if path and (TOP / path).is_file()]


def check_format():
    files = sources()
    return not files or subprocess.run(['clang-format', '--dry-run', '-Werror', *files], check=False).returncode == 0


def check_style(build):
    environment = {**os.environ, 'ROSTRA_BUILD': str(build), 'PYTHONDONTWRITEBYTECODE': '1'}
    return subprocess.run([sys.executable, '-m', 'pytest', '-q', TOP / 'tests' / 'style'],
                          env=environment, cwd=TOP, check=False).returncode == 0


def make_generated(build):
    """Brings the list of commands up to date and builds generated headers and sources, which the code includes."""
    subprocess.run(['ninja', '-C', build, 'build.ninja'], stdout=subprocess.DEVNULL, check=True)
    listing = subprocess.run(['ninja', '-C', build, '-t', 'targets', 'rule', 'CUSTOM_COMMAND'],
                             stdout=subprocess.PIPE, check=True, text=True).stdout
    outputs = [line for line in listing.splitlines() if line.endswith(('.h', '.c', '.inc'))]
    if outputs:
        subprocess.run(['ninja', '-C', build, *outputs], stdout=subprocess.DEVNULL, check=True)


class Command:
    """How one file is compiled."""

    def __init__(self, entry):
        self.folder = pathlib.Path(entry['directory'])
        self.file = (self.folder / entry['file']).resolve()
        self.flags = shlex.split(entry['command'])
        self.includes = [(self.folder / flag[2:]).resolve() for flag in self.flags if flag.startswith('-I')]

    def is_ours(self, build):
        return self.file.suffix == '.c' and build not in self.file.parents


@functools.lru_cache(maxsize=None)
def content(path):
    return path.read_bytes()


def headers_of(command, path, found):
    """Adds to `found` the headers of ours that a file includes, theirs too."""
    for name in INCLUDE.findall(content(path)):
        for folder in [path.parent, *command.includes]:
            header = folder / os.fsdecode(name)
            if header.is_file() and TOP in header.parents:
                if header not in found:
                    found.add(header)
                    headers_of(command, header, found)
                break
    return found


def fingerprint(command, rules):
    digest = hashlib.sha256(rules)
    digest.update('\0'.join(command.flags).encode())
    for path in [command.file, *sorted(headers_of(command, command.file, set()))]:
        digest.update(b'\0' + os.fsencode(path) + b'\0' + content(path))
    return digest.hexdigest()


def rules():
    version = subprocess.run([CLANG_TIDY, '--version'], stdout=subprocess.PIPE, check=True).stdout
    return version + b''.join(content(path) for path in sorted(TOP.glob('.clang-tidy')) + sorted(TOP.glob('*/**/.clang-tidy')))


def tidy(build, command):
    """clang-tidy's complaints about one file; None if there are none."""
    done = subprocess.run([CLANG_TIDY, '-quiet', '-p', build, command.file],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode == 0:
        return None
    return done.stdout or done.stderr


def check_tidy(build, files):
    memory = build / 'tidy'
    memory.mkdir(exist_ok=True)
    commands = {}
    for entry in json.loads((build / 'compile_commands.json').read_text(encoding='utf-8')):
        command = Command(entry)
        if command.is_ours(build) and (not files or command.file in files):
            commands.setdefault(command.file, command)
    base = rules()
    prints = {fingerprint(command, base): command for command in commands.values()}
    known = {path.name for path in memory.iterdir()}
    todo = {print_: command for print_, command in prints.items() if print_ not in known}
    if not files:
        for name in known - prints.keys():
            (memory / name).unlink()
    print(f'clang-tidy: {len(todo)} of {len(prints)} files have changed', flush=True)
    good = True
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for print_, complaints in zip(todo, pool.map(lambda command: tidy(build, command), todo.values())):
            if complaints is None:
                (memory / print_).touch()
            else:
                good = False
                print(complaints, flush=True)
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('build', type=pathlib.Path)
    parser.add_argument('files', nargs='*', type=lambda name: pathlib.Path(name).resolve())
    options = parser.parse_args()
    build = options.build.resolve()
    make_generated(build)
    results = {'format': check_format(), 'house rules': check_style(build), 'clang-tidy': check_tidy(build, options.files)}
    failed = [name for name, good in results.items() if not good]
    print('lint: ' + ('all is well' if not failed else 'faults of ' + ', '.join(failed) + '; see above'))
    sys.exit(1 if failed else 0)


if __name__ == '__main__':
    main()
