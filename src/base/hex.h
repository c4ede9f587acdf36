#pragma once

/* Hexadecimal digits, one at a time; whole texts of them are libsodium's. */

/* Value of a digit of either case; -1 if it is none. */
static inline int hex_value(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    const char lower = (char)(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}
