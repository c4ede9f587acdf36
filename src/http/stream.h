#pragma once

#include <stdbool.h>

#include "http/bytes.h"
#include "http/request.h"
#include "http/response.h"

/* An answer without an end: events for a browser, the feed of a node.
 *
 * The bytes of an event are made once (HttpBytes) and queued at each stream. A reader that is
 * HTTP_STREAM_BACKLOG_MAX bytes or HTTP_STREAM_QUEUE_MAX pieces behind, or takes nothing for
 * stream_ms, is cut off: it comes back and resumes by its cursor. Streams have a quota of their
 * own, so that they can't use up the connections of the API.
 *
 * All functions may be called on any thread. On the stream's own loop they cost no lock: to serve
 * many streams, run a task on each loop (http_server_run_on_loop()) and send from there. */

#define HTTP_STREAM_BACKLOG_MAX ((size_t)256 * 1024)
#define HTTP_STREAM_QUEUE_MAX 1024

typedef struct HttpStream HttpStream;

typedef struct HttpStreamOptions {
    Str keepalive; /* sent after keepalive_ms of silence: ":\n\n"; STR_NONE: nothing. A literal */
    Str farewell;  /* sent last when the server stops; STR_NONE: nothing. A literal */
    void *context; /* for on_closed */
    /* Once, on the loop's thread: the client is gone, was cut off, or the server stops. Not called
     * after http_stream_end(). The handle stays valid until http_stream_end(). May be NULL. */
    void (*on_closed)(HttpStream *stream, void *context);
} HttpStreamOptions;

/* Instead of http_respond(): sends status and headers that were set and keeps the connection for
 * the stream. The request ends with this call, on_finished() is called soon. NULL when there are as
 * many streams as may be: the request is still the caller's, who answers 503.
 *
 *   options   copied
 *
 * The handle is the caller's until http_stream_end(). */
HttpStream *http_stream_begin(HttpRequest *request, const HttpStreamOptions *options);

/* Queues one piece and takes over the caller's share of it. False when the stream is closed: the
 * bytes are then freed. */
bool http_stream_send(HttpStream *stream, HttpBytes *bytes);

/* Bytes queued and not yet handed to TLS; on the stream's own loop only. */
size_t http_stream_backlog(const HttpStream *stream);

/* On its own loop only. */
bool http_stream_is_open(const HttpStream *stream);

size_t http_stream_loop_index(const HttpStream *stream);

/* Gives up the handle: what is queued is sent, then the connection is closed. Returns NULL. */
HttpStream *http_stream_end(HttpStream *stream);
