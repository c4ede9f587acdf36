/* Jobs wait in lanes by their source, and lanes take turns: so a busy source delays itself most. */
#include "manager/server/pool.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/thread.h"

/* A lane for each of so many sources, by hash; lanes take turns. */
#define POOL_LANES 64
#define POOL_THREADS_MAX 16

typedef struct Lane {
    PoolJob *first;
    PoolJob *last;
} Lane;

struct Pool {
    Mutex lock;
    Condition wake;
    Lane lanes[POOL_LANES]; /* under lock */
    size_t next_lane;       /* under lock */
    size_t n_waiting;       /* under lock */
    bool ending;            /* under lock */
    size_t most;
    unsigned n_threads;
    Thread threads[POOL_THREADS_MAX];
    Reader *readers[POOL_THREADS_MAX]; /* each used by its thread alone */
    unsigned n_started;                /* under lock: threads that took their number */
};

static PoolJob *take_locked(Pool *p) REQUIRES(p->lock)
{
    for (size_t i = 0; i < POOL_LANES; i++) {
        Lane *lane = &p->lanes[(p->next_lane + i) % POOL_LANES];
        if (lane->first != NULL) {
            PoolJob *job = lane->first;
            lane->first = job->next;
            p->next_lane = (p->next_lane + i + 1) % POOL_LANES;
            p->n_waiting--;
            return job;
        }
    }
    return NULL;
}

static void *pool_run(void *context)
{
    Pool *p = context;
    mutex_lock(&p->lock);
    Reader *reader = p->readers[p->n_started++];
    for (;;) {
        PoolJob *job = take_locked(p);
        if (job != NULL) {
            mutex_unlock(&p->lock);
            job->run(job, reader);
            mutex_lock(&p->lock);
        } else if (p->ending) {
            break;
        } else {
            condition_wait(&p->wake, &p->lock);
        }
    }
    mutex_unlock(&p->lock);
    return NULL;
}

static Err *start_threads(Pool *p, Arena *errors, Store *store, const char *name, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        TRY(reader_new(errors, store, &p->readers[i]));
    }
    for (unsigned i = 0; i < n; i++) {
        char text[16];
        (void)snprintf(text, sizeof text, "%.12s-%u", name, i % 100);
        if (!thread_start(&p->threads[i], text, pool_run, p)) {
            return err(errors, ERR_IO, "The system gives no more threads.");
        }
        p->n_threads++;
    }
    return NULL;
}

Err *pool_new(Arena *errors, Store *store, const char *name, unsigned n_threads, size_t most,
              Pool **ret_pool)
{
    MUST(n_threads >= 1 && n_threads <= POOL_THREADS_MAX);
    CLEANUP(pool_free) Pool *p = calloc(1, sizeof *p);
    MUST(p != NULL);
    mutex_init(&p->lock);
    condition_init(&p->wake);
    p->most = most;
    TRY(start_threads(p, errors, store, name, n_threads));
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

bool pool_put(Pool *p, PoolJob *job)
{
    mutex_lock(&p->lock);
    const bool taken = p->n_waiting < p->most && !p->ending;
    if (taken) {
        Lane *lane = &p->lanes[job->source % POOL_LANES];
        job->next = NULL;
        if (lane->first == NULL) {
            lane->first = job;
        } else {
            lane->last->next = job;
        }
        lane->last = job;
        p->n_waiting++;
        condition_signal(&p->wake);
    }
    mutex_unlock(&p->lock);
    return taken;
}
