#pragma once

#include <gnutls/gnutls.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* The bytes of one connection between its socket and TLS.
 *
 * GnuTLS is given functions of our own: received bytes are read in big pieces into a buffer of the
 * loop, and the records of a turn are gathered in another and sent with one call. Only what a turn
 * leaves over is kept with the connection. So an idle connection holds no buffer, writing never
 * blocks within GnuTLS, and a request costs one recv() and one send(). Confined to the loop. */

#define HTTP_RECORD_MAX 16384

/* A loop's buffers; between two turns empty. */
typedef struct HttpIo {
    size_t out_len;
    char in[64 * 1024];
    char out[96 * 1024];
} HttpIo;

typedef struct HttpTransport {
    int fd;
    gnutls_session_t session; /* owned */
    HttpIo *io;               /* borrowed from the loop */
    const char *in;           /* received and not yet read by TLS: in io->in, or in `kept` */
    size_t in_len;
    char *kept;   /* owned; what was left of `in` after a turn */
    char *unsent; /* owned; records that the socket didn't take */
    size_t unsent_at;
    size_t unsent_len;
    int n_queued;   /* bytes in the kernel that the peer hasn't taken, when last asked */
    size_t n_moved; /* bytes that went through the socket since it was last set to 0 */
    bool leaving;   /* the peer has shut its side: no more edges come */
    bool probed;    /* by http_transport_probe() */
    bool drained;   /* nothing to receive until the next edge */
    bool ended;     /* the peer sends no more */
    bool failed;    /* the socket is dead */
} HttpTransport;

enum { HTTP_TRANSPORT_AGAIN = -1, HTTP_TRANSPORT_FAILED = -2 };

/* Takes over the socket and the session. */
void http_transport_init(HttpTransport *t, int fd, gnutls_session_t session, HttpIo *io);

/* Closes. */
void http_transport_deinit(HttpTransport *t);

/* Around a turn. readable: there was an edge; leaving: it said that the peer has shut its side. */
void http_transport_begin_turn(HttpTransport *t, bool readable, bool leaving);
void http_transport_end_turn(HttpTransport *t);

/* True when done; false: *ret_failed tells whether to wait or to give up. */
bool http_transport_handshake(HttpTransport *t, bool *ret_failed);

/* Bytes of body read; 0: the peer ended it; AGAIN, FAILED. */
ssize_t http_transport_receive(HttpTransport *t, void *data, size_t size);

/* Whether there is room for a record: sends what was gathered when it is much. False: wait until
 * the socket is writable. */
bool http_transport_writable(HttpTransport *t);

/* Takes all of it, at most HTTP_RECORD_MAX bytes, after writable() said yes. False: failed. */
bool http_transport_send(HttpTransport *t, const char *data, size_t len);

/* Sends what was gathered. True when nothing is left unsent. */
bool http_transport_flush(HttpTransport *t);

/* Whether the peer has taken bytes out of the kernel since the last call. The socket may hold
 * megabytes and becomes writable only when a good part of them is gone, so a slow reader is seen no
 * earlier.
 */
bool http_transport_peer_takes(HttpTransport *t);

/* Once: sends what means nothing (a new key, RFC 8446 4.6.3) to a peer that has shut its side. One
 * that only has no more to say ignores it; one that has closed the connection resets it, which is
 * an edge. Nothing with TLS 1.2. */
void http_transport_probe(HttpTransport *t);

/* Says goodbye and shuts the sending side. */
void http_transport_shut(HttpTransport *t);

/* Drops what comes in. True: go on waiting; false: the peer ended it, too. */
bool http_transport_drop(HttpTransport *t);
