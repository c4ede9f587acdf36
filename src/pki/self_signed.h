#pragma once

#include "base/err.h"
#include "base/str.h"

/* The certificate that a Management Node answers with until it is given another. Clients that are
 * to verify it are given a copy, so it names all that they may call the machine by (RFC 9525:
 * common names don't count, alternative names do). */

/* Nobody renews it, hence ten years. */
#define SELF_SIGNED_DAYS 3650

typedef struct SelfSignedNames {
    const Str *dns; /* the first is the common name; n_dns ≥ 1 */
    size_t n_dns;
    const Str *addresses; /* IPv4 or IPv6, as text */
    size_t n_addresses;
} SelfSignedNames;

/* A P-256 key and a certificate signed with it, for TLS servers, both as PEM (the key as PKCS#8),
 * valid from a day ago. Any thread. Takes a few milliseconds. Errors: ERR_IO (the library fails),
 * ERR_INVALID (an address that is none). */
CHECKED Err *self_signed_make(Arena *a, const SelfSignedNames *names, Str *ret_certificate,
                              Str *ret_key);
