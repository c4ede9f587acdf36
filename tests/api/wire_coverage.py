"""Which test proves which rule (wire_rules.py), and what a whole run has called.

A run of the whole folder fails if a rule has no test or if a resource was never called by a method that it has
(calls.py). With --wire-table it writes docs/wire-coverage.md. Works over the workers of xdist: rules travel in the
reports of tests, calls in what a worker hands over at its end.
"""
import collections
import functools
import inspect
import pathlib
import re

import calls
from wire_rules import RULES

FOLDER = pathlib.Path(__file__).resolve().parent
TABLE = FOLDER.parent.parent / 'docs' / 'wire-coverage.md'
NUMBER = r'\d+(?:\.\d+)?(?!\.?\d)'
# More numbers follow by commas; one with a word behind it counts something else.
NAMED = re.compile(rf'\b(wire|fact|checks?)\s+({NUMBER}(?:(?:,|,? and)\s+{NUMBER}(?!\s+(?!and\b)[a-z]))*)')
HEAD = """# What proves the rules of the API

Written by `make wire-table`: each rule of the HTTP interface that clients rely on, in a few words, with the tests in
`tests/api` that name it. A run of these tests fails when a rule has none.

| Rule | What it is about | Tests | Result |
|---|---|---|---|
"""


def rules_in(text):
    """The rules that a docstring or comment names: `wire 4.1, 4.3` and `check 5`, which is wire 16.5."""
    found = set()
    for word, numbers in NAMED.findall(text):
        for number in re.findall(r'\d+(?:\.\d+)?', numbers):
            found.add(f'wire 16.{number}' if word.startswith('check') else f'{word} {number}')
    return sorted(found)


@functools.lru_cache(None)
def rules_of(function):
    return rules_in(inspect.getsource(function))


def order_of(rule):
    word, number = rule.split()
    return (word != 'wire', [int(part) for part in number.split('.')])


class Plugin:
    def __init__(self, config):
        self.config = config
        self.is_worker = hasattr(config, 'workerinput')
        self.tests = collections.defaultdict(dict)      # rule: {(file, test): whether it passed so far}
        self.called = set()
        self.faults = []

    def pytest_collection_modifyitems(self, items):
        for item in items:
            for rule in rules_of(item.function):
                item.user_properties.append(('rule', rule))

    def pytest_runtest_logreport(self, report):
        if report.when != 'call' and report.passed:
            return
        test = (pathlib.Path(report.fspath).name, report.location[2].split('[')[0])
        for name, rule in report.user_properties:
            if name == 'rule':
                self.tests[rule][test] = self.tests[rule].get(test, True) and report.passed

    def pytest_testnodedown(self, node):
        self.called.update(map(tuple, getattr(node, 'workeroutput', {}).get('called', [])))

    def pytest_sessionfinish(self, session):
        if self.is_worker:
            self.config.workeroutput['called'] = sorted(calls.called)
            return
        self.called |= calls.called
        self.faults += [f'{rule} is named by a test but is no rule' for rule in sorted(set(self.tests) - set(RULES))]
        if self.is_whole():
            self.faults += [f'{rule} has no test: {RULES[rule]}' for rule in RULES if rule not in self.tests]
            self.faults += calls.missing(self.called)
        if self.config.option.wire_table:
            TABLE.write_text(self.table(), encoding='utf-8')
        if self.faults and session.exitstatus == 0:
            session.exitstatus = 1

    def pytest_terminal_summary(self, terminalreporter):
        if self.faults:
            terminalreporter.section('rules and calls')
        for fault in self.faults:
            terminalreporter.write_line(fault)

    def is_whole(self):
        """All tests of the folder, but perhaps the long ones."""
        option = self.config.option
        asked = [(self.config.invocation_params.dir / word).resolve() for word in self.config.args]
        return asked == [FOLDER] and not option.keyword and option.markexpr in ('', 'not long')

    def table(self):
        lines = []
        for rule in sorted(RULES, key=order_of):
            tests = self.tests.get(rule, {})
            result = 'none' if not tests else 'passed' if all(tests.values()) else 'failed'
            lines.append(f'| {rule} | {RULES[rule]} | {names_of(tests)} | {result} |\n')
        return HEAD + ''.join(lines)


def names_of(tests):
    """`file.py`: test, test; file by file."""
    files = collections.defaultdict(list)
    for file, test in sorted(tests):
        files[file].append(test.removeprefix('test_'))
    return '; '.join(f'`{file}`: {", ".join(found)}' for file, found in sorted(files.items()))
