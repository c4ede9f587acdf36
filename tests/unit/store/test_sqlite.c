/* Connections and their statements. */
#include "store/sqlite.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test.h"

#include "base/file.h"
#include "store/fixture.h"
#include "store/statement.h"

enum { N_SLOTS = 2 };

typedef struct Context {
    Arena *a;
    char folder[64];
    char path[128];
    Db *db;
} Context;

static int set_up(void **state)
{
    Context *c = calloc(1, sizeof *c);
    assert_non_null(c);
    c->a = arena_new(1024 * 1024);
    fixture_make_folder(c->folder);
    (void)snprintf(c->path, sizeof c->path, "%s/test.db", c->folder);
    fixture_ok(db_open(c->a, c->path, DB_WRITE_DURABLE, N_SLOTS, &c->db));
    fixture_ok(db_exec(c->db, c->a,
                       "CREATE TABLE t (id INTEGER PRIMARY KEY, a ANY, b TEXT UNIQUE) STRICT;"
                       "CREATE TABLE u (t INTEGER REFERENCES t (id)) STRICT"));
    *state = c;
    return 0;
}

static int tear_down(void **state)
{
    Context *c = *state;
    c->db = db_close(c->db);
    fixture_remove_folder(c->folder);
    (void)arena_free(c->a);
    free(c);
    return 0;
}

static void insert(const Context *c, int64_t id, Value a, Str b)
{
    Stmt *s = NULL;
    fixture_ok(db_prepare(c->db, c->a, STR("INSERT INTO t VALUES (?1, ?2, ?3)"), &s));
    assert_int_equal(stmt_n_parameters(s), 3);
    stmt_bind_int64(s, 1, id);
    stmt_bind(s, 2, a);
    stmt_bind_text(s, 3, b);
    fixture_ok(stmt_run(s, c->a));
}

static void test_values(void **state)
{
    const Value values[] = {VALUE_NONE,
                            value_integer(INT64_MIN),
                            value_integer(INT64_MAX),
                            value_float(1.0 / 3),
                            value_text(STR("")),
                            value_text(STR_NONE),
                            value_text(STR("a\0b"))};
    const Context *c = *state;
    char name[8];
    for (size_t i = 0; i < ARRAY_N(values); i++) {
        (void)snprintf(name, sizeof name, "n%zu", i);
        insert(c, (int64_t)i, values[i], str_from(name));
    }
    Stmt *s = NULL;
    bool row = false;
    fixture_ok(db_prepare(c->db, c->a, STR("SELECT a, b FROM t ORDER BY id"), &s));
    for (size_t i = 0; i < ARRAY_N(values); i++) {
        fixture_ok(stmt_step(s, c->a, &row));
        assert_true(row);
        assert_true(value_equal(stmt_value(s, c->a, 0), values[i]));
        assert_int_equal(stmt_is_null(s, 0), i == 0);
        assert_int_equal(stmt_text(s, 1).ptr[1], '0' + (int)i);
    }
    fixture_ok(stmt_step(s, c->a, &row));
    assert_false(row);
}

static void test_fixed_statements(void **state)
{
    static const FixedSql sql = {STR_INIT("SELECT ?1 + 1"), 1};
    const Context *c = *state;
    Stmt *first = NULL;
    for (int64_t i = 0; i < 3; i++) {
        Stmt *s = NULL;
        bool row = false;
        fixture_ok(db_prepare_fixed(c->db, c->a, &sql, &s));
        first = first == NULL ? s : first;
        assert_ptr_equal(s, first);
        stmt_bind_int64(s, 1, i);
        fixture_ok(stmt_step(s, c->a, &row));
        assert_int_equal(stmt_int64(s, 0), i + 1);
        stmt_reset(s);
    }
}

/* More texts than are kept: the recently used stay, one in use is never dropped. */
static void test_kept_statements(void **state)
{
    const Context *c = *state;
    Stmt *busy = NULL;
    bool row = false;
    int64_t n = 0;
    insert(c, 1, VALUE_NONE, STR("x"));
    insert(c, 2, VALUE_NONE, STR("y"));
    fixture_ok(db_prepare(c->db, c->a, STR("SELECT id FROM t ORDER BY id"), &busy));
    fixture_ok(stmt_step(busy, c->a, &row));
    for (int i = 0; i < 2 * DB_STATEMENTS_MAX; i++) {
        fixture_ok(db_int64(c->db, c->a, str_format(c->a, "SELECT %d", i), -1, &n));
        assert_int_equal(n, i);
    }
    fixture_ok(stmt_step(busy, c->a, &row));
    assert_true(row);
    assert_int_equal(stmt_int64(busy, 0), 2);
    stmt_reset(busy);
    fixture_ok(db_int64(c->db, c->a, STR("SELECT 1 WHERE 0"), 42, &n));
    assert_int_equal(n, 42);
}

static const Err *run(const Context *c, const char *sql)
{
    Stmt *s = NULL;
    Err *e = db_prepare(c->db, c->a, str_from(sql), &s);
    return e != NULL ? e : stmt_run(s, c->a);
}

