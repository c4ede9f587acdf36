/* Tokens by Rhonabwy. Jansson, which it brings along, has names of our own JSON reader: so this
 * file hands texts on. */
#include "manager/auth/jwt.h"

#include <rhonabwy.h>
#include <stdlib.h>

struct Jwt {
    jwt_t *jwt; /* owned */
};

Jwt *jwt_free(Jwt *t)
{
    if (t != NULL) {
        r_jwt_free(t->jwt);
        free(t);
    }
    return NULL;
}

/* Three parts of base64url: neither encrypted nor in another serialisation. */
static bool is_compact(Str text)
{
    size_t n_dots = 0;
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.ptr[i];
        const bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        if (!letter && !(c >= '0' && c <= '9') && c != '-' && c != '_' && c != '.') {
            return false;
        }
        n_dots += c == '.';
    }
    return n_dots == 2 && text.len <= JWT_MAX_LEN;
}

/* A header that asks for what we don't know must not be taken (RFC 7515 4.1.11). */
static bool is_critical(jwt_t *jwt)
{
    json_t *critical = r_jwt_get_header_json_t_value(jwt, "crit");
    const bool found = critical != NULL;
    json_decref(critical);
    return found;
}

static bool parse(Jwt *t, Str text)
{
    return r_jwt_init(&t->jwt) == RHN_OK &&
           r_jwt_advanced_parsen(t->jwt, text.ptr, text.len, R_PARSE_NONE, R_FLAG_IGNORE_REMOTE) ==
               RHN_OK &&
           r_jwt_get_type(t->jwt) == R_JWT_TYPE_SIGN && !is_critical(t->jwt);
}

Jwt *jwt_read(Arena *a, Str text)
{
    if (!is_compact(text)) {
        return NULL;
    }
    CLEANUP(jwt_free) Jwt *t = calloc(1, sizeof *t);
    MUST(t != NULL);
    if (!parse(t, str_dup(a, text))) { /* it is to end with NUL */
        return NULL;
    }
    Jwt *read = t;
    t = NULL;
    return read;
}

Str jwt_claims(const Jwt *t, Arena *a)
{
    char *claims = r_jwt_get_full_claims_str(t->jwt);
    const Str copy = claims != NULL ? str_dup(a, str_from(claims)) : STR("");
    r_free(claims);
    return copy;
}

/* The one algorithm that goes with the key; R_JWA_ALG_UNKNOWN for keys that we don't take. */
static jwa_alg algorithm_of(jwk_t *key)
{
    unsigned int bits = 0;
    const int type = r_jwk_key_type(key, &bits, R_FLAG_IGNORE_REMOTE);
    if ((type & R_KEY_TYPE_PUBLIC) == 0) {
        return R_JWA_ALG_UNKNOWN;
    }
    if ((type & R_KEY_TYPE_RSA) != 0) {
        return R_JWA_ALG_RS256;
    }
    return (type & R_KEY_TYPE_EC) != 0 && bits == 256 ? R_JWA_ALG_ES256 : R_JWA_ALG_UNKNOWN;
}

/* The token's own "alg" must be the key's: else a public key could serve as the secret of an HMAC,
 * or "none" as a signature. */
static bool is_signed_with(jwt_t *jwt, jwk_t *key)
{
    const jwa_alg algorithm = algorithm_of(key);
    return algorithm != R_JWA_ALG_UNKNOWN && r_jwt_get_sign_alg(jwt) == algorithm &&
           r_jwt_verify_signature(jwt, key, R_FLAG_IGNORE_REMOTE) == RHN_OK;
}

bool jwt_is_signed(Jwt *t, Str public_key_pem)
{
    jwk_t *key = NULL;
    if (public_key_pem.len == 0 || r_jwk_init(&key) != RHN_OK) {
        return false;
    }
    const bool is_signed = r_jwk_import_from_pem_der(key, R_X509_TYPE_PUBKEY, R_FORMAT_PEM,
                                                     (const unsigned char *)public_key_pem.ptr,
                                                     public_key_pem.len) == RHN_OK &&
                           is_signed_with(t->jwt, key);
    r_jwk_free(key);
    return is_signed;
}
