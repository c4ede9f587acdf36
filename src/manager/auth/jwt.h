#pragma once

#include "base/err.h"
#include "base/str.h"

/* Signed JSON Web Tokens (RFC 7519), by Rhonabwy, which knows no key but the one given: what a
 * token says of keys or addresses of keys in its header is not looked at, and nothing is fetched.
 */

#define JWT_MAX_LEN ((size_t)16 * 1024) /* bytes; known clients send under 1 KiB */

typedef struct Jwt Jwt;

/* NULL if the text is no signed token: three parts, of which the first two are JSON, and no
 * critical header. Owned by the caller; `a` only holds a copy of the text. Confined to one thread.
 */
Jwt *jwt_read(Arena *a, Str text);
Jwt *jwt_free(Jwt *t);
DEFINE_CLEANUP(Jwt, jwt_free);

/* What it claims, as JSON in `a`; nothing of it is true before jwt_is_signed(). */
Str jwt_claims(const Jwt *t, Arena *a);

/* Whether the owner of this public key (PEM) signed it: ES256 with a key on P-256, RS256 with an
 * RSA key; the key decides, not the token. Takes up to a millisecond. */
bool jwt_is_signed(Jwt *t, Str public_key_pem);