static void test_errors(void **state)
{
    static const struct {
        const char *sql;
        ErrKind kind;
        DbConstraint constraint;
    } cases[] = {
        {"INSERT INTO t VALUES (1, 1, 'other')", ERR_CONFLICT, DB_CONSTRAINT_UNIQUE},
        {"INSERT INTO t VALUES (2, 1, 'x')", ERR_CONFLICT, DB_CONSTRAINT_UNIQUE},
        {"INSERT INTO u VALUES (99)", ERR_CONFLICT, DB_CONSTRAINT_FOREIGN_KEY},
        {"INSERT INTO t VALUES (3, 1, x'00')", ERR_CONFLICT, DB_CONSTRAINT_OTHER},
        {"SELECT nonsense", ERR_INTERNAL, DB_CONSTRAINT_NONE},
    };
    const Context *c = *state;
    insert(c, 1, VALUE_NONE, STR("x"));
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        const Err *e = run(c, cases[i].sql);
        assert_non_null(e);
        assert_int_equal(e->kind, cases[i].kind);
        assert_int_equal(db_constraint(c->db), cases[i].constraint);
        assert_non_null(e->detail);
    }
    assert_null(run(c, "INSERT INTO t VALUES (2, 1, 'y')"));
}

static void test_busy(void **state)
{
    const Context *c = *state;
    CLEANUP(db_close) Db *other = NULL;
    int64_t bytes = 0;
    bool done = false;
    fixture_ok(db_open(c->a, c->path, DB_READ, N_SLOTS, &other));
    fixture_ok(db_exec(other, c->a, "BEGIN"));
    int64_t n = -1;
    fixture_ok(db_int64(other, c->a, STR("SELECT count(*) FROM t"), -1, &n));
    insert(c, 1, VALUE_NONE, STR("x"));
    assert_true(db_wal_bytes(c->db) > 0);
    fixture_ok(db_checkpoint(c->db, c->a, DB_CHECKPOINT_RESTART, 1, &bytes, &done));
    assert_false(done);
    assert_true(bytes > 0);
    fixture_ok(db_exec(other, c->a, "COMMIT"));
    fixture_ok(db_checkpoint(c->db, c->a, DB_CHECKPOINT_TRUNCATE, 1, &bytes, &done));
    assert_true(done);
    assert_int_equal(db_wal_bytes(c->db), 0);
}

static void test_readers_do_not_write(void **state)
{
    const Context *c = *state;
    CLEANUP(db_close) Db *reader = NULL;
    fixture_ok(db_open(c->a, c->path, DB_READ, N_SLOTS, &reader));
    assert_non_null(db_exec(reader, c->a, "INSERT INTO t VALUES (1, 1, 'x')"));
}

static void test_missing_and_damaged(void **state)
{
    const Context *c = *state;
    Db *db = NULL;
    const Str missing = str_format(c->a, "%s/none.db", c->folder);
    const Str damaged = str_format(c->a, "%s/bad.db", c->folder);
    const Err *e = db_open(c->a, missing.ptr, DB_READ, N_SLOTS, &db);
    assert_non_null(e);
    assert_int_equal(e->kind, ERR_IO);
    fixture_ok(file_write(c->a, damaged.ptr, 0600, STR("this is no database, but text enough")));
    e = db_open(c->a, damaged.ptr, DB_WRITE_DURABLE, N_SLOTS, &db);
    assert_non_null(e);
    assert_int_equal(e->kind, ERR_IO);
    assert_null(db);
}

static void test_copy(void **state)
{
    const Context *c = *state;
    CLEANUP(db_close) Db *copy = NULL;
    struct stat about;
    int64_t n = 0;
    const Str path = str_format(c->a, "%s/copy.db", c->folder);
    insert(c, 1, VALUE_NONE, STR("x"));
    fixture_ok(db_copy_to(c->db, c->a, path.ptr));
    assert_int_equal(stat(path.ptr, &about), 0);
    assert_int_equal(about.st_mode & 07777, 0600);
    assert_non_null(db_copy_to(c->db, c->a, path.ptr)); /* never over another */
    insert(c, 2, VALUE_NONE, STR("y"));
    fixture_ok(db_open(c->a, path.ptr, DB_READ, N_SLOTS, &copy));
    fixture_ok(db_int64(copy, c->a, STR("SELECT count(*) FROM t"), 0, &n));
    assert_int_equal(n, 1);
}

static void test_rights(void **state)
{
    static const char *const suffixes[] = {"", "-wal", "-shm"};
    const Context *c = *state;
    for (size_t i = 0; i < ARRAY_N(suffixes); i++) {
        struct stat about;
        assert_int_equal(stat(str_format(c->a, "%s%s", c->path, suffixes[i]).ptr, &about), 0);
        assert_int_equal(about.st_mode & 07777, 0600);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_values, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_fixed_statements, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_kept_statements, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_errors, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_busy, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_readers_do_not_write, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_missing_and_damaged, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_copy, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_rights, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
