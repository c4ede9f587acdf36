import places
import pytest
import tree


@pytest.mark.parametrize('line', [
    'see /work/notes.md', 'DIR=/home/anna/rostra', 'path: "/root/x"', 'URL = "https://pypi.org/simple"',
    'deb http://deb.debian.org/debian bookworm main',
])
def test_refused(line):
    assert len(places.check('README.md', f'\n{line}\n')) == 1


@pytest.mark.parametrize('line', [
    'src/work/x.c', '/api/admin/work/v1/', 'homework/', '$DIR/work/x', '/home/', 'the apt mirror', 'https://127.0.0.1:8443',
])
def test_allowed(line):
    assert not places.check('README.md', line)


def test_tree():
    tree.must_be_clean(places.faults())
