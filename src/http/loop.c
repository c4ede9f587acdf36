/* The loop: events, tasks, deadlines. */
#include "http/loop.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/datetime.h"
#include "http/accept.h"
#include "http/server_state.h"
#include "http/steps.h"

/* Of one call of epoll_wait(); what doesn't fit comes with the next one. */
#define EVENTS_MAX 128

/* Exchanges kept for the next request. */
#define FREE_EXCHANGES_MAX 32

Err *http_loop_init(Arena *a, HttpLoop *loop, HttpServer *server, size_t index)
{
    loop->server = server;
    loop->index = index;
    loop->accepting = true;
    loop->wake.kind = HTTP_WATCH_WAKE;
    mutex_init(&loop->lock);
    loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    loop->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    loop->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.ptr = &loop->wake};
    if (loop->epoll_fd < 0 || loop->wake_fd < 0 ||
        epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, loop->wake_fd, &event) != 0) {
        return err(a, ERR_IO, "There is no epoll for HTTP: %s.", strerrordesc_np(errno));
    }
    return http_accept_watch(a, loop);
}

static void close_if_open(int fd)
{
    if (fd >= 0) {
        (void)close(fd); /* nothing to lose */
    }
}

static void free_exchanges(HttpLoop *loop)
{
    while (loop->free_exchanges != NULL) {
        HttpExchange *x = loop->free_exchanges;
        loop->free_exchanges = x->next_free;
        (void)http_exchange_free(x);
    }
}

static void run_inbox(HttpLoop *loop)
{
    mutex_lock(&loop->lock);
    HttpTask *task = loop->inbox_first;
    loop->inbox_first = NULL;
    loop->inbox_last = NULL;
    mutex_unlock(&loop->lock);
    while (task != NULL) {
        HttpTask *next = task->next; /* run() may free it */
        task->run(task, loop->context);
        task = next;
    }
}

void http_loop_deinit(HttpLoop *loop)
{
    if (loop->server == NULL) {
        return; /* never initialised */
    }
    run_inbox(loop);
    free_exchanges(loop);
    close_if_open(loop->epoll_fd);
    close_if_open(loop->wake_fd);
    close_if_open(loop->spare_fd);
    mutex_deinit(&loop->lock);
}

void http_loop_post(HttpLoop *loop, HttpTask *task)
{
    task->next = NULL;
    mutex_lock(&loop->lock);
    const bool was_empty = loop->inbox_first == NULL;
    if (was_empty) {
        loop->inbox_first = task;
    } else {
        loop->inbox_last->next = task;
    }
    loop->inbox_last = task;
    mutex_unlock(&loop->lock);
    if (was_empty) {
        MUST(eventfd_write(loop->wake_fd, 1) == 0);
    }
}

bool http_loop_is_current(const HttpLoop *loop)
{
    return pthread_equal(loop->self, pthread_self()) != 0;
}

static void run_decision(HttpTask *task, void *loop_context)
{
    (void)loop_context;
    HttpExchange *x = CONTAINER_OF(task, HttpExchange, task);
    http_connection_resume(x->connection, x->outcome);
}

void http_loop_decide(HttpExchange *x, HttpOutcome outcome)
{
    if (http_loop_is_current(x->loop) && x->in_callback) {
        MUST(x->here == HTTP_OUTCOME_NONE);
        x->here = outcome;
        return;
    }
    x->outcome = outcome;
    x->task.run = run_decision;
    http_loop_post(x->loop, &x->task);
}

static int timeout_ms(const HttpTimeouts *t, HttpPhase phase)
{
    switch (phase) {
    case HTTP_PHASE_HANDSHAKE:
        return t->handshake_ms;
    case HTTP_PHASE_IDLE:
        return t->idle_ms;
    case HTTP_PHASE_HEAD:
        return t->head_ms;
    case HTTP_PHASE_BODY:
        return t->body_ms;
    case HTTP_PHASE_SEND:
        return t->send_ms;
    case HTTP_PHASE_STREAM:
        return t->keepalive_ms;
    case HTTP_PHASE_LINGER:
        return t->linger_ms;
    case HTTP_PHASE_WAIT:
    case HTTP_PHASE_CLOSED:
    case HTTP_PHASE_N:
        break;
    }
    return 0;
}

