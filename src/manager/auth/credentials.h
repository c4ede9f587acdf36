#pragma once

#include "manager/auth/grant.h"

/* Verified credentials, remembered for 5 minutes under a keyed hash of the Authorization header, so
 * that argon2id or a look into the store isn't needed for each request. One is void at once when
 * its user or client, a role of theirs, or the settings of authentication change: nobody tells, but
 * the rows that it was read from are looked at for each use. Any thread.
 *
 * Neither header nor password is kept: the hash (BLAKE2b) has a key of this process, so that it
 * can't be tried against lists of passwords by who sees the memory later. Only what was right is
 * remembered; wrong ones meet the throttle each time. */

#define CREDENTIALS_LIFE_US (INT64_C(300) * 1000000)

/* Of more users at once the oldest logs in anew: 4,096 take some 5 MiB. */
#define CREDENTIALS_MAX 4096

typedef struct Credentials Credentials;

Credentials *credentials_new(const Store *store);
Credentials *credentials_free(Credentials *c);
DEFINE_CLEANUP(Credentials, credentials_free);

/* Fills *ret_principal, its name copied into `a`; false if this header isn't remembered. now_us:
 * monotonic. */
bool credentials_recall(Credentials *c, Arena *a, Str authorization, int64_t now_us,
                        Principal *ret_principal);

/* most_us: for how long, if that is less than CREDENTIALS_LIFE_US, as the end of a token is. The
 * grant is copied. Does nothing for a grant of too many rows. */
void credentials_remember(Credentials *c, Str authorization, int64_t now_us, int64_t most_us,
                          const Grant *grant);
