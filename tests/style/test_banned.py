import banned
import pytest
import tree


@pytest.mark.parametrize('line', [
    'strcpy(a, b);', 'x = atoi (s);', 'if (system("ls") != 0) {', 'goto out;', '#if 0', 'n = strtol(s, NULL, 10);',
    '/* NOLINT */', 'x = y; // NOLINTNEXTLINE(bugprone-foo)',
])
def test_refused(line):
    found = banned.check_c('src/base/x.c', f'int a;\n{line}\n')
    assert len(found) == 1 and found[0].startswith('src/base/x.c:2: ')


@pytest.mark.parametrize('line', [
    'my_strcpy(a, b);', 'table->system(x);', 'ops.rand(x);', '/* never call strcpy(a, b) */', 'puts("goto (system(x))");',
    '/* NOLINTNEXTLINE(bugprone-foo): the callback wants it so */', '#if 01', 'random_bytes(x);',
])
def test_allowed(line):
    assert not banned.check_c('src/base/x.c', f'{line}\n')


@pytest.mark.parametrize('path, line', [
    ('tests/unit/base/test_x.c', '    usleep(1000);'),
    ('tests/api/test_x.py', '    time.sleep(0.1)'),
    ('tests/api/test_x.py', '    threading.Event().wait(0.02)'),
    ('tests/faults/x.sh', '#!/bin/bash\nsleep 1'),
    ('tests/faults/x.sh', '#!/bin/sh\nwhile true; do sleep 0.1; done'),
])
def test_sleep_refused(path, line):
    assert len(banned.check_sleep(path, line)) == 1


@pytest.mark.parametrize('path, line', [
    ('tests/unit/base/test_x.c', '    /* no sleep(1) here */'),
    ('tests/api/test_x.py', '    # not time.sleep(1)'),
    ('tests/api/test_x.py', '    asleep = True'),
    ('tests/api/test_x.py', '    answered.wait(WAIT_S)'),
    ('tests/faults/x.sh', '#!/bin/bash\necho no sleep 1'),
])
def test_sleep_allowed(path, line):
    assert not banned.check_sleep(path, line)


def test_notes():
    word = 'TO' + 'DO'
    assert banned.check_notes('src/x.c', f'a\n/* {word}: later */') == [f'src/x.c:2: {word}; do it, or file an issue']
    assert not banned.check_notes('src/x.c', 'the mastodon, TODOS')


def test_tree():
    tree.must_be_clean(banned.faults())
