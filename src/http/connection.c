/* The life of a connection: turns, deadlines, the end. */
#include "http/connection.h"

#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/log.h"
#include "http/loop.h"
#include "http/server_state.h"
#include "http/steps.h"

/* Steps and requests of one turn; then it is the next connection's. */
#define TURN_STEPS_MAX 128

#define PEER_IS_GONE (EPOLLHUP | EPOLLERR)
#define PEER_IS_LEAVING (EPOLLRDHUP | PEER_IS_GONE)

static const char *phase_name(HttpPhase phase)
{
    static const char *const names[] = {
#define HTTP_PHASE_NAME(name, text) #name,
        HTTP_PHASES(HTTP_PHASE_NAME)
#undef HTTP_PHASE_NAME
    };
    return names[phase];
}

static HttpStep shake_hands(HttpConnection *c)
{
    bool failed = false;
    if (!http_transport_handshake(&c->transport, &failed)) {
        if (failed) {
            http_connection_close(c);
        }
        return HTTP_STEP_WAIT;
    }
    c->peer_certificate = http_tls_peer_certificate(c->transport.session);
    http_loop_set_phase(c->loop, c, HTTP_PHASE_IDLE);
    return HTTP_STEP_ON;
}

static HttpStep step(HttpConnection *c)
{
    switch (c->phase) {
    case HTTP_PHASE_HANDSHAKE:
        return shake_hands(c);
    case HTTP_PHASE_IDLE:
        return http_receive_first(c);
    case HTTP_PHASE_HEAD:
        return http_receive_head(c);
    case HTTP_PHASE_BODY:
        return http_receive_body(c);
    case HTTP_PHASE_SEND:
        return http_reply_send(c);
    case HTTP_PHASE_STREAM:
        return http_stream_write(c);
    case HTTP_PHASE_LINGER:
        return http_reply_linger(c);
    case HTTP_PHASE_WAIT:
    case HTTP_PHASE_CLOSED:
    case HTTP_PHASE_N:
        break;
    }
    return HTTP_STEP_WAIT;
}

static void go_on(HttpConnection *c)
{
    int n_steps = 0;
    while (step(c) == HTTP_STEP_ON) {
        if (++n_steps == TURN_STEPS_MAX) {
            http_loop_make_ready(c->loop, c);
            break;
        }
    }
}

static void end_turn(HttpConnection *c)
{
    if (c->phase == HTTP_PHASE_CLOSED) {
        return;
    }
    if (c->phase == HTTP_PHASE_WAIT && c->transport.leaving) {
        http_transport_probe(&c->transport); /* does anybody wait with us? */
    }
    http_transport_end_turn(&c->transport);
    if (c->transport.failed && c->phase != HTTP_PHASE_WAIT) {
        http_connection_close(c);
        return;
    }
    /* Progress: the deadline begins anew. */
    const bool by_progress = c->phase == HTTP_PHASE_SEND || c->phase == HTTP_PHASE_STREAM;
    if (by_progress && c->transport.n_moved > 0) {
        c->stalled_us = 0;
        (void)http_transport_peer_takes(&c->transport); /* only to compare with later */
        http_loop_set_phase(c->loop, c, c->phase);
    }
}

void http_connection_turn(HttpConnection *c, uint32_t events)
{
    if (c->phase == HTTP_PHASE_CLOSED) {
        return;
    }
    const bool leaving = (events & PEER_IS_LEAVING) != 0;
    if ((events & PEER_IS_GONE) != 0 && c->phase == HTTP_PHASE_WAIT) {
        atomic_store_explicit(&c->exchange->gone, true, memory_order_relaxed);
    }
    if (leaving && c->phase == HTTP_PHASE_STREAM) {
        http_connection_close(c);
        return;
    }
    http_transport_begin_turn(&c->transport, (events & EPOLLIN) != 0, leaving);
    go_on(c);
    end_turn(c);
}

void http_connection_resume(HttpConnection *c, HttpOutcome outcome)
{
    MUST(c->phase == HTTP_PHASE_WAIT);
    http_transport_begin_turn(&c->transport, false, false);
    if (outcome == HTTP_OUTCOME_READ_BODY) {
        http_receive_begin_body(c);
    } else if (outcome == HTTP_OUTCOME_STREAM) {
        http_reply_begin_stream(c);
    } else {
        http_reply_begin(c);
    }
    go_on(c);
    end_turn(c);
}

static HttpConnection *new_connection(HttpLoop *loop, int fd, const HttpAddress *address,
                                      size_t listener)
{
    HttpServer *s = loop->server;
    HttpCredentials *credentials = http_listener_credentials(&s->listeners[listener]);
    gnutls_session_t session = http_tls_session_new(&s->tls, credentials);
    if (session == NULL) {
        (void)http_credentials_free(credentials);
        return NULL;
    }
    HttpConnection *c = calloc(1, sizeof *c);
    MUST(c != NULL);
    c->watch.kind = HTTP_WATCH_CONNECTION;
    c->phase = HTTP_PHASE_CLOSED; /* in no list yet */
    c->loop = loop;
    c->credentials = credentials;
    c->address = *address;
    c->trusted = http_networks_hold(s->proxies, s->n_proxies, address);
    c->listener = listener;
    http_transport_init(&c->transport, fd, session, &loop->io);
    return c;
}

