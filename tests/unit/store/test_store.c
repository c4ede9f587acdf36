/* Opening a store: new, again, by two, cut short, newer than the program. */
#include "store/store.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test.h"

#include "base/file.h"
#include "store/fixture.h"

typedef struct Context {
    Arena *a;
    Model *model;
    char parent[64];
    const char *folder; /* in it; made by the store */
} Context;

static int set_up(void **state)
{
    Context *c = calloc(1, sizeof *c);
    assert_non_null(c);
    c->a = arena_new((size_t)64 * 1024 * 1024);
    c->model = fixture_model(c->a, fixture_files, fixture_n_files, 1);
    fixture_make_folder(c->parent);
    c->folder = str_format(c->a, "%s/data", c->parent).ptr;
    *state = c;
    return 0;
}

static int tear_down(void **state)
{
    Context *c = *state;
    fixture_remove_folder(c->folder);
    fixture_remove_folder(c->parent);
    c->model = model_free(c->model);
    c->a = arena_free(c->a);
    free(c);
    return 0;
}

static Err *open_store(const Context *c, Store **ret_store)
{
    const StoreOptions options = {.folder = c->folder};
    return store_open(c->a, c->model, &options, ret_store);
}

static unsigned mode_of(const Context *c, const char *name)
{
    struct stat about;
    assert_int_equal(stat(str_format(c->a, "%s/%s", c->folder, name).ptr, &about), 0);
    return about.st_mode & 07777;
}

static void run_sql(const Context *c, const char *file, const char *sql)
{
    CLEANUP(db_close) Db *db = NULL;
    fixture_ok(
        db_open(c->a, str_format(c->a, "%s/%s", c->folder, file).ptr, DB_WRITE_DURABLE, 1, &db));
    fixture_ok(db_exec(db, c->a, sql));
}

static int64_t count(const Context *c, Store *s, const char *resource, Family family)
{
    CLEANUP(reader_free) Reader *r = NULL;
    const Filter any = {
        .lookup = LOOKUP_ISNULL, .values = &(Value){.type = VALUE_INTEGER}, .n_values = 1};
    const Query q = {.resource = model_resource(c->model, family, str_from(resource)),
                     .filters = &any,
                     .n_filters = 1,
                     .limit = 1};
    int64_t n = -1;
    fixture_ok(reader_new(c->a, s, &r));
    fixture_ok(reader_count(r, c->a, &q, &n));
    reader_end(r);
    return n;
}

static void test_new_and_again(void **state)
{
    static const char *const files[] = {"lock",    "config.db", "history.db",
                                        "auth.db", "live.db",   "secret.key"};
    const Context *c = *state;
    Store *s = NULL;
    fixture_ok(open_store(c, &s));
    assert_true(store_is_new(s));
    assert_ptr_equal(store_model(s), c->model);
    assert_int_equal(store_seq(s, STORE_CONFIG), 0);
    const Str epoch = str_dup(c->a, store_epoch(s, STORE_CONFIG));
    const Str live_epoch = str_dup(c->a, store_epoch(s, STORE_LIVE));
    assert_int_equal(epoch.len, 16);
    assert_int_equal(mode_of(c, "."), 0700);
    for (size_t i = 0; i < ARRAY_N(files); i++) {
        assert_int_equal(mode_of(c, files[i]), 0600);
    }
    s = store_close(s);
    run_sql(c, "config.db", "INSERT INTO configuration_theme (id, name) VALUES (1, 'kept')");
    run_sql(c, "live.db", "INSERT INTO status_call (id) VALUES ('gone')");
    fixture_ok(open_store(c, &s));
    assert_false(store_is_new(s));
    assert_true(str_equal(store_epoch(s, STORE_CONFIG), epoch));
    assert_false(str_equal(store_epoch(s, STORE_LIVE), live_epoch));
    assert_int_equal(count(c, s, "theme", FAMILY_CONFIGURATION), 1);
    assert_int_equal(count(c, s, "call", FAMILY_STATUS), 0);
    s = store_close(s);
}

static void test_one_process(void **state)
{
    const Context *c = *state;
    Store *s = NULL;
    Store *other = NULL;
    fixture_ok(open_store(c, &s));
    const Err *e = open_store(c, &other);
    assert_non_null(e);
    assert_int_equal(e->kind, ERR_BUSY);
    assert_null(other);
    s = store_close(s);
    fixture_ok(open_store(c, &s));
    s = store_close(s);
}

/* A process that ends while it makes the store leaves files without tables. */
static void test_cut_short(void **state)
{
    const Context *c = *state;
    Store *s = NULL;
    fixture_ok(file_make_folder(c->a, c->folder, 0700));
    fixture_ok(file_write(c->a, str_format(c->a, "%s/config.db", c->folder).ptr, 0600, STR("")));
    fixture_ok(open_store(c, &s));
    assert_true(store_is_new(s));
    s = store_close(s);
}

static void expect_refusal(const Context *c, ErrKind kind)
{
    Store *s = NULL;
    const Err *e = open_store(c, &s);
    assert_non_null(e);
    assert_int_equal(e->kind, kind);
    assert_null(s);
}

static void test_newer_store(void **state)
{
    const Context *c = *state;
    Store *s = NULL;
    fixture_ok(open_store(c, &s));
    s = store_close(s);
    run_sql(c, "config.db", "UPDATE meta SET value = 2 WHERE name = 'model_version'");
    expect_refusal(c, ERR_INVALID);
    run_sql(c, "config.db", "UPDATE meta SET value = 1 WHERE name = 'model_version'");
    run_sql(c, "history.db", "UPDATE meta SET value = 99 WHERE name = 'format'");
    expect_refusal(c, ERR_INVALID);
}

static void test_damaged_store(void **state)
{
    const Context *c = *state;
    Store *s = NULL;
    fixture_ok(open_store(c, &s));
    s = store_close(s);
    run_sql(c, "config.db", "DELETE FROM meta WHERE name = 'epoch'");
    expect_refusal(c, ERR_IO);
    fixture_ok(file_write(c->a, str_format(c->a, "%s/config.db", c->folder).ptr, 0600,
                          STR("no database, for long enough to look at")));
    expect_refusal(c, ERR_IO);
}

static void test_a_link_to_the_folder_is_followed(void **state)
{
    const Context *c = *state;
    const char *link = str_format(c->a, "%s-link", c->folder).ptr;
    const StoreOptions options = {.folder = link};
    CLEANUP(store_close) Store *s = NULL;
    assert_int_equal(mkdir(c->folder, 0700), 0);
    assert_int_equal(symlink(c->folder, link), 0);
    fixture_ok(store_open(c->a, c->model, &options, &s));
    assert_int_equal(unlink(link), 0);
    assert_int_equal(mode_of(c, "config.db"), 0600);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_new_and_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_one_process, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_cut_short, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_newer_store, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_damaged_store, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_link_to_the_folder_is_followed, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
