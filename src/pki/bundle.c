/* Reads all keys and certificates of a file. */
#include "pki/bundle.h"

#include "base/utf8.h"
#include "pki/pem.h"
#include "pki/pkcs12.h"

static bool has_key(const Bundle *bundle, const PrivateKey *key)
{
    for (size_t i = 0; i < bundle->n_keys; i++) {
        if (private_key_equal(bundle->keys[i], key)) {
            return true;
        }
    }
    return false;
}

static CHECKED Err *add_key(Arena *a, Bundle *bundle, PrivateKey *key)
{
    const size_t leaf = certificates_of_key(bundle->certificates, key);
    if (leaf == SIZE_MAX) {
        return err(a, ERR_INVALID, "A private key belongs to none of the certificates.");
    }
    if (bundle->n_keys == PKI_KEYS_MAX) {
        return err(a, ERR_INVALID, "At most %d private keys are taken at once.", PKI_KEYS_MAX);
    }
    bundle->leaves[bundle->n_keys] = leaf;
    bundle->keys[bundle->n_keys++] = key;
    return NULL;
}

static CHECKED Err *read_key(Arena *a, Bundle *bundle, const PemBlock *block, Str passphrase,
                             unsigned *rounds_left)
{
    PrivateKey *key = NULL;
    TRY(private_key_read_counted(a, block->text, passphrase, rounds_left, &key));
    if (has_key(bundle, key)) {
        (void)private_key_free(key); /* always NULL */
        return NULL;
    }
    Err *e = add_key(a, bundle, key);
    if (e != NULL) {
        (void)private_key_free(key); /* always NULL */
    }
    return e;
}

static CHECKED Err *read_keys(Arena *a, Str text, Str passphrase, Bundle *bundle)
{
    PemBlock block = {.label = STR_NONE};
    unsigned rounds_left = PKI_ROUNDS_MAX;
    bool found = false;
    TRY(pem_next(a, &text, &block, &found));
    while (found) {
        if (pem_is_private_key(&block)) {
            TRY(read_key(a, bundle, &block, passphrase, &rounds_left));
        }
        TRY(pem_next(a, &text, &block, &found));
    }
    return NULL;
}

static CHECKED Err *read_text(Arena *a, Str text, Str passphrase, Bundle *bundle)
{
    TRY(certificates_read_bundle(a, text, &bundle->certificates));
    const size_t n = certificates_n(bundle->certificates);
    if (n == 0) {
        return err(a, ERR_INVALID, "There is no certificate in it.");
    }
    for (size_t i = 0; i < n; i++) {
        if (!utf8_valid(certificates_text(bundle->certificates, i))) {
            return err(a, ERR_INVALID, "Certificate %zu of the text is damaged.", i + 1);
        }
    }
    return read_keys(a, text, passphrase, bundle);
}

Err *bundle_read(Arena *a, Str file, Str passphrase, Bundle *ret_bundle)
{
    Bundle bundle = {.n_keys = 0};
    Str text = file;
    if (pkcs12_is_likely(file)) {
        TRY(pkcs12_read(a, file, passphrase, &text));
    }
    Err *e = read_text(a, text, passphrase, &bundle);
    if (e != NULL) {
        bundle_deinit(&bundle);
        return e;
    }
    *ret_bundle = bundle;
    return NULL;
}

void bundle_deinit(Bundle *bundle)
{
    for (size_t i = 0; i < bundle->n_keys; i++) {
        bundle->keys[i] = private_key_free(bundle->keys[i]);
    }
    bundle->n_keys = 0;
    bundle->certificates = certificates_free(bundle->certificates);
}

bool bundle_is_leaf(const Bundle *bundle, size_t i)
{
    for (size_t j = 0; j < bundle->n_keys; j++) {
        if (bundle->leaves[j] == i) {
            return true;
        }
    }
    return false;
}
