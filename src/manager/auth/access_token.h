#pragma once

#include "base/steady_clock.h"
#include "manager/auth/grant.h"
#include "store/writer.h"

/* Access tokens of OAuth2 clients, and the assertions that they were given for: rows of auth.db,
 * which last over a restart (wire 11.3).
 *
 * A token is of random_token.h; only its hash is stored, so that who reads the file has no token.
 * It is worth what its client's role is at the time it is used, and nothing once the client is
 * gone.
 */

/* At most so many rows are kept of either kind; who wants more has to wait till some end. */
#define ACCESS_TOKENS_MAX INT64_C(1000000)

/* Of one client, so that none can fill them for all. */
#define ACCESS_TOKENS_OF_CLIENT_MAX INT64_C(10000)

/* What a token that is presented is good for, if anything. */
typedef struct AccessToken {
    bool valid;
    int64_t expires_us; /* wall clock */
    Grant grant;
} AccessToken;

/* Opens and ends the reader's snapshot itself. token: any text that a client sent. now_us: wall
 * clock. Errors: ERR_IO. */
CHECKED Err *access_token_read(Reader *reader, Arena *a, Str token, int64_t now_us,
                               AccessToken *ret_token);

/* A token and the assertion it is given for. */
typedef struct AccessTokenIssue {
    Str token;
    Str client_id;
    Str jti;
    int64_t expires_us;           /* of the token */
    int64_t assertion_expires_us; /* from when on nobody takes the assertion any more */
    int64_t most;                 /* ACCESS_TOKENS_MAX; less in tests */
    int64_t most_of_client;       /* ACCESS_TOKENS_OF_CLIENT_MAX; less in tests */
    bool replayed;                /* set when the assertion was used before */
} AccessTokenIssue;

/* Inside a write request of STORE_AUTH: in one transaction, since an assertion that is noted
 * without its token would be lost to the client, and a token without that note could be had twice.
 * Errors: ERR_CONFLICT (used before), ERR_BUSY (too many tokens), ERR_IO. */
CHECKED Err *access_token_issue(Tx *tx, AccessTokenIssue *issue);

/* Rows that were seen to have expired. */
typedef struct AccessTokenExpired {
    const Field *field; /* that says when they expire */
    const Value *keys;
    size_t n;
    int64_t now_us;
} AccessTokenExpired;

/* Inside a write request of STORE_AUTH, of the job below: removes those that are still so. Errors:
 * ERR_IO. */
CHECKED Err *access_token_remove_expired(Tx *tx, const AccessTokenExpired *expired);

/* A job: removes what has expired, by a clock that was steady for a while: one that jumped ahead
 * and back again would make assertions forgotten that are still good, and could be used once more.
 */
#define ACCESS_TOKEN_CLEANING_PERIOD_US (INT64_C(600) * 1000000)

#define ACCESS_TOKEN_STEADY_US (INT64_C(1800) * 1000000)

/* Its context. */
typedef struct AccessTokenCleaning {
    Store *store;
    Reader *reader; /* of its thread */
    SteadyClock clock;
    int64_t steady_us; /* ACCESS_TOKEN_STEADY_US; less in tests */
} AccessTokenCleaning;

CHECKED Err *access_token_clean(void *context, Arena *a, int64_t now_us);
