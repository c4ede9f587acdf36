#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Strings of JSON, for json.c and json_write.c only. */

/* Bytes from `at` on that stand for themselves in a string: neither quote, backslash nor control.
 * Eight at a time as long as that goes. */
static inline size_t json_plain_len(const char *at, const char *end)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    const uint64_t high_bits = ones << 7;
    const char *p = at;
    while ((size_t)(end - p) >= sizeof(uint64_t)) {
        uint64_t word = 0;
        memcpy(&word, p, sizeof word);
        const uint64_t quotes = word ^ ones * '"';
        const uint64_t slashes = word ^ ones * '\\';
        /* A byte below n borrows from its own high bit: (x - n) & ~x. */
        const uint64_t special = (((quotes - ones) & ~quotes) | ((slashes - ones) & ~slashes) |
                                  ((word - ones * 0x20) & ~word)) &
                                 high_bits;
        if (special != 0) {
            break;
        }
        p += sizeof word;
    }
    while (p < end && *p != '"' && *p != '\\' && (unsigned char)*p >= 0x20) {
        p++;
    }
    return (size_t)(p - at);
}

typedef struct JsonString {
    const char *from;  /* behind the opening quote */
    const char *end;   /* the closing one */
    bool escaped;      /* has escapes to decode */
    const char *fault; /* what is wrong with it, NULL if nothing is */
    const char *fault_at;
} JsonString;

/* Finds the end of the string whose content begins at `from` in a text that ends at `end`. */
JsonString json_string_scan(const char *from, const char *end);

/* Decodes it into out[s->end - s->from], returns the length; may set a fault. */
size_t json_string_decode(JsonString *s, char *out);
