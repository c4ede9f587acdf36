/* Signing requests by GnuTLS. */
#include "pki/signing_request.h"

#include <arpa/inet.h>
#include <gnutls/abstract.h>

#include "pki/data.h"
#include "pki/failure.h"
#include "pki/objects.h"
#include "pki/subject_name.h"

/* Microsoft's enrollCertTypeExtension: the name of a template of its authorities. */
#define TEMPLATE_OID "1.3.6.1.4.1.311.20.2"

/* Of a host name as text (RFC 1035, 2.3.4: 255 bytes with the lengths of its parts). */
#define HOST_MAX 253

typedef struct Making {
    Arena *arena;
    const SigningRequest *request;
    gnutls_x509_crq_t crq;
} Making;

/* GnuTLS itself doesn't look at the length, which authorities do. */
static bool is_country(Str value)
{
    return value.len == 2 && (value.ptr[0] | 0x20) >= 'a' && (value.ptr[0] | 0x20) <= 'z' &&
           (value.ptr[1] | 0x20) >= 'a' && (value.ptr[1] | 0x20) <= 'z';
}

static CHECKED Err *put_attribute(const Making *m, const NameAttribute *attribute)
{
    const Str value = attribute->value;
    if (!attribute->is_der && strcmp(attribute->oid, GNUTLS_OID_X520_COUNTRY_NAME) == 0 &&
        !is_country(value)) {
        return err(m->arena, ERR_INVALID, "A country (C) has two letters.");
    }
    return gnutls_x509_crq_set_dn_by_oid(m->crq, attribute->oid, attribute->is_der, value.ptr,
                                         (unsigned)value.len) < 0
               ? err(m->arena, ERR_INVALID, "An attribute can't have the value that is given.")
               : NULL;
}

static CHECKED Err *put_attributes(const Making *m, Str name)
{
    NameAttribute *attributes = NULL;
    size_t n = 0;
    TRY(subject_name_read(m->arena, name, &attributes, &n));
    for (size_t i = 0; i < n; i++) {
        TRY(put_attribute(m, &attributes[i]));
    }
    return NULL;
}

static CHECKED Err *put_distinguished_name(const Making *m, Str name)
{
    Err *e = put_attributes(m, name);
    return e != NULL ? err_set_field(m->arena, e, STR(SIGNING_REQUEST_DISTINGUISHED_NAME)) : NULL;
}

/* What holds no attribute is a common name alone. */
static CHECKED Err *put_subject(const Making *m)
{
    const Str given = str_trim(m->request->distinguished_name);
    if (str_find(given, '=', 0) != SIZE_MAX) {
        return put_distinguished_name(m, given);
    }
    const Str name = given.len > 0 ? given : m->request->common_name;
    return gnutls_x509_crq_set_dn_by_oid(m->crq, GNUTLS_OID_X520_COMMON_NAME, 0, name.ptr,
                                         (unsigned)name.len) < 0
               ? err_field(m->arena, ERR_INVALID,
                           given.len > 0 ? STR(SIGNING_REQUEST_DISTINGUISHED_NAME)
                                         : STR(SIGNING_REQUEST_NAME),
                           "This can't be the common name of a certificate.")
               : NULL;
}

/* --- alternative names --- */

static bool is_host_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.' || c == '*';
}

static bool is_host(Str name)
{
    for (size_t i = 0; i < name.len; i++) {
        if (!is_host_character(name.ptr[i])) {
            return false;
        }
    }
    return name.len > 0 && name.len <= HOST_MAX && name.ptr[0] != '.';
}

static int put_address(const Making *m, Str name)
{
    unsigned char address[sizeof(struct in6_addr)];
    const char *text = str_to_cstr(m->arena, name);
    const bool v4 = inet_pton(AF_INET, text, address) == 1;
    if (!v4 && inet_pton(AF_INET6, text, address) != 1) {
        return GNUTLS_E_INVALID_REQUEST;
    }
    return gnutls_x509_crq_set_subject_alt_name(
        m->crq, GNUTLS_SAN_IPADDRESS, address,
        v4 ? (unsigned)sizeof(struct in_addr) : (unsigned)sizeof address, GNUTLS_FSAN_APPEND);
}

