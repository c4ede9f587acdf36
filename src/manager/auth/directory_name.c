/* libldap takes a name apart; here its parts are put into one form. */
#include "manager/auth/directory_name.h"

#include <ldap.h>
#include <sodium.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/hex.h"
#include "base/utf8.h"

/* Escaped and folded text is at most so many times as long, with lengths in between. */
#define COMPARABLE_MAX (DIRECTORY_NAME_MAX * 32)

/* A value of more than 127 bytes has its length in several: too rare in a name to be read. */
#define SHORT_LENGTH_MAX 127

typedef struct TypeName {
    Str other; /* in lower case */
    Str name;
} TypeName;

/* Of the attributes that names are made of (RFC 4514 3, RFC 4519). */
static const TypeName type_names[] = {
    {STR_INIT("2.5.4.3"), STR_INIT("cn")},
    {STR_INIT("commonname"), STR_INIT("cn")},
    {STR_INIT("2.5.4.4"), STR_INIT("sn")},
    {STR_INIT("surname"), STR_INIT("sn")},
    {STR_INIT("2.5.4.6"), STR_INIT("c")},
    {STR_INIT("countryname"), STR_INIT("c")},
    {STR_INIT("2.5.4.7"), STR_INIT("l")},
    {STR_INIT("localityname"), STR_INIT("l")},
    {STR_INIT("2.5.4.8"), STR_INIT("st")},
    {STR_INIT("stateorprovincename"), STR_INIT("st")},
    {STR_INIT("2.5.4.9"), STR_INIT("street")},
    {STR_INIT("streetaddress"), STR_INIT("street")},
    {STR_INIT("2.5.4.10"), STR_INIT("o")},
    {STR_INIT("organizationname"), STR_INIT("o")},
    {STR_INIT("2.5.4.11"), STR_INIT("ou")},
    {STR_INIT("organizationalunitname"), STR_INIT("ou")},
    {STR_INIT("0.9.2342.19200300.100.1.1"), STR_INIT("uid")},
    {STR_INIT("userid"), STR_INIT("uid")},
    {STR_INIT("0.9.2342.19200300.100.1.25"), STR_INIT("dc")},
    {STR_INIT("domaincomponent"), STR_INIT("dc")},
};

static Str type_of(Arena *a, const LDAPAVA *part)
{
    const Str type = str_lower_ascii(a, (Str){part->la_attr.bv_val, part->la_attr.bv_len});
    for (size_t i = 0; i < ARRAY_N(type_names); i++) {
        if (str_equal(type, type_names[i].other)) {
            return type_names[i].name;
        }
    }
    return type;
}

/* A value that was written as #04…: the text in that encoding, where it is one of a text. */
static Str decoded(Str value)
{
    /* Octets, UTF-8, printable, IA5. */
    static const unsigned char texts[] = {0x04, 0x0c, 0x13, 0x16};
    if (value.len < 2 || (unsigned char)value.ptr[1] > SHORT_LENGTH_MAX ||
        value.len != 2 + (size_t)value.ptr[1] ||
        memchr(texts, (unsigned char)value.ptr[0], sizeof texts) == NULL) {
        return value;
    }
    return str_slice(value, 2, value.len);
}

/* Blanks at the ends don't count, and several in between are one (RFC 4518 2.6.1). */
static Str without_blanks(Arena *a, Str text)
{
    char *out = arena_alloc(a, text.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        const bool follows_blank = len == 0 || out[len - 1] == ' ';
        if (text.ptr[i] != ' ' || !follows_blank) {
            out[len++] = text.ptr[i];
        }
    }
    len -= len > 0 && out[len - 1] == ' ' ? 1 : 0;
    return (Str){out, len};
}

Str directory_name_fold(Arena *a, Str value)
{
    return without_blanks(a, utf8_fold(a, value));
}

static Str value_of(Arena *a, const LDAPAVA *part)
{
    Str value = {part->la_value.bv_val, part->la_value.bv_len};
    if ((part->la_flags & LDAP_AVA_BINARY) != 0) {
        value = decoded(value);
    }
    return utf8_valid(value) ? directory_name_fold(a, value) : str_dup(a, value);
}

/* Lengths go before texts, so that no value can be taken for the start of another part. */
static void put_relative_name(Buf *out, Arena *a, LDAPRDN parts)
{
    size_t n = 0;
    while (parts[n] != NULL) {
        n++;
    }
    Str *texts = ARENA_ARRAY(a, Str, n + 1);
    for (size_t i = 0; i < n; i++) {
        const Str type = type_of(a, parts[i]);
        const Str value = value_of(a, parts[i]);
        Buf text;
        buf_init(&text, COMPARABLE_MAX);
        buf_printf(&text, "%.*s=%zu:", STR_ARG(type), value.len);
        buf_put_str(&text, value);
        texts[i] = str_dup(a, buf_str(&text));
        buf_deinit(&text);
    }
    qsort(texts, n, sizeof *texts, str_compare_items);
    for (size_t i = 0; i < n; i++) {
        buf_put_char(out, i == 0 ? ',' : '+');
        buf_put_str(out, texts[i]);
    }
}

static Str hash_of(Arena *a, Str text)
{
    unsigned char hash[DIRECTORY_NAME_COMPARABLE_LEN / 2];
    (void)crypto_generichash(hash, sizeof hash, (const unsigned char *)text.ptr, text.len, NULL,
                             0); /* can't fail with such sizes */
    return hex_text(a, hash, sizeof hash);
}

static Str user_of(Arena *a, LDAPRDN parts)
{
    for (size_t i = 0; parts[i] != NULL; i++) {
        const Str type = type_of(a, parts[i]);
        if (str_equal(type, STR("uid")) || str_equal(type, STR("samaccountname"))) {
            return str_dup(a, (Str){parts[i]->la_value.bv_val, parts[i]->la_value.bv_len});
        }
    }
    return STR_NONE;
}

Str directory_name_user(Arena *a, Str name)
{
    LDAPDN parts = NULL;
    if (name.len > DIRECTORY_NAME_MAX || str_find(name, '\0', 0) != SIZE_MAX ||
        ldap_str2dn(str_to_cstr(a, name), &parts, LDAP_DN_FORMAT_LDAPV3) != LDAP_SUCCESS) {
        return STR_NONE;
    }
    const Str user = parts != NULL && parts[0] != NULL ? user_of(a, parts[0]) : STR_NONE;
    ldap_dnfree(parts); /* takes NULL */
    return user;
}

bool directory_name_read(Arena *a, Str name, Str *ret_comparable)
{
    LDAPDN parts = NULL;
    if (name.len == 0 || name.len > DIRECTORY_NAME_MAX || str_find(name, '\0', 0) != SIZE_MAX ||
        ldap_str2dn(str_to_cstr(a, name), &parts, LDAP_DN_FORMAT_LDAPV3) != LDAP_SUCCESS) {
        return false;
    }
    CLEANUP(buf_free) Buf *out = buf_new(COMPARABLE_MAX);
    for (size_t i = 0; parts != NULL && parts[i] != NULL; i++) {
        put_relative_name(out, a, parts[i]);
    }
    ldap_dnfree(parts); /* takes NULL */
    if (out->len == 0 || buf_failed(out)) {
        return false;
    }
    *ret_comparable = hash_of(a, buf_str(out));
    return true;
}
