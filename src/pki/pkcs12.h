#pragma once

#include "base/err.h"
#include "base/str.h"

/* PKCS#12 files (.p12, .pfx; RFC 7292): certificates and keys under a passphrase. They become PEM
 * here, so that everything behind this knows one form only. */

/* Whether a file may be one, by its first bytes. */
bool pkcs12_is_likely(Str file);

/* All certificates and keys in it as one PEM text, keys as unencrypted PKCS#8. Opens what is
 * encrypted with RC2-40, RC2-128, RC4, DES, 3DES or AES; checks MACs of SHA-1 to SHA-512. An empty
 * passphrase is tried in both its forms.
 *
 * Any thread; takes up to three seconds: for the slow pool. Errors: ERR_INVALID (no PKCS#12,
 * damaged, too large, more than limits.h says; with PRIVATE_KEY_PASSPHRASE as field: the passphrase
 * is wrong), ERR_IO (no memory). */
CHECKED Err *pkcs12_read(Arena *a, Str file, Str passphrase, Str *ret_pem);
