#include "test.h"

#include <semaphore.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "manager/server/pool.h"

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
static Pool *busy_pool(Fixture *f, size_t most)
{
    Pool *p = NULL;
    assert_null(pool_new(f->arena, f->opened.store, "test", 1, most, &p));
    assert_true(pool_put(p, &f->blocker.job));
    assert_int_equal(sem_wait(&f->begun), 0);
    return p;
}

static void test_sources_take_turns(void **state)
{
    Fixture *f = *state;
    Pool *p = busy_pool(f, 10);
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
    Pool *p = busy_pool(f, 1);
    Job one = {{.run = run, .source = SOURCE_A}, '1', &f->sequence, NULL, NULL};
    Job two = {{.run = run, .source = SOURCE_B}, '2', &f->sequence, NULL, NULL};
    assert_true(pool_put(p, &one.job));
    assert_false(pool_put(p, &two.job));
    assert_int_equal(sem_post(&f->go_on), 0);
    (void)pool_free(p);
    assert_string_equal(f->sequence.names, "-1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_sources_take_turns, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_full_queue_refuses, set_up, tear_down),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
