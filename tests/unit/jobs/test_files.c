/* Uploaded files that nothing names. */
#include "jobs/jobs_fixture.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/datetime.h"
#include "base/file.h"
#include "manager/jobs/files.h"
#include "store/files.h"

#define NOW_US (INT64_C(1772366400) * DATETIME_SECOND_US) /* 2026-03-01T12:00:00 */

typedef struct Fixture {
    Script *script;
    Reader *reader;
    FilesUpkeep upkeep;
} Fixture;

static int set_up(void **state)
{
    Fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    const JobsFixture store = jobs_fixture_new();
    f->script = store.script;
    f->reader = store.reader;
    f->upkeep = (FilesUpkeep){.store = f->script->store, .reader = f->reader};
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    Fixture *f = *state;
    jobs_fixture_end(f->script, f->reader);
    free(f);
    return 0;
}

static const char *path_of(const Fixture *f, const char *name)
{
    return files_path(f->script->store, f->script->arena, str_from(name));
}

/* When a file was put. */
static void set_time(const Fixture *f, const char *name, int64_t time_us)
{
    const struct timespec time = {.tv_sec = time_us / DATETIME_SECOND_US};
    const struct timespec times[] = {time, time};
    assert_int_equal(utimensat(AT_FDCWD, path_of(f, name), times, 0), 0);
}

/* A file of that content, put so many hours ago; its hash. */
static const char *put(Fixture *f, const char *content, int hours_ago)
{
    Str hash = STR_NONE;
    check(files_put(f->script->store, f->script->arena, str_from(content), &hash));
    const char *name = str_to_cstr(f->script->arena, hash);
    set_time(f, name, NOW_US - hours_ago * 3600 * DATETIME_SECOND_US);
    return name;
}

static void run(Fixture *f)
{
    check(files_upkeep_run(&f->upkeep, f->script->arena, NOW_US));
}

static bool is_there(const Fixture *f, const char *name)
{
    return file_exists(path_of(f, name));
}

static const char *description(Fixture *f, const char *hash)
{
    return str_format(f->script->arena, "%s 3 theme.zip", hash).ptr;
}

static Err *write_theme(Tx *tx, WriteRequest *request)
{
    const Resource *r = model_resource(tx_model(tx), FAMILY_CONFIGURATION, STR("ivr_theme"));
    const Field *package = resource_field(r, STR("package"));
    const Row *old = NULL;
    TRY(reader_get(tx_reader(tx), tx_arena(tx), r, value_integer(1), &old));
    Row *new = row_copy(tx_arena(tx), old);
    new->values[package->index] =
        request->context != NULL ? value_text(str_from(request->context)) : VALUE_NONE;
    return tx_update(tx, old, new);
}

/* hash: NULL: none */
static void set_theme_file(Fixture *f, const char *hash)
{
    char *text =
        hash != NULL ? str_to_cstr(f->script->arena, str_from(description(f, hash))) : NULL;
    WriteRequest request = {
        .run = write_theme, .context = text, .user = "admin", .name = "", .n_objects = 1};
    int64_t seq = 0;
    check(store_write_wait(f->script->store, STORE_CONFIG, f->script->arena, &request, &seq));
}

static void test_nothing_there(void **state)
{
    run(*state);
}

static void test_unused(void **state)
{
    Fixture *f = *state;
    const char *old = put(f, "old", 25);
    const char *fresh = put(f, "fresh", 23);
    const char *named = put(f, "named", 1000);
    set_theme_file(f, named);
    run(f);
    assert_false(is_there(f, old));
    assert_true(is_there(f, fresh));
    assert_true(is_there(f, named));
}

/* What the change log still knows can come back by an undo. */
static void test_named_by_the_log(void **state)
{
    Fixture *f = *state;
    const char *first = put(f, "first", 1000);
    const char *second = put(f, "second", 1000);
    set_theme_file(f, first);
    set_theme_file(f, second);
    set_theme_file(f, NULL);
    run(f);
    assert_true(is_there(f, first));
    assert_true(is_there(f, second));
    script_sql(f->script, STORE_CONFIG,
               "DELETE FROM change_log WHERE seq <> (SELECT max(seq) FROM change_log)");
    run(f);
    assert_false(is_there(f, first));
    assert_true(is_there(f, second)); /* `old` of the last change */
}

/* Put again, by a request whose row isn't committed yet. */
static void test_put_again(void **state)
{
    Fixture *f = *state;
    Str hash = STR_NONE;
    bool removed = true;
    const char *name = put(f, "twice", 1000);
    check(files_put(f->script->store, f->script->arena, STR("twice"), &hash));
    check(files_remove(f->script->store, f->script->arena, hash, NOW_US, &removed));
    assert_false(removed);
    assert_true(is_there(f, name));
    set_time(f, name, NOW_US - DATETIME_SECOND_US);
    check(files_remove(f->script->store, f->script->arena, hash, NOW_US, &removed));
    assert_true(removed);
    check(files_remove(f->script->store, f->script->arena, hash, NOW_US, &removed));
    assert_false(removed);
}

/* What a killed process left beside the files; folders and links are none of our business. */
static void test_other_entries(void **state)
{
    Fixture *f = *state;
    (void)put(f, "x", 1);
    check(file_write_new(f->script->arena, path_of(f, "abc.tmp"), 0600, STR("x")));
    set_time(f, "abc.tmp", NOW_US - 2 * DATETIME_DAY_US);
    assert_int_equal(mkdir(path_of(f, "folder"), 0700), 0);
    set_time(f, "folder", NOW_US - 2 * DATETIME_DAY_US);
    run(f);
    assert_false(is_there(f, "abc.tmp"));
    assert_true(is_there(f, "folder"));
    assert_int_equal(rmdir(path_of(f, "folder")), 0);
}

static void test_a_clock_that_was_just_set(void **state)
{
    Fixture *f = *state;
    f->upkeep.steady_us = FILES_STEADY_US;
    const char *old = put(f, "old", 25);
    run(f);
    assert_true(is_there(f, old));
    f->upkeep.clock.steady_us -= FILES_STEADY_US;
    run(f);
    assert_false(is_there(f, old));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_nothing_there, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_unused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_named_by_the_log, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_put_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_other_entries, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_clock_that_was_just_set, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