static int put_text(const Making *m, gnutls_x509_subject_alt_name_t kind, Str text)
{
    return gnutls_x509_crq_set_subject_alt_name(m->crq, kind, text.ptr, (unsigned)text.len,
                                                GNUTLS_FSAN_APPEND);
}

static int put_host(const Making *m, Str name)
{
    return is_host(name) ? put_text(m, GNUTLS_SAN_DNSNAME, name) : GNUTLS_E_INVALID_REQUEST;
}

/* The part before the @ as most mail systems take it, without quotes. */
static bool is_mailbox(Str text)
{
    const size_t at = str_find(text, '@', 0);
    for (size_t i = 0; i < text.len && i < at; i++) {
        const char c = text.ptr[i];
        if (c <= ' ' || c > '~' || strchr("\"(),:;<>[\\]", c) != NULL) {
            return false;
        }
    }
    return at != SIZE_MAX && at > 0 && is_host(str_slice(text, at + 1, text.len));
}

static int put_mailbox(const Making *m, Str text)
{
    return is_mailbox(text) ? put_text(m, GNUTLS_SAN_RFC822NAME, text) : GNUTLS_E_INVALID_REQUEST;
}

/* Below 0: it is neither an address nor a host name. */
static int put_bare(const Making *m, Str name)
{
    return put_address(m, name) == 0 ? 0 : put_host(m, name);
}

/* As OpenSSL shows and takes them: with a kind before. */
static int put_alt_name(const Making *m, Str name)
{
    static const struct {
        Str prefix;
        int (*put)(const Making *m, Str name);
    } kinds[] = {
        {STR_INIT("DNS:"), put_host},
        {STR_INIT("IP:"), put_address},
        {STR_INIT("IP Address:"), put_address},
        {STR_INIT("email:"), put_mailbox},
    };
    for (size_t i = 0; i < ARRAY_N(kinds); i++) {
        const size_t len = kinds[i].prefix.len;
        if (name.len > len && str_equal_ignoring_case(str_slice(name, 0, len), kinds[i].prefix)) {
            return kinds[i].put(m, str_trim(str_slice(name, len, name.len)));
        }
    }
    return str_find(name, '@', 0) != SIZE_MAX ? put_mailbox(m, name) : put_bare(m, name);
}

/* Whether it is the common name, which is there already. */
static bool is_common_name(const Making *m, Str name)
{
    const Str prefix = STR("DNS:");
    if (name.len > prefix.len && str_equal_ignoring_case(str_slice(name, 0, prefix.len), prefix)) {
        name = str_trim(str_slice(name, prefix.len, name.len));
    }
    return str_equal_ignoring_case(name, m->request->common_name);
}

static CHECKED Err *put_alt_names(const Making *m)
{
    size_t n = 1;
    (void)put_bare(m, m->request->common_name); /* it may be any name */
    Str rest = m->request->alt_names;
    while (rest.len > 0) {
        const Str name = str_trim(str_cut(&rest, ','));
        if (name.len == 0 || is_common_name(m, name)) {
            continue;
        }
        if (n++ == SIGNING_REQUEST_ALT_NAMES_MAX) {
            return err_field(m->arena, ERR_INVALID, STR(SIGNING_REQUEST_ALT_NAMES),
                             "At most %d names.", SIGNING_REQUEST_ALT_NAMES_MAX);
        }
        if (put_alt_name(m, name) < 0) {
            return err_field(m->arena, ERR_INVALID, STR(SIGNING_REQUEST_ALT_NAMES),
                             "Give host names, addresses or e-mail addresses, separated by commas; "
                             "DNS:, IP: and email: may stand before them.");
        }
    }
    return NULL;
}

