#pragma once

#include <sodium.h>

#include "http/server.h"
#include "manager/auth/login.h"
#include "manager/rest/rest.h"
#include "manager/server/pool.h"
#include "manager/server/rate_limit.h"

/* Leads each HTTP request through login and the stages of rest/, from thread to thread: the loop
 * does what is quick, the reader pool scans and big pages, the slow pool passwords and keys, the
 * store's writers the rest.
 *
 *   on_head:     route, recall the credential or verify it on the slow pool, rate limit, rights
 *   on_request:  query and body, then read or write
 */

typedef struct Handler {
    Store *store; /* the members are set before the HTTP server starts and outlive it */
    Rest *rest;
    Login *login;
    RateLimit *rate_limit;
    Pool *readers;
    Pool *slow;
    unsigned char source_key[crypto_shorthash_KEYBYTES]; /* random; see PoolJob.source */
} Handler;

/* The callbacks for a server whose handler.context is `h`. */
HttpHandler handler_callbacks(Handler *h);
