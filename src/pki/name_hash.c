/* The canonical form of a name: texts as UTF-8 in lower case, blanks collapsed, without the outer
 * SEQUENCE; its SHA-1, of which the first four bytes, as a little-endian number, are shown. */
#include "pki/name_hash.h"

#include <gnutls/crypto.h>
#include <string.h>

#include "base/buf.h"
#include "base/hex.h"
#include "base/utf8.h"
#include "pki/data.h"

#define NAME_MAX ((size_t)64 * 1024)
#define PARTS_MAX 32 /* of one component of the name: mostly one */
#define HASH_BYTES 4
#define SHA1_BYTES 20

enum {
    TAG_SEQUENCE = 0x30,
    TAG_SET = 0x31,
    TAG_OID = 0x06,
    TAG_UTF8 = 0x0C,
    TAG_PRINTABLE = 0x13,
    TAG_T61 = 0x14,
    TAG_IA5 = 0x16,
    TAG_VISIBLE = 0x1A,
    TAG_UNIVERSAL = 0x1C,
    TAG_BMP = 0x1E,
};

/* --- DER --- */

/* Cuts one value off *rest; false if there is none, or not whole. */
static bool der_next(Str *rest, unsigned *ret_tag, Str *ret_content, Str *ret_all)
{
    if (rest->len < 2) {
        return false;
    }
    const unsigned char *p = (const unsigned char *)rest->ptr;
    size_t len = p[1];
    size_t head = 2;
    if (len >= 0x80) {
        const size_t n = len & 0x7F;
        if (n == 0 || n > 3 || rest->len < 2 + n) {
            return false;
        }
        len = 0;
        for (size_t i = 0; i < n; i++) {
            len = len << 8 | p[2 + i];
        }
        head += n;
    }
    if (len > rest->len - head) {
        return false;
    }
    *ret_tag = p[0];
    *ret_content = str_slice(*rest, head, head + len);
    *ret_all = str_slice(*rest, 0, head + len);
    *rest = str_slice(*rest, head + len, rest->len);
    return true;
}

static void put_value(Buf *out, unsigned tag, Str content)
{
    buf_put_char(out, (char)tag);
    if (content.len < 0x80) {
        buf_put_char(out, (char)content.len);
    } else if (content.len < 0x100) {
        buf_put_char(out, (char)0x81);
        buf_put_char(out, (char)content.len);
    } else {
        buf_put_char(out, (char)0x82);
        buf_put_char(out, (char)(content.len >> 8));
        buf_put_char(out, (char)(content.len & 0xFF));
    }
    buf_put_str(out, content);
}

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

/* SEQUENCE { OID, text } */
static bool canonical_part(Arena *a, Str part, Str *ret_part)
{
    unsigned tag = 0;
    unsigned tag_of_text = 0;
    Str content = STR_NONE, oid = STR_NONE, text = STR_NONE, all_of_text = STR_NONE;
    if (!der_next(&part, &tag, &content, &oid) || tag != TAG_OID ||
        !der_next(&part, &tag_of_text, &text, &all_of_text)) {
        return false;
    }
    CLEANUP(buf_free) Buf *inner = buf_new(4 * NAME_MAX);
    CLEANUP(buf_free) Buf *outer = buf_new(4 * NAME_MAX);
    buf_put_str(inner, oid);
    if (unit_of(tag_of_text) == 0) {
        buf_put_str(inner, all_of_text);
    } else {
        put_value(inner, TAG_UTF8, canonical_text(a, tag_of_text, text));
    }
    put_value(outer, TAG_SEQUENCE, buf_str(inner));
    *ret_part = str_dup(a, buf_str(outer));
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
        unsigned tag = 0;
        Str content = STR_NONE, all = STR_NONE;
        if (n == PARTS_MAX || !der_next(&component, &tag, &content, &all) || tag != TAG_SEQUENCE ||
            !canonical_part(a, content, &parts[n])) {
            return false;
        }
        n++;
    }
    sort(parts, n);
    CLEANUP(buf_free) Buf *set = buf_new(4 * NAME_MAX);
    for (size_t i = 0; i < n; i++) {
        buf_put_str(set, parts[i]);
    }
    put_value(out, TAG_SET, buf_str(set));
    return true;
}

static bool put_canonical(Arena *a, Buf *out, Str name)
{
    unsigned tag = 0;
    Str rest = STR_NONE, all = STR_NONE;
    if (name.len > NAME_MAX / 4 || !der_next(&name, &tag, &rest, &all) || tag != TAG_SEQUENCE) {
        return false;
    }
    while (rest.len > 0) {
        Str component = STR_NONE;
        if (!der_next(&rest, &tag, &component, &all) || tag != TAG_SET ||
            !put_component(a, out, component)) {
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
