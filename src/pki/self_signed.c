/* A certificate by GnuTLS, extension by extension. */
#include "pki/self_signed.h"

#include <arpa/inet.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <time.h>

#include "pki/data.h"
#include "pki/failure.h"
#include "pki/key_text.h"

/* RFC 5280, 4.1.2.2: at most 20, and positive. */
#define SERIAL_BYTES 16

static Err *put_names(Arena *a, gnutls_x509_crt_t crt, const SelfSignedNames *names)
{
    TRY(pki_checked(a, "common name",
                    gnutls_x509_crt_set_dn_by_oid(crt, GNUTLS_OID_X520_COMMON_NAME, 0,
                                                  names->dns[0].ptr, (unsigned)names->dns[0].len)));
    for (size_t i = 0; i < names->n_dns; i++) {
        TRY(pki_checked(
            a, "DNS name",
            gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_DNSNAME, names->dns[i].ptr,
                                                 (unsigned)names->dns[i].len, GNUTLS_FSAN_APPEND)));
    }
    for (size_t i = 0; i < names->n_addresses; i++) {
        unsigned char address[sizeof(struct in6_addr)];
        const char *text = str_to_cstr(a, names->addresses[i]);
        const bool v4 = inet_pton(AF_INET, text, address) == 1;
        if (!v4 && inet_pton(AF_INET6, text, address) != 1) {
            return err(a, ERR_INVALID, "%s is no IP address.", text);
        }
        TRY(pki_checked(a, "address",
                        gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_IPADDRESS, address,
                                                             v4 ? 4 : sizeof address,
                                                             GNUTLS_FSAN_APPEND)));
    }
    return NULL;
}

static Err *put_life(Arena *a, gnutls_x509_crt_t crt)
{
    unsigned char serial[SERIAL_BYTES];
    TRY(pki_checked(a, "random", gnutls_rnd(GNUTLS_RND_NONCE, serial, sizeof serial)));
    serial[0] = (unsigned char)((serial[0] & 0x7F) | 0x40); /* positive, and never short */
    TRY(pki_checked(a, "serial", gnutls_x509_crt_set_serial(crt, serial, sizeof serial)));
    /* From a day ago: the clock of a client may be behind ours, or ours was put right just now. */
    const time_t now = time(NULL);
    TRY(pki_checked(a, "start", gnutls_x509_crt_set_activation_time(crt, now - 86400)));
    return pki_checked(a, "end",
                       gnutls_x509_crt_set_expiration_time(crt, now + SELF_SIGNED_DAYS * 86400L));
}

static Err *put_extensions(Arena *a, gnutls_x509_crt_t crt, gnutls_x509_privkey_t key)
{
    unsigned char id[64];
    size_t size = sizeof id;
    TRY(pki_checked(a, "version", gnutls_x509_crt_set_version(crt, 3)));
    TRY(pki_checked(a, "key", gnutls_x509_crt_set_key(crt, key)));
    TRY(pki_checked(a, "constraints", gnutls_x509_crt_set_basic_constraints(crt, 0, -1)));
    TRY(pki_checked(a, "usage", gnutls_x509_crt_set_key_usage(crt, GNUTLS_KEY_DIGITAL_SIGNATURE)));
    TRY(pki_checked(a, "purpose",
                    gnutls_x509_crt_set_key_purpose_oid(crt, GNUTLS_KP_TLS_WWW_SERVER, 0)));
    TRY(pki_checked(a, "key id",
                    gnutls_x509_privkey_get_key_id(key, GNUTLS_KEYID_USE_SHA1, id, &size)));
    TRY(pki_checked(a, "subject key id", gnutls_x509_crt_set_subject_key_id(crt, id, size)));
    return pki_checked(a, "authority key id", gnutls_x509_crt_set_authority_key_id(crt, id, size));
}

static Err *fill_and_sign(Arena *a, gnutls_x509_crt_t crt, gnutls_x509_privkey_t key,
                          const SelfSignedNames *names, Str *ret_certificate, Str *ret_key)
{
    TRY(pki_checked(a, "key",
                    gnutls_x509_privkey_generate(key, GNUTLS_PK_ECDSA,
                                                 GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1),
                                                 0)));
    TRY(put_names(a, crt, names));
    TRY(put_life(a, crt));
    TRY(put_extensions(a, crt, key));
    TRY(pki_checked(a, "signature", gnutls_x509_crt_sign2(crt, crt, key, GNUTLS_DIG_SHA256, 0)));
    gnutls_datum_t certificate_pem;
    TRY(pki_checked(a, "PEM", gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_PEM, &certificate_pem)));
    *ret_certificate = data_take(a, &certificate_pem);
    return key_text(a, key, ret_key);
}

Err *self_signed_make(Arena *a, const SelfSignedNames *names, Str *ret_certificate, Str *ret_key)
{
    gnutls_x509_crt_t crt;
    gnutls_x509_privkey_t key;
    TRY(pki_checked(a, "certificate", gnutls_x509_crt_init(&crt)));
    Err *e = pki_checked(a, "key", gnutls_x509_privkey_init(&key));
    if (e == NULL) {
        e = fill_and_sign(a, crt, key, names, ret_certificate, ret_key);
        gnutls_x509_privkey_deinit(key);
    }
    gnutls_x509_crt_deinit(crt);
    return e;
}
