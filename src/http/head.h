#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "http/limits.h"
#include "http/request.h"

/* The head of a request: its line and its headers, checked line by line as they come in.
 *
 * Strict where leniency lets two readers see different requests: see the table of refusals in
 * tests/unit/http/test_head.c. The result doesn't depend on how the input was cut. Confined to one
 * thread. */

typedef enum HttpParse {
    HTTP_PARSE_MORE,   /* good so far */
    HTTP_PARSE_DONE,   /* complete */
    HTTP_PARSE_REFUSED /* answer with status and reason, then close */
} HttpParse;

typedef struct HttpHead {
    Str method;
    Str target; /* from the path on */
    Str path;
    Str query;
    Str host;
    int minor;
    size_t n_headers;
    bool chunked;
    bool has_length;
    bool keep_alive;
    bool expects_continue;
    uint64_t content_length;
    size_t size; /* bytes of the lines read so far; in the end of the head with its empty line */
    int status;  /* of a refusal */
    const char *reason;

    /* While reading. */
    bool has_line;
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
