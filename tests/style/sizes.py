"""The ceilings of files and functions. It relies on clang-format: a function's braces stand in the first column."""
import re

import tree

FILE_LINES = 1000
FUNCTION_LINES = 100
HEADER_LINES = 100

NAME = re.compile(r'(\w+)\s*\(')


def functions(text):
    """(line, name, lines of code) of each function, from its return type to its last brace."""
    lines = tree.without_comments(text).split('\n')
    found, head = [], None
    for number, line in enumerate(lines):
        if line.rstrip() == '{' and head is None:
            head = number
            while head > 0 and lines[head - 1].strip() and lines[head - 1].rstrip()[-1] not in ';}\\' \
                    and not lines[head - 1].startswith('#'):
                head -= 1
        elif line.startswith('}') and head is not None:
            name = NAME.search(' '.join(lines[head:number]))
            length = sum(1 for code in lines[head:number + 1] if code.strip())
            found.append((head + 1, name.group(1) if name else '?', length))
            head = None
    return found


def check(path, text):
    faults = []
    if text.count('\n') > FILE_LINES:
        faults.append(f'{path}: {text.count(chr(10))} lines, more than {FILE_LINES}; split it by noun')
    faults += [f'{path}:{line}: {name} has {length} lines of code, more than {FUNCTION_LINES}'
               for line, name, length in functions(text) if length > FUNCTION_LINES]
    return faults


def warnings():
    """Headers that have grown long: for looking at, not a fault."""
    return [f'{path}: {text.count(chr(10))} lines, more than {HEADER_LINES}'
            for path, text in tree.texts('.h', below='src/') if text.count('\n') > HEADER_LINES]


def faults():
    return tree.faults_of(check, tree.texts('.c', '.h'))
