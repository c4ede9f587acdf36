"""What clients may rely on is what the framework does, save where wire.md says otherwise (differences.py)."""
import cases
import pair
import pytest
from differences import DIFFERENCES


def told(found):
    return ''.join(f'\n  {".".join(map(str, where))}: rostrad {ours!r}, peer {theirs!r}'
                   for where, ours, theirs in found)


@pytest.mark.parametrize('name', cases.SCENARIOS)
def test_answers_agree(sides, name):
    """Both answer each step alike, but for the differences that are meant."""
    faults = []
    for step in cases.SCENARIOS[name]:
        found = list(pair.differences(*(side.ask(step) for side in sides)))
        wanted, reason = DIFFERENCES.get(name, {}).get(step.title, ('', ''))
        if {where[0] for where, _, _ in found} != set(wanted.split()):
            faults.append(f'{step.title}: expected to differ in {wanted or "nothing"} {reason}{told(found)}')
    assert not faults, '\n'.join(faults)


def test_differences():
    """Each names one step, what differs, and why."""
    for name, differences in DIFFERENCES.items():
        titles = [step.title for step in cases.SCENARIOS[name]]
        assert not [title for title in differences if titles.count(title) != 1]
        for aspects, reason in differences.values():
            assert aspects and set(aspects.split()) <= {'status', 'headers', 'body'}
            assert reason.startswith('wire ')


def test_titles():
    """What fails can be found by its title."""
    for steps in cases.SCENARIOS.values():
        titles = [step.title for step in steps]
        assert not [title for title in titles if titles.count(title) > 1]
