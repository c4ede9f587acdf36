#pragma once

#include <stdatomic.h>

#include "base/thread.h"
#include "http/address.h"
#include "http/listener.h"
#include "http/loop.h"
#include "http/quota.h"
#include "http/server.h"
#include "http/spool.h"
#include "http/tls.h"

/* The server as its loops see it. */

#define HTTP_LISTENERS_MAX 16
#define HTTP_LOOPS_MAX 64

struct HttpServer {
    HttpHandler handler;
    HttpLimits limits;
    HttpTimeouts timeouts;
    HttpNetwork *proxies; /* owned */
    size_t n_proxies;
    HttpTls tls;
    HttpQuota quota;
    HttpSpool spool;
    HttpListener listeners[HTTP_LISTENERS_MAX];
    size_t n_listeners;
    HttpLoop *loops; /* owned */
    size_t n_loops;
    size_t n_started;
    Mutex lock;
    Condition all_run;
    size_t n_running; /* loops that are ready to serve; under lock */
    atomic_size_t memory_bytes;
    atomic_size_t n_streams;
    atomic_uint_fast64_t n_requests;
    atomic_uint_fast64_t n_refused;
    atomic_uint_fast64_t n_starved;
};

/* A loop tells that it is ready. */
void http_server_loop_runs(HttpServer *s);

/* Takes one of a quota; false if there are `limit` already. */
bool http_server_take(atomic_size_t *counter, size_t limit);
