/* A store whose disk fails: what was answered is there, what was refused is not, and it opens clean
 * afterwards. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/datetime.h"
#include "fault_vfs.h"
#include "store/script.h"
#include "store/statement.h"
#include "test.h"

enum { WRITES = 12, EXIT_UNKNOWN_OUTCOME = 70, EXIT_NOT_OPENED = 3 };

typedef struct Answer {
    int number;
    bool stored;
} Answer;

static const char *role_name(char name[32], int number)
{
    (void)snprintf(name, 32, "r%d", number);
    return name;
}

/* --- a process that meets the fault --- */

typedef struct Fault {
    FaultKind kind;
    int nth;
    bool while_opening;
} Fault;

static void write_roles(Script *s, int first, int fd)
{
    for (int i = 0; i < WRITES; i++) {
        char name[32];
        char script[64];
        (void)snprintf(script, sizeof script, "create role name=%s", role_name(name, first + i));
        const Answer answer = {first + i, script_run(s, script)[0] == '\0'};
        if (write(fd, &answer, sizeof answer) != sizeof answer) {
            _exit(1);
        }
    }
}

static _Noreturn void run_child(Script *s, FaultVfs *v, const Fault *f, int first, int fd)
{
    (void)close(STDERR_FILENO); /* it complains, rightly */
    if (f->while_opening) {
        fault_vfs_arm(v, f->kind, f->nth);
    }
    if (script_open(s) != NULL) {
        _exit(EXIT_NOT_OPENED);
    }
    if (!f->while_opening) {
        fault_vfs_arm(v, f->kind, f->nth);
    }
    write_roles(s, first, fd);
    fault_vfs_disarm(v);
    script_close(s);
    _exit(0);
}

/* Its exit status; *ret_n answers. */
static int meet_fault(Script *s, FaultVfs *v, const Fault *f, int first, Answer answers[WRITES],
                      size_t *ret_n)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        run_child(s, v, f, first, ends[1]);
    }
    (void)close(ends[1]);
    size_t n = 0;
    while (n < WRITES && read(ends[0], &answers[n], sizeof answers[n]) == sizeof answers[n]) {
        n++;
    }
    (void)close(ends[0]);
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    *ret_n = n;
    return WEXITSTATUS(status);
}

static void look_after_fault(Script *s, const Fault *f, const Answer answers[], size_t n)
{
    assert_null(script_open(s));
    for (size_t i = 0; i < n; i++) {
        char name[32];
        const bool there = script_has(s, "role", "name", role_name(name, answers[i].number));
        if (there != answers[i].stored) {
            fail_msg("fault %d at %d: %s was answered %d and is there %d", (int)f->kind, f->nth,
                     name, answers[i].stored, there);
        }
    }
    assert_string_equal(script_check(s), "");
    script_close(s);
}

static bool is_expected(const Fault *f, int status, size_t n)
{
    switch (f->kind) {
    case FAULT_POWER_CUT:
        return status == FAULT_EXIT_POWER_CUT || (status == 0 && n == WRITES);
    case FAULT_FULL:
    case FAULT_WRITE_SHORT: /* known not to be stored: the process goes on */
        return (status == 0 && n == WRITES) || (f->while_opening && status == EXIT_NOT_OPENED);
    default:
        return status == EXIT_UNKNOWN_OUTCOME || (status == 0 && n == WRITES) ||
               (f->while_opening && status == EXIT_NOT_OPENED);
    }
}

static void run_faults(FaultVfs *v, FaultKind kind, const int nth[], size_t n_nth,
                       int statuses[256])
{
    Script *s = script_new();
    script_close(s);
    for (size_t i = 0; i < n_nth; i++) {
        for (int opening = 0; opening <= 1; opening++) {
            const Fault f = {kind, nth[i], opening != 0};
            Answer answers[WRITES];
            size_t n = 0;
            const int first = ((int)i * 2 + opening) * WRITES;
            const int status = meet_fault(s, v, &f, first, answers, &n);
            if (!is_expected(&f, status, n)) {
                fail_msg("fault %d at %d ended the process with %d after %zu answers", (int)kind,
                         nth[i], status, n);
            }
            statuses[status]++;
            look_after_fault(s, &f, answers, n);
        }
    }
    (void)script_free(s);
}

static const int write_points[] = {1, 2, 7, 12, 13, 14, 34, 89};
static const int sync_points[] = {1, 2, 3, 8};

static void test_failed_writes(void **state)
{
    int statuses[256] = {0};
    run_faults(*state, FAULT_WRITE_IO, write_points, ARRAY_N(write_points), statuses);
    assert_true(statuses[EXIT_UNKNOWN_OUTCOME] > 0);
}

static void test_short_writes(void **state)
{
    int statuses[256] = {0};
    run_faults(*state, FAULT_WRITE_SHORT, write_points, ARRAY_N(write_points), statuses);
    assert_int_equal(statuses[EXIT_UNKNOWN_OUTCOME], 0);
}

static void test_full_disk_stays(void **state)
{
    int statuses[256] = {0};
    run_faults(*state, FAULT_FULL, write_points, ARRAY_N(write_points), statuses);
    assert_int_equal(statuses[EXIT_UNKNOWN_OUTCOME], 0);
}

static void test_failed_syncs(void **state)
{
    int statuses[256] = {0};
    run_faults(*state, FAULT_SYNC, sync_points, ARRAY_N(sync_points), statuses);
    assert_true(statuses[EXIT_UNKNOWN_OUTCOME] >= (int)ARRAY_N(sync_points));
}

static void test_power_cuts(void **state)
{
    int statuses[256] = {0};
    run_faults(*state, FAULT_POWER_CUT, write_points, ARRAY_N(write_points), statuses);
    assert_true(statuses[FAULT_EXIT_POWER_CUT] >= (int)ARRAY_N(write_points));
}

