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
 * goes on until nothing more can be read or written, since the events of epoll are edges. */

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
    HttpWatch watch;
    HttpPhase phase;
    HttpLoop *loop;
    HttpConnection *previous; /* in the list of the phase */
    HttpConnection *next;
    HttpConnection *next_ready;
    bool ready;   /* has work without an event */
    bool stopped; /* its stream was told that the server stops */
    int64_t deadline_us;
    int64_t stalled_us;     /* how long a stream that has something to send made no progress */
    HttpExchange *exchange; /* owned */
    HttpStream *stream;     /* owned share */
    HttpCredentials *credentials; /* owned share */
    Str peer_certificate;         /* in the session */
    HttpAddress address;
    bool trusted; /* is a proxy that may speak for others */
    size_t listener;
    HttpTransport transport;
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

/* Closes it at once; not in WAIT, where the application has the request. */
void http_connection_close(HttpConnection *c);