static void unlink_from_phase(HttpLoop *loop, HttpConnection *c)
{
    HttpPhaseList *list = &loop->phases[c->phase];
    if (c->previous != NULL) {
        c->previous->next = c->next;
    } else {
        list->first = c->next;
    }
    if (c->next != NULL) {
        c->next->previous = c->previous;
    } else {
        list->last = c->previous;
    }
}

static void link_to_phase(HttpLoop *loop, HttpConnection *c)
{
    HttpPhaseList *list = &loop->phases[c->phase];
    c->previous = list->last;
    c->next = NULL;
    if (list->last != NULL) {
        list->last->next = c;
    } else {
        list->first = c;
    }
    list->last = c;
}

void http_loop_set_phase(HttpLoop *loop, HttpConnection *c, HttpPhase phase)
{
    if (c->phase != HTTP_PHASE_CLOSED) {
        unlink_from_phase(loop, c);
    }
    c->phase = phase;
    c->transport.n_moved = 0;
    c->deadline_us = loop->now_us + timeout_ms(&loop->server->timeouts, phase) * INT64_C(1000);
    if (phase != HTTP_PHASE_CLOSED) {
        link_to_phase(loop, c);
    }
}

void http_loop_make_ready(HttpLoop *loop, HttpConnection *c)
{
    if (c->ready) {
        return;
    }
    c->ready = true;
    c->next_ready = NULL;
    if (loop->ready_last != NULL) {
        loop->ready_last->next_ready = c;
    } else {
        loop->ready_first = c;
    }
    loop->ready_last = c;
}

/* Those that are ready now; who becomes ready meanwhile waits for the next round. */
static void run_ready(HttpLoop *loop)
{
    HttpConnection *c = loop->ready_first;
    loop->ready_first = NULL;
    loop->ready_last = NULL;
    while (c != NULL) {
        HttpConnection *next = c->next_ready;
        c->ready = false;
        http_connection_turn(c, 0);
        c = next;
    }
}

HttpExchange *http_loop_take_exchange(HttpLoop *loop, HttpConnection *c)
{
    HttpExchange *x = loop->free_exchanges;
    if (x != NULL) {
        loop->free_exchanges = x->next_free;
        loop->n_free_exchanges--;
    } else {
        x = http_exchange_new(loop, loop->server->limits.arena_bytes);
        (void)atomic_fetch_add_explicit(&loop->server->memory_bytes, sizeof *x,
                                        memory_order_relaxed);
    }
    x->connection = c;
    return x;
}

void http_loop_give_exchange(HttpLoop *loop, HttpExchange *x)
{
    x->connection = NULL;
    if (loop->n_free_exchanges == FREE_EXCHANGES_MAX) {
        (void)atomic_fetch_sub_explicit(&loop->server->memory_bytes, sizeof *x,
                                        memory_order_relaxed);
        (void)http_exchange_free(x);
        return;
    }
    x->input_at = x->input_len;
    http_exchange_reset(x);
    x->next_free = loop->free_exchanges;
    loop->free_exchanges = x;
    loop->n_free_exchanges++;
}

Str http_loop_date(HttpLoop *loop)
{
    const int64_t now_us = datetime_now_us();
    const int64_t now_s = now_us / DATETIME_SECOND_US;
    if (now_s != loop->date_s) {
        Buf text;
        buf_init(&text, sizeof loop->date);
        datetime_put_http(&text, now_us);
        MUST(text.len < sizeof loop->date);
        memcpy(loop->date, text.data, text.len);
        loop->date[text.len] = '\0';
        buf_deinit(&text);
        loop->date_s = now_s;
    }
    return str_from(loop->date);
}

static void expire(HttpLoop *loop)
{
    for (int phase = 0; phase < HTTP_PHASE_CLOSED; phase++) {
        HttpConnection *c = loop->phases[phase].first;
        while (phase != HTTP_PHASE_WAIT && c != NULL && c->deadline_us <= loop->now_us) {
            http_connection_expire(c);
            HttpConnection *first = loop->phases[phase].first;
            MUST(first != c || c->deadline_us > loop->now_us);
            c = first;
        }
    }
}

static void for_all_of(HttpLoop *loop, HttpPhase phase, void (*act)(HttpConnection *c))
{
    HttpConnection *c = loop->phases[phase].first;
    while (c != NULL) {
        HttpConnection *next = c->next; /* act() may move it to another phase */
        act(c);
        c = next;
    }
}

