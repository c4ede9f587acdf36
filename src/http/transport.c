/* Between socket and TLS. */
#include "http/transport.h"

#include <errno.h>
#include <linux/sockios.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/attr.h"

/* A peer that takes nothing may make us keep this much of answers to its own TLS messages (to a key
 * update, say: RFC 8446 4.6.3). Answers of ours don't get here: http_transport_writable() is asked
 * before each record. */
#define UNSENT_MAX ((size_t)512 * 1024)

/* Pieces of at most 64 kB that are read and dropped in one turn of lingering. */
#define DROPS_MAX 16

static bool fill(HttpTransport *t)
{
    if (t->drained || t->ended || t->failed) {
        return false;
    }
    free(t->kept);
    t->kept = NULL;
    ssize_t n = 0;
    do {
        n = recv(t->fd, t->io->in, sizeof t->io->in, 0);
    } while (n < 0 && errno == EINTR);
    /* A short read has emptied the socket: what comes after it is an edge of its own. The end may
     * already have had its edge, together with the last bytes. */
    t->drained = n < 0 || (!t->leaving && n < (ssize_t)sizeof t->io->in);
    t->ended = n == 0;
    t->failed = n < 0 && errno != EAGAIN;
    if (n <= 0) {
        return false;
    }
    t->in = t->io->in;
    t->in_len = (size_t)n;
    t->n_moved += (size_t)n;
    return true;
}

static ssize_t pull(gnutls_transport_ptr_t pointer, void *data, size_t size)
{
    HttpTransport *t = pointer;
    if (t->in_len == 0 && !fill(t)) {
        if (t->ended) {
            return 0;
        }
        gnutls_transport_set_errno(t->session, t->failed ? ECONNRESET : EAGAIN);
        return -1;
    }
    const size_t n = MIN(size, t->in_len);
    memcpy(data, t->in, n);
    t->in += n;
    t->in_len -= n;
    return (ssize_t)n;
}

/* Hands bytes to the socket; how many it took. */
static size_t send_some(HttpTransport *t, const char *data, size_t len)
{
    size_t at = 0;
    while (at < len && !t->failed) {
        const ssize_t n = send(t->fd, data + at, len - at, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            t->failed = errno != EAGAIN;
            break;
        }
        at += (size_t)n;
    }
    t->n_moved += at;
    return at;
}

static void keep_unsent(HttpTransport *t, const char *data, size_t len)
{
    if (len == 0 || t->failed) {
        return;
    }
    if (t->unsent_len + len > UNSENT_MAX) {
        t->failed = true;
        return;
    }
    char *unsent = malloc(t->unsent_len + len);
    MUST(unsent != NULL);
    if (t->unsent_len > 0) {
        memcpy(unsent, t->unsent + t->unsent_at, t->unsent_len);
    }
    memcpy(unsent + t->unsent_len, data, len);
    free(t->unsent);
    t->unsent = unsent;
    t->unsent_at = 0;
    t->unsent_len += len;
}

static void send_unsent(HttpTransport *t)
{
    const size_t n = send_some(t, t->unsent + t->unsent_at, t->unsent_len);
    t->unsent_at += n;
    t->unsent_len -= n;
    if (t->unsent_len == 0) {
        free(t->unsent);
        t->unsent = NULL;
        t->unsent_at = 0;
    }
}

bool http_transport_flush(HttpTransport *t)
{
    if (t->unsent_len > 0) {
        send_unsent(t);
    }
    const size_t n = t->unsent_len > 0 ? 0 : send_some(t, t->io->out, t->io->out_len);
    keep_unsent(t, t->io->out + n, t->io->out_len - n);
    t->io->out_len = 0;
    return t->unsent_len == 0 && !t->failed;
}

static ssize_t push(gnutls_transport_ptr_t pointer, const giovec_t *pieces, int n_pieces)
{
    HttpTransport *t = pointer;
    size_t len = 0;
    for (int i = 0; i < n_pieces; i++) {
        len += pieces[i].iov_len;
        if (t->io->out_len + pieces[i].iov_len > sizeof t->io->out) {
            (void)http_transport_flush(t);
        }
        MUST(pieces[i].iov_len <= sizeof t->io->out);
        memcpy(t->io->out + t->io->out_len, pieces[i].iov_base, pieces[i].iov_len);
        t->io->out_len += pieces[i].iov_len;
    }
    if (t->failed) {
        gnutls_transport_set_errno(t->session, EPIPE);
        return -1;
    }
    return (ssize_t)len;
}

