/* Percent-encoding and forms. */
#include "base/percent.h"

#include "base/hex.h"
#include "base/utf8.h"

enum { FORM_MAX_PAIRS = 1000 };

static bool is_unreserved(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

static void put(Buf *out, Str s, bool plus)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < s.len; i++) {
        const unsigned char c = (unsigned char)s.ptr[i];
        if (is_unreserved(s.ptr[i])) {
            buf_put_char(out, s.ptr[i]);
        } else if (plus && c == ' ') {
            buf_put_char(out, '+');
        } else {
            const char escaped[3] = {'%', digits[c >> 4], digits[c & 15]};
            buf_put(out, escaped, sizeof escaped);
        }
    }
}

void percent_put(Buf *out, Str s)
{
    put(out, s, false);
}

void percent_put_form(Buf *out, Str s)
{
    put(out, s, true);
}

/* The byte that %XX at `at` stands for; -1 if there is no such. */
static int escaped_byte(Str s, size_t at)
{
    if (s.ptr[at] != '%' || s.len - at < 3) {
        return -1;
    }
    const int high = hex_value(s.ptr[at + 1]);
    const int low = hex_value(s.ptr[at + 2]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

Str percent_decode(Arena *a, Str s, bool plus)
{
    if (str_find(s, '%', 0) == SIZE_MAX && (!plus || str_find(s, '+', 0) == SIZE_MAX)) {
        return s;
    }
    char *decoded = arena_alloc(a, s.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < s.len; i++) {
        const int byte = escaped_byte(s, i);
        if (byte >= 0) {
            decoded[len++] = (char)byte;
            i += 2;
        } else {
            decoded[len++] = plus && s.ptr[i] == '+' ? ' ' : s.ptr[i];
        }
    }
    return (Str){decoded, len};
}

static bool is_text(Str s)
{
    return str_find(s, '\0', 0) == SIZE_MAX && utf8_valid(s);
}

static Err *parse_pair(Arena *a, Str part, FormPair *ret_pair)
{
    Str value = part;
    const Str name = percent_decode(a, str_cut(&value, '='), true);
    const FormPair pair = {.name = name, .value = percent_decode(a, value, true)};
    if (!is_text(pair.name) || !is_text(pair.value)) {
        return err(a, ERR_INVALID, "A parameter holds a NUL or is not UTF-8.");
    }
    *ret_pair = pair;
    return NULL;
}

static size_t count_parts(Str text)
{
    size_t n = 0;
    while (text.len > 0) {
        n += str_cut(&text, '&').len > 0;
    }
    return n;
}

Err *form_parse(Arena *a, Str text, FormPair **ret_pairs, size_t *ret_n)
{
    const size_t n = count_parts(text);
    if (n > FORM_MAX_PAIRS) {
        return err(a, ERR_LIMIT, "There are more than %d parameters.", FORM_MAX_PAIRS);
    }
    FormPair *pairs = ARENA_ARRAY(a, FormPair, n);
    for (size_t i = 0; i < n;) {
        const Str part = str_cut(&text, '&');
        if (part.len > 0) {
            TRY(parse_pair(a, part, &pairs[i]));
            i++;
        }
    }
    *ret_pairs = pairs;
    *ret_n = n;
    return NULL;
}
