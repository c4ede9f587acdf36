#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "http/bytes.h"
#include "http/request.h"
#include "http/response.h"

/* The answer of an exchange, as response.h fills it; private to http/. */

typedef struct HttpResponse {
    int status;
    size_t n_headers;
    Str text;                                      /* the body in memory; all of it unless a file */
    Buf *buf;                                      /* owned; text points into it */
    HttpBytes *bytes;                              /* owned share; text points into it */
    int fd;                                        /* owned; -1: none */
    uint64_t offset;                               /* in the file */
    uint64_t length;                               /* of the body, whichever kind it is */
    HttpHeader headers[HTTP_RESPONSE_HEADERS_MAX]; /* names are as on the wire */
} HttpResponse;

/* Frees body and file of the answer. */
void http_response_deinit(HttpResponse *response);
