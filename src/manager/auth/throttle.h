#pragma once

#include <stdint.h>

#include "base/attr.h"
#include "base/str.h"
#include "http/address.h"

/* Failed logins: at most 10 a minute for a user from one address, and 50 a minute from one address.
 * All spellings of a name are one user (user_name.h), as they are to a directory.
 * An address is an IPv4 one or an IPv6 /64. Whoever is over that waits, whatever the password; the
 * same user from another address is not touched, or anybody could lock the administrator out (wire
 * 11.1). A remembered credential never gets here. Any thread. */

#define THROTTLE_WINDOW_US INT64_C(60000000)
#define THROTTLE_USER_FAILURES 10
#define THROTTLE_ADDRESS_FAILURES 50

typedef struct Throttle Throttle;

Throttle *throttle_new(void);
Throttle *throttle_free(Throttle *t);
DEFINE_CLEANUP(Throttle, throttle_free);

/* Whole seconds to wait before another try, 0 if it may be made now. now_us: monotonic. */
int64_t throttle_wait_s(Throttle *t, const HttpAddress *address, Str user, int64_t now_us);

/* Notes a failure, of a user who exists or not. A minute begins with the first one in it. */
void throttle_count_failure(Throttle *t, const HttpAddress *address, Str user, int64_t now_us);

/* A success forgets the failures of this user from this address; those of the address stay, or who
 * knows one password could try any number for others. */
void throttle_forget(Throttle *t, const HttpAddress *address, Str user);

/* Nobody waits any more: whoever runs the server has set a password anew. */
void throttle_forget_all(Throttle *t);
