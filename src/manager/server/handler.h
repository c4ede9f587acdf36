#pragma once

#include <sodium.h>

#include "http/server.h"
#include "manager/auth/login.h"
#include "manager/auth/session.h"
#include "manager/rest/rest.h"
#include "manager/server/pool.h"
#include "manager/server/rate_limit.h"

/* Leads each HTTP request through login and the stages of rest/, from thread to thread: the loop
 * does what is quick, the reader pool scans and big pages, the password pool argon2id, the slow
 * pool keys, packages and commands, the store's writers the rest.
 *
 * A login never waits for anything but other logins: a thread of the password pool is left to them,
 * since a write that sets passwords is a long job there, and what else takes seconds has threads of
 * its own. Of one user, such work is done one request at a time. Who is asked of the directory
 * waits for others that are, from the same address for one at a time, and not for long; it stops
 * nobody else.
 *
 * A read on the reader pool is given up when its client closes the connection. A write goes on: who
 * asked for it may have meant it so.
 *
 * on_head() routes, recalls the credential or has it verified on the password pool, or finds the
 * session that a cookie names (wire 11.2); then come the rate limit and the rights. on_request()
 * takes query and body, and reads or writes. */

typedef struct Handler {
    Store *store; /* the members are set before the HTTP server starts and outlive it */
    Rest *rest;
    Login *login;
    Sessions *sessions;
    RateLimit *rate_limit;
    Pool *readers;
    Pool *passwords; /* two threads: argon2id takes 64 MiB in each */
    Pool *directory; /* threads that wait for the directory; all its jobs are long ones */
    Pool *slow;
    unsigned char source_key[crypto_shorthash_KEYBYTES]; /* random; see PoolJob.source */
} Handler;

/* Hands an answer over to the HTTP server, with its body; the request is not ours any more. */
void handler_send(HttpRequest *http, RestAnswer *answer);

/* Whose turn it is in a pool: the client's address, under a key of this process, so that nobody can
 * choose addresses that share somebody else's lane. */
uint64_t handler_source(const Handler *h, const HttpRequest *http);

/* Whether a login at the directory that has its turn still makes sense; else the answer is 503, its
 * client is gone, or 429, it has waited for too long. */
bool handler_may_ask_directory(const HttpRequest *http, const PoolJob *job, RestAnswer *answer);

/* The callbacks for a server whose handler.context is `h`. */
HttpHandler handler_callbacks(Handler *h);
