#pragma once

#include <stddef.h>

/* What clients may take of the server, and how long they may take: sizes, counts and times, with
 * their defaults. Every one is a bound on what comes in from outside; who meets it is answered or
 * closed at once, never left hanging. */

/* Most bytes of a body in memory. */
#define HTTP_BODY_MAX ((size_t)64 * 1024 * 1024)

/* Of anything that is 0 the default is taken. */
typedef struct HttpLimits {
    size_t connections;             /* in all; more are closed at once */
    size_t connections_per_address; /* of one IPv4 address or IPv6 /64; proxies aren't limited */
    size_t streams;                 /* in all */
    size_t spooled_bodies;          /* at a time; 503 beyond */
    size_t spool_bytes;             /* of all spooled bodies; 503 beyond, 413 of one alone */
    size_t spool_bytes_per_owner;   /* of one HttpRequest.spool_owner; likewise */
    size_t spool_free_bytes;        /* what they leave of their disk; 503 where it wouldn't be so */
    /* Of requests and answers in all; new requests get 503 beyond. Request bodies, answers in a Buf
     * and the exchanges themselves count, what lies in arenas doesn't. */
    size_t memory_bytes;
    size_t arena_bytes; /* what arena_take() may reach in one request */
} HttpLimits;

#define HTTP_CONNECTIONS 8192
#define HTTP_CONNECTIONS_PER_ADDRESS 4096
#define HTTP_STREAMS 2048
#define HTTP_SPOOLED_BODIES 8
#define HTTP_SPOOL_BYTES ((size_t)16 * 1024 * 1024 * 1024)
#define HTTP_SPOOL_BYTES_PER_OWNER ((size_t)8 * 1024 * 1024 * 1024)
#define HTTP_SPOOL_FREE_BYTES ((size_t)512 * 1024 * 1024)
#define HTTP_MEMORY_BYTES ((size_t)1024 * 1024 * 1024)
#define HTTP_ARENA_BYTES ((size_t)512 * 1024 * 1024)

/* In milliseconds; of anything that is 0 the default is taken. */
typedef struct HttpTimeouts {
    int handshake_ms;
    int idle_ms;         /* between requests */
    int head_ms;         /* from its first byte to its end */
    int body_ms;         /* within which HTTP_BODY_BYTES_PER_SECOND must be kept */
    int send_ms;         /* without any progress */
    int stream_ms;       /* without any progress while something is queued */
    int keepalive_ms;    /* of silence on a stream, until a comment is sent */
    int linger_ms;       /* reading on after an early answer */
    int stop_ms;         /* for clients to take the end of their streams when the server stops */
    int stop_receive_ms; /* for requests to be sent whole then */
} HttpTimeouts;

/* Those for the handshake and a head run from their start, whatever comes in: a client that sends a
 * byte now and then gains nothing. Those for bodies and answers go by progress, since a big one
 * over a slow line takes as long as it takes. */
#define HTTP_HANDSHAKE_MS 10000
#define HTTP_IDLE_MS 75000
#define HTTP_HEAD_MS 10000
#define HTTP_BODY_MS 10000
#define HTTP_BODY_BYTES_PER_SECOND 1000
#define HTTP_SEND_MS 30000
#define HTTP_STREAM_MS 60000
#define HTTP_KEEPALIVE_MS 20000
/* Closing at once would reset the connection, and a client that still sends would see that instead
 * of the answer. */
#define HTTP_LINGER_MS 2000
#define HTTP_STOP_MS 10000
#define HTTP_STOP_RECEIVE_MS 2000

/* A head of more is answered with 414 (its line) or 431. Below HTTP_INPUT_SIZE, which holds it. */
#define HTTP_HEAD_MAX ((size_t)16 * 1024)
#define HTTP_HEADERS_MAX 100
