/* Private keys by GnuTLS. What it can't read is the input's fault. */
#include "pki/private_key.h"

#include <stdlib.h>
#include <string.h>

#include "pki/data.h"
#include "pki/failure.h"
#include "pki/key_cipher.h"
#include "pki/key_form.h"
#include "pki/key_text.h"
#include "pki/limits.h"
#include "pki/objects.h"
#include "pki/pem.h"

#define P521_BITS 528 /* as GnuTLS counts: in whole bytes */

static Err *passphrase_fault(Arena *a, const char *text)
{
    return err_field(a, ERR_INVALID, STR(PRIVATE_KEY_PASSPHRASE), "%s", text);
}

static Err *damaged(Arena *a)
{
    return err(a, ERR_INVALID, "The private key is damaged.");
}

static CHECKED Err *find_key(Arena *a, Str text, PemBlock *ret_block)
{
    bool found = true;
    while (found) {
        TRY(pem_next(a, &text, ret_block, &found));
        if (found && pem_is_private_key(ret_block)) {
            return NULL;
        }
    }
    return err(a, ERR_INVALID, "There is no private key in the text.");
}

/* --- opening --- */

static bool is_pkcs8_encrypted(const PemBlock *block)
{
    return str_equal(block->label, STR("ENCRYPTED PRIVATE KEY"));
}

static CHECKED Err *open_encrypted(Arena *a, const PemBlock *block, Str passphrase,
                                   unsigned *rounds_left, Str *ret_der)
{
    if (passphrase.len == 0) {
        return passphrase_fault(a, "The private key is encrypted: its passphrase is needed.");
    }
    const char *word = str_to_cstr(a, passphrase);
    if (!is_pkcs8_encrypted(block)) {
        return key_cipher_open_openssl(a, block, word, ret_der);
    }
    Str der = STR_NONE;
    TRY(pem_decode(a, block, &der));
    return key_cipher_open_pkcs8(a, der, word, rounds_left, ret_der);
}

/* What GnuTLS is given is the one text that was looked at, never a block. */
static CHECKED Err *open_block(Arena *a, const PemBlock *block, Str passphrase,
                               unsigned *rounds_left, Str *ret_der)
{
    if (block->text.len > PKI_KEY_MAX_BYTES) {
        return err(a, ERR_INVALID, "The private key is too large.");
    }
    if (str_find_str(str_slice(block->text, 1, block->text.len), STR("-----BEGIN")) != SIZE_MAX) {
        return damaged(a); /* one within the other */
    }
    if (is_pkcs8_encrypted(block) || key_cipher_is_openssl(block)) {
        return open_encrypted(a, block, passphrase, rounds_left, ret_der);
    }
    return pem_decode(a, block, ret_der) != NULL ? damaged(a) : NULL;
}

/* --- reading --- */

static Err *other_kind(Arena *a)
{
    return err(a, ERR_INVALID,
               "Private keys are RSA of %d to %d bits, ECDSA on P-256, P-384 or P-521, Ed25519 "
               "or Ed448.",
               PKI_RSA_BITS_MIN, PKI_RSA_BITS_MAX);
}

static CHECKED Err *import(Arena *a, const PemBlock *block, Str der, gnutls_x509_privkey_t key)
{
    Str pkcs8 = STR_NONE;
    const KeyForm form = key_form_check(a, block->label, der, &pkcs8);
    if (form != KEY_FORM_TAKEN) {
        return form == KEY_FORM_OTHER_KIND ? other_kind(a) : damaged(a);
    }
    const gnutls_datum_t data = data_of(pkcs8);
    return gnutls_x509_privkey_import_pkcs8(key, &data, GNUTLS_X509_FMT_DER, NULL,
                                            GNUTLS_PKCS_PLAIN) < 0
               ? damaged(a)
               : NULL;
}

static bool is_kind_taken(gnutls_x509_privkey_t key)
{
    unsigned bits = 0;
    switch (gnutls_x509_privkey_get_pk_algorithm2(key, &bits)) {
    case GNUTLS_PK_RSA:
    case GNUTLS_PK_RSA_PSS:
        return bits >= PKI_RSA_BITS_MIN && bits <= PKI_RSA_BITS_MAX;
    case GNUTLS_PK_ECDSA:
        return bits == 256 || bits == 384 || bits == P521_BITS;
    case GNUTLS_PK_EDDSA_ED25519:
    case GNUTLS_PK_EDDSA_ED448:
        return true;
    default:
        return false;
    }
}

static CHECKED Err *read_key(Arena *a, Str text, Str passphrase, unsigned *rounds_left,
                             gnutls_x509_privkey_t key)
{
    PemBlock block = {.label = STR_NONE};
    TRY(find_key(a, text, &block));
    Str der = STR_NONE;
    TRY(open_block(a, &block, passphrase, rounds_left, &der));
    TRY(import(a, &block, der, key));
    return is_kind_taken(key) ? NULL : other_kind(a);
}

/* A key whose parts don't belong together could sign nothing; one of our own was asked before. */
static CHECKED Err *read_new(Arena *a, Str text, Str passphrase, unsigned *rounds_left, bool is_own,
                             PrivateKey **ret_key)
{
    if (text.len > PKI_TEXT_MAX_BYTES) {
        return err(a, ERR_INVALID, "The text of the private key is too large.");
    }
    CLEANUP(private_key_free) PrivateKey *key = calloc(1, sizeof *key);
    MUST(key != NULL);
    TRY(pki_checked(a, "key", gnutls_x509_privkey_init(&key->key)));
    TRY(read_key(a, text, passphrase, rounds_left, key->key));
    if (!is_own && gnutls_x509_privkey_verify_params(key->key) < 0) {
        return damaged(a);
    }
    *ret_key = key;
    key = NULL;
    return NULL;
}

Err *private_key_read_own(Arena *a, Str text, PrivateKey **ret_key)
{
    unsigned rounds_left = 0;
    return read_new(a, text, STR_NONE, &rounds_left, true, ret_key);
}

Err *private_key_read(Arena *a, Str text, Str passphrase, PrivateKey **ret_key)
{
    unsigned rounds_left = PKI_ROUNDS_MAX;
    return private_key_read_counted(a, text, passphrase, &rounds_left, ret_key);
}

Err *private_key_read_counted(Arena *a, Str text, Str passphrase, unsigned *rounds_left,
                              PrivateKey **ret_key)
{
    return read_new(a, text, passphrase, rounds_left, false, ret_key);
}

PrivateKey *private_key_free(PrivateKey *key)
{
    if (key != NULL) {
        gnutls_x509_privkey_deinit(key->key);
        free(key);
    }
    return NULL;
}

Err *private_key_text(Arena *a, const PrivateKey *key, Str *ret_pem)
{
    return key_text(a, key->key, ret_pem);
}

bool private_key_public_id(const PrivateKey *key, unsigned char ret_id[PUBLIC_KEY_ID_BYTES])
{
    size_t size = PUBLIC_KEY_ID_BYTES;
    return gnutls_x509_privkey_get_key_id(key->key, GNUTLS_KEYID_USE_SHA256, ret_id, &size) == 0;
}

bool private_key_equal(const PrivateKey *a, const PrivateKey *b)
{
    unsigned char first[PUBLIC_KEY_ID_BYTES];
    unsigned char second[PUBLIC_KEY_ID_BYTES];
    return private_key_public_id(a, first) && private_key_public_id(b, second) &&
           memcmp(first, second, sizeof first) == 0;
}
