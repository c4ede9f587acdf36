#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "http/credentials.h"
#include "http/limits.h"
#include "http/request.h"
#include "http/task.h"

/* An HTTPS server: HTTP/1.1 and 1.0 over TLS 1.2 and 1.3, on loop threads of its own.
 *
 * The life of a request: on_head() when the head was checked, on_request() when the whole body is
 * there, the application answers at once or later (response.h) or begins a stream (stream.h),
 * on_finished() when the answer is out or the client gone. All callbacks run on the loop thread of
 * the connection and must not block: what takes longer is handed to another thread together with
 * the request. What breaks the grammar or a limit is answered here and isn't seen by the
 * application. */

typedef struct HttpServer HttpServer;

typedef struct HttpHandler {
    void *context;
    /* State of a loop, for request->loop_context; both may be NULL. On the loop's thread. */
    void *(*on_loop_start)(void *context, size_t loop_index);
    void (*on_loop_stop)(void *context, void *loop_context);
    /* Sets body_limit and spool_body, or answers already (401, 413, 415), or holds the request. May
     * be NULL. */
    void (*on_head)(void *context, HttpRequest *request);
    void (*on_request)(void *context, HttpRequest *request);
    /* Once for each request that on_head() saw: frees request->context. May be NULL. */
    void (*on_finished)(void *context, HttpRequest *request, bool sent_whole);
} HttpHandler;

typedef struct HttpConfiguration {
    size_t n_loops; /* 0: one a core */
    HttpHandler handler;
    HttpLimits limits;
    HttpTimeouts timeouts;
    const char *spool_folder;   /* for spooled bodies; NULL: /var/tmp */
    const Str *trusted_proxies; /* "192.0.2.0/24", "2001:db8::/32", "192.0.2.7" */
    size_t n_trusted_proxies;
} HttpConfiguration;

/* configuration: copied, but for handler.context. Errors: ERR_INVALID (a proxy's text), ERR_IO. */
CHECKED Err *http_server_new(Arena *a, const HttpConfiguration *configuration,
                             HttpServer **ret_server);

/* The server must not run, and the threads that answered must have left http_respond(). */
HttpServer *http_server_free(HttpServer *server);
DEFINE_CLEANUP(HttpServer, http_server_free);

/* Before http_server_start(): one more listener, numbered from 0.
 *
 *   address       "127.0.0.1:8443", "[::]:8443" (which takes IPv4, too); port 0: any that is free
 *   credentials   shared; what clients must show is part of them
 *
 * Errors, which name the address: ERR_INVALID (none), ERR_BUSY (in use), ERR_IO (not ours). */
CHECKED Err *http_server_listen(HttpServer *server, Arena *a, Str address,
                                HttpCredentials *credentials, size_t *ret_listener);

/* The same with a socket that already listens; it is taken over. */
CHECKED Err *http_server_listen_fd(HttpServer *server, Arena *a, int fd,
                                   HttpCredentials *credentials, size_t *ret_listener);

/* The socket of a listener, borrowed; for one who hands it on to another process. */
int http_server_listener_fd(const HttpServer *server, size_t listener);

uint16_t http_server_port(const HttpServer *server, size_t listener);

/* New handshakes use the new ones, connections keep theirs. Any thread, any time. */
void http_server_set_credentials(HttpServer *server, size_t listener, HttpCredentials *credentials);

/* Starts the loops, once; they are ready when it returns. Errors: ERR_IO. */
CHECKED Err *http_server_start(HttpServer *server, Arena *a);

/* Gracefully: no more accepting, every answer closes its connection, streams say farewell. Returns
 * when no request is with the application any more and the loops have ended. Not from a loop. */
void http_server_stop(HttpServer *server);

size_t http_server_n_loops(const HttpServer *server);

/* From any thread, between start and the return of stop. Tasks of one thread run in their order. */
void http_server_run_on_loop(HttpServer *server, size_t loop_index, HttpTask *task);

/* For health and metrics; any thread. */
typedef struct HttpCounts {
    size_t connections;
    size_t streams;
    size_t memory_bytes;
    uint64_t requests; /* since the start */
    uint64_t refused;  /* connections closed at a limit of ours, since the start */
    uint64_t starved;  /* those closed or left waiting for want of descriptors, since the start */
} HttpCounts;

HttpCounts http_server_counts(HttpServer *server);
