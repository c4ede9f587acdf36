#include "test.h"

#include <semaphore.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "manager/server/pool.h"

#include "base/datetime.h"
#include "base/hash_table.h"
#include "manager/server/open.h"

/* Sources whose lanes differ. */
enum { SOURCE_A = 1, SOURCE_B = 2 };

typedef struct Sequence {
    char names[16]; /* in the order in which they ran */
    size_t n;
} Sequence;

typedef struct Job {
    PoolJob job;
    char name;
    Sequence *sequence;
    sem_t *begun; /* NULL: none waits */
    sem_t *go_on;
} Job;

static void run(PoolJob *job, Reader *reader)
{
    const Job *own = CONTAINER_OF(job, Job, job);
    assert_non_null(reader);
    own->sequence->names[own->sequence->n++] = own->name;
    if (own->begun != NULL) {
        assert_int_equal(sem_post(own->begun), 0);
        assert_int_equal(sem_wait(own->go_on), 0);
    }
}

typedef struct Fixture {
    char folder[32];
    Arena *arena;
    Opened opened;
    Sequence sequence;
    sem_t begun, go_on;
    Job blocker;
} Fixture;

static int set_up(void **state)
{
    Fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    (void)snprintf(f->folder, sizeof f->folder, "/tmp/rostra-pool-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    f->arena = arena_new((size_t)1 << 20);
    const Options options = {.data = f->folder, .password = "p"};
    assert_null(opened_open(f->arena, &options, &f->opened));
    assert_int_equal(sem_init(&f->begun, 0, 0), 0);
    assert_int_equal(sem_init(&f->go_on, 0, 0), 0);
    f->blocker = (Job){{.run = run, .source = SOURCE_A}, '-', &f->sequence, &f->begun, &f->go_on};
    *state = f;
    return 0;
}

static void remove_folder(const char *folder)
{
    static const char *const names[] = {"config.db", "history.db", "auth.db",          "live.db",
                                        "search.db", "secret.key", "initial-password", "lock"};
    char path[96];
    for (size_t i = 0; i < ARRAY_N(names); i++) {
        static const char *const ends[] = {"", "-wal", "-shm"};
        for (size_t k = 0; k < ARRAY_N(ends); k++) {
            (void)snprintf(path, sizeof path, "%s/%s%s", folder, names[i], ends[k]);
            (void)unlink(path);
        }
    }
    (void)snprintf(path, sizeof path, "%s/files", folder);
    (void)rmdir(path);
    assert_int_equal(rmdir(folder), 0);
}

static int tear_down(void **state)
{
    Fixture *f = *state;
    opened_close(&f->opened);
    remove_folder(f->folder);
    (void)sem_destroy(&f->begun);
    (void)sem_destroy(&f->go_on);
    f->arena = arena_free(f->arena);
    free(f);
    return 0;
}

/* A pool of one thread, which is busy until go_on. */
static Pool *busy_pool(Fixture *f, const PoolOptions *options)
{
    Pool *p = NULL;
    assert_null(pool_new(f->arena, f->opened.store, options, &p));
    assert_true(pool_put(p, &f->blocker.job));
    assert_int_equal(sem_wait(&f->begun), 0);
    return p;
}

static void test_sources_take_turns(void **state)
{
    Fixture *f = *state;
    const PoolOptions options = {.name = "test", .n_threads = 1, .most = 10};
    Pool *p = busy_pool(f, &options);
    Job jobs[] = {{{.run = run, .source = SOURCE_A}, 'a', &f->sequence, NULL, NULL},
                  {{.run = run, .source = SOURCE_A}, 'b', &f->sequence, NULL, NULL},
                  {{.run = run, .source = SOURCE_A}, 'c', &f->sequence, NULL, NULL},
                  {{.run = run, .source = SOURCE_B}, 'X', &f->sequence, NULL, NULL}};
    for (size_t i = 0; i < ARRAY_N(jobs); i++) {
        assert_true(pool_put(p, &jobs[i].job));
    }
    assert_int_equal(sem_post(&f->go_on), 0);
    (void)pool_free(p); /* runs what waits */
    assert_int_equal(f->sequence.n, 5);
    assert_true(strchr(f->sequence.names, 'X') < strchr(f->sequence.names, 'b'));
    assert_true(strchr(f->sequence.names, 'b') < strchr(f->sequence.names, 'c'));
}

static void test_a_full_queue_refuses(void **state)
{
    Fixture *f = *state;
    const PoolOptions options = {.name = "test", .n_threads = 1, .most = 1};
    Pool *p = busy_pool(f, &options);
    Job one = {{.run = run, .source = SOURCE_A}, '1', &f->sequence, NULL, NULL};
    Job two = {{.run = run, .source = SOURCE_B}, '2', &f->sequence, NULL, NULL};
    assert_true(pool_put(p, &one.job));
    assert_false(pool_put(p, &two.job));
    assert_int_equal(sem_post(&f->go_on), 0);
    (void)pool_free(p);
    assert_string_equal(f->sequence.names, "-1");
}

static void test_one_source_does_not_fill_the_queue(void **state)
{
    Fixture *f = *state;
    const PoolOptions options = {.name = "test", .n_threads = 1, .most = 10, .most_of_one = 2};
    Pool *p = busy_pool(f, &options);
    Job jobs[] = {{{.run = run, .source = SOURCE_A}, 'a', &f->sequence, NULL, NULL},
                  {{.run = run, .source = SOURCE_A}, 'b', &f->sequence, NULL, NULL},
                  {{.run = run, .source = SOURCE_A}, 'c', &f->sequence, NULL, NULL},
                  {{.run = run, .source = SOURCE_B}, 'X', &f->sequence, NULL, NULL}};
    const int64_t before_us = datetime_monotonic_us();
    for (size_t i = 0; i < ARRAY_N(jobs); i++) {
        assert_int_equal(pool_put(p, &jobs[i].job), jobs[i].name != 'c');
    }
    assert_true(jobs[3].job.put_us >= before_us && jobs[3].job.put_us <= datetime_monotonic_us());
    assert_int_equal(sem_post(&f->go_on), 0);
    (void)pool_free(p);
    assert_int_equal(f->sequence.n, 4);
    assert_null(strchr(f->sequence.names, 'c'));
}

/* --- long jobs --- */

static void give_up(PoolJob *job)
{
    const Job *own = CONTAINER_OF(job, Job, job);
    own->sequence->names[own->sequence->n++] = '!';
}

#define LONG(from)                                                                                 \
    {                                                                                              \
        .run = run, .give_up = give_up, .source = (from)                                           \
    }

/* A pool of two threads with room for one long job, the blocker, and that runs. */
static Pool *pool_with_long_job(Fixture *f, unsigned n_long, size_t most)
{
    Pool *p = NULL;
    const PoolOptions options = {.name = "test", .n_threads = 2, .n_long = n_long, .most = most};
    assert_null(pool_new(f->arena, f->opened.store, &options, &p));
    f->blocker.job.give_up = give_up;
    assert_true(pool_put(p, &f->blocker.job));
    assert_int_equal(sem_wait(&f->begun), 0);
    return p;
}

/* A job that tells that it runs, and doesn't wait. */
static void run_and_tell(PoolJob *job, Reader *reader)
{
    const Job *own = CONTAINER_OF(job, Job, job);
    (void)reader;
    own->sequence->names[own->sequence->n++] = own->name;
    assert_int_equal(sem_post(own->begun), 0);
}

/* Two users' long work once kept both threads for minutes, and every login with them. */
static void test_long_jobs_leave_a_thread(void **state)
{
    Fixture *f = *state;
    Pool *p = pool_with_long_job(f, 1, 2);
    Job second = {LONG(SOURCE_B), 'l', &f->sequence, NULL, NULL};
    Job third = {LONG(SOURCE_B), 'm', &f->sequence, NULL, NULL};
    Job refused = {LONG(SOURCE_B), 'n', &f->sequence, NULL, NULL};
    Job quick = {{.run = run_and_tell, .source = SOURCE_B}, 'q', &f->sequence, &f->begun, NULL};
    assert_true(pool_put(p, &second.job));
    assert_true(pool_put(p, &third.job));
    assert_false(pool_put(p, &refused.job)); /* the queue of the quick ones isn't full */
    assert_true(pool_put(p, &quick.job));
    assert_int_equal(sem_wait(&f->begun), 0);
    assert_int_equal(sem_post(&f->go_on), 0);
    (void)pool_free(p); /* runs what waits */
    assert_string_equal(f->sequence.names, "-qlm");
}

/* Though a thread is free, and others' jobs come later. */
static void test_a_source_has_one_long_job(void **state)
{
    Fixture *f = *state;
    Pool *p = pool_with_long_job(f, 2, 10);
    Job same = {LONG(SOURCE_A), 's', &f->sequence, NULL, NULL};
    Job other = {LONG(SOURCE_B), 'o', &f->sequence, &f->begun, NULL};
    other.job.run = run_and_tell;
    assert_true(pool_put(p, &same.job));
    assert_true(pool_put(p, &other.job));
    assert_int_equal(sem_wait(&f->begun), 0);
    assert_int_equal(sem_post(&f->go_on), 0);
    (void)pool_free(p);
    assert_string_equal(f->sequence.names, "-os");
}

static void test_waiting_long_jobs_are_given_up(void **state)
{
    Fixture *f = *state;
    Pool *p = pool_with_long_job(f, 1, 10);
    Job waiting[] = {{LONG(SOURCE_A), 'a', &f->sequence, NULL, NULL},
                     {LONG(SOURCE_A), 'b', &f->sequence, NULL, NULL},
                     {LONG(SOURCE_B), 'c', &f->sequence, NULL, NULL}};
    for (size_t i = 0; i < ARRAY_N(waiting); i++) {
        assert_true(pool_put(p, &waiting[i].job));
    }
    pool_refuse_long(p);
    assert_string_equal(f->sequence.names, "-!!!");
    assert_true(pool_put(p, &waiting[0].job)); /* seen: as if the queue were full */
    assert_string_equal(f->sequence.names, "-!!!!");
    Job quick = {{.run = run_and_tell, .source = SOURCE_A}, 'q', &f->sequence, &f->begun, NULL};
    assert_true(pool_put(p, &quick.job));
    assert_int_equal(sem_wait(&f->begun), 0);
    assert_int_equal(sem_post(&f->go_on), 0);
    (void)pool_free(p);
    assert_string_equal(f->sequence.names, "-!!!!q");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_sources_take_turns, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_full_queue_refuses, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_one_source_does_not_fill_the_queue, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_long_jobs_leave_a_thread, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_source_has_one_long_job, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_waiting_long_jobs_are_given_up, set_up, tear_down),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
