#pragma once

#include <stdbool.h>

#include "base/err.h"
#include "base/str.h"

/* Passwords at rest: argon2id (RFC 9106) by libsodium, 64 MiB and 2 passes. Each call takes some
 * 0.1 s and that memory: only on threads for slow work, never on a loop or writer thread. There are
 * two such threads for logins, so guessing by the network is bounded by the machine as well as by
 * the throttle. */

/* The text to keep. A password may hold any bytes and is hashed whole. Errors: ERR_IO (no memory).
 */
CHECKED Err *password_hash(Arena *a, Str password, Str *ret_hash);

/* Whether it is the password of that hash; compared whole and in constant time (wire 11.1). Takes
 * as long for a hash that is none, so that time doesn't tell whether a user exists. */
bool password_verify(Str hash, Str password);
