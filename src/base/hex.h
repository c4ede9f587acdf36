#pragma once

#include "base/arena.h"
#include "base/str.h"

/* Hexadecimal digits. Not for secrets: those are read and written by libsodium, in constant time.
 */

/* In `a`, with a NUL behind; hex_text() in lower case. */
Str hex_text(Arena *a, const unsigned char *bytes, size_t n);
Str hex_text_upper(Arena *a, const unsigned char *bytes, size_t n);

/* Value of a digit of either case; -1 if it is none. */
static inline int hex_value(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    const char lower = (char)(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}
