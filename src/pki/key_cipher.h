#pragma once

#include "base/err.h"
#include "pki/pem.h"

/* Opens encrypted private keys; inside src/pki. GnuTLS would open and import them in one step, and
 * so compute with numbers of any kind and size before anybody has looked at them. Rounds are read
 * from the very bytes that are opened.
 *
 * passphrase: NULL is none, which in PKCS#12 differs from an empty one. What was opened lies in
 * `a`, which holds secrets from then on, and is a SEQUENCE; more isn't known of it. Any thread.
 * Errors: ERR_INVALID (damaged, unknown, too many rounds; with PRIVATE_KEY_PASSPHRASE as field: the
 * wrong passphrase). */

/* EncryptedPrivateKeyInfo of PKCS#8 in DER, as RFC 8018 (PBES2 with PBKDF2; MD5 and DES) and RFC
 * 7292 (SHA-1 with Triple DES, RC2 of 40 bits or RC4) encrypt. Rounds are counted off *rounds_left.
 */
CHECKED Err *key_cipher_open_pkcs8(Arena *a, Str der, const char *passphrase, unsigned *rounds_left,
                                   Str *ret_der);

/* The older way of OpenSSL, with headers in the PEM: one round of MD5. */
bool key_cipher_is_openssl(const PemBlock *block);
CHECKED Err *key_cipher_open_openssl(Arena *a, const PemBlock *block, const char *passphrase,
                                     Str *ret_der);