static void begin_stop(HttpTask *task, void *loop_context)
{
    (void)loop_context;
    HttpLoop *loop = CONTAINER_OF(task, HttpLoop, stop_task);
    loop->stopping = true;
    loop->stop_us = loop->now_us + loop->server->timeouts.stop_ms * INT64_C(1000);
    loop->stop_receive_us = loop->now_us + loop->server->timeouts.stop_receive_ms * INT64_C(1000);
    http_accept_unwatch(loop);
    for_all_of(loop, HTTP_PHASE_HANDSHAKE, http_connection_stop);
    for_all_of(loop, HTTP_PHASE_IDLE, http_connection_stop);
    for_all_of(loop, HTTP_PHASE_STREAM, http_connection_stop);
}

void http_loop_stop(HttpLoop *loop)
{
    loop->stop_task.run = begin_stop;
    http_loop_post(loop, &loop->stop_task);
}

/* Clients that don't end by themselves. Who is with the application or takes its answer may go on.
 */
static void hurry(HttpLoop *loop)
{
    for_all_of(loop, HTTP_PHASE_IDLE, http_connection_stop);
    if (loop->now_us >= loop->stop_receive_us) {
        for_all_of(loop, HTTP_PHASE_HEAD, http_connection_close);
        for_all_of(loop, HTTP_PHASE_BODY, http_connection_close);
    }
    if (loop->now_us >= loop->stop_us) {
        for_all_of(loop, HTTP_PHASE_STREAM, http_connection_close);
        for_all_of(loop, HTTP_PHASE_LINGER, http_connection_close);
    }
}

static void tick(HttpLoop *loop)
{
    if (loop->now_us < loop->next_tick_us) {
        return;
    }
    loop->next_tick_us = loop->now_us + HTTP_TICK_US;
    expire(loop);
    if (loop->stopping) {
        hurry(loop);
    } else if (!loop->accepting) {
        http_accept_resume(loop);
    }
}

static void free_closed(HttpLoop *loop)
{
    HttpConnection *c = loop->closed;
    loop->closed = NULL;
    while (c != NULL) {
        HttpConnection *next = c->next;
        if (c->ready) { /* still in that list */
            c->next = loop->closed;
            loop->closed = c;
        } else {
            free(c);
        }
        c = next;
    }
}

static int wait_ms(const HttpLoop *loop)
{
    if (loop->ready_first != NULL) {
        return 0;
    }
    const bool timed = atomic_load_explicit(&loop->n_connections, memory_order_relaxed) > 0 ||
                       loop->stopping || !loop->accepting;
    return timed ? HTTP_TICK_US / 1000 : -1;
}

static void handle(HttpLoop *loop, const struct epoll_event *event)
{
    HttpWatch *watch = event->data.ptr;
    switch (watch->kind) {
    case HTTP_WATCH_WAKE:
        run_inbox(loop);
        break;
    case HTTP_WATCH_LISTENER:
        http_accept(loop, (HttpListener *)watch);
        break;
    case HTTP_WATCH_CONNECTION:
        http_connection_turn((HttpConnection *)watch, event->events);
        break;
    }
}

static void run_round(HttpLoop *loop)
{
    struct epoll_event events[EVENTS_MAX];
    const int n = epoll_wait(loop->epoll_fd, events, EVENTS_MAX, wait_ms(loop));
    MUST(n >= 0 || errno == EINTR);
    loop->now_us = datetime_monotonic_us();
    for (int i = 0; i < n; i++) {
        handle(loop, &events[i]);
    }
    run_ready(loop);
    tick(loop);
    free_closed(loop);
}

static void *run(void *context)
{
    HttpLoop *loop = context;
    const HttpHandler *handler = &loop->server->handler;
    loop->self = pthread_self();
    loop->now_us = datetime_monotonic_us();
    if (handler->on_loop_start != NULL) {
        loop->context = handler->on_loop_start(handler->context, loop->index);
    }
    http_server_loop_runs(loop->server);
    while (!loop->stopping || loop->closed != NULL ||
           atomic_load_explicit(&loop->n_connections, memory_order_relaxed) > 0) {
        run_round(loop);
    }
    run_inbox(loop);
    if (handler->on_loop_stop != NULL) {
        handler->on_loop_stop(handler->context, loop->context);
    }
    return NULL;
}

bool http_loop_start(HttpLoop *loop)
{
    char name[16];
    (void)snprintf(name, sizeof name, "http %zu", loop->index);
    return thread_start(&loop->thread, name, run, loop);
}
