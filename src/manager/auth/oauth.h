#pragma once

#include "manager/auth/access_token.h"
#include "manager/auth/throttle.h"

/* The token endpoint (wire 11.3): a client proves who it is by an assertion and gets an access
 * token. In two steps: what takes a reader and time for a signature, then a write request on
 * STORE_AUTH. Knows nothing of HTTP but the client's address; server/token_endpoint.h answers.
 *
 * What is wrong with an assertion isn't told apart: unknown client, wrong key, another server's,
 * out of date, used before are all "invalid_client", and count as failed logins.
 *
 * A restore takes the used assertions along. So one that may have been used before is refused after
 * it; for the first minute, in which clients have no others, with ERR_BUSY. */

#define OAUTH_BODY_MAX ((size_t)64 * 1024) /* bytes; an assertion takes 16 KiB at most */

typedef struct OauthRequest {
    Arena *arena;               /* of the HTTP request; texts are borrowed from there */
    Str body;                   /* a form */
    Str host;                   /* as the client calls us */
    const HttpAddress *address; /* of the client */
    int64_t forgotten_us;       /* which assertions were used until then isn't known; 0: it is */

    /* Filled by oauth_check(). */
    const char *error; /* of RFC 6749 5.2; NULL: none */
    int64_t wait_s;    /* > 0: too many failures, for so long */
    AccessTokenIssue issue;
    int64_t expires_in_s;
    Str scope;
} OauthRequest;

/* True if a token is to be issued; else `error` or `wait_s` says why not. Opens and ends the
 * reader's snapshot itself. For a reader thread. Errors: ERR_BUSY, ERR_IO. */
CHECKED Err *oauth_check(Throttle *throttle, Reader *reader, OauthRequest *request,
                         bool *ret_issue);

/* After oauth_check() said so, inside a write request of STORE_AUTH; may be run again. Errors as of
 * access_token_issue(). */
CHECKED Err *oauth_issue(Tx *tx, OauthRequest *request);

/* After the commit, or after the failure e: fills `error` for a replayed assertion and counts it.
 * False: e is what is to be answered. */
bool oauth_issued(Throttle *throttle, OauthRequest *request, const Err *e);
