#pragma once

#include "base/arena.h"
#include "base/str.h"

/* Whether a request that changes something was sent by our own pages and not, with the cookies that
 * a browser adds by itself, by somebody else's (wire 11.4). Two proofs: where it comes from, and a
 * token that only our pages can read. Pure; any thread. The refusals are literals for the client
 * and echo nothing. */

/* Headers of a request; STR_NONE where one wasn't sent. */
typedef struct CsrfHeaders {
    Str host;
    Str origin;
    Str referer;
    bool through_proxy; /* a trusted one: its X-Forwarded-… count. Else they don't */
    Str forwarded_host; /* X-Forwarded-Host; of a list the first, which the browser asked */
    Str forwarded_proto;
} CsrfHeaders;

/* NULL if Origin, or Referer without an Origin, has the scheme, host and port that were asked; else
 * why not. */
const char *csrf_check_origin(const CsrfHeaders *headers);

/* The token that belongs to a session: follows from its id, but doesn't lead back to it. 43
 * characters, in `a`. */
Str csrf_token_of(Arena *a, Str session_id);

/* Whether a token is that of a session, in constant time. */
bool csrf_token_fits(Arena *a, Str session_id, Str token);

/* cookie, header: the csrftoken cookie and X-CSRFToken. NULL if both are the session's token; else
 * why not. */
const char *csrf_check_token(Arena *a, Str session_id, Str cookie, Str header);
