import includes
import pytest
import tree

OWN = '#include "base/str.h"\n'
SYSTEM = '#include <stdio.h>\n'
LIBRARY = '\n#include <sqlite3.h>\n'
OURS = '\n#include "base/arena.h"\n'


@pytest.mark.parametrize('text', [OWN + SYSTEM + LIBRARY + OURS, OWN + OURS, SYSTEM + OURS, OWN, ''])
def test_good_order(text):
    assert not includes.check('src/base/str.c', text, 'base/str.h')


@pytest.mark.parametrize('text, line', [
    (SYSTEM + OWN, 2), (OURS + OWN, 3), (OURS + SYSTEM, 3), (OWN + OURS + LIBRARY, 5),
])
def test_bad_order(text, line):
    found = includes.check('src/base/str.c', text, 'base/str.h')
    assert len(found) == 1 and found[0].startswith(f'src/base/str.c:{line}: ')


@pytest.mark.parametrize('path, own', [
    ('src/base/datetime.c', 'base/datetime.h'),
    ('src/base/datetime_parse.c', 'base/datetime.h'),
    ('src/base/date.c', ''),
    ('src/http/datetime.c', ''),
])
def test_own_header(path, own):
    assert includes.own_header(path, {'src/base/datetime.h', 'src/base/str.h'}) == own


def test_tree():
    tree.must_be_clean(includes.faults())
