/* PKCS#12 bag by bag: GnuTLS's own gnutls_pkcs12_simple_parse() would compute as many rounds as the
 * file says. */
#include "pki/pkcs12.h"

#include <gnutls/pkcs12.h>

#include "base/buf.h"
#include "pki/data.h"
#include "pki/der.h"
#include "pki/failure.h"
#include "pki/key_cipher.h"
#include "pki/limits.h"
#include "pki/private_key.h"

/* Usual are two: the certificates, encrypted together, and the key. */
#define BAGS_MAX 64
/* GnuTLS holds 32 in a bag and drops the rest without a word. */
#define BAG_ELEMENTS_MAX 32
/* Of what comes out of a file of PKI_TEXT_MAX_BYTES: base64 makes four bytes of three. */
#define PEM_MAX (4 * PKI_TEXT_MAX_BYTES)

typedef struct Opening {
    Arena *arena;
    const char *passphrase; /* NULL: none, which differs from an empty one */
    unsigned rounds_left;
    Buf pem;
} Opening;

static CHECKED Err *damaged(const Opening *o)
{
    return err(o->arena, ERR_INVALID, "The PKCS#12 file is damaged or of an unknown kind.");
}

static CHECKED Err *locked(const Opening *o)
{
    return err_field(o->arena, ERR_INVALID, STR(PRIVATE_KEY_PASSPHRASE),
                     "The passphrase does not open the PKCS#12 file.");
}

static CHECKED Err *spend(Opening *o, unsigned rounds)
{
    if (rounds > o->rounds_left) {
        return err(o->arena, ERR_INVALID,
                   "The passphrase of the PKCS#12 file takes too many rounds.");
    }
    o->rounds_left -= rounds;
    return NULL;
}

/* --- elements --- */

static CHECKED Err *put_pem(Opening *o, const char *label, const gnutls_datum_t *der)
{
    gnutls_datum_t pem = {NULL, 0};
    TRY(pki_checked(o->arena, "PEM", gnutls_pem_base64_encode2(label, der, &pem)));
    buf_put_str(&o->pem, data_take(o->arena, &pem));
    if (!str_ends_with(buf_str(&o->pem), STR("\n"))) {
        buf_put_char(&o->pem, '\n');
    }
    return NULL;
}

/* Whoever reads the PEM looks at what is in it. */
static CHECKED Err *put_encrypted_key(Opening *o, const gnutls_datum_t *der)
{
    const Str text = {(const char *)der->data, der->size};
    Str plain = STR_NONE;
    if (text.len > PKI_KEY_MAX_BYTES) {
        return err(o->arena, ERR_INVALID, "A private key of the PKCS#12 file is too large.");
    }
    Err *e = key_cipher_open_pkcs8(o->arena, text, o->passphrase, &o->rounds_left, &plain);
    if (e != NULL) {
        return e->field != NULL ? locked(o) : e;
    }
    const gnutls_datum_t data = data_of(plain);
    return put_pem(o, "PRIVATE KEY", &data);
}

static CHECKED Err *put_element(Opening *o, gnutls_pkcs12_bag_t bag, unsigned index)
{
    gnutls_datum_t data = {NULL, 0};
    if (gnutls_pkcs12_bag_get_data(bag, index, &data) < 0) {
        return damaged(o);
    }
    switch (gnutls_pkcs12_bag_get_type(bag, index)) {
    case GNUTLS_BAG_CERTIFICATE:
        return put_pem(o, "CERTIFICATE", &data);
    case GNUTLS_BAG_PKCS8_KEY:
        return put_pem(o, "PRIVATE KEY", &data);
    case GNUTLS_BAG_PKCS8_ENCRYPTED_KEY:
        return put_encrypted_key(o, &data);
    default:
        return NULL; /* revocation lists, secrets */
    }
}

/* --- bags --- */

static CHECKED Err *open_bag(Opening *o, gnutls_pkcs12_bag_t bag)
{
    unsigned schema = 0;
    unsigned cipher = 0;
    unsigned salt_size = 0;
    unsigned rounds = 0;
    char *oid = NULL;
    const int code =
        gnutls_pkcs12_bag_enc_info(bag, &schema, &cipher, NULL, &salt_size, &rounds, &oid);
    gnutls_free(oid);
    if (code < 0 && code != GNUTLS_E_SHORT_MEMORY_BUFFER) {
        return damaged(o);
    }
    TRY(spend(o, rounds));
    return gnutls_pkcs12_bag_decrypt(bag, o->passphrase) < 0 ? locked(o) : NULL;
}

