#pragma once

#include "store/reader.h"

/* Threads that do what a loop must not: each owns a reader. Jobs are taken in order, but for
 * fairness between sources: each source has its turn.
 *
 * Long jobs (seconds) never stand in the way of quick ones: they wait in a queue of their own, run
 * on so many of the threads only, and of one source one at a time, so that nobody alone keeps the
 * others waiting, nor fills the queue. Who stops doesn't wait for those in the queue. */

typedef struct Pool Pool;

typedef struct PoolJob PoolJob;
struct PoolJob {
    void (*run)(
        PoolJob *job,
        Reader *reader); /* on a pool thread; may put or answer, and owns the job from here on */
    void (*give_up)(PoolJob *job); /* makes it a long one: instead of run, where the pool refuses
                                      long jobs; owns it likewise */
    uint64_t source;               /* whose turn it is: keyed hash of the client */
    int64_t put_us;                /* the queue's: monotonic, since when it waits */
    PoolJob *next;                 /* the queue's */
};

typedef struct PoolOptions {
    const char *name;   /* of the threads, at most 12 characters */
    unsigned n_threads; /* at least 1 */
    unsigned n_long;    /* at most so many of them run long jobs; 0: no long jobs are put */
    size_t most;        /* jobs of each kind that may wait */
    size_t most_of_one; /* of these, of one source; 0: as many */
} PoolOptions;

/* Errors: ERR_IO. */
CHECKED Err *pool_new(Arena *errors, Store *store, const PoolOptions *options, Pool **ret_pool);

/* Runs what waits, then ends the threads. */
Pool *pool_free(Pool *p);
DEFINE_CLEANUP(Pool, pool_free);

/* False if the queue is full, for this source at least: the job is then untouched. A long one that
 * is refused is given up, on this thread. Any thread. */
CHECKED bool pool_put(Pool *p, PoolJob *job);

/* From now on long jobs are refused; those that wait are given up, on this thread. Those that run
 * go on. */
void pool_refuse_long(Pool *p);
