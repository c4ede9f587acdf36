#pragma once

#include "http/connection.h"
#include "http/stream.h"

/* What a connection does in its phases, a step each. A step either got on, so that another can
 * follow, or waits for an event; it may have closed the connection. On the loop's thread. */

typedef enum HttpStep { HTTP_STEP_ON, HTTP_STEP_WAIT } HttpStep;

/* In receive.c: from the first byte to the whole request. */
HttpStep http_receive_first(HttpConnection *c);
HttpStep http_receive_head(HttpConnection *c);
HttpStep http_receive_body(HttpConnection *c);

/* The application wants the body after all. */
void http_receive_begin_body(HttpConnection *c);

/* In reply.c: from the application's decision to the last byte. */
void http_reply_begin(HttpConnection *c);
void http_reply_begin_stream(HttpConnection *c);

/* Answers by ourselves, then closes. */
void http_reply_error(HttpConnection *c, int status, const char *text);
HttpStep http_reply_send(HttpConnection *c);
HttpStep http_reply_linger(HttpConnection *c);

/* Says goodbye and waits for the client to close: closing at once would reset the connection under
 * the answer if the client is still sending. */
void http_reply_end(HttpConnection *c);

/* on_finished(), and the end of what was counted for it. The exchange stays. */
void http_exchange_finish(HttpExchange *x);

/* In stream.c. The connection takes the share of the stream and is in its phase now. */
void http_stream_attach(HttpStream *stream, HttpConnection *c);
HttpStep http_stream_write(HttpConnection *c);

/* Nothing was sent for a while. False: it stalls and is to be closed. */
bool http_stream_tick(HttpConnection *c);
void http_stream_farewell(HttpStream *stream);

/* The connection is gone: tells the application, gives the share back. */
void http_stream_detach(HttpStream *stream);
