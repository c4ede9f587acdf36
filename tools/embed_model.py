#!/usr/bin/python3
"""Makes the C files that carry the model in the binary.

    embed_model.py files MODEL_FOLDER OUT.c OUT.d    the table of model files, minified (model/model.h)
    embed_model.py ids MODEL_FOLDER OUT.h OUT.d      RES_… and FLD_… constants

OUT.d tells make and ninja when to do it again: when a model file changed, came or went.

Resources are in the order of their families, then of their file names; fields by name: as model_load() has them.
"""
import json
import pathlib
import sys

FAMILIES = ['configuration', 'status', 'history', 'command', 'embedded', 'responses', 'auth']


def model_files(folder):
    """Names of all model files below `folder`, in the order of the resources; then those that belong to none."""
    names = []
    for family in FAMILIES:
        names += sorted((f'{family}/{p.name}' for p in (folder / family).glob('*.json')), key=lambda n: n.removesuffix('.json'))
    return names + sorted(p.name for p in folder.glob('*.json'))


def read_json(folder, name):
    try:
        return json.loads((folder / name).read_text())
    except ValueError as error:
        sys.exit(f'model/{name}: {error}')


def c_bytes(text):
    """The bytes of an array; string literals of this size are more than the C standard promises."""
    data = text.encode()
    return '\n'.join('    ' + ', '.join(map(str, data[i:i + 32])) + ',' for i in range(0, len(data), 32))


def put_files(folder):
    out = ['/* Made by tools/embed_model.py. DO NOT EDIT. */', '#include "model/model.h"', '']
    names = model_files(folder)
    for i, name in enumerate(names):
        text = json.dumps(read_json(folder, name), separators=(',', ':'))
        out += [f'static const char file_{i}[] = {{', c_bytes(text), '};']
    out += ['', 'const ModelFile model_embedded_files[] = {']
    out += [f'    {{"{name}", {{file_{i}, sizeof file_{i}}}}},' for i, name in enumerate(names)]
    out += ['};', f'const size_t model_n_embedded_files = {len(names)};', '']
    return '\n'.join(out)


def constant(family, file):
    prefix = '' if family == 'configuration' else family.upper() + '_'
    return prefix + file.upper().replace('.', '__')


def put_ids(folder):
    out = ['/* Made by tools/embed_model.py. DO NOT EDIT. */', '#pragma once', '', '/* Positions in Model.resources. */', 'enum {']
    resources = [n.removesuffix('.json').split('/', 1) for n in model_files(folder) if '/' in n]
    out += [f'    RES_{constant(*resource)},' for resource in resources]
    out += ['    RES_N', '};', '']
    for family, file in resources:
        fields = sorted(read_json(folder, f'{family}/{file}.json').get('fields', {}))
        if not fields:
            continue
        out += [f'/* Positions in Resource.fields of {family}/{file}. */', 'enum {']
        out += [f'    FLD_{constant(family, file)}_{name.upper()},' for name in fields]
        out += ['};', '']
    return '\n'.join(out)


def put_dependencies(folder, target):
    """Folders are named too: a file that comes or goes changes theirs."""
    names = [folder / name for name in model_files(folder)] + [folder] + [folder / family for family in FAMILIES]
    return f'{target}: ' + ' '.join(str(name).replace(' ', '\\ ') for name in names) + '\n'


def main():
    what, folder, target, dependencies = sys.argv[1:]
    folder = pathlib.Path(folder)
    text = (put_files if what == 'files' else put_ids)(folder)
    pathlib.Path(target).write_text(text)
    pathlib.Path(dependencies).write_text(put_dependencies(folder, target))


if __name__ == '__main__':
    main()
