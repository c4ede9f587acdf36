#!/usr/bin/python3
"""Writes src/base/utf8_fold_table.h from Unicode's CaseFolding.txt (Debian: unicode-data)."""
import pathlib
import re
import subprocess
import sys

SOURCE = '/usr/share/unicode/CaseFolding.txt'
TARGET = pathlib.Path(__file__).parent.parent / 'src/base/utf8_fold_table.h'

HEAD = """\
#pragma once

/* DO NOT EDIT: made by tools/make_fold_table.py from {name}, statuses C and S. */

#include <stdint.h>

/* Every step-th code point from first to last folds to itself plus delta. */
typedef struct Utf8FoldRange {{
    uint32_t first;
    uint32_t last;
    int32_t delta;
    uint32_t step;
}} Utf8FoldRange;

static const Utf8FoldRange utf8_fold_ranges[] = {{
"""


def read(text):
    """(code point, folded) of each simple folding beyond ASCII, ascending."""
    pairs = re.findall(r'^([0-9A-F]+); [CS]; ([0-9A-F]+);', text, re.M)
    return sorted((int(a, 16), int(b, 16)) for a, b in pairs if int(a, 16) >= 0x80)


def ranges(pairs):
    """[first, last, delta, step], as few as a single pass finds."""
    found = []
    for point, folded in pairs:
        last = found[-1] if found else None
        if last and last[2] == folded - point:
            gap = point - last[1]
            if gap in (1, 2) and (last[0] == last[1] or last[3] == gap):
                last[1], last[3] = point, gap
                continue
        found.append([point, point, folded - point, 1])
    return found


def main():
    text = pathlib.Path(SOURCE).read_text(encoding='utf-8')
    rows = [f'{{0x{first:04x}, 0x{last:04x}, {delta}, {step}}},\n' for first, last, delta, step in ranges(read(text))]
    whole = HEAD.format(name=text.split('\n')[0].removeprefix('# ')) + ''.join(rows) + '};\n'
    done = subprocess.run(['clang-format', '--assume-filename', str(TARGET)], input=whole, text=True,
                          stdout=subprocess.PIPE, check=True)
    TARGET.write_text(done.stdout, encoding='utf-8')
    print(f'{len(rows)} ranges', file=sys.stderr)


if __name__ == '__main__':
    main()
