"""A .c includes its own header, then those in <>, then ours; clang-format sorts within each group."""
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


def faults():
    found = []
    for path, text in tree.texts('.c', below='src/'):
        header = path.removesuffix('.c') + '.h'
        found += check(path, text, header.removeprefix('src/') if header in tree.paths() else '')
    return found