void http_connection_begin(HttpLoop *loop, int fd, const HttpAddress *address, size_t listener)
{
    HttpConnection *c = new_connection(loop, fd, address, listener);
    if (c == NULL) {
        (void)close(fd); /* without memory there is no way to say more */
        http_quota_give(&loop->server->quota, address);
        return;
    }
    (void)atomic_fetch_add_explicit(&loop->n_connections, 1, memory_order_relaxed);
    http_loop_set_phase(loop, c, HTTP_PHASE_HANDSHAKE);
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
                                .data.ptr = &c->watch};
    if (epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0) {
        http_connection_close(c);
        return;
    }
    http_connection_turn(c, EPOLLIN);
}

void http_connection_close(HttpConnection *c)
{
    HttpLoop *loop = c->loop;
    MUST(c->phase != HTTP_PHASE_WAIT);
    if (c->phase == HTTP_PHASE_CLOSED) {
        return;
    }
    http_loop_set_phase(loop, c, HTTP_PHASE_CLOSED);
    if (c->exchange != NULL) {
        http_exchange_finish(c->exchange);
        http_loop_give_exchange(loop, c->exchange);
        c->exchange = NULL;
    }
    if (c->stream != NULL) {
        http_stream_detach(c->stream);
        c->stream = NULL;
    }
    (void)http_transport_flush(&c->transport); /* an alert, perhaps; nobody waits for it */
    http_transport_deinit(&c->transport);
    c->credentials = http_credentials_free(c->credentials);
    http_quota_give(&loop->server->quota, &c->address);
    (void)atomic_fetch_sub_explicit(&loop->n_connections, 1, memory_order_relaxed);
    c->next = loop->closed;
    loop->closed = c;
}

static void log_cut(const HttpConnection *c, const char *why)
{
    char text[HTTP_ADDRESS_TEXT_SIZE];
    log_debug("connection cut off: %s peer=%s phase=%s", why,
              http_address_write(&c->address, text).ptr, phase_name(c->phase));
}

/* Our own answer to a request that doesn't get on. */
static void time_out(HttpConnection *c)
{
    log_cut(c, "the request came too slowly");
    http_transport_begin_turn(&c->transport, false, false);
    http_reply_error(c, 408, "The request came too slowly.");
    go_on(c);
    end_turn(c);
}

static void expire_body(HttpConnection *c)
{
    const size_t window_s = (size_t)c->loop->server->timeouts.body_ms / 1000 + 1;
    if (c->transport.n_moved >= window_s * HTTP_BODY_BYTES_PER_SECOND) {
        http_loop_set_phase(c->loop, c, HTTP_PHASE_BODY);
    } else {
        time_out(c);
    }
}

static void expire_send(HttpConnection *c)
{
    if (http_transport_peer_takes(&c->transport)) {
        http_loop_set_phase(c->loop, c, HTTP_PHASE_SEND);
        return;
    }
    log_cut(c, "it takes nothing of its answer; see send_ms");
    http_connection_close(c);
}

static void expire_stream(HttpConnection *c)
{
    http_transport_begin_turn(&c->transport, false, false);
    if (!http_stream_tick(c)) {
        log_cut(c, "it takes nothing of its stream; see stream_ms");
        http_connection_close(c);
        return;
    }
    go_on(c);
    end_turn(c);
}

static void expire_idle(HttpConnection *c)
{
    http_transport_shut(&c->transport); /* no answer is under way: no need to linger */
    http_connection_close(c);
}

void http_connection_expire(HttpConnection *c)
{
    switch (c->phase) {
    case HTTP_PHASE_IDLE:
        expire_idle(c);
        break;
    case HTTP_PHASE_HEAD:
        time_out(c);
        break;
    case HTTP_PHASE_BODY:
        expire_body(c);
        break;
    case HTTP_PHASE_STREAM:
        expire_stream(c);
        break;
    case HTTP_PHASE_SEND:
        expire_send(c);
        break;
    case HTTP_PHASE_HANDSHAKE:
    case HTTP_PHASE_LINGER:
        http_connection_close(c);
        break;
    case HTTP_PHASE_WAIT:
    case HTTP_PHASE_CLOSED:
    case HTTP_PHASE_N:
        break;
    }
}

void http_connection_stop(HttpConnection *c)
{
    if (c->phase == HTTP_PHASE_HANDSHAKE) {
        http_connection_close(c);
    } else if (c->phase == HTTP_PHASE_IDLE) {
        expire_idle(c);
    } else if (c->phase == HTTP_PHASE_STREAM) {
        http_stream_farewell(c->stream);
    }
}
