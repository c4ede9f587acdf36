/* What is shown of a certificate. */
#include <arpa/inet.h>
#include <gnutls/x509-ext.h>

#include "base/hex.h"
#include "pki/certificates.h"
#include "pki/clean.h"
#include "pki/data.h"
#include "pki/limits.h"
#include "pki/name_hash.h"
#include "pki/objects.h"

#define NAME_CHARACTERS 250
#define ID_CHARACTERS 128
#define TEXT_CHARACTERS 65536
#define SECOND_US INT64_C(1000000)
#define SERIAL_BYTES 128
#define ADDRESS_MAX 64
#define OID_BYTES 128
#define V4_BYTES 4
#define V6_BYTES 16

static Err *damaged(Arena *a)
{
    return err(a, ERR_INVALID, "The certificate is damaged.");
}

/* --- size --- */

static Err *too_much(Arena *a, const char *what)
{
    return err(a, ERR_INVALID, "The certificate holds too much: %s.", what);
}

/* *ret_found = false: there is no extension of that number. */
static CHECKED Err *check_extension(Arena *a, gnutls_x509_crt_t crt, unsigned i, bool *ret_found)
{
    char oid[OID_BYTES] = "";
    size_t oid_size = sizeof oid;
    size_t size = 0;
    const int code = gnutls_x509_crt_get_extension_info(crt, i, oid, &oid_size, NULL);
    *ret_found = code != GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE;
    if (!*ret_found) {
        return NULL;
    }
    if (i == PKI_EXTENSIONS_MAX) {
        return too_much(a, "it has too many extensions");
    }
    const bool alt_names = code == 0 && str_equal(str_from(oid), STR(GNUTLS_X509EXT_OID_SAN));
    const size_t limit = alt_names ? PKI_ALT_NAMES_MAX_BYTES : PKI_EXTENSION_MAX_BYTES;
    if (gnutls_x509_crt_get_extension_data(crt, i, NULL, &size) < 0) {
        return damaged(a);
    }
    return size > limit ? too_much(a, "an extension is too large") : NULL;
}

static CHECKED Err *check_name(Arena *a, int code, gnutls_datum_t *name)
{
    const size_t size = code < 0 ? 0 : name->size;
    gnutls_free(name->data);
    return size > PKI_NAME_MAX_BYTES ? too_much(a, "a name is too long") : NULL;
}

/* Before anything is searched in it. */
static CHECKED Err *check_size(Arena *a, gnutls_x509_crt_t crt)
{
    gnutls_datum_t subject = {NULL, 0};
    gnutls_datum_t issuer = {NULL, 0};
    TRY(check_name(a, gnutls_x509_crt_get_raw_dn(crt, &subject), &subject));
    TRY(check_name(a, gnutls_x509_crt_get_raw_issuer_dn(crt, &issuer), &issuer));
    bool found = true;
    for (unsigned i = 0; found; i++) {
        TRY(check_extension(a, crt, i, &found));
    }
    return NULL;
}

/* --- names --- */

typedef int (*GetPart)(gnutls_x509_crt_t, const char *oid, unsigned index, unsigned raw, void *,
                       size_t *);

/* One part of a name; empty if it isn't there. */
static Str part_of(Arena *a, gnutls_x509_crt_t crt, GetPart get, const char *oid)
{
    size_t size = 0;
    if (get(crt, oid, 0, 0, NULL, &size) != GNUTLS_E_SHORT_MEMORY_BUFFER) {
        return STR("");
    }
    char *text = arena_alloc(a, size + 1);
    if (get(crt, oid, 0, 0, text, &size) < 0) {
        return STR("");
    }
    return clean_text(a, str_from(text), NAME_CHARACTERS, false);
}

static Str short_name(Arena *a, gnutls_x509_crt_t crt, GetPart get, Str raw)
{
    const Str common = part_of(a, crt, get, GNUTLS_OID_X520_COMMON_NAME);
    if (common.len > 0) {
        return common;
    }
    const Str organisation = part_of(a, crt, get, GNUTLS_OID_X520_ORGANIZATION_NAME);
    return organisation.len > 0 ? organisation : raw;
}

