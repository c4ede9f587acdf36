/* Private keys by GnuTLS. What it can't read is the input's fault. */
#include "pki/private_key.h"

#include <stdlib.h>
#include <string.h>

#include "pki/data.h"
#include "pki/failure.h"
#include "pki/key_text.h"
#include "pki/limits.h"
#include "pki/objects.h"
#include "pki/pem.h"

#define P521_BITS 528 /* as GnuTLS counts: in whole bytes */

static Err *passphrase_fault(Arena *a, const char *text)
{
    return err_field(a, ERR_INVALID, STR(PRIVATE_KEY_PASSPHRASE), "%s", text);
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

/* --- encrypted keys --- */

Err *private_key_spend_rounds(Arena *a, Str der, unsigned *rounds_left)
{
    const gnutls_datum_t data = data_of(der);
    unsigned rounds = 0;
    unsigned schema = 0;
    unsigned cipher = 0;
    unsigned salt_size = 0;
    char *oid = NULL;
    const int code = gnutls_pkcs8_info(&data, GNUTLS_X509_FMT_DER, &schema, &cipher, NULL,
                                       &salt_size, &rounds, &oid);
    gnutls_free(oid);
    if (code < 0 && code != GNUTLS_E_SHORT_MEMORY_BUFFER) {
        return err(a, ERR_INVALID, "The encryption of the private key is damaged or unknown.");
    }
    if (rounds > *rounds_left) {
        return err(a, ERR_INVALID, "The passphrase of the private key takes too many rounds.");
    }
    *rounds_left -= rounds;
    return NULL;
}

static bool is_pkcs8_encrypted(const PemBlock *block)
{
    return str_equal(block->label, STR("ENCRYPTED PRIVATE KEY"));
}

/* The older way of OpenSSL: one round of MD5. */
static bool is_openssl_encrypted(const PemBlock *block)
{
    return str_find_str(block->text, STR("Proc-Type:")) != SIZE_MAX &&
           str_find_str(block->text, STR("ENCRYPTED")) != SIZE_MAX;
}

static CHECKED Err *import_encrypted(Arena *a, const PemBlock *block, Str passphrase,
                                     unsigned *rounds_left, gnutls_x509_privkey_t key)
{
    if (passphrase.len == 0) {
        return passphrase_fault(a, "The private key is encrypted: its passphrase is needed.");
    }
    if (is_pkcs8_encrypted(block)) {
        Str der = STR_NONE;
        TRY(pem_decode(a, block, &der));
        TRY(private_key_spend_rounds(a, der, rounds_left));
    }
    const gnutls_datum_t text = data_of(block->text);
    if (gnutls_x509_privkey_import2(key, &text, GNUTLS_X509_FMT_PEM, str_to_cstr(a, passphrase),
                                    0) < 0) {
        return passphrase_fault(a, "The passphrase does not open the private key.");
    }
    return NULL;
}

/* --- reading --- */

static CHECKED Err *import(Arena *a, const PemBlock *block, Str passphrase, unsigned *rounds_left,
                           gnutls_x509_privkey_t key)
{
    if (is_pkcs8_encrypted(block) || is_openssl_encrypted(block)) {
        return import_encrypted(a, block, passphrase, rounds_left, key);
    }
    const gnutls_datum_t text = data_of(block->text);
    return gnutls_x509_privkey_import(key, &text, GNUTLS_X509_FMT_PEM) < 0
               ? err(a, ERR_INVALID, "The private key is damaged.")
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
    TRY(import(a, &block, passphrase, rounds_left, key));
    return is_kind_taken(key)
               ? NULL
               : err(a, ERR_INVALID,
                     "Private keys are RSA of %d to %d bits, ECDSA on P-256, P-384 or P-521, "
                     "Ed25519 or Ed448.",
                     PKI_RSA_BITS_MIN, PKI_RSA_BITS_MAX);
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
        return err(a, ERR_INVALID, "The private key is damaged.");
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
