"""docs/effects.md is what the model says."""
import make_effects


def test_effects_are_up_to_date():
    assert make_effects.TARGET.read_text(encoding='utf-8') == make_effects.text(), 'run tools/make_effects.py'
