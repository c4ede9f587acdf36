/* UTF-8 by the table of well-formed sequences in RFC 3629 4. Texts are mostly ASCII, so that runs
 * of it are skipped eight bytes at a time. */
#include "base/utf8.h"

#include <string.h>

#include "base/arena.h"

enum { WORD = sizeof(uint64_t) };

/* Bytes from `at` on that are ASCII, in whole words. */
static size_t skip_ascii(Str s, size_t at)
{
    uint64_t word = 0;
    while (s.len - at >= WORD) {
        memcpy(&word, s.ptr + at, WORD);
        if ((word & UINT64_C(0x8080808080808080)) != 0) {
            break;
        }
        at += WORD;
    }
    return at;
}

static bool is_continuation(unsigned char c)
{
    return (c & 0xc0) == 0x80;
}

/* Length of the well-formed sequence that begins at p, with `left` bytes there; 0 if it is none. */
static size_t sequence_len(const unsigned char *p, size_t left)
{
    if (p[0] < 0x80) {
        return 1;
    }
    if (p[0] < 0xe0) {
        return p[0] >= 0xc2 && left >= 2 && is_continuation(p[1]) ? 2 : 0;
    }
    if (p[0] < 0xf0) {
        const unsigned char first = p[0] == 0xe0 ? 0xa0 : 0x80; /* no overlong form */
        const unsigned char last = p[0] == 0xed ? 0x9f : 0xbf;  /* no surrogate */
        return left >= 3 && p[1] >= first && p[1] <= last && is_continuation(p[2]) ? 3 : 0;
    }
    const unsigned char first = p[0] == 0xf0 ? 0x90 : 0x80;
    const unsigned char last = p[0] == 0xf4 ? 0x8f : 0xbf; /* nothing above U+10FFFF */
    return p[0] <= 0xf4 && left >= 4 && p[1] >= first && p[1] <= last && is_continuation(p[2]) &&
                   is_continuation(p[3])
               ? 4
               : 0;
}

size_t utf8_valid_len(Str s)
{
    size_t at = 0;
    while (at < s.len) {
        const size_t n = sequence_len((const unsigned char *)s.ptr + at, s.len - at);
        if (n == 0) {
            break;
        }
        at = n == 1 ? skip_ascii(s, at + 1) : at + n;
    }
    return at;
}

bool utf8_valid(Str s)
{
    return utf8_valid_len(s) == s.len;
}

size_t utf8_count(Str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++) {
        n += !is_continuation((unsigned char)s.ptr[i]);
    }
    return n;
}

uint32_t utf8_next(Str s, size_t *at)
{
    const unsigned char *p = (const unsigned char *)s.ptr + *at;
    if (p[0] < 0x80) {
        *at += 1;
        return p[0];
    }
    if (p[0] < 0xe0) {
        *at += 2;
        return (uint32_t)(p[0] & 0x1f) << 6 | (p[1] & 0x3f);
    }
    if (p[0] < 0xf0) {
        *at += 3;
        return (uint32_t)(p[0] & 0x0f) << 12 | (uint32_t)(p[1] & 0x3f) << 6 | (p[2] & 0x3f);
    }
    *at += 4;
    return (uint32_t)(p[0] & 0x07) << 18 | (uint32_t)(p[1] & 0x3f) << 12 |
           (uint32_t)(p[2] & 0x3f) << 6 | (p[3] & 0x3f);
}

size_t utf8_put(uint32_t code_point, char out[4])
{
    if (code_point < 0x80) {
        out[0] = (char)code_point;
        return 1;
    }
    if (code_point < 0x800) {
        out[0] = (char)(0xc0 | code_point >> 6);
        out[1] = (char)(0x80 | (code_point & 0x3f));
        return 2;
    }
    if (code_point < 0x10000) {
        out[0] = (char)(0xe0 | code_point >> 12);
        out[1] = (char)(0x80 | (code_point >> 6 & 0x3f));
        out[2] = (char)(0x80 | (code_point & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | code_point >> 18);
    out[1] = (char)(0x80 | (code_point >> 12 & 0x3f));
    out[2] = (char)(0x80 | (code_point >> 6 & 0x3f));
    out[3] = (char)(0x80 | (code_point & 0x3f));
    return 4;
}

Str utf8_from_latin1(Arena *a, Str s)
{
    char *text = arena_alloc(a, s.len * 2 + 1);
    size_t len = 0;
    for (size_t i = 0; i < s.len; i++) {
        len += utf8_put((unsigned char)s.ptr[i], text + len);
    }
    return (Str){text, len};
}
