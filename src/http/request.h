#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"
#include "http/address.h"

/* One HTTP request as the application sees it.
 *
 * It belongs to its connection and is lent to the application from on_head() until on_finished();
 * all texts live as long. Between the callbacks it is whoever's the application gives it to: one
 * thread at a time. Everything here was checked against the grammar, nothing was decoded. */

typedef struct HttpHeader {
    Str name;  /* in lower case */
    Str value; /* without blanks around it */
} HttpHeader;

typedef struct HttpRequest {
    /* Filled by http/; read only. */
    Str method; /* as sent; case matters */
    Str target; /* as sent; of the form http://host/path only what follows the host */
    Str path;   /* of the target, never empty: begins with a slash, or is "*" */
    Str query;  /* without the question mark; STR_NONE without one */
    Str host;   /* value of Host, or host of the target's http://host/; may be empty in HTTP/1.0 */
    int minor;  /* 0 or 1, of HTTP/1.x */
    const HttpHeader *headers; /* in the order sent, repeated ones too */
    size_t n_headers;
    bool has_body;
    uint64_t content_length; /* as announced; 0 if chunked. With the whole body there: its length */
    Str body;                /* on_request(): whole, unless spooled */
    int body_fd; /* on_request(): a spooled body, at offset 0; else -1. Closed by http/ */
    HttpAddress client_address; /* behind trusted proxies the last untrusted one */
    bool through_proxy; /* the peer is a trusted proxy: its X-Forwarded-… headers may be believed */
    Str peer_certificate; /* DER of the verified client certificate; STR_NONE without */
    size_t listener;      /* which of http_server_listen(), from 0 */
    size_t loop_index;
    void *loop_context; /* what on_loop_start() gave; for the loop's thread only */
    int64_t begun_us;   /* when the first byte of the head came, of datetime_monotonic_us() */
    Arena *arena;       /* for everything that lives as long as the request */

    /* Filled by the application. */
    void *context;        /* its own state; 0 at on_head() */
    size_t body_limit;    /* in on_head(): most bytes of body; more is answered with 413. Starts at
                             HTTP_BODY_MAX, and counts no further in memory */
    bool spool_body;      /* in on_head(): the body goes to an unlinked temporary file */
    uint64_t spool_owner; /* with it: whose budget it counts in */
} HttpRequest;

/* By its lower-case name: the values of headers that are lists (Accept, Cookie, If-Match,
 * X-Forwarded-For, …) joined in their order, of all others the last one; STR_NONE if it wasn't
 * sent. */
Str http_request_header(HttpRequest *request, Str name);

/* In on_head(): don't read the body yet. Later, on any thread, either http_request_read_body() or
 * http_respond(). */
void http_request_hold(HttpRequest *request);

/* After http_request_hold(): reads the body, on_request() follows. body_limit and spool_body may be
 * set before. The request is the loop's again with this call. */
void http_request_read_body(HttpRequest *request);

/* Whether the client closed the connection before it has its answer, so that work for it may be
 * given up; it must still be answered. One that shut its sending side waits for its answer. Where
 * that can't be told (TLS 1.2), it is taken to wait. Any thread. */
bool http_request_is_gone(const HttpRequest *request);
