#pragma once

#include <gnutls/x509.h>

#include "base/err.h"
#include "base/str.h"

/* The text of a private key; inside src/pki.
 *
 * Elliptic keys are written here and not by GnuTLS: RFC 5915 wants the number in exactly as many
 * bytes as the curve has, while GnuTLS 3.7 puts a zero in front of every other one and drops zeros
 * of a short one, and other libraries then refuse the key. */

/* Unencrypted PKCS#8 in PEM, in `a`, which holds secrets from then on. Any thread. Errors: ERR_IO
 * (the library fails). */
CHECKED Err *key_text(Arena *a, gnutls_x509_privkey_t key, Str *ret_pem);
