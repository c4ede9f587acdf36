"""A .c includes its own header, then those in <>, then ours; clang-format sorts within each group.

The header of store/row_read.c is store/row_read.h or, if there is none, store/row.h.
"""
import re

import tree

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^">\n]+)[">]', re.M)


def check(path, text, own):
    """own: the name of the file's own header, '' if it has none."""
    faults, highest = [], 0
    for match in INCLUDE.finditer(tree.without_comments(text, strings=True)):
        bracket, name = match.groups()
        group = 0 if name == own else 1 if bracket == '<' else 2
        if group < highest:
            faults.append(f'{tree.place(path, text, match.start())}: {name} stands too low; the order is: own header, '
                          'system and libraries in <>, ours in ""')
        highest = max(highest, group)
    return faults


def own_header(path, paths):
    """The header of a .c by its name in #include; '' if it has none."""
    folder, _, name = path.removesuffix('.c').rpartition('/')
    words = name.split('_')
    for n in range(len(words), 0, -1):
        header = f'{folder}/{"_".join(words[:n])}.h'
        if header in paths:
            return header.removeprefix('src/')
    return ''


def faults():
    paths = set(tree.paths())
    return [fault for path, text in tree.texts('.c', below='src/')
            for fault in check(path, text, own_header(path, paths))]
