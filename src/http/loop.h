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
 * a task on its list. */

#define HTTP_TICK_US 250000
#define HTTP_DATE_SIZE 32

typedef struct HttpPhaseList {
    HttpConnection *first; /* the oldest: all of a list have the same time to go */
    HttpConnection *last;
} HttpPhaseList;

struct HttpLoop {
    HttpServer *server;
    size_t index;
    void *context; /* of the application */
    Thread thread;
    pthread_t self;
    int epoll_fd;
    int wake_fd;
    int spare_fd; /* given up for a moment to refuse clients when there are no more descriptors */
    HttpWatch wake;
    int64_t now_us;
    int64_t next_tick_us;
    HttpPhaseList phases[HTTP_PHASE_N];
    HttpConnection *ready_first;
    HttpConnection *ready_last;
    HttpConnection *closed; /* to be freed after the batch: stale pointers may be in it */
    HttpExchange *free_exchanges;
    size_t n_free_exchanges;
    bool accepting;
    bool stopping;
    int64_t stop_us;         /* when patience with those that read ends */
    int64_t stop_receive_us; /* and with those that send */
    int64_t date_s;
    char date[HTTP_DATE_SIZE];
    HttpIo io;
    char plain[HTTP_RECORD_MAX]; /* a record on its way to TLS */

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