void http_transport_init(HttpTransport *t, int fd, gnutls_session_t session, HttpIo *io)
{
    *t = (HttpTransport){.fd = fd, .session = session, .io = io};
    gnutls_transport_set_ptr(session, t);
    gnutls_transport_set_pull_function(session, pull);
    gnutls_transport_set_vec_push_function(session, push);
}

void http_transport_deinit(HttpTransport *t)
{
    gnutls_deinit(t->session);
    (void)close(t->fd); /* nothing is lost: what was written is the kernel's */
    free(t->kept);
    free(t->unsent);
}

void http_transport_begin_turn(HttpTransport *t, bool readable, bool leaving)
{
    t->leaving = t->leaving || leaving;
    if (readable || leaving) {
        t->drained = false;
    }
    if (t->unsent_len > 0) {
        (void)http_transport_flush(t);
    }
}

void http_transport_end_turn(HttpTransport *t)
{
    (void)http_transport_flush(t);
    if (t->in_len == 0) {
        free(t->kept);
        t->kept = NULL;
    } else if (t->kept == NULL) {
        t->kept = malloc(t->in_len);
        MUST(t->kept != NULL);
        memcpy(t->kept, t->in, t->in_len);
        t->in = t->kept;
    }
}

bool http_transport_handshake(HttpTransport *t, bool *ret_failed)
{
    int result = 0;
    do {
        result = gnutls_handshake(t->session);
    } while (result == GNUTLS_E_INTERRUPTED || result == GNUTLS_E_WARNING_ALERT_RECEIVED);
    *ret_failed = result < 0 && result != GNUTLS_E_AGAIN;
    if (*ret_failed) {
        (void)gnutls_alert_send_appropriate(t->session, result); /* the connection ends anyway */
    }
    return result == 0;
}

ssize_t http_transport_receive(HttpTransport *t, void *data, size_t size)
{
    ssize_t n = 0;
    do {
        n = gnutls_record_recv(t->session, data, size);
    } while (n == GNUTLS_E_INTERRUPTED || n == GNUTLS_E_WARNING_ALERT_RECEIVED);
    if (n >= 0) {
        return n;
    }
    /* Renegotiation is among what ends the connection. */
    return n == GNUTLS_E_AGAIN ? HTTP_TRANSPORT_AGAIN : HTTP_TRANSPORT_FAILED;
}

bool http_transport_writable(HttpTransport *t)
{
    if (t->io->out_len > sizeof t->io->out / 2) {
        (void)http_transport_flush(t);
    }
    return t->unsent_len == 0 && !t->failed;
}

bool http_transport_send(HttpTransport *t, const char *data, size_t len)
{
    size_t at = 0;
    while (at < len) { /* more than once if the client asked for small records */
        const ssize_t n = gnutls_record_send(t->session, data + at, len - at);
        if (n <= 0) { /* never AGAIN: push() takes everything */
            return false;
        }
        at += (size_t)n;
    }
    return true;
}

bool http_transport_peer_takes(HttpTransport *t)
{
    const int before = t->n_queued;
    if (ioctl(t->fd, SIOCOUTQ, &t->n_queued) != 0) {
        t->n_queued = 0;
    }
    return t->n_queued < before;
}

void http_transport_probe(HttpTransport *t)
{
    if (!t->probed && gnutls_protocol_get_version(t->session) == GNUTLS_TLS1_3) {
        t->probed = true;
        (void)gnutls_session_key_update(t->session, 0); /* or we don't learn of it */
    }
}

void http_transport_shut(HttpTransport *t)
{
    (void)gnutls_bye(t->session, GNUTLS_SHUT_WR); /* the peer may be gone; then nobody misses it */
    (void)http_transport_flush(t);
    (void)shutdown(t->fd, SHUT_WR);
}

bool http_transport_drop(HttpTransport *t)
{
    for (int i = 0; i < DROPS_MAX && !t->drained; i++) {
        t->in_len = 0;
        if (!fill(t)) {
            break;
        }
    }
    t->in_len = 0;
    return !t->ended && !t->failed;
}
