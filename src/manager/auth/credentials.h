#pragma once

#include "manager/auth/principal.h"
#include "store/store.h"

/* Verified credentials, remembered for 5 minutes under a keyed hash of the Authorization header, so
 * that argon2id isn't needed for each request. One is forgotten at once when its user or a role of
 * the user changes. Any thread. */

#define CREDENTIALS_LIFE_US (INT64_C(300) * 1000000)
#define CREDENTIALS_MAX 4096

typedef struct Credentials Credentials;

Credentials *credentials_new(const Store *store);
Credentials *credentials_free(Credentials *c);
DEFINE_CLEANUP(Credentials, credentials_free);

/* Fills *ret_principal, its name copied into `a`; false if this header isn't remembered. now_us:
 * monotonic. */
bool credentials_recall(Credentials *c, Arena *a, Str authorization, int64_t now_us,
                        Principal *ret_principal);

/* depends_on[n]: the rows that the principal was made from, seen at `seq`. */
void credentials_remember(Credentials *c, Str authorization, int64_t now_us,
                          const Principal *principal, const RowName depends_on[], size_t n,
                          int64_t seq);
