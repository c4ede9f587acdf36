#pragma once

#include "store/reader.h"

/* Threads that do what a loop must not: each owns a reader. Jobs are taken in order, but for
 * fairness between sources: each source (an address) has its turn. */

typedef struct Pool Pool;

typedef struct PoolJob PoolJob;
struct PoolJob {
    void (*run)(
        PoolJob *job,
        Reader *reader); /* on a pool thread; may put or answer, and owns the job from here on */
    uint64_t source;     /* whose turn it is: keyed hash of the client */
    PoolJob *next;       /* the queue's */
};

/* name: of the threads, at most 12 characters. most: jobs that may wait. Errors: ERR_IO. */
CHECKED Err *pool_new(Arena *errors, Store *store, const char *name, unsigned n_threads,
                      size_t most, Pool **ret_pool);

/* Runs what waits, then ends the threads. */
Pool *pool_free(Pool *p);
DEFINE_CLEANUP(Pool, pool_free);

/* False if the queue is full; the job is then untouched. Any thread. */
CHECKED bool pool_put(Pool *p, PoolJob *job);
