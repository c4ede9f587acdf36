/* Strings of JSON (RFC 8259 7) in two steps: where they end, and their escapes. Most have none and
 * are never copied; decoding never makes a text longer, so the scanned length is room enough. */
#include "base/json_string.h"

#include "base/hex.h"
#include "base/utf8.h"

static void set_fault(JsonString *s, const char *at, const char *fault)
{
    s->fault = fault;
    s->fault_at = at;
}

JsonString json_string_scan(const char *from, const char *end)
{
    JsonString s = {.from = from};
    const char *at = from;
    for (;;) {
        at += json_plain_len(at, end);
        if (at == end || (*at == '\\' && end - at < 2)) {
            set_fault(&s, end, "the closing quote of a string was expected");
            return s;
        }
        if (*at == '"') {
            s.end = at;
            return s;
        }
        if (*at != '\\') {
            set_fault(&s, at, "a control character must be escaped in a string");
            return s;
        }
        s.escaped = true;
        at += 2;
    }
}

/* What a backslash and c stand for; 0 if nothing. */
static char simple_escape(char c)
{
    static const char from[] = "\"\\/bfnrt";
    static const char to[] = "\"\\/\b\f\n\r\t";
    const char *found = c == '\0' ? NULL : strchr(from, c);
    return found == NULL ? '\0' : to[found - from];
}

/* Four hexadecimal digits; UINT32_MAX if there are none. */
static uint32_t read_hex(const char *at, const char *end)
{
    if (end - at < 4) {
        return UINT32_MAX;
    }
    uint32_t number = 0;
    for (int i = 0; i < 4; i++) {
        const int digit = hex_value(at[i]);
        if (digit < 0) {
            return UINT32_MAX;
        }
        number = number * 16 + (uint32_t)digit;
    }
    return number;
}

/* The code point of a \uXXXX, or of a pair of them, at `at`; *ret_next is behind it. */
static uint32_t read_unicode(JsonString *s, const char *at, const char **ret_next)
{
    const uint32_t unit = read_hex(at + 2, s->end);
    *ret_next = at + 6;
    if (unit == UINT32_MAX) {
        set_fault(s, at, "four hexadecimal digits must follow \\u");
    } else if (unit == 0) {
        set_fault(s, at, "the character NUL isn't allowed");
    } else if (unit >= 0xd800 && unit <= 0xdfff) {
        const char *second = at + 6;
        const bool escaped = s->end - second >= 6 && second[0] == '\\' && second[1] == 'u';
        const uint32_t low = escaped ? read_hex(second + 2, s->end) : UINT32_MAX;
        if (unit <= 0xdbff && low >= 0xdc00 && low <= 0xdfff) {
            *ret_next = second + 6;
            return 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
        }
        set_fault(s, at, "a surrogate stands alone");
    }
    return unit;
}

/* Decodes the escape at `at` into out, which is moved on; returns what is behind it. */
static const char *decode_escape(JsonString *s, const char *at, char **out)
{
    if (at[1] == 'u') {
        const char *next = NULL;
        const uint32_t code_point = read_unicode(s, at, &next);
        if (s->fault == NULL) {
            *out += utf8_put(code_point, *out);
        }
        return next;
    }
    const char c = simple_escape(at[1]);
    if (c == '\0') {
        set_fault(s, at, "there is no such escape");
    } else {
        *(*out)++ = c;
    }
    return at + 2;
}

size_t json_string_decode(JsonString *s, char *out)
{
    char *to = out;
    const char *at = s->from;
    while (at < s->end && s->fault == NULL) {
        const size_t plain = json_plain_len(at, s->end);
        memcpy(to, at, plain);
        to += plain;
        at += plain;
        if (at < s->end) {
            at = decode_escape(s, at, &to);
        }
    }
    return (size_t)(to - out);
}
