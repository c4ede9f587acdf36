#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "http/limits.h"
#include "http/request.h"

/* The head of a request: its line and its headers, checked line by line as they come in.
 *
 * Source: RFC 9112 2 to 6 for the form, RFC 9110 5.5, 5.6.2 and 10.1.1 for values, tokens and
 * Expect. Strict where leniency lets two readers (a proxy and we) see different requests, which is
 * how requests are smuggled past one of them: two lengths, a length beside chunks, folded lines, a
 * blank before the colon, a bare LF; the table of refusals is in tests/unit/http/test_head.c.
 * The result doesn't depend on how the input was cut.
 *
 * Memory: none of its own; texts point into the caller's input. Confined to one thread. Limits:
 * HTTP_HEAD_MAX bytes, HTTP_HEADERS_MAX headers. */

typedef enum HttpParse {
    HTTP_PARSE_MORE,   /* good so far */
    HTTP_PARSE_DONE,   /* complete */
    HTTP_PARSE_REFUSED /* answer with status and reason, then close */
} HttpParse;

typedef struct HttpHead {
    Str method; /* a token; case matters */
    Str target; /* from the path on, undecoded */
    Str path;   /* begins with a slash, or is "*" for OPTIONS */
    Str query;  /* without the question mark; STR_NONE without one */
    Str host;   /* of the target if it names one, else of the header (RFC 9112 3.2.2) */
    int minor;  /* of the version: 0 or 1, higher ones count as 1 (RFC 9110 2.5) */
    size_t n_headers;
    bool chunked;
    bool has_length;
    bool keep_alive;         /* the client wants to go on (RFC 9112 9.3) */
    bool expects_continue;   /* it waits for a 100 before it sends the body */
    uint64_t content_length; /* 0 without the header */
    size_t size; /* bytes of the lines read so far; in the end of the head with its empty line */
    int status;  /* of a refusal */
    const char *reason; /* for the client; a literal */

    /* While reading. */
    bool has_line; /* the request line was read; headers follow */
    bool has_target_host;
    bool has_transfer_coding;
    bool has_authorization;
    bool asks_close;
    bool asks_keep_alive;
    size_t n_hosts;

    HttpHeader headers[HTTP_HEADERS_MAX];
} HttpHead;

void http_head_init(HttpHead *head);

/* Goes on where the last call ended. data[len]: from the first byte of the head on, the same memory
 * at each call, with more bytes. Nothing in it is changed before the head is done; then the names
 * of headers are put in lower case. All texts of `head` point into it. */
HttpParse http_head_parse(HttpHead *head, char *data, size_t len);
