#!/usr/bin/python3
"""Runs the test suite of one build folder and sums it up: the last line is "N passed, N failed".

    tests/run.py BUILD [--only PART]... [--long] [--wire-table]

The parts: `meson` (unit tests and replayed fuzz inputs), then the folders of pytest: `style`, `api`, `faults`, `http`. pytest
finds the programs under test in the folder that the environment variable ROSTRA_BUILD names. With --long only the
tests marked `long` are run, which are left out otherwise. With --wire-table the part `api` also writes
docs/wire-coverage.md. The last line is also kept in BUILD/summary.
"""
import argparse
import collections
import json
import os
import pathlib
import re
import subprocess
import sys
import xml.etree.ElementTree

TOP = pathlib.Path(__file__).resolve().parent.parent
PYTEST_PARTS = ['style', 'api', 'upgrade', 'faults', 'http']
OF_MESON = ['http']     # Meson runs these, but for what is marked long, of which it has nothing else
WORKERS = 2
NO_TESTS = 5    # pytest's exit status
SANITIZERS = {
    'ASAN_OPTIONS': 'abort_on_error=1:detect_stack_use_after_return=1:strict_string_checks=1',
    'UBSAN_OPTIONS': 'abort_on_error=1:print_stacktrace=1:halt_on_error=1',
    'TSAN_OPTIONS': 'abort_on_error=1:halt_on_error=1:second_deadlock_stack=1',
}
CMOCKA = re.compile(r'^\[  (PASSED|FAILED|SKIPPED) {1,2}\] (\d+) test\(s\)', re.M)


def count_meson_test(entry):
    """What one line of Meson's log stands for: the cases that cmocka tells of, else the program as one case."""
    counts = collections.Counter()
    for word, number in CMOCKA.findall(entry.get('stdout', '') + '\n' + entry.get('stderr', '')):
        counts[word.lower()] += int(number)
    good = entry['result'] in ('OK', 'EXPECTEDFAIL')
    if entry['result'] == 'SKIP':
        counts['skipped'] += 1
    elif not good and not counts['failed']:
        counts['failed'] += 1       # crashed or was stopped before cmocka could say so
    elif good and not counts:
        counts['passed'] += 1
    return counts


def run_meson(build, environment):
    log = build / 'meson-logs' / 'testlog.json'
    log.unlink(missing_ok=True)
    status = subprocess.run(['/usr/bin/meson', 'test', '-C', build, '--no-rebuild', '--print-errorlogs'],
                            env=environment, check=False).returncode
    counts = collections.Counter()
    if log.exists():
        for line in log.read_text(encoding='utf-8').splitlines():
            counts.update(count_meson_test(json.loads(line)))
    if status and not counts['failed']:
        counts['failed'] += 1
    return counts


def count_junit(text):
    counts = collections.Counter()
    for suite in xml.etree.ElementTree.fromstring(text).iter('testsuite'):
        number = {name: int(suite.get(name, 0)) for name in ('tests', 'failures', 'errors', 'skipped')}
        failed = number['failures'] + number['errors']
        counts.update(failed=failed, skipped=number['skipped'],
                      passed=max(0, number['tests'] - failed - number['skipped']))
    return counts


def run_pytest(part, build, environment, long, *more):
    report = build / f'pytest-{part}.xml'
    report.unlink(missing_ok=True)
    status = subprocess.run(
        [sys.executable, '-m', 'pytest', '-q', '-n', str(WORKERS), '-m', 'long' if long else 'not long',
         f'--junitxml={report}', *more, TOP / 'tests' / part],
        env=environment, cwd=TOP, check=False).returncode
    counts = count_junit(report.read_text(encoding='utf-8')) if report.exists() else collections.Counter()
    if status not in (0, NO_TESTS) and not counts['failed']:
        counts['failed'] += 1
    return counts


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('build', type=pathlib.Path)
    parser.add_argument('--only', action='append', choices=['meson'] + PYTEST_PARTS)
    parser.add_argument('--long', action='store_true')
    parser.add_argument('--wire-table', action='store_true')
    options = parser.parse_args()
    build = options.build.resolve()
    environment = {**os.environ, **SANITIZERS, 'ROSTRA_BUILD': str(build), 'PYTHONDONTWRITEBYTECODE': '1'}
    counts = collections.Counter()
    for part in options.only or ['meson'] + PYTEST_PARTS:
        if part in (['meson'] if options.long else OF_MESON):
            continue
        if part == 'meson':
            found = run_meson(build, environment)
        elif (TOP / 'tests' / part).is_dir():
            more = ['--wire-table'] if part == 'api' and options.wire_table else []
            found = run_pytest(part, build, environment, options.long, *more)
        else:
            continue
        print(f'{part}:', ', '.join(f'{number} {word}' for word, number in sorted(found.items()) if number), flush=True)
        counts.update(found)
    if counts['skipped']:
        print(f'{counts["skipped"]} skipped')
    summary = f'{counts["passed"]} passed, {counts["failed"]} failed'
    (build / 'summary').write_text(summary + '\n', encoding='utf-8')
    print(summary)
    sys.exit(1 if counts['failed'] else 0)


if __name__ == '__main__':
    main()
