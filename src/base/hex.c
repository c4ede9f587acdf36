/* Two digits a byte. */
#include "base/hex.h"

static Str text_of(Arena *a, const unsigned char *bytes, size_t n, const char *digits)
{
    char *text = arena_alloc(a, 2 * n + 1);
    for (size_t i = 0; i < n; i++) {
        text[2 * i] = digits[bytes[i] >> 4];
        text[2 * i + 1] = digits[bytes[i] & 15];
    }
    return (Str){text, 2 * n};
}

Str hex_text(Arena *a, const unsigned char *bytes, size_t n)
{
    return text_of(a, bytes, n, "0123456789abcdef");
}

Str hex_text_upper(Arena *a, const unsigned char *bytes, size_t n)
{
    return text_of(a, bytes, n, "0123456789ABCDEF");
}