/* --- extensions --- */

static CHECKED Err *put_purpose(const Making *m, const char *oid)
{
    return pki_checked(m->arena, "purpose", gnutls_x509_crq_set_key_purpose_oid(m->crq, oid, 0));
}

static CHECKED Err *put_template(const Making *m)
{
    /* BMPString "WebServer" */
    static const unsigned char name[] = {0x1E, 18,  0, 'W', 0, 'e', 0, 'b', 0, 'S',
                                         0,    'e', 0, 'r', 0, 'v', 0, 'e', 0, 'r'};
    return pki_checked(
        m->arena, "template",
        gnutls_x509_crq_set_extension_by_oid(m->crq, TEMPLATE_OID, name, sizeof name, 0));
}

static CHECKED Err *put_extensions(const Making *m)
{
    TRY(pki_checked(m->arena, "usage",
                    gnutls_x509_crq_set_key_usage(m->crq, GNUTLS_KEY_DIGITAL_SIGNATURE |
                                                              GNUTLS_KEY_KEY_ENCIPHERMENT)));
    if (m->request->server_auth) {
        TRY(put_purpose(m, GNUTLS_KP_TLS_WWW_SERVER));
    }
    if (m->request->client_auth) {
        TRY(put_purpose(m, GNUTLS_KP_TLS_WWW_CLIENT));
    }
    return m->request->ad_compatible ? put_template(m) : NULL;
}

/* --- all of it --- */

static CHECKED Err *sign(const Making *m, const PrivateKey *key)
{
    gnutls_privkey_t signer;
    TRY(pki_checked(m->arena, "signer", gnutls_privkey_init(&signer)));
    int code = gnutls_privkey_import_x509(signer, key->key, 0);
    if (code == 0) {
        const int kind = gnutls_x509_privkey_get_pk_algorithm(key->key);
        const bool edwards = kind == (int)GNUTLS_PK_EDDSA_ED25519 ||
                             kind == (int)GNUTLS_PK_EDDSA_ED448; /* hash themselves */
        code = gnutls_x509_crq_privkey_sign(m->crq, signer,
                                            edwards ? GNUTLS_DIG_UNKNOWN : GNUTLS_DIG_SHA256, 0);
    }
    gnutls_privkey_deinit(signer);
    return pki_checked(m->arena, "signature", code);
}

/* By the label that RFC 7468 wants; GnuTLS itself writes an older one that some don't read. */
static CHECKED Err *write_pem(Making *m, Str *ret_pem)
{
    gnutls_datum_t der = {NULL, 0}, pem = {NULL, 0};
    TRY(pki_checked(m->arena, "DER", gnutls_x509_crq_export2(m->crq, GNUTLS_X509_FMT_DER, &der)));
    const int code = gnutls_pem_base64_encode2("CERTIFICATE REQUEST", &der, &pem);
    gnutls_free(der.data);
    TRY(pki_checked(m->arena, "PEM", code));
    *ret_pem = data_take(m->arena, &pem);
    return NULL;
}

static CHECKED Err *make(Making *m, const PrivateKey *key, Str *ret_pem)
{
    Arena *a = m->arena;
    TRY(pki_checked(a, "version", gnutls_x509_crq_set_version(m->crq, 1)));
    TRY(put_subject(m));
    TRY(pki_checked(a, "key", gnutls_x509_crq_set_key(m->crq, key->key)));
    TRY(put_alt_names(m));
    TRY(put_extensions(m));
    TRY(sign(m, key));
    return write_pem(m, ret_pem);
}

Err *signing_request_make(Arena *a, const SigningRequest *request, const PrivateKey *key,
                          Str *ret_pem)
{
    Making m = {.arena = a, .request = request};
    TRY(pki_checked(a, "request", gnutls_x509_crq_init(&m.crq)));
    Err *e = make(&m, key, ret_pem);
    gnutls_x509_crq_deinit(m.crq);
    return e;
}