/* --- the same process goes on --- */

static void test_full_disk_then_room(void **state)
{
    FaultVfs *v = *state;
    Script *s = script_new();
    script_do(s, "create role name=before");
    const int64_t seq = store_seq(s->store, STORE_CONFIG);

    fault_vfs_arm(v, FAULT_FULL, 1);
    assert_non_null(strstr(script_run(s, "create role name=lost"), "cannot be written"));
    assert_true(fault_vfs_struck(v));
    assert_false(store_can_write(s->store));
    assert_int_equal(store_seq(s->store, STORE_CONFIG), seq);
    assert_true(script_has(s, "role", "name", "before")); /* reading goes on */

    fault_vfs_disarm(v);
    script_do(s, "create role name=after");
    assert_true(store_can_write(s->store));
    assert_int_equal(store_seq(s->store, STORE_CONFIG), seq + 1);
    assert_false(script_has(s, "role", "name", "lost"));
    assert_string_equal(script_check(s), "");
    (void)script_free(s);
}

static void test_writer_finds_room_by_itself(void **state)
{
    FaultVfs *v = *state;
    Script *s = script_new();
    fault_vfs_arm(v, FAULT_FULL, 1);
    assert_string_not_equal(script_run(s, "create role name=lost"), "");
    const int64_t n_writes = fault_vfs_n_writes(v);
    fault_vfs_disarm(v);
    fault_vfs_wait_for_writes(v, n_writes); /* nobody asked for any */
    script_close(s);                        /* waits until the writer is done */
    assert_null(script_open(s));
    assert_string_equal(script_check(s), "");
    (void)script_free(s);
}

/* --- the order of commit, sync and answer --- */

typedef struct Watched {
    FaultVfs *vfs;
    int n_unsynced; /* answers before the sync */
} Watched;

static Err *insert_role(Tx *tx, WriteRequest *request)
{
    (void)request;
    Row *row =
        row_new(tx_arena(tx), model_resource(tx_model(tx), FAMILY_CONFIGURATION, STR("role")));
    row->values[resource_field(row->resource, STR("name"))->index] =
        value_text(str_format(tx_arena(tx), "r%lld", (long long)tx_now_us(tx)));
    return tx_insert(tx, row);
}

static void look_at_wal(WriteRequest *request, const Err *e, int64_t seq)
{
    Watched *w = request->context;
    w->n_unsynced += fault_vfs_has_unsynced(w->vfs, "config.db-wal") || e != NULL || seq == 0;
}

static void test_nothing_is_answered_before_the_sync(void **state)
{
    Script *s = script_new();
    Watched w = {*state, 0};
    for (int i = 0; i < 50; i++) {
        WriteRequest request = {.run = insert_role,
                                .done = look_at_wal,
                                .context = &w,
                                .user = "u",
                                .name = "r",
                                .n_objects = 1};
        const int64_t before = fault_vfs_n_writes(w.vfs);
        int64_t seq = 0;
        assert_null(store_write_wait(s->store, STORE_CONFIG, s->arena, &request, &seq));
        assert_true(fault_vfs_n_writes(w.vfs) > before);
    }
    assert_int_equal(w.n_unsynced, 0);
    (void)script_free(s);
}

/* Shows that the tests above could fail: what isn't synced is seen, and is lost. */
static void test_unsynced_is_seen_and_lost(void **state)
{
    FaultVfs *v = *state;
    Script *s = script_new();
    const char *path = str_format(s->arena, "%s/other.db", s->folder).ptr;
    script_close(s);
    for (int lost = 0; lost <= 1; lost++) {
        const DbMode mode = lost ? DB_WRITE_VOLATILE : DB_WRITE_DURABLE;
        Db *db = NULL;
        assert_null(db_open(s->arena, path, mode, 0, &db));
        assert_null(db_exec(db, s->arena,
                            "CREATE TABLE IF NOT EXISTS t (c); DELETE FROM t;"
                            "PRAGMA wal_checkpoint(TRUNCATE)"));
        db = db_close(db);
        const pid_t child = fork();
        if (child == 0) {
            if (db_open(s->arena, path, mode, 0, &db) == NULL &&
                db_exec(db, s->arena, "INSERT INTO t VALUES (1)") == NULL &&
                fault_vfs_has_unsynced(v, "other.db-wal") == lost) {
                fault_vfs_arm(v, FAULT_POWER_CUT, 1);
                _exit(db_exec(db, s->arena, "INSERT INTO t VALUES (2)") == NULL ? 1 : 2);
            }
            _exit(3);
        }
        int status = 0;
        int64_t n = -1;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_int_equal(WEXITSTATUS(status), FAULT_EXIT_POWER_CUT);
        assert_null(db_open(s->arena, path, DB_WRITE_DURABLE, 0, &db));
        assert_null(db_int64(db, s->arena, STR("SELECT count(*) FROM t"), -1, &n));
        assert_int_equal(n, lost ? 0 : 1);
        db = db_close(db);
    }
    (void)script_free(s);
}

int main(void)
{
    FaultVfs *v = fault_vfs_install();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(test_failed_writes, v),
        cmocka_unit_test_prestate(test_short_writes, v),
        cmocka_unit_test_prestate(test_full_disk_stays, v),
        cmocka_unit_test_prestate(test_failed_syncs, v),
        cmocka_unit_test_prestate(test_power_cuts, v),
        cmocka_unit_test_prestate(test_full_disk_then_room, v),
        cmocka_unit_test_prestate(test_writer_finds_room_by_itself, v),
        cmocka_unit_test_prestate(test_nothing_is_answered_before_the_sync, v),
        cmocka_unit_test_prestate(test_unsynced_is_seen_and_lost, v),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
