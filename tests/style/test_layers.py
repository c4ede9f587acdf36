import layers
import pytest
import tree


@pytest.mark.parametrize('path, include', [
    ('src/store/row.c', 'store/row.h'),
    ('src/store/row.c', 'base/err.h'),
    ('src/store/row.c', '../base/err.h'),
    ('src/manager/server/main.c', 'manager/auth/session.h'),
    ('src/manager/rest/filter.c', 'store/query.h'),
    ('src/node/replica/feed.c', 'link/frame.h'),
    ('src/node/replica/feed.c', 'node/live.h'),
])
def test_allowed(path, include):
    assert not layers.check(path, f'#include <stdio.h>\n#include "{include}"\n')


@pytest.mark.parametrize('path, include', [
    ('src/base/err.c', 'store/row.h'),
    ('src/base/err.c', '../store/row.h'),
    ('src/model/model.c', 'store/row.h'),
    ('src/manager/auth/session.c', 'manager/rest/filter.h'),
    ('src/http/tls.c', 'manager/auth/session.h'),
    ('src/node/live.c', 'manager/nodes/feed.h'),
    ('src/manager/nodes/feed.c', 'node/live.h'),
    ('src/store/row.c', 'row.h'),
])
def test_refused(path, include):
    found = layers.check(path, f'/* why */\n#  include "{include}"\n')
    assert len(found) == 1 and found[0].startswith(f'{path}:2: ')


def test_comment_is_no_include():
    assert not layers.check('src/base/err.c', '/*\n#include "store/row.h"\n*/\n// #include "http/tls.h"\n')


def test_unknown_folder():
    assert 'not part of the house' in layers.check('src/utils/misc.c', '')[0]


def test_tree():
    tree.must_be_clean(layers.faults())
