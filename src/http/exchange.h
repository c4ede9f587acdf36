#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "http/address.h"
#include "http/body.h"
#include "http/bytes.h"
#include "http/head.h"
#include "http/response.h"
#include "http/response_state.h"
#include "http/server.h"
#include "http/spool.h"
#include "http/stream.h"

/* One request with its answer, and the memory for both.
 *
 * A connection has one from the first byte of a head to the last byte of the answer; between
 * requests it goes back to the loop, so idle connections hold nothing. While the application has
 * the request, the loop touches only `gone` and `here`. */

/* A head, and behind it a body that stays in place or a whole TLS record. */
#define HTTP_INPUT_SIZE ((size_t)32 * 1024)
#define HTTP_RESPONSE_HEAD_MAX ((size_t)64 * 1024)

typedef struct HttpConnection HttpConnection;
typedef struct HttpLoop HttpLoop;
typedef struct HttpExchange HttpExchange;

/* What the application wants next. */
typedef enum HttpOutcome {
    HTTP_OUTCOME_NONE,
    HTTP_OUTCOME_RESPOND,
    HTTP_OUTCOME_READ_BODY,
    HTTP_OUTCOME_STREAM
} HttpOutcome;

struct HttpExchange {
    HttpRequest request;
    HttpTask task; /* on the done list of the loop */
    HttpLoop *loop;
    HttpConnection *connection;
    HttpExchange *next_free; /* in the loop's list of those kept for the next request */
    HttpOutcome outcome;     /* set together with posting `task` */
    /* The same, decided on the loop's thread within a callback: it is acted upon when the callback
     * has returned, so that a callback never runs inside a step that it made itself. */
    HttpOutcome here;
    bool in_callback;      /* on_head() or on_request() runs; the loop's thread only */
    bool held;             /* by http_request_hold(): the body waits for the application */
    bool seen;             /* on_head() was called: on_finished() is due */
    bool has_body_pending; /* the body wasn't read yet: answer, then close */
    bool keep_alive;       /* after the answer, as far as we know */
    bool sent_whole;       /* what on_finished() is told */
    atomic_bool gone;   /* the client left during WAIT; the application may look, on any thread */
    HttpStream *stream; /* owned share, from http_stream_begin() to the stream's phase */
    HttpBody body;
    HttpSpooled spooled; /* its part of the spool's budget */
    HttpResponse response;
    Buf out_head;    /* status line and headers as they are sent; owned */
    uint64_t out_at; /* bytes of head and body given to TLS */
    uint64_t out_len;
    size_t charged; /* bytes counted in the server's memory, besides the exchange itself */
    /* In `input`: input_at ≤ input_len ≤ input_high. What lies before input_at belongs to this
     * request, what follows up to input_len is body, or the next request of a client that
     * pipelines. Heads and bodies hold passwords, hence the rest up to input_high is wiped. */
    size_t input_at;
    size_t input_len;
    size_t input_high;
    /* Not cleared for a new exchange: both are written before they are read. */
    HttpHead head;
    char input[HTTP_INPUT_SIZE];
};

HttpExchange *http_exchange_of(HttpRequest *request);
const HttpExchange *http_exchange_of_const(const HttpRequest *request);

HttpExchange *http_exchange_new(HttpLoop *loop, size_t arena_bytes);
HttpExchange *http_exchange_free(HttpExchange *x);

/* Frees what belonged to the last request and moves input behind it to the front. */
void http_exchange_reset(HttpExchange *x);

/* n more bytes are in `input`. */
void http_exchange_added(HttpExchange *x, size_t n);

/* Before on_head(): fills the request from the head. */
void http_exchange_fill_request(HttpExchange *x);

/* Writes status line and headers into x->out_head and prepares sending.
 *
 *   date       for Date
 *   streaming  a body without known end follows
 */
void http_response_write_head(HttpExchange *x, Str date, bool streaming);

/* A piece of head and body from out_at on, of at most `size` bytes: copied to scratch or pointing
 * at the body itself. STR_NONE when a file turns out shorter than said. */
Str http_response_piece(HttpExchange *x, char *scratch, size_t size);
