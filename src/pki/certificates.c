/* Certificates by GnuTLS: reading, finding, ordering. */
#include "pki/certificates.h"

#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "pki/data.h"
#include "pki/failure.h"
#include "pki/limits.h"
#include "pki/objects.h"
#include "pki/pem.h"

#define FINGERPRINT_BYTES 32

/* --- reading --- */

static CHECKED Err *add(Arena *a, Certificates *c, const PemBlock *block)
{
    if (c->n == PKI_CERTIFICATES_MAX) {
        return err(a, ERR_INVALID, "At most %d certificates are taken at once.",
                   PKI_CERTIFICATES_MAX);
    }
    if (block->text.len > PKI_CERTIFICATE_MAX_BYTES) {
        return err(a, ERR_INVALID,
                   "Certificate %zu of the text is too large: at most %zu KiB are taken.", c->n + 1,
                   PKI_CERTIFICATE_MAX_BYTES / 1024);
    }
    gnutls_x509_crt_t crt;
    TRY(pki_checked(a, "certificate", gnutls_x509_crt_init(&crt)));
    c->items[c->n++] = (Certificate){.crt = crt, .text = block->text};
    const gnutls_datum_t text = data_of(block->text);
    return gnutls_x509_crt_import(crt, &text, GNUTLS_X509_FMT_PEM) < 0
               ? err(a, ERR_INVALID, "Certificate %zu of the text is damaged.", c->n)
               : NULL;
}

static CHECKED Err *read_all(Arena *a, Str text, bool is_bundle, Certificates *c)
{
    PemBlock block = {.label = STR_NONE};
    bool found = false;
    TRY(pem_next(a, &text, &block, &found));
    while (found) {
        if (pem_is_certificate(&block)) {
            TRY(add(a, c, &block));
        } else if (!is_bundle && pem_is_private_key(&block)) {
            return err(a, ERR_INVALID,
                       "There is a private key in the text; it has a field of its own.");
        }
        TRY(pem_next(a, &text, &block, &found));
    }
    return NULL;
}

static CHECKED Err *read_text(Arena *a, Str text, bool is_bundle, Certificates **ret_certificates)
{
    if (text.len > PKI_TEXT_MAX_BYTES) {
        return err(a, ERR_INVALID,
                   "The text of the certificates is too large: at most %zu KiB are taken.",
                   PKI_TEXT_MAX_BYTES / 1024);
    }
    Certificates *c = calloc(1, sizeof *c);
    MUST(c != NULL);
    c->items = ARENA_ARRAY(a, Certificate, PKI_CERTIFICATES_MAX);
    Err *e = read_all(a, text, is_bundle, c);
    if (e == NULL && c->n == 0 && !is_bundle) {
        e = err(a, ERR_INVALID, "There is no certificate in the text.");
    }
    if (e != NULL) {
        (void)certificates_free(c); /* always NULL */
        return e;
    }
    *ret_certificates = c;
    return NULL;
}

Err *certificates_read(Arena *a, Str text, Certificates **ret_certificates)
{
    return read_text(a, text, false, ret_certificates);
}

Err *certificates_read_bundle(Arena *a, Str text, Certificates **ret_certificates)
{
    return read_text(a, text, true, ret_certificates);
}

Certificates *certificates_free(Certificates *c)
{
    if (c != NULL) {
        for (size_t i = 0; i < c->n; i++) {
            gnutls_x509_crt_deinit(c->items[i].crt);
        }
        free(c);
    }
    return NULL;
}

size_t certificates_n(const Certificates *c)
{
    return c->n;
}

Str certificates_text(const Certificates *c, size_t i)
{
    MUST(i < c->n);
    return c->items[i].text;
}

/* --- finding --- */

static bool belongs(gnutls_x509_crt_t crt, const unsigned char key_id[PUBLIC_KEY_ID_BYTES])
{
    unsigned char id[PUBLIC_KEY_ID_BYTES];
    size_t size = sizeof id;
    return gnutls_x509_crt_get_key_id(crt, GNUTLS_KEYID_USE_SHA256, id, &size) == 0 &&
           memcmp(id, key_id, sizeof id) == 0;
}

size_t certificates_of_key(const Certificates *c, const PrivateKey *key)
{
    unsigned char id[PUBLIC_KEY_ID_BYTES];
    if (!private_key_public_id(key, id)) {
        return SIZE_MAX;
    }
    for (size_t i = 0; i < c->n; i++) {
        if (belongs(c->items[i].crt, id)) {
            return i;
        }
    }
    return SIZE_MAX;
}

bool certificates_equal(const Certificates *a, size_t i, const Certificates *b, size_t j)
{
    MUST(i < a->n && j < b->n);
    return gnutls_x509_crt_equals(a->items[i].crt, b->items[j].crt) != 0;
}

Err *certificates_fingerprint(Arena *a, const Certificates *c, size_t i, Str *ret_fingerprint)
{
    unsigned char hash[FINGERPRINT_BYTES];
    size_t size = sizeof hash;
    TRY(pki_checked(
        a, "gnutls_x509_crt_get_fingerprint",
        gnutls_x509_crt_get_fingerprint(c->items[i].crt, GNUTLS_DIG_SHA256, hash, &size)));
    *ret_fingerprint = hex_text(a, hash, size);
    return NULL;
}

bool certificates_is_self_issued(const Certificates *c, size_t i)
{
    MUST(i < c->n);
    return gnutls_x509_crt_check_issuer(c->items[i].crt, c->items[i].crt) != 0;
}

/* --- ordering --- */

typedef struct Chain {
    Buf text;
    gnutls_x509_crt_t members[PKI_CHAIN_MAX];
    size_t n;
} Chain;

static void chain_add(Chain *chain, const Certificates *c, size_t i)
{
    const Str text = c->items[i].text;
    chain->members[chain->n++] = c->items[i].crt;
    buf_put_str(&chain->text, text);
    if (!str_ends_with(text, STR("\n"))) {
        buf_put_char(&chain->text, '\n');
    }
}

static bool chain_has(const Chain *chain, gnutls_x509_crt_t crt)
{
    for (size_t i = 0; i < chain->n; i++) {
        if (gnutls_x509_crt_equals(chain->members[i], crt) != 0) {
            return true;
        }
    }
    return false;
}

static bool chain_add_issuer(Chain *chain, const Certificates *c)
{
    for (size_t i = 0; c != NULL && i < c->n; i++) {
        if (gnutls_x509_crt_check_issuer(chain->members[chain->n - 1], c->items[i].crt) != 0 &&
            !chain_has(chain, c->items[i].crt)) {
            chain_add(chain, c, i);
            return true;
        }
    }
    return false;
}

static bool chain_is_complete(const Chain *chain)
{
    gnutls_x509_crt_t last = chain->members[chain->n - 1];
    return gnutls_x509_crt_check_issuer(last, last) != 0;
}

Str certificates_chain(Arena *a, const Certificates *c, size_t leaf, const Certificates *more,
                       bool *ret_complete)
{
    MUST(leaf < c->n);
    Chain chain = {.n = 0};
    buf_init(&chain.text, 2 * PKI_TEXT_MAX_BYTES + PKI_CHAIN_MAX);
    chain_add(&chain, c, leaf);
    while (chain.n < PKI_CHAIN_MAX && !chain_is_complete(&chain) &&
           (chain_add_issuer(&chain, c) || chain_add_issuer(&chain, more))) {
    }
    *ret_complete = chain_is_complete(&chain);
    const Str text = str_dup(a, buf_str(&chain.text));
    buf_deinit(&chain.text);
    return text;
}
