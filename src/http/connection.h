#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "http/address.h"
#include "http/credentials.h"
#include "http/exchange.h"
#include "http/transport.h"
#include "http/watch.h"

/* One client's connection: a state machine that its loop, and nobody else, drives by turns. A turn
 * goes on until nothing more can be read or written, since the events of epoll are edges: one that
 * isn't used up doesn't come again.
 *
 * It owns itself from http_connection_begin() on. Closing only takes it out of service: the memory
 * goes after the batch of events, which may still hold pointers to it (free_closed() in loop.c). */

/* name, what it waits for, where it goes */
#define HTTP_PHASES(X)                                                                             \
    X(HANDSHAKE, "TLS to be agreed upon; IDLE")                                                    \
    X(IDLE, "the first byte of a head; HEAD")                                                      \
    X(HEAD, "the rest of the head; BODY, WAIT, SEND")                                              \
    X(BODY, "the rest of the body; WAIT, SEND")                                                    \
    X(WAIT, "the application, without any deadline here; BODY, SEND")                              \
    X(SEND, "the client to take the answer; IDLE, HEAD, STREAM, LINGER")                           \
    X(STREAM, "more to send; LINGER")                                                              \
    X(LINGER, "the client to close after our last byte; CLOSED")                                   \
    X(CLOSED, "the end of the batch of events, when it is freed")

typedef enum HttpPhase {
#define HTTP_PHASE_MEMBER(name, text) HTTP_PHASE_##name,
    HTTP_PHASES(HTTP_PHASE_MEMBER)
#undef HTTP_PHASE_MEMBER
        HTTP_PHASE_N
} HttpPhase;

struct HttpConnection {
    HttpWatch watch;          /* first: what epoll hands back is cast from it */
    HttpPhase phase;          /* set by http_loop_set_phase() alone */
    HttpLoop *loop;           /* for life */
    HttpConnection *previous; /* in the list of the phase */
    HttpConnection *next;     /* likewise; in CLOSED in the list of those to be freed */
    HttpConnection *next_ready;
    bool ready;             /* has work without an event, and is in the loop's list of those */
    bool stopped;           /* its stream was told that the server stops */
    int64_t deadline_us;    /* of the phase, by datetime_monotonic_us(); means nothing in WAIT */
    int64_t stalled_us;     /* how long a stream that has something to send made no progress */
    HttpExchange *exchange; /* owned; from the first byte of a head to the last one of the answer */
    HttpStream *stream;     /* owned share; in STREAM only */
    HttpCredentials *credentials; /* owned share: the session reads from them as long as it lives */
    Str peer_certificate;         /* DER, verified; lies in the session */
    HttpAddress address;          /* of the peer, be it a proxy */
    bool trusted;                 /* is a proxy that may speak for others */
    size_t listener;              /* that it came by, from 0 */
    HttpTransport transport;      /* owned: socket and TLS session */
};

/* A new connection in HANDSHAKE, with its first turn. Takes over the socket; its place in the quota
 * was taken. */
void http_connection_begin(HttpLoop *loop, int fd, const HttpAddress *address, size_t listener);

/* After events of epoll; 0: without any, because there was more to do. */
void http_connection_turn(HttpConnection *c, uint32_t events);

/* The application has decided about its exchange. */
void http_connection_resume(HttpConnection *c, HttpOutcome outcome);

/* The deadline of its phase has passed. */
void http_connection_expire(HttpConnection *c);

/* The server stops: closes what is idle, bids streams farewell. */
void http_connection_stop(HttpConnection *c);

/* Closes it at once, whatever was under way; does nothing in CLOSED. Not in WAIT: the application
 * has the request then, and its memory can't be taken away from another thread. */
void http_connection_close(HttpConnection *c);
