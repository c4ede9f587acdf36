"""The tools around the code: the sum of the tests, the linter's memory, the installation of packages."""
import os
import subprocess

import lint
import pytest
import renderer_id
import run
import tree


@pytest.mark.parametrize('result, output, expected', [
    ('OK', '[==========] 3 test(s) run.\n[  PASSED  ] 3 test(s).\n', {'passed': 3}),
    ('FAIL', '[  PASSED  ] 2 test(s).\n[  FAILED  ] 1 test(s), listed below:\n', {'passed': 2, 'failed': 1}),
    ('OK', '[  PASSED  ] 2 test(s).\n[  SKIPPED ] 1 test(s), listed below:\n', {'passed': 2, 'skipped': 1}),
    ('OK', '[  PASSED  ] 2 test(s).\n...\n[  PASSED  ] 3 test(s).\n', {'passed': 5}),
    ('OK', '12 inputs replayed\n', {'passed': 1}),
    ('FAIL', 'AddressSanitizer: heap-buffer-overflow\n', {'failed': 1}),
    ('FAIL', '[  PASSED  ] 3 test(s).\nLeakSanitizer: detected memory leaks\n', {'passed': 3, 'failed': 1}),
    ('TIMEOUT', '', {'failed': 1}),
    ('SKIP', '', {'skipped': 1}),
])
def test_meson_is_counted(result, output, expected):
    assert run.count_meson_test({'result': result, 'stdout': '', 'stderr': output}) == expected


def test_pytest_is_counted():
    report = '<testsuites><testsuite tests="9" failures="2" errors="1" skipped="3"/></testsuites>'
    assert run.count_junit(report) == {'passed': 3, 'failed': 3, 'skipped': 3}


def test_linter_looks_again_when_a_header_changes(tmp_path, monkeypatch):
    monkeypatch.setattr(lint, 'TOP', tmp_path)
    files = {'a.c': '#include <stdio.h>\n#include "b.h"\n', 'b.h': '#include "c.h"\n', 'c.h': 'int c;\n', 'd.h': '\n'}
    for name, text in files.items():
        (tmp_path / name).write_text(text)

    def fingerprint(flags=''):
        lint.content.cache_clear()
        entry = {'directory': str(tmp_path), 'file': 'a.c', 'command': f'cc -I. {flags} -c a.c'}
        return lint.fingerprint(lint.Command(entry), b'rules')

    first = fingerprint()
    (tmp_path / 'd.h').write_text('int d;\n')
    assert fingerprint() == first
    assert fingerprint('-DX') != first
    (tmp_path / 'c.h').write_text('long c;\n')
    assert fingerprint() != first


def install(tmp_path, installed, **fakes):
    """Runs tools/install-packages for the list `build` with fakes of what it calls; (status, output)."""
    listing = ''.join(f'installed {name} \n' for name in installed)
    fakes.setdefault('dpkg-query', f'cat <<E\n{listing}E')
    for name in ('apt-get', 'sudo'):
        fakes.setdefault(name, f'echo called: {name}; exit 1')
    for name, script in fakes.items():
        (tmp_path / name).write_text(f'#!/bin/sh\n{script}\n')
        (tmp_path / name).chmod(0o755)
    done = subprocess.run([tree.TOP / 'tools' / 'install-packages', 'build'], stdin=subprocess.DEVNULL, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, start_new_session=True,
                          env={**os.environ, 'PATH': f'{tmp_path}:{os.environ["PATH"]}'})
    return done.returncode, done.stdout


def packages():
    lines = (tree.TOP / 'tools' / 'packages' / 'build.txt').read_text().splitlines()
    return [line for line in lines if line and not line.startswith('#')]


def test_nothing_is_asked_when_all_is_there(tmp_path):
    assert install(tmp_path, packages()) == (0, '')


def test_without_rights_the_command_is_shown(tmp_path):
    there = [name for name in packages() if name not in ('meson', 'gcc')]
    status, output = install(tmp_path, there, id='echo 1000')
    assert status == 1
    assert 'Installing: gcc meson' in output
    assert output.endswith('apt-get update && apt-get install --no-install-recommends gcc meson\n')
    assert 'called: apt-get' not in output


def test_renderer_id_follows_what_shows(tmp_path):
    """It is another for each change of what decides how an answer looks, and of nothing else."""
    def made():
        out, depfile = tmp_path / 'id.c', tmp_path / 'id.d'
        renderer_id.main(tmp_path, out, depfile)
        return out.read_text(), depfile.read_text()
    for folder in renderer_id.FOLDERS:
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / 'src/store').mkdir()
    known = {made()[0]}
    for name in ('src/manager/rest/render.c', 'src/base/json_write.h', 'model/conference.json', 'src/manager/resources/a.c'):
        for text in ('one', 'other'):
            (tmp_path / name).write_text(text)
            text, dependencies = made()
            assert text not in known and str(tmp_path / name) in dependencies
            known.add(text)
    (tmp_path / 'src/manager/rest/render.c').rename(tmp_path / 'src/manager/rest/renamed.c')
    assert made()[0] not in known
    now = made()[0]
    (tmp_path / 'src/store/sqlite.c').write_text('decides nothing here')
    (tmp_path / 'src/manager/rest/notes.txt').write_text('neither')
    assert made()[0] == now
