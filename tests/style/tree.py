"""The files of the checkout, and C text without what a check must not trip over."""
import functools
import pathlib
import re
import subprocess

import pytest

TOP = pathlib.Path(__file__).resolve().parent.parent.parent

COMMENT_OR_STRING = re.compile(
    r'//(?:\\\n|[^\n])*|/\*.*?(?:\*/|\Z)|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
NOT_LINE_END = re.compile(r'[^\n]')


@functools.lru_cache(maxsize=None)
def paths():
    """Paths of all files that git tracks or would track, relative to the top."""
    listing = subprocess.run(
        ['git', '-c', 'safe.directory=*', '-C', TOP, 'ls-files', '-co', '--exclude-standard', '-z'],
        stdout=subprocess.PIPE, check=True).stdout.decode()
    return sorted(path for path in listing.split('\0') if path and (TOP / path).is_file())


def texts(*suffixes, below=''):
    """(path, text) of the text files under a folder, of those suffixes if any are given."""
    for path in paths():
        if path.startswith(below) and (not suffixes or path.endswith(suffixes)):
            content = (TOP / path).read_bytes()
            if b'\0' not in content:
                yield path, content.decode(errors='replace')


def without_comments(text, strings=False):
    """C text with comments blanked, and with what is in strings and characters too unless `strings` are kept."""
    def blank(match):
        found = match.group()
        if found[0] == '/':
            return NOT_LINE_END.sub(' ', found)
        return found if strings else found[0] + NOT_LINE_END.sub(' ', found[1:-1]) + found[-1]
    return COMMENT_OR_STRING.sub(blank, text)


def comments(text):
    """(offset, comment) of C text."""
    return [(match.start(), match.group()) for match in COMMENT_OR_STRING.finditer(text) if match.group()[0] == '/']


def place(path, text, offset):
    return f'{path}:{text.count(chr(10), 0, offset) + 1}'


def faults_of(check, files):
    """All that check(path, text) finds in the files."""
    return [fault for path, text in files for fault in check(path, text)]


def must_be_clean(faults):
    """Fails the test with one line a fault."""
    if faults:
        pytest.fail('\n'.join(faults), pytrace=False)
