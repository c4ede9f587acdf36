/* By hand: GnuTLS reads RFC 4514 alone, without quotes, and of the short spellings only some. */
#include "pki/subject_name.h"

#include <gnutls/x509.h>

#include "base/buf.h"
#include "base/hex.h"
#include "base/utf8.h"

#define VALUE_MAX ((size_t)64 * 1024)

typedef struct Reading {
    Arena *arena;
    Str text;
    size_t at;
    bool slashes; /* the form of OpenSSL's -subj */
    Buf *value;   /* of the attribute at hand */
} Reading;

static const struct {
    Str name;
    const char *oid;
} types[] = {
    {STR_INIT("businessCategory"), "2.5.4.15"},
    {STR_INIT("C"), GNUTLS_OID_X520_COUNTRY_NAME},
    {STR_INIT("CN"), GNUTLS_OID_X520_COMMON_NAME},
    {STR_INIT("commonName"), GNUTLS_OID_X520_COMMON_NAME},
    {STR_INIT("countryName"), GNUTLS_OID_X520_COUNTRY_NAME},
    {STR_INIT("DC"), GNUTLS_OID_LDAP_DC},
    {STR_INIT("dnQualifier"), GNUTLS_OID_X520_DN_QUALIFIER},
    {STR_INIT("domainComponent"), GNUTLS_OID_LDAP_DC},
    {STR_INIT("E"), GNUTLS_OID_PKCS9_EMAIL},
    {STR_INIT("EMAIL"), GNUTLS_OID_PKCS9_EMAIL},
    {STR_INIT("emailAddress"), GNUTLS_OID_PKCS9_EMAIL},
    {STR_INIT("G"), GNUTLS_OID_X520_GIVEN_NAME},
    {STR_INIT("generationQualifier"), GNUTLS_OID_X520_GENERATION_QUALIFIER},
    {STR_INIT("givenName"), GNUTLS_OID_X520_GIVEN_NAME},
    {STR_INIT("GN"), GNUTLS_OID_X520_GIVEN_NAME},
    {STR_INIT("I"), GNUTLS_OID_X520_INITIALS},
    {STR_INIT("initials"), GNUTLS_OID_X520_INITIALS},
    {STR_INIT("L"), GNUTLS_OID_X520_LOCALITY_NAME},
    {STR_INIT("localityName"), GNUTLS_OID_X520_LOCALITY_NAME},
    {STR_INIT("name"), GNUTLS_OID_X520_NAME},
    {STR_INIT("O"), GNUTLS_OID_X520_ORGANIZATION_NAME},
    {STR_INIT("organizationalUnitName"), GNUTLS_OID_X520_ORGANIZATIONAL_UNIT_NAME},
    {STR_INIT("organizationName"), GNUTLS_OID_X520_ORGANIZATION_NAME},
    {STR_INIT("OU"), GNUTLS_OID_X520_ORGANIZATIONAL_UNIT_NAME},
    {STR_INIT("postalCode"), GNUTLS_OID_X520_POSTALCODE},
    {STR_INIT("pseudonym"), GNUTLS_OID_X520_PSEUDONYM},
    {STR_INIT("S"), GNUTLS_OID_X520_STATE_OR_PROVINCE_NAME},
    {STR_INIT("serialNumber"), "2.5.4.5"},
    {STR_INIT("SN"), GNUTLS_OID_X520_SURNAME},
    {STR_INIT("ST"), GNUTLS_OID_X520_STATE_OR_PROVINCE_NAME},
    {STR_INIT("stateOrProvinceName"), GNUTLS_OID_X520_STATE_OR_PROVINCE_NAME},
    {STR_INIT("street"), "2.5.4.9"},
    {STR_INIT("streetAddress"), "2.5.4.9"},
    {STR_INIT("surname"), GNUTLS_OID_X520_SURNAME},
    {STR_INIT("T"), GNUTLS_OID_X520_TITLE},
    {STR_INIT("title"), GNUTLS_OID_X520_TITLE},
    {STR_INIT("UID"), GNUTLS_OID_LDAP_UID},
    {STR_INIT("userId"), GNUTLS_OID_LDAP_UID},
};

/* --- names of attributes --- */

/* "OID.2.5.4.3", as Windows writes it, or without the word. NULL: no number. */
static const char *read_number(Arena *a, Str name)
{
    const Str word = STR("OID.");
    if (name.len > word.len && str_equal_ignoring_case(str_slice(name, 0, word.len), word)) {
        name = str_slice(name, word.len, name.len);
    }
    for (size_t i = 0; i < name.len; i++) {
        const bool is_dot = name.ptr[i] == '.' && i > 0 && name.ptr[i - 1] != '.';
        if (!is_dot && (name.ptr[i] < '0' || name.ptr[i] > '9')) {
            return NULL;
        }
    }
    return str_find(name, '.', 0) == SIZE_MAX ? NULL : str_to_cstr(a, name);
}

static CHECKED Err *read_type(Reading *r, const char **ret_oid)
{
    const size_t end = str_find(r->text, '=', r->at);
    if (end == SIZE_MAX) {
        return err(
            r->arena, ERR_INVALID,
            "This is no distinguished name: write it like \"CN=host,O=company\", and \"\\,\" "
            "for a comma inside a value.");
    }
    const Str name = str_trim(str_slice(r->text, r->at, end));
    r->at = end + 1;
    for (size_t i = 0; i < ARRAY_N(types); i++) {
        if (str_equal_ignoring_case(types[i].name, name)) {
            *ret_oid = types[i].oid;
            return NULL;
        }
    }
    *ret_oid = read_number(r->arena, name);
    return *ret_oid != NULL ? NULL
                            : err(r->arena, ERR_INVALID,
                                  "There is a part that isn't known: take CN, O, OU, L, ST, C, DC, "
                                  "emailAddress or a number like 2.5.4.3.");
}

