#!/usr/bin/python3
"""Writes docs/effects.md: who acts on each resource, command and field, as the model says (model/README.md)."""
import collections
import json
import pathlib

TOP = pathlib.Path(__file__).resolve().parent.parent
TARGET = TOP / 'docs' / 'effects.md'
WORDS = {'manager': 'Management Node', 'node': 'Conferencing Nodes', 'later': 'planned', 'none': 'nobody'}
HEAD = """# Who acts on what

Made by `tools/make_effects.py` from the model; don't edit it.

Rostra stores and serves all that the API knows, since clients need that. Not all of it does something:

- **Management Node**: this program acts on it.
- **Conferencing Nodes**: it goes to the nodes, and they act on it.
- **planned**: kept and served; nothing acts on it yet.
- **nobody**: kept for clients only.

Where single fields of a resource differ from it, they are named below it. Status and history are what nodes and this
program report, so the question doesn't arise there. How much of it works today is in the [README](../README.md).
"""


def other_fields(description):
    """{who acts: names of the fields on which others act than on the whole}."""
    found = collections.defaultdict(list)
    for name, field in description['fields'].items():
        if field.get('effect', description['effect']) != description['effect']:
            found[field['effect']].append(name)
    return found


def rows(family):
    for path in sorted((TOP / 'model' / family).glob('*.json'), key=lambda path: path.stem):
        description = json.loads(path.read_text(encoding='utf-8'))
        note = description.get('effect_note', '')
        yield f'| `{description["resource"]}` | {WORDS[description["effect"]]} | {note} |\n'
        for effect, names in sorted(other_fields(description).items()):
            yield f'| | {WORDS[effect]} | only {", ".join(f"`{name}`" for name in names)} |\n'


def text():
    parts = [HEAD]
    for family, title in (('configuration', 'Configuration'), ('command', 'Commands')):
        parts += [f'\n## {title}\n\n| | Who acts | |\n|---|---|---|\n', *rows(family)]
    return ''.join(parts)


if __name__ == '__main__':
    TARGET.write_text(text(), encoding='utf-8')
