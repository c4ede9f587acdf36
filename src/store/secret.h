#pragma once

#include "base/err.h"
#include "store/store.h"

/* Secrets at rest: XChaCha20-Poly1305 (libsodium) under the store's key, with the key's id in
 * front.
 *
 * A stored secret is one text: "MASK SEALED" where MASK is what clients see ("$~!1$" and 22 random
 * base64 characters, never derived from the secret) and SEALED is base64. Any thread. */

/* Seals a clear text, not empty, under a fresh mask. */
Str secret_seal(const Store *s, Arena *a, Str clear);

/* Errors: ERR_IO (another key, or damaged). */
CHECKED Err *secret_open(const Store *s, Arena *a, Str stored, Str *ret_clear);

/* The mask of a stored secret. */
Str secret_mask(Str stored);

/* A text that looks like a mask. */
bool secret_is_mask(Str text);
