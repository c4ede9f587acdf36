/* Definite lengths only, as DER has them. */
#include "pki/der.h"

#include <string.h>

#define LONG_FORM 0x80U
#define LENGTH_BYTES_MAX 4U
#define HEADER_MAX 6

/* Cuts a length off; false if it is damaged. */
static bool take_length(Str *rest, size_t *ret_length)
{
    if (rest->len == 0) {
        return false;
    }
    const unsigned first = (unsigned char)rest->ptr[0];
    const size_t n = (first & LONG_FORM) != 0 ? first & ~LONG_FORM : 0;
    if (first == LONG_FORM || n > LENGTH_BYTES_MAX || n >= rest->len) {
        return false;
    }
    size_t length = n == 0 ? first : 0;
    for (size_t i = 1; i <= n; i++) {
        length = length << 8 | (unsigned char)rest->ptr[i];
    }
    *rest = str_slice(*rest, 1 + n, rest->len);
    *ret_length = length;
    return true;
}

bool der_next(Str *rest, unsigned char *ret_tag, Str *ret_content)
{
    size_t length = 0;
    if (rest->len == 0) {
        return false;
    }
    Str after = str_slice(*rest, 1, rest->len);
    if (!take_length(&after, &length) || length > after.len) {
        return false;
    }
    *ret_tag = (unsigned char)rest->ptr[0];
    *ret_content = str_slice(after, 0, length);
    *rest = str_slice(after, length, after.len);
    return true;
}

bool der_take(Str *rest, unsigned char tag, Str *ret_content)
{
    unsigned char found = 0;
    return rest->len > 0 && (unsigned char)rest->ptr[0] == tag &&
           der_next(rest, &found, ret_content);
}

/* Returns how many bytes it wrote. */
static size_t write_header(unsigned char *out, unsigned char tag, size_t length)
{
    size_t n = 0;
    out[n++] = tag;
    if (length < LONG_FORM) {
        out[n++] = (unsigned char)length;
        return n;
    }
    unsigned bytes = 0;
    for (size_t left = length; left > 0; left >>= 8) {
        bytes++;
    }
    MUST(bytes <= LENGTH_BYTES_MAX);
    out[n++] = (unsigned char)(LONG_FORM | bytes);
    for (unsigned i = bytes; i > 0; i--) {
        out[n++] = (unsigned char)(length >> (8 * (i - 1)));
    }
    return n;
}

Str der_element(Arena *a, unsigned char tag, const Str parts[], size_t n)
{
    unsigned char header[HEADER_MAX];
    size_t length = 0;
    for (size_t i = 0; i < n; i++) {
        length += parts[i].len;
    }
    const size_t header_len = write_header(header, tag, length);
    char *out = arena_alloc(a, header_len + length);
    memcpy(out, header, header_len);
    size_t at = header_len;
    for (size_t i = 0; i < n; i++) {
        if (parts[i].len > 0) {
            memcpy(out + at, parts[i].ptr, parts[i].len);
        }
        at += parts[i].len;
    }
    return (Str){out, at};
}
