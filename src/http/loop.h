#pragma once

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/thread.h"
#include "http/connection.h"
#include "http/server.h"
#include "http/transport.h"
#include "http/watch.h"

/* A thread with an epoll of its own. Only it touches its connections; whoever works elsewhere puts
 * a task on its list.
 *
 * A round is: wait for events, handle them (tasks of others are one of them), give those a turn
 * that have work without an event, look at deadlines if a tick has passed, free what was closed.
 * The last comes last since any of the others may still point at a closed connection.
 *
 * A phase has one time limit for all its connections. So its list, to whose end a connection goes
 * when it enters, is in the order of deadlines, and who looks for those that have passed stops at
 * the first that hasn't: 10,000 idle connections cost nothing. */

/* How late a deadline may be noticed. */
#define HTTP_TICK_US 250000

/* "Sun, 06 Nov 1994 08:49:37 GMT" and its end. */
#define HTTP_DATE_SIZE 32

typedef struct HttpPhaseList {
    HttpConnection *first; /* the oldest: all of a list have the same time to go */
    HttpConnection *last;
} HttpPhaseList;

struct HttpLoop {
    HttpServer *server;
    size_t index;
    void *context; /* of the application */
    Thread thread; /* for whoever started it, to join */
    pthread_t
        self; /* the same, set by the thread itself before it serves: start may return later */
    int epoll_fd;
    int wake_fd;  /* an eventfd, written when the inbox stops being empty */
    int spare_fd; /* given up for a moment to refuse clients when there are no more descriptors */
    HttpWatch wake;
    int64_t now_us; /* of this round, by datetime_monotonic_us(): one look at the clock for all */
    int64_t next_tick_us;
    HttpPhaseList phases[HTTP_PHASE_N];
    HttpConnection *ready_first; /* served once a round, so that none starves the others */
    HttpConnection *ready_last;
    HttpConnection *closed; /* to be freed after the batch: stale pointers may be in it */
    HttpExchange *free_exchanges;
    size_t n_free_exchanges;
    bool accepting;  /* watches the listeners; false for want of descriptors, and when it stops */
    bool stopping;   /* ends when its last connection has */
    int64_t stop_us; /* when patience with those that read ends */
    int64_t stop_receive_us; /* and with those that send */
    int64_t date_s;          /* the second that `date` is of */
    char date[HTTP_DATE_SIZE];
    HttpIo io;
    char plain[HTTP_RECORD_MAX]; /* a record on its way to TLS */

    /* Those handed over and not yet begun, too; other loops read it to find the least loaded. */
    atomic_size_t n_connections;
    HttpTask stop_task;
    Mutex lock;
    HttpTask *inbox_first; /* under lock */
    HttpTask *inbox_last;  /* under lock */
};

CHECKED Err *http_loop_init(Arena *a, HttpLoop *loop, HttpServer *server, size_t index);
void http_loop_deinit(HttpLoop *loop);

CHECKED bool http_loop_start(HttpLoop *loop);

/* Any thread: ends gracefully; join the thread. */
void http_loop_stop(HttpLoop *loop);

/* Any thread: run on the loop; in order of posting. */
void http_loop_post(HttpLoop *loop, HttpTask *task);

/* The application's decision about an exchange, from any thread. */
void http_loop_decide(HttpExchange *x, HttpOutcome outcome);

bool http_loop_is_current(const HttpLoop *loop);

/* From here on: on the loop's thread. */

/* Moves a connection to another phase, the deadline of which begins. The only place that does. */
void http_loop_set_phase(HttpLoop *loop, HttpConnection *c, HttpPhase phase);

/* Its turn comes again without an event. */
void http_loop_make_ready(HttpLoop *loop, HttpConnection *c);

HttpExchange *http_loop_take_exchange(HttpLoop *loop, HttpConnection *c);
void http_loop_give_exchange(HttpLoop *loop, HttpExchange *x);

/* Now, for the Date header. */
Str http_loop_date(HttpLoop *loop);