static CHECKED Err *put_bag(Opening *o, gnutls_pkcs12_bag_t bag)
{
    if (gnutls_pkcs12_bag_get_type(bag, 0) == (int)GNUTLS_BAG_ENCRYPTED) {
        TRY(open_bag(o, bag));
    }
    const int n = gnutls_pkcs12_bag_get_count(bag);
    if (n >= BAG_ELEMENTS_MAX) {
        return err(o->arena, ERR_INVALID, "The PKCS#12 file holds more than %d objects together.",
                   BAG_ELEMENTS_MAX - 1);
    }
    for (int i = 0; i < n; i++) {
        TRY(put_element(o, bag, (unsigned)i));
    }
    return NULL;
}

static CHECKED Err *put_bag_at(Opening *o, gnutls_pkcs12_t file, int index, bool *ret_found)
{
    gnutls_pkcs12_bag_t bag;
    TRY(pki_checked(o->arena, "bag", gnutls_pkcs12_bag_init(&bag)));
    const int code = gnutls_pkcs12_get_bag(file, index, bag);
    Err *e = NULL;
    if (code == 0) {
        e = put_bag(o, bag);
    } else if (code != GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE) {
        e = damaged(o);
    }
    gnutls_pkcs12_bag_deinit(bag);
    *ret_found = code == 0;
    return e;
}

/* --- the file --- */

/* A file without MAC is opened all the same: what is wrong shows later. The rounds are counted
 * before each try: an empty passphrase may take two, since RFC 7292 (B.1) makes two zero bytes of
 * it and some programs none. */
static CHECKED Err *check_mac(Opening *o, gnutls_pkcs12_t file)
{
    unsigned mac = 0;
    unsigned salt_size = 0;
    unsigned rounds = 0;
    char *oid = NULL;
    const int code = gnutls_pkcs12_mac_info(file, &mac, NULL, &salt_size, &rounds, &oid);
    gnutls_free(oid);
    if (code == GNUTLS_E_INVALID_REQUEST) { /* its way to say that there is none */
        return NULL;
    }
    if (code < 0 && code != GNUTLS_E_SHORT_MEMORY_BUFFER) {
        return damaged(o);
    }
    TRY(spend(o, rounds));
    if (gnutls_pkcs12_verify_mac(file, o->passphrase) == 0) {
        return NULL;
    }
    if (o->passphrase == NULL || *o->passphrase != '\0') {
        return locked(o);
    }
    o->passphrase = NULL; /* the other form of an empty one */
    TRY(spend(o, rounds));
    return gnutls_pkcs12_verify_mac(file, NULL) == 0 ? NULL : locked(o);
}

static CHECKED Err *read_file(Opening *o, Str content, gnutls_pkcs12_t file)
{
    const gnutls_datum_t data = data_of(content);
    if (gnutls_pkcs12_import(file, &data, GNUTLS_X509_FMT_DER, 0) < 0) {
        return damaged(o);
    }
    TRY(check_mac(o, file));
    bool found = true;
    for (int i = 0; found; i++) {
        if (i == BAGS_MAX) {
            return err(o->arena, ERR_INVALID, "The PKCS#12 file has more than %d parts.", BAGS_MAX);
        }
        TRY(put_bag_at(o, file, i, &found));
    }
    return NULL;
}

bool pkcs12_is_likely(Str file)
{
    return file.len > 0 && (unsigned char)file.ptr[0] == DER_SEQUENCE;
}

Err *pkcs12_read(Arena *a, Str file, Str passphrase, Str *ret_pem)
{
    if (file.len > PKI_TEXT_MAX_BYTES) {
        return err(a, ERR_INVALID, "The PKCS#12 file is too large.");
    }
    Opening o = {
        .arena = a, .passphrase = str_to_cstr(a, passphrase), .rounds_left = PKI_ROUNDS_MAX};
    gnutls_pkcs12_t handle;
    TRY(pki_checked(a, "PKCS#12", gnutls_pkcs12_init(&handle)));
    buf_init(&o.pem, PEM_MAX);
    buf_hold_secrets(&o.pem);
    arena_hold_secrets(a);
    Err *e = read_file(&o, file, handle);
    gnutls_pkcs12_deinit(handle);
    if (e == NULL) {
        *ret_pem = str_dup(a, buf_str(&o.pem));
    }
    buf_deinit(&o.pem);
    return e;
}
