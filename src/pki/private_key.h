#pragma once

#include <stdbool.h>

#include "base/err.h"
#include "base/str.h"

/* Private keys that others made: PKCS#1, SEC1, PKCS#8, plain or encrypted. */

typedef struct PrivateKey PrivateKey;

/* Err.field where the passphrase is at fault and not the key. */
#define PRIVATE_KEY_PASSPHRASE "passphrase"

/* The first private key of a PEM text; what else is in it is skipped. passphrase: empty if there is
 * none; a plain key needs none.
 *
 * Taken are RSA of 1,024 to 8,192 bits, ECDSA on P-256, P-384 and P-521, Ed25519 and Ed448.
 *
 * Any thread. An encrypted key takes up to three seconds: for the slow pool. Errors: ERR_INVALID
 * (no key, damaged, another kind, more rounds than limits.h says; with PRIVATE_KEY_PASSPHRASE as
 * field: the passphrase is missing or wrong), ERR_IO (no memory). */
CHECKED Err *private_key_read(Arena *a, Str text, Str passphrase, PrivateKey **ret_key);

/* The same, where several keys together may take PKI_ROUNDS_MAX: counts off *rounds_left. */
CHECKED Err *private_key_read_counted(Arena *a, Str text, Str passphrase, unsigned *rounds_left,
                                      PrivateKey **ret_key);

/* Reads a plain key that private_key_text() wrote, of one that was read before: without proving
 * again that its parts belong together, which takes a while. */
CHECKED Err *private_key_read_own(Arena *a, Str text, PrivateKey **ret_key);
PrivateKey *private_key_free(PrivateKey *key);
DEFINE_CLEANUP(PrivateKey, private_key_free);

/* As unencrypted PKCS#8 in PEM. */
CHECKED Err *private_key_text(Arena *a, const PrivateKey *key, Str *ret_pem);

/* Whether both are the same key, in whatever form they were written. */
bool private_key_equal(const PrivateKey *a, const PrivateKey *b);
