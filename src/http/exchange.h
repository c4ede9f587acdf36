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
    HttpExchange *next_free;
    HttpOutcome outcome; /* set together with posting `task` */
    HttpOutcome here;    /* the same, decided on the loop's thread within a callback */
    bool in_callback;
    bool held;
    bool seen;             /* on_head() was called: on_finished() is due */
    bool has_body_pending; /* the body wasn't read yet: answer, then close */
    bool keep_alive;       /* after the answer, as far as we know */
    bool sent_whole;
    atomic_bool gone;
    HttpStream *stream; /* owned share, from http_stream_begin() to the stream's phase */
    HttpBody body;
    HttpSpooled spooled;
    HttpResponse response;
    Buf out_head;
    uint64_t out_at; /* bytes of head and body given to TLS */
    uint64_t out_len;
    size_t charged; /* bytes counted in the server's memory, besides the exchange itself */
    size_t input_at;
    size_t input_len;
    size_t input_high; /* so much of it was ever written since it was last wiped */
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