typedef int (*GetName)(gnutls_x509_crt_t, gnutls_datum_t *);

static int subject_as_text(gnutls_x509_crt_t crt, gnutls_datum_t *text)
{
    return gnutls_x509_crt_get_dn3(crt, text, 0);
}

static int issuer_as_text(gnutls_x509_crt_t crt, gnutls_datum_t *text)
{
    return gnutls_x509_crt_get_issuer_dn3(crt, text, 0);
}

/* What the function gives; empty for an empty name. */
static Str name_of(Arena *a, gnutls_x509_crt_t crt, GetName get)
{
    gnutls_datum_t name = {NULL, 0};
    return get(crt, &name) < 0 ? STR("") : data_take(a, &name);
}

static void describe_names(Arena *a, gnutls_x509_crt_t crt, CertificateDescription *d)
{
    d->raw_subject = clean_text(a, name_of(a, crt, subject_as_text), NAME_CHARACTERS, false);
    d->raw_issuer = clean_text(a, name_of(a, crt, issuer_as_text), NAME_CHARACTERS, false);
    d->subject_name = short_name(a, crt, gnutls_x509_crt_get_dn_by_oid, d->raw_subject);
    d->issuer_name = short_name(a, crt, gnutls_x509_crt_get_issuer_dn_by_oid, d->raw_issuer);
    d->subject_hash = name_hash(a, name_of(a, crt, gnutls_x509_crt_get_raw_dn));
    d->issuer_hash = name_hash(a, name_of(a, crt, gnutls_x509_crt_get_raw_issuer_dn));
}

/* --- numbers --- */

static Str cut(Str digits)
{
    return str_slice(digits, 0, ID_CHARACTERS);
}

static CHECKED Err *describe_serial(Arena *a, gnutls_x509_crt_t crt, CertificateDescription *d)
{
    unsigned char serial[SERIAL_BYTES];
    size_t size = sizeof serial;
    if (gnutls_x509_crt_get_serial(crt, serial, &size) < 0) {
        return damaged(a);
    }
    Str text = cut(hex_text_upper(a, serial, size));
    while (text.len > 1 && text.ptr[0] == '0') {
        text = str_slice(text, 1, text.len);
    }
    d->serial_no = text;
    return NULL;
}

static void describe_key_ids(Arena *a, gnutls_x509_crt_t crt, CertificateDescription *d)
{
    unsigned char id[SERIAL_BYTES];
    size_t size = sizeof id;
    if (gnutls_x509_crt_get_subject_key_id(crt, id, &size, NULL) == 0) {
        d->key_id = cut(hex_text(a, id, size));
    }
    size = sizeof id;
    if (gnutls_x509_crt_get_authority_key_id(crt, id, &size, NULL) == 0) {
        d->issuer_key_id = cut(hex_text(a, id, size));
    }
}

static CHECKED Err *describe_life(Arena *a, gnutls_x509_crt_t crt, CertificateDescription *d)
{
    const time_t start = gnutls_x509_crt_get_activation_time(crt);
    const time_t end = gnutls_x509_crt_get_expiration_time(crt);
    if (start == (time_t)-1 || end == (time_t)-1) {
        return damaged(a);
    }
    d->start_us = start * SECOND_US;
    d->end_us = end * SECOND_US;
    return NULL;
}

/* --- extensions --- */

/* The content of an extension; empty if it isn't there. */
static Str extension_of(Arena *a, gnutls_x509_crt_t crt, const char *oid)
{
    gnutls_datum_t content = {NULL, 0};
    return gnutls_x509_crt_get_extension_by_oid2(crt, oid, 0, &content, NULL) < 0
               ? STR("")
               : data_take(a, &content);
}

