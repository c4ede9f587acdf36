/* Certificates by GnuTLS, whose every step works in a test. */
#include "pki/authority.h"

#include <gnutls/x509.h>

#include "pki/data.h"

#define DAY_S 86400

static void ok(int code)
{
    MUST(code >= 0);
}

static void import_issuer(const Order *order, gnutls_x509_crt_t crt, gnutls_x509_privkey_t key)
{
    const gnutls_datum_t certificate = data_of(order->issuer->certificate);
    const gnutls_datum_t private_key = data_of(order->issuer->key);
    ok(gnutls_x509_crt_import(crt, &certificate, GNUTLS_X509_FMT_PEM));
    ok(gnutls_x509_privkey_import(key, &private_key, GNUTLS_X509_FMT_PEM));
}

static void sign(const Order *order, gnutls_x509_crt_t crt, gnutls_x509_privkey_t key)
{
    if (order->issuer == NULL) {
        ok(gnutls_x509_crt_sign2(crt, crt, key, GNUTLS_DIG_SHA256, 0));
        return;
    }
    gnutls_x509_crt_t issuer;
    gnutls_x509_privkey_t issuer_key;
    ok(gnutls_x509_crt_init(&issuer));
    ok(gnutls_x509_privkey_init(&issuer_key));
    import_issuer(order, issuer, issuer_key);
    unsigned char id[64];
    size_t size = sizeof id;
    ok(gnutls_x509_crt_get_key_id(issuer, GNUTLS_KEYID_USE_SHA1, id, &size));
    ok(gnutls_x509_crt_set_authority_key_id(crt, id, size));
    ok(gnutls_x509_crt_sign2(crt, issuer, issuer_key, GNUTLS_DIG_SHA256, 0));
    gnutls_x509_privkey_deinit(issuer_key);
    gnutls_x509_crt_deinit(issuer);
}

static void fill(const Order *order, gnutls_x509_crt_t crt, gnutls_x509_privkey_t key)
{
    static const unsigned char serial[] = {0x0A, 0xBC, 0x01};
    const time_t now = time(NULL);
    unsigned char id[64];
    size_t size = sizeof id;
    ok(gnutls_x509_crt_set_version(crt, 3));
    ok(gnutls_x509_crt_set_serial(crt, serial, sizeof serial));
    ok(gnutls_x509_crt_set_dn(crt, order->dn, NULL));
    ok(gnutls_x509_crt_set_activation_time(crt, order->start != 0 ? order->start : now - DAY_S));
    ok(gnutls_x509_crt_set_expiration_time(crt, order->end != 0 ? order->end : now + DAY_S));
    ok(gnutls_x509_crt_set_key(crt, key));
    ok(gnutls_x509_crt_set_basic_constraints(crt, order->is_authority ? 1 : 0, -1));
    ok(gnutls_x509_crt_get_key_id(crt, GNUTLS_KEYID_USE_SHA1, id, &size));
    ok(gnutls_x509_crt_set_subject_key_id(crt, id, size));
    if (order->host != NULL) {
        ok(gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_DNSNAME, order->host,
                                                (unsigned)str_from(order->host).len,
                                                GNUTLS_FSAN_APPEND));
        ok(gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_IPADDRESS, "\x0A\x00\x00\x01", 4,
                                                GNUTLS_FSAN_APPEND));
    }
    if (order->usage != 0) {
        ok(gnutls_x509_crt_set_key_usage(crt, order->usage));
    }
    if (order->purpose != NULL) {
        ok(gnutls_x509_crt_set_key_purpose_oid(crt, order->purpose, 0));
    }
}

Issued authority_issue(Arena *a, const Order *order)
{
    gnutls_x509_crt_t crt;
    gnutls_x509_privkey_t key;
    gnutls_datum_t certificate_pem;
    gnutls_datum_t key_pem;
    ok(gnutls_x509_crt_init(&crt));
    ok(gnutls_x509_privkey_init(&key));
    ok(gnutls_x509_privkey_generate(key, GNUTLS_PK_ECDSA,
                                    GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0));
    fill(order, crt, key);
    sign(order, crt, key);
    ok(gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_PEM, &certificate_pem));
    ok(gnutls_x509_privkey_export2_pkcs8(key, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN,
                                         &key_pem));
    const Issued issued = {data_take(a, &certificate_pem), data_take(a, &key_pem)};
    gnutls_x509_privkey_deinit(key);
    gnutls_x509_crt_deinit(crt);
    return issued;
}
