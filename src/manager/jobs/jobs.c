/* One thread, one table: the job that is due first has its turn. */
#include "manager/jobs/jobs.h"

#include <stdlib.h>

#include "base/datetime.h"
#include "base/log.h"
#include "base/thread.h"

/* The same failure is told again so often. */
#define REPEAT_US (600 * DATETIME_SECOND_US)

/* A job and how its runs went; of the thread alone. */
typedef struct Task {
    Job job;
    int64_t due_us;     /* monotonic, like all times here */
    int64_t n_failures; /* in a row */
    uint64_t told;      /* hash of the failure in the log */
    int64_t told_us;    /* when */
    int64_t n_untold;   /* since then */
} Task;

struct Jobs {
    Mutex lock;
    Condition wake;
    bool ending; /* under lock */
    bool started;
    Thread thread;
    Arena *arena; /* of the run at hand */
    Task *tasks;
    size_t n_tasks;
};

/* --- telling --- */

static void tell_failure(Task *task, const Err *e)
{
    const int64_t now_us = datetime_monotonic_us();
    const uint64_t failure = str_hash(str_from(e->text));
    task->n_failures++;
    if (task->n_failures > 1 && failure == task->told && now_us - task->told_us < REPEAT_US) {
        task->n_untold++;
        return;
    }
    log_line(LOG_LEVEL_WARNING, task->job.name,
             "a job failed job=%s reason=\"%s\" detail=\"%s\" where=%s repeated=%lld",
             task->job.name, e->text, e->detail != NULL ? e->detail : "", e->where,
             (long long)task->n_untold);
    task->told = failure;
    task->told_us = now_us;
    task->n_untold = 0;
}

static void tell_success(Task *task)
{
    if (task->n_failures > 0) {
        log_info("a job works again job=%s failures=%lld", task->job.name,
                 (long long)task->n_failures);
    }
    task->n_failures = 0;
    task->n_untold = 0;
}

/* --- the thread --- */

int64_t jobs_pause_us(const Job *job, int64_t n_failures)
{
    if (n_failures == 0 || job->retry_us == 0) {
        return job->period_us;
    }
    int64_t pause_us = job->retry_us;
    for (int64_t i = 1; i < n_failures && pause_us < JOBS_RETRY_MOST_US; i++) {
        pause_us *= 2;
    }
    return MIN(pause_us, MAX(JOBS_RETRY_MOST_US, job->retry_us));
}

static void run(Jobs *j, Task *task)
{
    const Err *e = task->job.run(task->job.context, j->arena, datetime_now_us());
    if (e != NULL) {
        tell_failure(task, e);
    } else {
        tell_success(task);
    }
    arena_reset(j->arena);
    task->due_us = datetime_monotonic_us() + jobs_pause_us(&task->job, task->n_failures);
}

/* The first of those that are due soonest: a job that is always due can't keep others from their
 * turn, since its next one is counted from the end of its run. */
static Task *soonest(const Jobs *j)
{
    Task *found = &j->tasks[0];
    for (size_t i = 1; i < j->n_tasks; i++) {
        if (j->tasks[i].due_us < found->due_us) {
            found = &j->tasks[i];
        }
    }
    return found;
}

static void *jobs_run(void *context)
{
    Jobs *j = context;
    mutex_lock(&j->lock);
    while (!j->ending) {
        Task *task = soonest(j);
        if (task->due_us > datetime_monotonic_us()) {
            (void)condition_wait_until(&j->wake, &j->lock, task->due_us); /* late or not: look */
            continue;
        }
        mutex_unlock(&j->lock);
        run(j, task);
        mutex_lock(&j->lock);
    }
    mutex_unlock(&j->lock);
    return NULL;
}

/* --- life --- */

Err *jobs_new(Arena *errors, const char *name, const Job table[], size_t n, Jobs **ret_jobs)
{
    MUST(n > 0);
    CLEANUP(jobs_free) Jobs *j = calloc(1, sizeof *j);
    MUST(j != NULL);
    mutex_init(&j->lock);
    condition_init(&j->wake);
    j->arena = arena_new(JOBS_ARENA_BYTES);
    j->tasks = calloc(n, sizeof *j->tasks);
    MUST(j->tasks != NULL);
    j->n_tasks = n;
    for (size_t i = 0; i < n; i++) {
        MUST(table[i].period_us > 0);
        j->tasks[i].job = table[i];
    }
    j->started = thread_start(&j->thread, name, jobs_run, j);
    if (!j->started) {
        return err(errors, ERR_IO, "The system gives no more threads.");
    }
    *ret_jobs = j;
    j = NULL;
    return NULL;
}

Jobs *jobs_free(Jobs *j)
{
    if (j == NULL) {
        return NULL;
    }
    mutex_lock(&j->lock);
    j->ending = true;
    condition_broadcast(&j->wake);
    mutex_unlock(&j->lock);
    if (j->started) {
        thread_join(j->thread);
    }
    j->arena = arena_free(j->arena);
    free(j->tasks);
    condition_deinit(&j->wake);
    mutex_deinit(&j->lock);
    free(j);
    return NULL;
}
