/* The canonical form of a name: texts as UTF-8 in lower case, blanks collapsed, without the outer
 * SEQUENCE; its SHA-1, of which the first four bytes, as a little-endian number, are shown. */
#include "pki/name_hash.h"

#include <gnutls/crypto.h>
#include <string.h>

#include "base/buf.h"
#include "base/hex.h"
#include "base/utf8.h"
#include "pki/der.h"

#define NAME_MAX ((size_t)64 * 1024)
#define PARTS_MAX 32 /* of one component of the name: mostly one */
#define HASH_BYTES 4
#define SHA1_BYTES 20

enum {
    TAG_T61 = 0x14,
    TAG_UTF8 = 0x0C,
    TAG_PRINTABLE = 0x13,
    TAG_IA5 = 0x16,
    TAG_VISIBLE = 0x1A,
    TAG_UNIVERSAL = 0x1C,
    TAG_BMP = 0x1E,
};

/* --- texts --- */

/* Bytes a character of this kind of text; 0: it is left as it is. */
static size_t unit_of(unsigned tag)
{
    switch (tag) {
    case TAG_UTF8:
    case TAG_PRINTABLE:
    case TAG_T61:
    case TAG_IA5:
    case TAG_VISIBLE:
        return 1;
    case TAG_BMP:
        return 2;
    case TAG_UNIVERSAL:
        return 4;
    default:
        return 0;
    }
}

static Str as_utf8(Arena *a, Str content, size_t unit)
{
    if (unit == 1) {
        return content;
    }
    char *out = arena_alloc(a, 2 * content.len + 4);
    size_t len = 0;
    for (size_t i = 0; i + unit <= content.len; i += unit) {
        uint32_t c = 0;
        for (size_t j = 0; j < unit; j++) {
            c = c << 8 | (unsigned char)content.ptr[i + j];
        }
        len += utf8_put(c <= 0x10FFFF ? c : '?', &out[len]);
    }
    return (Str){out, len};
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static Str collapsed(Arena *a, Str text)
{
    char *out = arena_alloc(a, text.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (!is_blank(text.ptr[i])) {
            out[len++] = text.ptr[i];
        } else if (len > 0 && out[len - 1] != ' ') {
            out[len++] = ' ';
        }
    }
    return str_lower_ascii(a, (Str){out, len > 0 && out[len - 1] == ' ' ? len - 1 : len});
}

static Str canonical_text(Arena *a, unsigned tag, Str content)
{
    if (tag == TAG_T61) {
        content = utf8_from_latin1(a, content);
    }
    return collapsed(a, as_utf8(a, content, unit_of(tag)));
}

/* --- names --- */

/* SEQUENCE { OID, text }. What isn't a text stays as it was written. */
static bool canonical_part(Arena *a, Str part, Str *ret_part)
{
    unsigned char tag = 0;
    Str oid = STR_NONE, text = STR_NONE;
    Str value = part;
    if (!der_take(&value, DER_OID, &oid)) {
        return false;
    }
    const Str type = str_slice(part, 0, part.len - value.len);
    Str rest = value;
    if (!der_next(&rest, &tag, &text)) {
        return false;
    }
    value = unit_of(tag) == 0 ? str_slice(value, 0, value.len - rest.len)
                              : DER(a, TAG_UTF8, canonical_text(a, tag, text));
    *ret_part = DER(a, DER_SEQUENCE, type, value);
    return true;
}

static void sort(Str parts[], size_t n)
{
    for (size_t i = 1; i < n; i++) {
        const Str part = parts[i];
        size_t j = i;
        for (; j > 0 && str_compare(parts[j - 1], part) > 0; j--) {
            parts[j] = parts[j - 1];
        }
        parts[j] = part;
    }
}

/* SET OF parts: in the order of their bytes. */
static bool put_component(Arena *a, Buf *out, Str component)
{
    Str parts[PARTS_MAX];
    size_t n = 0;
    while (component.len > 0) {
        Str content = STR_NONE;
        if (n == PARTS_MAX || !der_take(&component, DER_SEQUENCE, &content) ||
            !canonical_part(a, content, &parts[n])) {
            return false;
        }
        n++;
    }
    sort(parts, n);
    buf_put_str(out, der_element(a, DER_SET, parts, n));
    return true;
}

static bool put_canonical(Arena *a, Buf *out, Str name)
{
    Str rest = STR_NONE;
    if (name.len > NAME_MAX / 4 || !der_take(&name, DER_SEQUENCE, &rest)) {
        return false;
    }
    while (rest.len > 0) {
        Str component = STR_NONE;
        if (!der_take(&rest, DER_SET, &component) || !put_component(a, out, component)) {
            return false;
        }
    }
    return !buf_failed(out);
}

Str name_hash(Arena *a, Str name)
{
    CLEANUP(buf_free) Buf *canonical = buf_new(4 * NAME_MAX);
    unsigned char digest[SHA1_BYTES];
    if (!put_canonical(a, canonical, name) ||
        gnutls_hash_fast(GNUTLS_DIG_SHA1, canonical->data, canonical->len, digest) < 0) {
        return STR("");
    }
    unsigned char reversed[HASH_BYTES];
    for (size_t i = 0; i < HASH_BYTES; i++) {
        reversed[i] = digest[HASH_BYTES - 1 - i];
    }
    return hex_text(a, reversed, HASH_BYTES);
}
