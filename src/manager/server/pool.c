/* Jobs wait in lanes by their source, and lanes take turns: so a busy source delays itself most. */
#include "manager/server/pool.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/datetime.h"
#include "base/thread.h"

/* A lane for each of so many sources, by hash; lanes take turns. */
#define POOL_LANES ((size_t)64)
#define POOL_THREADS_MAX 16

typedef struct Lane {
    PoolJob *first;
    PoolJob *last;
    size_t n;  /* jobs in it */
    bool busy; /* a long job of it runs */
} Lane;

struct Pool {
    Mutex lock;
    Condition wake;
    Lane lanes[2 * POOL_LANES]; /* under lock; the second half: of long jobs */
    size_t next_lane;           /* under lock */
    size_t n_waiting;           /* under lock: quick ones */
    size_t n_long_waiting;      /* under lock */
    unsigned n_long_running;    /* under lock */
    bool refusing;              /* under lock: long ones */
    bool ending;                /* under lock */
    PoolOptions options;
    unsigned n_threads; /* that run */
    Thread threads[POOL_THREADS_MAX];
    Reader *readers[POOL_THREADS_MAX]; /* each used by its thread alone */
    unsigned n_started;                /* under lock: threads that took their number */
};

static bool is_long(const PoolJob *job)
{
    return job->give_up != NULL;
}

static Lane *lane_of(Pool *p, const PoolJob *job)
{
    return &p->lanes[(is_long(job) ? POOL_LANES : 0) + job->source % POOL_LANES];
}

static PoolJob *lane_take(Lane *lane)
{
    PoolJob *job = lane->first;
    lane->first = job->next;
    lane->n--;
    return job;
}

static bool may_run_locked(const Pool *p, const Lane *lane) REQUIRES(p->lock)
{
    return lane->first != NULL &&
           (!is_long(lane->first) || (!lane->busy && p->n_long_running < p->options.n_long));
}

static PoolJob *take_locked(Pool *p) REQUIRES(p->lock)
{
    for (size_t i = 0; i < ARRAY_N(p->lanes); i++) {
        Lane *lane = &p->lanes[(p->next_lane + i) % ARRAY_N(p->lanes)];
        if (may_run_locked(p, lane)) {
            p->next_lane = (p->next_lane + i + 1) % ARRAY_N(p->lanes);
            return lane_take(lane);
        }
    }
    return NULL;
}

static void run_quick_locked(Pool *p, PoolJob *job, Reader *reader) REQUIRES(p->lock)
{
    p->n_waiting--;
    mutex_unlock(&p->lock);
    job->run(job, reader);
    mutex_lock(&p->lock);
}

static void run_long_locked(Pool *p, PoolJob *job, Reader *reader) REQUIRES(p->lock)
{
    Lane *lane = lane_of(p, job);
    p->n_long_waiting--;
    p->n_long_running++;
    lane->busy = true;
    mutex_unlock(&p->lock);
    job->run(job, reader);
    mutex_lock(&p->lock);
    lane->busy = false;
    p->n_long_running--;
    condition_signal(&p->wake); /* this thread may take a quick one now */
}

static void *pool_run(void *context)
{
    Pool *p = context;
    mutex_lock(&p->lock);
    Reader *reader = p->readers[p->n_started++];
    for (;;) {
        PoolJob *job = take_locked(p);
        if (job != NULL && is_long(job)) {
            run_long_locked(p, job, reader);
        } else if (job != NULL) {
            run_quick_locked(p, job, reader);
        } else if (p->ending) {
            break; /* what may not run yet is taken by those whose end it waits for */
        } else {
            condition_wait(&p->wake, &p->lock);
        }
    }
    mutex_unlock(&p->lock);
    return NULL;
}

static Err *start_threads(Pool *p, Arena *errors, Store *store)
{
    for (unsigned i = 0; i < p->options.n_threads; i++) {
        TRY(reader_new(errors, store, &p->readers[i]));
    }
    for (unsigned i = 0; i < p->options.n_threads; i++) {
        char text[16];
        (void)snprintf(text, sizeof text, "%.12s-%u", p->options.name, i % 100);
        if (!thread_start(&p->threads[i], text, pool_run, p)) {
            return err(errors, ERR_IO, "The system gives no more threads.");
        }
        p->n_threads++;
    }
    return NULL;
}

Err *pool_new(Arena *errors, Store *store, const PoolOptions *options, Pool **ret_pool)
{
    MUST(options->n_threads >= 1 && options->n_threads <= POOL_THREADS_MAX);
    CLEANUP(pool_free) Pool *p = calloc(1, sizeof *p);
    MUST(p != NULL);
    mutex_init(&p->lock);
    condition_init(&p->wake);
    p->options = *options;
    TRY(start_threads(p, errors, store));
    *ret_pool = p;
    p = NULL;
    return NULL;
}

Pool *pool_free(Pool *p)
{
    if (p == NULL) {
        return NULL;
    }
    mutex_lock(&p->lock);
    p->ending = true;
    condition_broadcast(&p->wake);
    mutex_unlock(&p->lock);
    for (unsigned i = 0; i < p->n_threads; i++) {
        thread_join(p->threads[i]);
    }
    for (unsigned i = 0; i < POOL_THREADS_MAX; i++) {
        p->readers[i] = reader_free(p->readers[i]);
    }
    condition_deinit(&p->wake);
    mutex_deinit(&p->lock);
    free(p);
    return NULL;
}

static void lane_put(Lane *lane, PoolJob *job)
{
    job->next = NULL;
    if (lane->first == NULL) {
        lane->first = job;
    } else {
        lane->last->next = job;
    }
    lane->last = job;
    lane->n++;
}

static bool put_locked(Pool *p, PoolJob *job) REQUIRES(p->lock)
{
    size_t *n = is_long(job) ? &p->n_long_waiting : &p->n_waiting;
    Lane *lane = lane_of(p, job);
    const bool full =
        *n >= p->options.most || (p->options.most_of_one > 0 && lane->n >= p->options.most_of_one);
    if (full || p->ending) {
        return false;
    }
    job->put_us = datetime_monotonic_us();
    lane_put(lane, job);
    (*n)++;
    condition_signal(&p->wake);
    return true;
}

bool pool_put(Pool *p, PoolJob *job)
{
    MUST(!is_long(job) || p->options.n_long > 0);
    mutex_lock(&p->lock);
    const bool refused = is_long(job) && p->refusing;
    const bool taken = refused || put_locked(p, job);
    mutex_unlock(&p->lock);
    if (refused) {
        job->give_up(job);
    }
    return taken;
}

void pool_refuse_long(Pool *p)
{
    Lane given_up = {.first = NULL};
    mutex_lock(&p->lock);
    p->refusing = true;
    for (size_t i = POOL_LANES; i < ARRAY_N(p->lanes); i++) {
        while (p->lanes[i].first != NULL) {
            lane_put(&given_up, lane_take(&p->lanes[i]));
        }
    }
    p->n_long_waiting = 0;
    mutex_unlock(&p->lock);
    while (given_up.first != NULL) {
        PoolJob *job = lane_take(&given_up);
        job->give_up(job);
    }
}
