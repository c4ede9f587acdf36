#include "test.h"

#include <semaphore.h>
#include <string.h>
#include <time.h>

#include "manager/jobs/jobs.h"

#include "base/datetime.h"
#include "base/stderr_pipe.h"

#define SOON_US INT64_C(1000)
#define NEVER_US (3600 * DATETIME_SECOND_US)
#define WAIT_S 60

typedef struct Worker {
    int n_runs;
    int n_failing;  /* the first so many runs fail, */
    int n_other;    /* and so many more with another text */
    int n_told;     /* the run that posts */
    sem_t *reached; /* NULL: nobody waits */
    char *order;    /* NULL, or where each run writes its name */
    char name;
    size_t arena_used; /* at the start of the last run */
    int64_t now_us;
} Worker;

static Err *work(void *context, Arena *a, int64_t now_us)
{
    Worker *w = context;
    w->arena_used = arena_used(a);
    (void)arena_alloc(a, 1000);
    w->now_us = now_us;
    w->n_runs++;
    if (w->order != NULL) {
        w->order[strlen(w->order)] = w->name;
    }
    if (w->reached != NULL && w->n_runs == w->n_told) {
        MUST(sem_post(w->reached) == 0);
    }
    if (w->n_runs <= w->n_failing) {
        return err_detail(a, err(a, ERR_IO, "The tape is torn."), "reel %d", 7);
    }
    return w->n_runs <= w->n_failing + w->n_other ? err(a, ERR_IO, "The tape is gone.") : NULL;
}

static void wait_for(sem_t *reached)
{
    struct timespec deadline;
    assert_int_equal(clock_gettime(CLOCK_REALTIME, &deadline), 0);
    deadline.tv_sec += WAIT_S;
    assert_int_equal(sem_timedwait(reached, &deadline), 0);
}

static void run_until_reached(const Job table[], size_t n, sem_t *reached)
{
    CLEANUP(arena_free) Arena *a = arena_new(1000);
    CLEANUP(jobs_free) Jobs *jobs = NULL;
    assert_null(jobs_new(a, "test", table, n, &jobs));
    wait_for(reached);
}

static void test_first_runs_are_in_order_and_at_once(void **state)
{
    (void)state;
    char order[8] = "";
    sem_t reached;
    assert_int_equal(sem_init(&reached, 0, 0), 0);
    Worker a = {.name = 'a', .order = order};
    Worker b = {.name = 'b', .order = order};
    Worker c = {.name = 'c', .order = order, .reached = &reached, .n_told = 1};
    const Job table[] = {
        {"a", NEVER_US, work, &a, 0}, {"b", NEVER_US, work, &b, 0}, {"c", NEVER_US, work, &c, 0}};
    const int64_t before_us = datetime_now_us();
    run_until_reached(table, ARRAY_N(table), &reached);
    assert_string_equal(order, "abc");
    assert_true(a.now_us >= before_us - DATETIME_SECOND_US && c.now_us <= datetime_now_us());
    assert_int_equal(sem_destroy(&reached), 0);
}

static void test_jobs_run_again_by_their_periods(void **state)
{
    (void)state;
    sem_t reached;
    assert_int_equal(sem_init(&reached, 0, 0), 0);
    Worker often = {.reached = &reached, .n_told = 5};
    Worker once = {.n_runs = 0};
    const Job table[] = {{"once", NEVER_US, work, &once, 0}, {"often", SOON_US, work, &often, 0}};
    run_until_reached(table, ARRAY_N(table), &reached);
    assert_true(often.n_runs >= 5);
    assert_int_equal(once.n_runs, 1);
    assert_int_equal(often.arena_used, 0);
    assert_int_equal(sem_destroy(&reached), 0);
}

static size_t count(const char *text, const char *part)
{
    size_t n = 0;
    for (const char *found = strstr(text, part); found != NULL; found = strstr(found + 1, part)) {
        n++;
    }
    return n;
}

/* A failure is told once, another one and the end of them too; the job and the others go on. */
static void test_failures_are_told_and_harm_nobody(void **state)
{
    (void)state;
    sem_t reached;
    assert_int_equal(sem_init(&reached, 0, 0), 0);
    Worker failing = {.n_failing = 4, .n_other = 2, .n_told = 9, .reached = &reached};
    Worker other = {.n_runs = 0};
    const Job table[] = {{"failing", SOON_US, work, &failing, 0},
                         {"other", SOON_US, work, &other, 0}};
    const StderrPipe pipe = stderr_pipe_open();
    run_until_reached(table, ARRAY_N(table), &reached);
    char text[4000];
    (void)stderr_pipe_close(pipe, text, sizeof text);
    assert_true(other.n_runs >= 4);
    assert_int_equal(count(text, "a job failed job=failing"), 2);
    assert_int_equal(count(text, "reason=\"The tape is torn.\" detail=\"reel 7\""), 1);
    assert_int_equal(count(text, "reason=\"The tape is gone.\" detail=\"\""), 1);
    assert_int_equal(count(text, "repeated=3"), 1);
    assert_int_equal(count(text, "a job works again job=failing failures=6"), 1);
    assert_int_equal(sem_destroy(&reached), 0);
}

/* A failed job may wait longer for its next turn, and says nothing meanwhile.
 *
 * Seen: a job that did nothing after a failure was said to work again. */
static void test_patience_after_failures(void **state)
{
    (void)state;
    sem_t reached;
    assert_int_equal(sem_init(&reached, 0, 0), 0);
    Worker failing = {.n_failing = 1};
    Worker other = {.n_told = 5, .reached = &reached};
    const Job table[] = {{"failing", SOON_US, work, &failing, NEVER_US},
                         {"other", SOON_US, work, &other, NEVER_US}};
    const StderrPipe pipe = stderr_pipe_open();
    run_until_reached(table, ARRAY_N(table), &reached);
    char text[4000];
    (void)stderr_pipe_close(pipe, text, sizeof text);
    assert_int_equal(failing.n_runs, 1);
    assert_true(other.n_runs >= 5);
    assert_int_equal(count(text, "a job failed job=failing"), 1);
    assert_int_equal(count(text, "works again"), 0);
    assert_int_equal(sem_destroy(&reached), 0);
}

/* After failures in a row the pauses double, up to half an hour or what is longer already. */
static void test_pauses(void **state)
{
    (void)state;
    static const struct {
        int64_t retry_s, n_failures, pause_s;
    } cases[] = {
        {0, 0, 5},      {0, 3, 5},      {60, 0, 5},      {60, 1, 60},
        {60, 2, 120},   {60, 5, 960},   {60, 6, 1800},   {60, INT64_MAX, 1800},
        {600, 2, 1200}, {600, 3, 1800}, {3600, 2, 3600},
    };
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        const Job job = {.period_us = 5 * 1000000, .retry_us = cases[i].retry_s * 1000000};
        assert_int_equal(jobs_pause_us(&job, cases[i].n_failures), cases[i].pause_s * 1000000);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pauses),
        cmocka_unit_test(test_first_runs_are_in_order_and_at_once),
        cmocka_unit_test(test_jobs_run_again_by_their_periods),
        cmocka_unit_test(test_failures_are_told_and_harm_nobody),
        cmocka_unit_test(test_patience_after_failures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
