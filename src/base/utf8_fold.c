/* Case folding by ranges: a binary search over some two hundred of them. Simple folding maps one
 * code point to one, so that a text keeps its number of characters. */
#include "base/utf8.h"

#include "base/arena.h"
#include "base/utf8_fold_table.h"

static uint32_t fold_by_table(uint32_t code_point)
{
    size_t low = 0;
    size_t high = ARRAY_N(utf8_fold_ranges);
    while (low < high) { /* the first range that ends at or after the code point */
        const size_t middle = (low + high) / 2;
        if (utf8_fold_ranges[middle].last < code_point) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == ARRAY_N(utf8_fold_ranges)) {
        return code_point;
    }
    const Utf8FoldRange *range = &utf8_fold_ranges[low];
    if (code_point < range->first || (code_point - range->first) % range->step != 0) {
        return code_point;
    }
    return (uint32_t)((int32_t)code_point + range->delta);
}

uint32_t utf8_fold_char(uint32_t code_point)
{
    if (code_point < 0x80) {
        return code_point >= 'A' && code_point <= 'Z' ? code_point + ('a' - 'A') : code_point;
    }
    return fold_by_table(code_point);
}

Str utf8_fold(Arena *a, Str s)
{
    /* Two bytes may become three (U+023A), one stays one. */
    char *text = arena_alloc(a, s.len + s.len / 2 + 1);
    size_t len = 0;
    for (size_t at = 0; at < s.len;) {
        len += utf8_put(utf8_fold_char(utf8_next(s, &at)), text + len);
    }
    return (Str){text, len};
}
