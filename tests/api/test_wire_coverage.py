"""The tests' own bookkeeping: names of rules are found, and a call that was never made is missed."""
import calls
import pytest
import wire_coverage
import wire_rules


@pytest.mark.parametrize('text, found', [
    ('"""%s 4.5"""' % 'wire', ['wire 4.5']), ('%s 7, 9.3 and 9.4: all' % 'wire', ['wire 7', 'wire 9.3', 'wire 9.4']),
    ('%s 8, checks 4, 6' % 'wire', ['wire 16.4', 'wire 16.6', 'wire 8']), ('%s 1.12, 3 rows' % 'fact', ['fact 1.12']),
    ('wired 4, 17 checks', []), ('%s 14.10, fact 5.2: x' % 'wire', ['fact 5.2', 'wire 14.10'])])
def test_names_in_a_docstring(text, found):
    assert wire_coverage.rules_in(text) == found


def test_rules_are_listed_by_number():
    listed = sorted(wire_rules.RULES, key=wire_coverage.order_of)
    assert listed.index('wire 14.2') + 8 == listed.index('wire 14.10') and listed[-1].startswith('fact')


@pytest.mark.parametrize('method, path, place', [
    ('GET', '/api/admin/configuration/v1/conference/', ('configuration/conference', 'list', 'get')),
    ('PUT', '//api/admin//configuration/v1/conference/7/', ('configuration/conference', 'detail', 'put')),
    ('GET', '/api/admin/status/v1/worker_vm/7/statistics/', ('status/worker_vm.statistics', 'list', 'get')),
    ('POST', '/api/admin/command/v1/conference/lock/?x=1', ('command/conference.lock', 'list', 'post')),
    ('GET', '/api/admin/command/v1/conference/lock/schema/', ('command/conference.lock', 'schema', 'get'))])
def test_what_was_never_called(monkeypatch, method, path, place):
    everything = set(calls.expected())
    assert calls.missing(everything) == []
    assert len(calls.missing(everything - {place})) == 1
    monkeypatch.setattr(calls, 'called', set())
    calls.note(method, path, 405)
    assert calls.called == set()
    calls.note(method, path, 200)
    assert calls.called == {place}
