#pragma once

#include "base/err.h"
#include "base/str.h"

/* What a client asserts to get a token (RFC 7523): the claims of a signed JSON Web Token. Pure: who
 * signed it is jwt.h's business, whether it was used before that of access_token.h. */

#define ASSERTION_AUDIENCES_MAX 16 /* more are refused */

/* That clocks may differ by, and how long before its end an assertion is taken (wire 11.3). */
#define ASSERTION_SKEW_S 60
#define ASSERTION_LIFE_MAX_S 86400

typedef struct Assertion {
    Str issuer;
    Str subject;
    Str id; /* jti; "" if there is none */
    Str audiences[ASSERTION_AUDIENCES_MAX];
    size_t n_audiences;
    double expires_s;    /* since 1970; NAN where it isn't given */
    double issued_s;     /* iat; NAN */
    double not_before_s; /* nbf; NAN */
} Assertion;

/* False if it is no JSON object, or a claim has a wrong type. Texts lie in `a` or the JSON. */
bool assertion_read(Arena *a, Str claims_json, Assertion *ret_assertion);

/* Whether it is to be taken now: begun, not over, and over within a day. One that never ends can't
 * be remembered until it does, so it is refused. now_s: wall clock. */
bool assertion_is_current(const Assertion *t, int64_t now_s);

/* Whether it can't have been taken at that moment or before: so one that was used is told from a
 * new one, where nobody remembers which were used until then. */
bool assertion_is_newer(const Assertion *t, int64_t moment_s);

/* Whether it is for the token endpoint of a server with one of these names (with or without a
 * port, which doesn't count). */
bool assertion_is_for(const Assertion *t, const Str hosts[], size_t n);
