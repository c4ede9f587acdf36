/* Keys made by GnuTLS. */
#include "pki/key_pair.h"

#include <gnutls/abstract.h>
#include <gnutls/x509.h>

#include "pki/data.h"
#include "pki/failure.h"
#include "pki/key_text.h"

static Err *export_public(Arena *a, gnutls_x509_privkey_t key, gnutls_privkey_t any,
                          gnutls_pubkey_t public_key, Str *ret_pem)
{
    gnutls_datum_t pem = {NULL, 0};
    TRY(pki_checked(a, "key", gnutls_privkey_import_x509(any, key, 0)));
    TRY(pki_checked(a, "public key", gnutls_pubkey_import_privkey(public_key, any, 0, 0)));
    TRY(pki_checked(a, "PEM of the public key",
                    gnutls_pubkey_export2(public_key, GNUTLS_X509_FMT_PEM, &pem)));
    *ret_pem = data_take(a, &pem);
    return NULL;
}

static Err *public_text(Arena *a, gnutls_x509_privkey_t key, Str *ret_pem)
{
    gnutls_privkey_t any;
    gnutls_pubkey_t public_key;
    TRY(pki_checked(a, "key", gnutls_privkey_init(&any)));
    Err *e = pki_checked(a, "public key", gnutls_pubkey_init(&public_key));
    if (e == NULL) {
        e = export_public(a, key, any, public_key, ret_pem);
        gnutls_pubkey_deinit(public_key);
    }
    gnutls_privkey_deinit(any);
    return e;
}

static Err *generate(Arena *a, gnutls_x509_privkey_t key, KeyKind kind, KeyPair *ret_pair)
{
    static const struct {
        gnutls_pk_algorithm_t algorithm;
        unsigned bits;
    } kinds[] = {
        [KEY_KIND_ECDSA_P256] = {GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1)},
        [KEY_KIND_RSA_2048] = {GNUTLS_PK_RSA, 2048},
        [KEY_KIND_RSA_4096] = {GNUTLS_PK_RSA, 4096},
    };
    KeyPair pair;
    TRY(pki_checked(a, "new key",
                    gnutls_x509_privkey_generate(key, kinds[kind].algorithm, kinds[kind].bits, 0)));
    TRY(public_text(a, key, &pair.public_pem));
    TRY(key_text(a, key, &pair.private_pem));
    *ret_pair = pair;
    return NULL;
}

Err *key_pair_make(Arena *a, KeyKind kind, KeyPair *ret_pair)
{
    gnutls_x509_privkey_t key;
    TRY(pki_checked(a, "key", gnutls_x509_privkey_init(&key)));
    Err *e = generate(a, key, kind, ret_pair);
    gnutls_x509_privkey_deinit(key);
    return e;
}
