#pragma once

#include <stdint.h>

#include "base/buf.h"
#include "http/bytes.h"
#include "http/request.h"

/* The answer to a request: set its parts, then http_respond(), once. Whoever holds the request may
 * do so on its thread.
 *
 * Added by http/: Date, Content-Length, Connection. HEAD, 204 and 304 are sent without the body
 * that was set; 204 and 304 without Content-Length too, 204 without Content-Type. Control
 * characters in values become blanks, so that no value can start a header of its own. */

#define HTTP_RESPONSE_HEADERS_MAX 24

/* 200 until set; 200 ≤ status ≤ 599. */
void http_response_set_status(HttpRequest *request, int status);

/* name: a literal, as written on the wire. value: lives until on_finished(), as literals and what
 * lies in request->arena do. At most HTTP_RESPONSE_HEADERS_MAX. */
void http_response_add_header(HttpRequest *request, const char *name, Str value);

/* The body is one of these; the last one set counts. */
void http_response_set_text(HttpRequest *request, Str text); /* borrowed, like a header's value */
void http_response_set_buf(HttpRequest *request, Buf *body); /* taken over */
void http_response_set_bytes(HttpRequest *request, HttpBytes *body); /* the caller's share */

/* `length` bytes of a file from `offset` on; the descriptor is taken over. The file must not become
 * shorter meanwhile: the connection is closed if it does. */
void http_response_set_file(HttpRequest *request, int fd, uint64_t offset, uint64_t length);

/* Sends the answer. In on_head(): before the body was read; if there is one, the connection is
 * closed after the answer. The request isn't the caller's any more, even if the client is gone. */
void http_respond(HttpRequest *request);

/* What answers of the API depend on, besides method and address. */
#define HTTP_VARY "Accept, Cookie"

/* An error in the API's form: {"error": "text"} as application/json. Sets status, Content-Type,
 * Vary and Cache-Control (in place of those set before; whether a script asks, which must be told
 * not to keep it, may be unknown yet) and body; doesn't respond. text: `"`, `\` and controls are
 * escaped. */
void http_response_set_error(HttpRequest *request, int status, Str text);