static void put_alt_name(Arena *a, Buf *out, unsigned type, const gnutls_datum_t *name)
{
    Str text = {(const char *)name->data, name->size};
    if (type == GNUTLS_SAN_IPADDRESS) {
        char address[ADDRESS_MAX];
        const int family = name->size == V4_BYTES ? AF_INET : AF_INET6;
        if ((name->size != V4_BYTES && name->size != V6_BYTES) ||
            inet_ntop(family, name->data, address, sizeof address) == NULL) {
            return;
        }
        text = str_dup(a, str_from(address));
    } else if (type != GNUTLS_SAN_DNSNAME && type != GNUTLS_SAN_RFC822NAME &&
               type != GNUTLS_SAN_URI && type != GNUTLS_SAN_DN) {
        return;
    }
    if (out->len > 0) {
        buf_put_char(out, ',');
    }
    buf_put_str(out, text);
}

static Str list_alt_names(Arena *a, gnutls_subject_alt_names_t names)
{
    Buf out;
    buf_init(&out, (size_t)4 * TEXT_CHARACTERS);
    unsigned type = 0;
    gnutls_datum_t name;
    for (unsigned i = 0; gnutls_subject_alt_names_get(names, i, &type, &name, NULL) == 0; i++) {
        put_alt_name(a, &out, type, &name);
    }
    const Str list = clean_text(a, buf_str(&out), TEXT_CHARACTERS, false);
    buf_deinit(&out);
    return list;
}

static Str alt_names_of(Arena *a, gnutls_x509_crt_t crt)
{
    const Str extension = extension_of(a, crt, GNUTLS_X509EXT_OID_SAN);
    const gnutls_datum_t data = data_of(extension);
    gnutls_subject_alt_names_t names;
    Str list = STR("");
    if (extension.len == 0 || gnutls_subject_alt_names_init(&names) < 0) {
        return list;
    }
    if (gnutls_x509_ext_import_subject_alt_names(&data, names, 0) == 0) {
        list = list_alt_names(a, names);
    }
    gnutls_subject_alt_names_deinit(names);
    return list;
}

static void read_purposes(gnutls_x509_key_purposes_t purposes, CertificateDescription *d)
{
    gnutls_datum_t oid;
    for (unsigned i = 0; gnutls_x509_key_purpose_get(purposes, i, &oid) == 0; i++) {
        const Str purpose = {(const char *)oid.data, oid.size};
        const bool any = str_equal(purpose, STR(GNUTLS_KP_ANY));
        d->server_auth |= any || str_equal(purpose, STR(GNUTLS_KP_TLS_WWW_SERVER));
        d->client_auth |= any || str_equal(purpose, STR(GNUTLS_KP_TLS_WWW_CLIENT));
    }
}

static void describe_purposes(Arena *a, gnutls_x509_crt_t crt, CertificateDescription *d)
{
    const Str extension = extension_of(a, crt, GNUTLS_X509EXT_OID_EXTENDED_KEY_USAGE);
    const gnutls_datum_t data = data_of(extension);
    gnutls_x509_key_purposes_t purposes;
    d->server_auth = extension.len == 0;
    d->client_auth = extension.len == 0;
    if (extension.len == 0 || gnutls_x509_key_purpose_init(&purposes) < 0) {
        return;
    }
    if (gnutls_x509_ext_import_key_purposes(&data, purposes, 0) == 0) {
        read_purposes(purposes, d);
    }
    gnutls_x509_key_purpose_deinit(purposes);
}

static Str text_of(Arena *a, gnutls_x509_crt_t crt)
{
    gnutls_datum_t text = {NULL, 0};
    return gnutls_x509_crt_print(crt, GNUTLS_CRT_PRINT_FULL, &text) < 0
               ? STR("")
               : clean_text(a, data_take(a, &text), TEXT_CHARACTERS, true);
}

Err *certificates_describe(Arena *a, const Certificates *c, size_t i,
                           CertificateDescription *ret_description)
{
    MUST(i < c->n);
    gnutls_x509_crt_t crt = c->items[i].crt;
    CertificateDescription d = {.key_id = STR_NONE, .issuer_key_id = STR_NONE};
    TRY(check_size(a, crt));
    TRY(describe_serial(a, crt, &d));
    TRY(describe_life(a, crt, &d));
    describe_names(a, crt, &d);
    describe_key_ids(a, crt, &d);
    d.subject_alt_names = alt_names_of(a, crt);
    describe_purposes(a, crt, &d);
    d.text = text_of(a, crt);
    *ret_description = d;
    return NULL;
}
