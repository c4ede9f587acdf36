#pragma once

#include "base/err.h"

/* What happens by itself: a thread that runs a table of jobs, each by its period.
 *
 * To add a job, write a file named for its subject (jobs/retention.c; a folder of its own subject
 * does as well) with a function like `Err *retention_run(void *context, Arena *a, int64_t now_us)`,
 * and add a line to a table in server/schedule.c, which also owns the context. What a job needs
 * (store, a reader, a folder) lies in its context: this file knows no store.
 *
 * Jobs of one table run one after the other on its thread, so what may take long or waits for
 * others belongs into another table than what must be quick. A run does a bounded piece of work and
 * leaves the rest to its next, since the server's end waits for it. A failure is logged (the same
 * again at most every ten minutes, with how often it was dropped) and harms nothing: the job has
 * its next turn. Periods are measured by a clock that never jumps, from the end of a run to the
 * start of the next. */

typedef struct Jobs Jobs;

typedef struct Job {
    const char *name;  /* for the log: "retention"; outlives the table */
    int64_t period_us; /* > 0; the first run is at once, in the order of the table */
    /* now_us: the wall clock, which may jump in either direction between two runs. `a` is empty at
     * the start of each run. */
    Err *(*run)(void *context, Arena *a, int64_t now_us);
    void *context; /* used on the thread of the table alone, or has a lock; outlives it */
    /* From the end of a failed run to the next; 0: the period. With each failure in a row it
     * doubles, up to JOBS_RETRY_MOST_US: a server or disk that is in trouble isn't helped by
     * being asked all the time. */
    int64_t retry_us;
} Job;

#define JOBS_RETRY_MOST_US (INT64_C(1800) * 1000 * 1000)

/* From the end of a run to the next, after so many failures in a row. */
int64_t jobs_pause_us(const Job *job, int64_t n_failures);

/* Memory of a run that arena_take() gives. */
#define JOBS_ARENA_BYTES ((size_t)256 * 1024 * 1024)

/* Copies the table and starts its thread. name: of the thread, at most 15 characters. Errors:
 * ERR_IO. */
CHECKED Err *jobs_new(Arena *errors, const char *name, const Job table[], size_t n,
                      Jobs **ret_jobs);

/* Waits for the run at hand, starts no other. */
Jobs *jobs_free(Jobs *j);
DEFINE_CLEANUP(Jobs, jobs_free);
