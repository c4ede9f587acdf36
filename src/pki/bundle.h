#pragma once

#include "pki/certificates.h"
#include "pki/limits.h"
#include "pki/private_key.h"

/* Certificates and keys in one file: PEM blocks (RFC 7468) in any order, or PKCS#12 (RFC 7292), as
 * authorities and other products hand them out. Every key must belong to a certificate of the same
 * file: one that doesn't is a mistake of whoever put it together, and better told now than when a
 * client connects. */

typedef struct Bundle {
    Certificates *certificates;     /* at least one; owned */
    PrivateKey *keys[PKI_KEYS_MAX]; /* each once; owned */
    size_t leaves[PKI_KEYS_MAX];    /* the certificate of each key */
    size_t n_keys;
} Bundle;

/* passphrase: of encrypted keys, or of the PKCS#12 file; empty: none. Texts stay in `a`, and in
 * `file`, which must outlive it. After an error nothing is left to free.
 *
 * Any thread; takes up to three seconds: for the slow pool. Errors: ERR_INVALID (neither form,
 * damaged, too large, no certificate, a key of none of them; with PRIVATE_KEY_PASSPHRASE as field:
 * the passphrase is missing or wrong), ERR_IO (no memory). */
CHECKED Err *bundle_read(Arena *a, Str file, Str passphrase, Bundle *ret_bundle);
void bundle_deinit(Bundle *bundle);

/* Whether certificate i belongs to one of the keys. */
bool bundle_is_leaf(const Bundle *bundle, size_t i);