/* --- values --- */

static bool at_end(const Reading *r)
{
    return r->at == r->text.len;
}

static bool at_separator(const Reading *r)
{
    const char c = r->text.ptr[r->at];
    return r->slashes ? c == '/' : c == ',' || c == ';';
}

static void skip_blanks(Reading *r)
{
    while (!at_end(r) && r->text.ptr[r->at] == ' ') {
        r->at++;
    }
}

/* After the backslash. */
static CHECKED Err *read_escaped(Reading *r)
{
    if (at_end(r)) {
        return err(r->arena, ERR_INVALID, "The name ends with a backslash.");
    }
    const char *next = r->text.ptr + r->at;
    if (!r->slashes && r->text.len - r->at >= 2 && hex_value(next[0]) >= 0 &&
        hex_value(next[1]) >= 0) {
        buf_put_char(r->value, (char)(hex_value(next[0]) * 16 + hex_value(next[1])));
        r->at += 2;
        return NULL;
    }
    buf_put_char(r->value, next[0]);
    r->at++;
    return NULL;
}

static CHECKED Err *read_quoted(Reading *r)
{
    r->at++;
    while (!at_end(r) && r->text.ptr[r->at] != '"') {
        const char c = r->text.ptr[r->at++];
        if (c == '\\') {
            TRY(read_escaped(r));
        } else {
            buf_put_char(r->value, c);
        }
    }
    if (at_end(r)) {
        return err(r->arena, ERR_INVALID, "A quotation mark isn't closed.");
    }
    r->at++;
    skip_blanks(r);
    return at_end(r) || at_separator(r)
               ? NULL
               : err(r->arena, ERR_INVALID, "Something follows a closing quotation mark.");
}

/* Blanks at the end count only where they are escaped. */
static CHECKED Err *read_bare(Reading *r)
{
    size_t kept = 0;
    while (!at_end(r) && !at_separator(r)) {
        const char c = r->text.ptr[r->at++];
        if (c == '+') {
            return err(r->arena, ERR_INVALID,
                       "Parts of several attributes aren't taken; write \"\\+\" for a plus.");
        }
        if (c == '\\') {
            TRY(read_escaped(r));
        } else {
            buf_put_char(r->value, c);
        }
        kept = c == ' ' ? kept : r->value->len;
    }
    buf_truncate(r->value, kept);
    return NULL;
}

/* The DER after a '#'. */
static CHECKED Err *read_der(Reading *r)
{
    Err *bad = err(r->arena, ERR_INVALID, "After a # there must be pairs of hexadecimal digits.");
    r->at++;
    while (!at_end(r) && !at_separator(r) && r->text.ptr[r->at] != ' ') {
        const char *pair = r->text.ptr + r->at;
        if (r->text.len - r->at < 2 || hex_value(pair[0]) < 0 || hex_value(pair[1]) < 0) {
            return bad;
        }
        buf_put_char(r->value, (char)(hex_value(pair[0]) * 16 + hex_value(pair[1])));
        r->at += 2;
    }
    skip_blanks(r);
    return at_end(r) || at_separator(r) ? NULL : bad;
}

static CHECKED Err *read_value(Reading *r, NameAttribute *out)
{
    buf_reset(r->value);
    skip_blanks(r);
    const char first = at_end(r) ? '\0' : r->text.ptr[r->at];
    out->is_der = first == '#' && !r->slashes;
    TRY(out->is_der ? read_der(r) : first == '"' && !r->slashes ? read_quoted(r) : read_bare(r));
    out->value = str_dup(r->arena, buf_str(r->value));
    if (out->value.len == 0) {
        return err(r->arena, ERR_INVALID, "An attribute has no value.");
    }
    if (!out->is_der && (str_find(out->value, '\0', 0) != SIZE_MAX || !utf8_valid(out->value))) {
        return err(r->arena, ERR_INVALID, "A value is no text.");
    }
    return NULL;
}

/* --- all of it --- */

static CHECKED Err *read_all(Reading *r, NameAttribute *attributes, size_t *ret_n)
{
    while (!at_end(r)) {
        NameAttribute *attribute = &attributes[(*ret_n)++];
        TRY(read_type(r, &attribute->oid));
        TRY(read_value(r, attribute));
        r->at += !at_end(r); /* the separator */
    }
    return NULL;
}

static void reverse(NameAttribute *attributes, size_t n)
{
    for (size_t i = 0; i < n / 2; i++) {
        const NameAttribute other = attributes[i];
        attributes[i] = attributes[n - 1 - i];
        attributes[n - 1 - i] = other;
    }
}

Err *subject_name_read(Arena *a, Str text, NameAttribute **ret_attributes, size_t *ret_n)
{
    CLEANUP(buf_free) Buf *value = buf_new(VALUE_MAX);
    Reading r = {.arena = a, .text = str_trim(text), .value = value};
    r.slashes = str_starts_with(r.text, STR("/"));
    r.at = r.slashes;
    *ret_n = 0;
    *ret_attributes = ARENA_ARRAY(a, NameAttribute, r.text.len / 2 + 1);
    TRY(read_all(&r, *ret_attributes, ret_n));
    if (!r.slashes) {
        reverse(*ret_attributes, *ret_n);
    }
    return buf_failed(value) ? err(a, ERR_INVALID, "The name is too long.") : NULL;
}
