/* Accepting, refusing, and sharing out connections. */
#include "http/accept.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "http/server_state.h"

/* In one turn, so that a storm of connections doesn't starve those that are there. */
#define ACCEPTS_MAX 16

static bool watch_all(HttpLoop *loop)
{
    HttpServer *s = loop->server;
    bool good = true;
    for (size_t i = 0; i < s->n_listeners; i++) {
        /* One loop wakes for a new client, not all; and level triggered, since one turn takes
         * ACCEPTS_MAX and may leave some. */
        struct epoll_event event = {.events = EPOLLIN | EPOLLEXCLUSIVE,
                                    .data.ptr = &s->listeners[i].watch};
        good = epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, s->listeners[i].fd, &event) == 0 && good;
    }
    loop->accepting = good;
    return good;
}

Err *http_accept_watch(Arena *a, HttpLoop *loop)
{
    if (!watch_all(loop)) {
        return err(a, ERR_IO, "The listening sockets can't be watched: %s.",
                   strerrordesc_np(errno));
    }
    return NULL;
}

void http_accept_unwatch(HttpLoop *loop)
{
    HttpServer *s = loop->server;
    loop->accepting = false;
    for (size_t i = 0; i < s->n_listeners; i++) {
        /* It may be unwatched already, for want of descriptors. */
        (void)epoll_ctl(loop->epoll_fd, EPOLL_CTL_DEL, s->listeners[i].fd, NULL);
    }
}

void http_accept_resume(HttpLoop *loop)
{
    if (loop->spare_fd < 0) {
        loop->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    }
    if (loop->spare_fd >= 0) {
        http_accept_unwatch(loop);
        (void)watch_all(loop); /* at the next tick again if not */
    }
}

/* A connection on its way to another loop. */
typedef struct Handover {
    HttpTask task;
    HttpLoop *loop;
    int fd;
    HttpAddress address;
    size_t listener;
} Handover;

static void begin_or_close(HttpLoop *loop, int fd, const HttpAddress *address, size_t listener)
{
    if (loop->stopping) {
        (void)close(fd); /* it sent nothing yet */
        http_quota_give(&loop->server->quota, address);
        return;
    }
    http_connection_begin(loop, fd, address, listener);
}

static void run_handover(HttpTask *task, void *loop_context)
{
    (void)loop_context;
    Handover *h = CONTAINER_OF(task, Handover, task);
    (void)atomic_fetch_sub_explicit(&h->loop->n_connections, 1, memory_order_relaxed);
    begin_or_close(h->loop, h->fd, &h->address, h->listener);
    free(h);
}

static HttpLoop *least_loaded(HttpLoop *loop)
{
    HttpServer *s = loop->server;
    HttpLoop *best = loop;
    size_t best_n = atomic_load_explicit(&loop->n_connections, memory_order_relaxed);
    for (size_t i = 0; i < s->n_loops; i++) {
        const size_t n = atomic_load_explicit(&s->loops[i].n_connections, memory_order_relaxed);
        if (n < best_n) {
            best = &s->loops[i];
            best_n = n;
        }
    }
    return best;
}

static void share_out(HttpLoop *loop, int fd, const HttpAddress *address, size_t listener)
{
    HttpLoop *target = least_loaded(loop);
    if (target == loop) {
        begin_or_close(loop, fd, address, listener);
        return;
    }
    Handover *h = malloc(sizeof *h);
    MUST(h != NULL);
    *h = (Handover){.task = {.run = run_handover},
                    .loop = target,
                    .fd = fd,
                    .address = *address,
                    .listener = listener};
    /* Counted before it is there: a burst would all go to the same loop else, and a loop that
     * stops must wait for it. */
    (void)atomic_fetch_add_explicit(&target->n_connections, 1, memory_order_relaxed);
    http_loop_post(target, &h->task);
}

static void welcome(HttpLoop *loop, HttpListener *listener, int fd,
                    const struct sockaddr_storage *peer)
{
    HttpServer *s = loop->server;
    const HttpAddress address = http_address_of(peer);
    const bool exempt = http_networks_hold(s->proxies, s->n_proxies, &address);
    if (!http_quota_take(&s->quota, &address, exempt)) {
        char text[HTTP_ADDRESS_TEXT_SIZE];
        (void)atomic_fetch_add_explicit(&s->n_refused, 1, memory_order_relaxed);
        log_debug("connection refused: too many connections peer=%s",
                  http_address_write(&address, text).ptr);
        (void)close(fd); /* at once, so that the client doesn't hang */
        return;
    }
    share_out(loop, fd, &address, (size_t)(listener - s->listeners));
}

static bool is_starved(int error)
{
    return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

/* There are no more descriptors: gives one up to take a client and close it, rather than let it
 * hang. False: nobody waits (accept4() asks for a descriptor before it looks), or not even that was
 * possible, and the next tick tries again. */
static bool refuse_one(HttpLoop *loop, const HttpListener *listener)
{
    int fd = -1;
    if (loop->spare_fd >= 0) {
        (void)close(loop->spare_fd); /* of /dev/null */
        fd = accept4(listener->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        const bool starved = fd >= 0 || is_starved(errno);
        if (fd >= 0) {
            (void)close(fd); /* at once */
        }
        if (starved) {
            (void)atomic_fetch_add_explicit(&loop->server->n_starved, 1, memory_order_relaxed);
        }
        loop->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    }
    if (loop->spare_fd < 0) {
        http_accept_unwatch(loop);
    }
    return fd >= 0 && loop->spare_fd >= 0;
}

void http_accept(HttpLoop *loop, HttpListener *listener)
{
    for (int i = 0; i < ACCEPTS_MAX && !loop->stopping; i++) {
        struct sockaddr_storage peer = {0};
        socklen_t len = sizeof peer;
        const int fd =
            accept4(listener->fd, (struct sockaddr *)&peer, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            welcome(loop, listener, fd, &peer);
        } else if (is_starved(errno)) {
            if (!refuse_one(loop, listener)) {
                return;
            }
        } else if (errno != ECONNABORTED && errno != EINTR) {
            return; /* EAGAIN: none left */
        }
    }
}
