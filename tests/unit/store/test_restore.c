/* A restored store in the place of the old one, also when the program is stopped on the way. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "script.h"
#include "store/backup.h"
#include "store/files.h"
#include "store/restore.h"
#include "store/secret.h"
#include "store/sqlite.h"
#include "test.h"

#define LOG_BYTES_MAX ((size_t)64 * 1024 * 1024)
#define HASH "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp,readability-identifier-naming):
 * the linker's names */
struct dirent *__real_readdir64(DIR *folder);
struct dirent *__wrap_readdir64(DIR *folder);

/* What readdir() is where files may be large. As on a file system that doesn't tell what an entry
 * is. */
struct dirent *__wrap_readdir64(DIR *folder)
{
    struct dirent *entry = __real_readdir64(folder);
    if (entry != NULL) {
        entry->d_type = DT_UNKNOWN;
    }
    return entry;
}
static bool unlinkable;

int __real_link(const char *from, const char *to);
int __wrap_link(const char *from, const char *to);

/* As on a file system without hard links. */
int __wrap_link(const char *from, const char *to)
{
    if (unlinkable) {
        errno = EPERM;
        return -1;
    }
    return __real_link(from, to);
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp,readability-identifier-naming)
 */

typedef struct Two {
    Script *from; /* what is backed up */
    Script *to;   /* where it is restored */
} Two;

static Script *new_with_room(const char *name)
{
    Script *s = script_new();
    script_do(
        s, str_format(s->arena, "create conference 7 name=%s service_type=conference", name).ptr);
    return s;
}

static int set_up(void **state)
{
    Two *two = calloc(1, sizeof *two);
    two->from = new_with_room("Backed");
    two->to = new_with_room("Old");
    *state = two;
    return 0;
}

static int tear_down(void **state)
{
    Two *two = *state;
    two->from = script_free(two->from);
    two->to = script_free(two->to);
    free(two);
    return 0;
}

static void succeed(const Err *e)
{
    if (e != NULL) {
        fail_msg("%s (%s) at %s", e->text, e->detail != NULL ? e->detail : "", e->where);
    }
}

static const char *path_of(const Script *s, const char *name)
{
    return str_format(s->arena, "%s/%s", s->folder, name).ptr;
}

static Str key_of(const Script *s)
{
    char hex[STORE_KEY_CHARS + 1];
    store_backup_key(s->store, hex);
    return str_dup(s->arena, str_from(hex));
}

/* Gathers the files of one store in the other's folder. */
static const char *stage(const Two *two)
{
    Script *from = two->from;
    const char *staged = NULL;
    succeed(store_restore_begin(two->to->arena, two->to->folder, &staged));
    succeed(store_backup_file(from->store, from->arena, STORE_CONFIG,
                              str_format(from->arena, "%s/config.db", staged).ptr));
    succeed(store_backup_file(from->store, from->arena, STORE_HISTORY,
                              str_format(from->arena, "%s/history.db", staged).ptr));
    succeed(file_make_folder(from->arena, str_format(from->arena, "%s/files", staged).ptr, 0700));
    succeed(file_write(from->arena, str_format(from->arena, "%s/files/" HASH, staged).ptr, 0600,
                       STR("a file")));
    return staged;
}

static const Err *adopt(const Two *two, const char *staged, Str key)
{
    Script *to = two->to;
    const StoreOptions options = {.folder = to->folder};
    return store_restore_adopt(to->arena, to->model, &options, staged, key);
}

static void stage_and_adopt(const Two *two)
{
    succeed(adopt(two, stage(two), key_of(two->from)));
}

static void check_restored(const Two *two)
{
    Script *to = two->to;
    assert_string_equal(script_value(to, "conference", 7, "name"), "Backed");
    assert_string_equal(script_check(to), "");
    assert_false(file_exists(path_of(to, "restore.ready")));
    assert_false(file_exists(path_of(to, "restore.new")));
    assert_true(file_exists(files_path(to->store, to->arena, STR(HASH))));
}

/* A secret in a row and in the change log that only the key in force opens afterwards. */
static void test_secrets(void **state)
{
    const Two *two = *state;
    Script *from = two->from;
    Script *to = two->to;
    script_do(from, "create ldap_sync_source 3 name=l ldap_server=s ldap_base_dn=b");
    script_do(from, "update ldap_sync_source 3 name=m");
    const Str sealed = secret_seal(from->store, from->arena, STR("hush"));
    const char *sql =
        str_format(from->arena,
                   "UPDATE configuration_ldap_sync_source SET ldap_bind_password = '%.*s';"
                   "UPDATE change_log SET new = json_set(new, '$.ldap_bind_password', '%.*s'),"
                   " old = '{\"a\": \"$~!1$ and %.*s\"}'"
                   " WHERE resource = 'configuration_ldap_sync_source'",
                   STR_ARG(sealed), STR_ARG(sealed), STR_ARG(sealed))
            .ptr;
    script_sql(from, STORE_CONFIG, sql);
    stage_and_adopt(two);
    succeed(store_restore_commit(to->arena, to->folder));
    script_reopen(to);
    check_restored(two);

    const Str stored = str_from(script_value(to, "ldap_sync_source", 3, "ldap_bind_password"));
    Str clear = STR_NONE;
    succeed(secret_open(to->store, to->arena, stored, &clear));
    assert_true(str_equal(clear, STR("hush")));
    assert_true(str_equal(secret_mask(stored), secret_mask(sealed)));
    assert_false(str_equal(stored, sealed));
    const char *log = script_log(to, 0);
    assert_null(strstr(log, str_to_cstr(to->arena, sealed)));
    const char *at = strstr(log, "\"a\": \"$~!1$ and $~!1$");
    assert_non_null(at);
    const Str logged = str_slice(str_from(at + strlen("\"a\": \"$~!1$ and ")), 0, stored.len);
    succeed(secret_open(to->store, to->arena, logged, &clear));
    assert_true(str_equal(clear, STR("hush")));
}

static void test_epochs(void **state)
{
    const Two *two = *state;
    Script *to = two->to;
    const Str old = str_dup(to->arena, store_epoch(to->store, STORE_CONFIG));
    stage_and_adopt(two);
    succeed(store_restore_commit(to->arena, to->folder));
    script_reopen(to);
    check_restored(two);
    assert_false(str_equal(store_epoch(to->store, STORE_CONFIG), old));
    assert_false(str_equal(store_epoch(to->store, STORE_CONFIG),
                           store_epoch(two->from->store, STORE_CONFIG)));
    assert_false(str_equal(store_epoch(to->store, STORE_HISTORY),
                           store_epoch(two->from->store, STORE_HISTORY)));
}

/* Of an older model: what it lacks is added. */
static void test_older_model(void **state)
{
    const Two *two = *state;
    Script *to = two->to;
    script_sql(two->from, STORE_CONFIG,
               "ALTER TABLE configuration_conference DROP COLUMN description;"
               "UPDATE meta SET value = 0 WHERE name = 'model_version';"
               "UPDATE meta SET value = 'older' WHERE name = 'shape_hash'");
    stage_and_adopt(two);
    succeed(store_restore_commit(to->arena, to->folder));
    script_reopen(to);
    check_restored(two);
    assert_string_equal(script_value(to, "conference", 7, "description"), "");
}

/* Of a newer one it is refused. */
static void test_newer_model(void **state)
{
    const Two *two = *state;
    script_sql(two->from, STORE_CONFIG,
               "UPDATE meta SET value = 1000000 WHERE name = 'model_version'");
    const Str key = key_of(two->from);
    const Err *e = adopt(two, stage(two), key);
    assert_true(e != NULL && e->kind == ERR_INVALID && strstr(e->text, "newer") != NULL);
    script_reopen(two->to);
    assert_string_equal(script_value(two->to, "conference", 7, "name"), "Old");
}

/* Before the rename the old store is whole. */
static void test_stopped_before(void **state)
{
    const Two *two = *state;
    Script *to = two->to;
    stage_and_adopt(two);
    assert_true(file_exists(path_of(to, "restore.new/config.db")));
    script_reopen(to);
    assert_string_equal(script_value(to, "conference", 7, "name"), "Old");
    assert_string_equal(script_check(to), "");
    assert_false(file_exists(path_of(to, "restore.new")));
}

static void move_ready(const Two *two, const char *name)
{
    const char *from = str_format(two->to->arena, "%s/restore.ready/%s", two->to->folder, name).ptr;
    assert_int_equal(rename(from, path_of(two->to, name)), 0);
}

/* After it the new one is, wherever the moves were stopped. */
static void test_stopped_after(void **state)
{
    const Two *two = *state;
    Script *to = two->to;
    static const char *const moved[] = {"history.db", "config.db"};
    for (size_t n = 0; n <= ARRAY_N(moved); n++) {
        stage_and_adopt(two);
        succeed(store_restore_commit(to->arena, to->folder));
        script_close(to);
        for (size_t i = 0; i < n; i++) {
            move_ready(two, moved[i]);
        }
        if (n == 2) {
            assert_int_equal(unlink(path_of(to, "auth.db")), 0);
        }
        assert_null(script_open(to));
        check_restored(two);
    }
}

/* What the old store had written ahead must not get into the new one. */
static void test_old_wal(void **state)
{
    const Two *two = *state;
    Script *to = two->to;
    stage_and_adopt(two);
    succeed(store_restore_commit(to->arena, to->folder));
    script_close(to);
    succeed(file_write(to->arena, path_of(to, "config.db-wal"), 0600, STR("of the old one")));
    succeed(file_write(to->arena, path_of(to, "initial-password"), 0600, STR("x")));
    assert_null(script_open(to));
    check_restored(two);
    assert_false(file_exists(path_of(to, "initial-password")));
}

/* Written ahead by the old store while it was open: whole, so that the library would believe it. */
static void test_old_wal_comes_back(void **state)
{
    const Two *two = *state;
    Script *to = two->to;
    Str log = STR_NONE;
    stage_and_adopt(two);
    succeed(file_read(to->arena, path_of(to, "config.db-wal"), LOG_BYTES_MAX, &log));
    assert_true(log.len > 0);
    succeed(store_restore_commit(to->arena, to->folder));
    script_close(to);
    move_ready(two, "history.db");
    move_ready(two, "config.db");
    succeed(file_write(to->arena, path_of(to, "config.db-wal"), 0600, log));
    assert_null(script_open(to));
    check_restored(two);
}

/* --- the replaced store --- */

static void restore_whole(const Two *two)
{
    stage_and_adopt(two);
    succeed(store_restore_commit(two->to->arena, two->to->folder));
    script_reopen(two->to);
    check_restored(two);
}

static void go_back(const Two *two)
{
    script_close(two->to);
    assert_int_equal(rename(path_of(two->to, "replaced"), path_of(two->to, "restore.ready")), 0);
    assert_null(script_open(two->to));
    assert_false(file_exists(path_of(two->to, "restore.ready")));
}

/* There and back, and there again; files that both or only one of them have, and keys. */
static void test_replaced_is_kept(void **state)
{
    const Two *two = *state;
    Script *to = two->to;
    Str hash = STR_NONE;
    Str content = STR_NONE;
    struct stat info;
    succeed(files_put(to->store, to->arena, STR("of the old one"), &hash));
    succeed(file_write(to->arena, files_path(to->store, to->arena, STR(HASH)), 0600, STR("mine")));
    succeed(file_write(to->arena, path_of(to, "ca.key"), 0600, STR("old key")));
    restore_whole(two);
    assert_int_equal(stat(path_of(to, "replaced"), &info), 0);
    assert_int_equal(info.st_mode & 0777, 0700);
    assert_int_equal(unlink(files_path(to->store, to->arena, hash)), 0); /* unused now */
    succeed(file_write(to->arena, path_of(to, "ca.key"), 0600, STR("new key")));

    go_back(two);
    assert_string_equal(script_value(to, "conference", 7, "name"), "Old");
    assert_string_equal(script_check(to), "");
    assert_true(file_exists(files_path(to->store, to->arena, hash)));
    succeed(file_read(to->arena, files_path(to->store, to->arena, STR(HASH)), 100, &content));
    assert_true(str_equal(content, STR("mine")));
    succeed(file_read(to->arena, path_of(to, "ca.key"), 100, &content));
    assert_true(str_equal(content, STR("old key")));

    go_back(two);
    check_restored(two);
    succeed(file_read(to->arena, path_of(to, "ca.key"), 100, &content));
    assert_true(str_equal(content, STR("new key")));
}

/* Only the one that was replaced last. */
static void test_replaced_once(void **state)
{
    const Two *two = *state;
    restore_whole(two);
    script_do(two->to, "update conference 7 name=Between");
    succeed(file_write(two->to->arena, path_of(two->to, "replaced/mark"), 0600, STR("x")));
    restore_whole(two);
    assert_false(file_exists(path_of(two->to, "replaced/mark")));
    go_back(two);
    assert_string_equal(script_value(two->to, "conference", 7, "name"), "Between");
}

/* Stopped while it was gathered: gathered anew; after that: left as it is. */
static void test_replaced_after_stops(void **state)
{
    const Two *two = *state;
    Script *to = two->to;
    stage_and_adopt(two);
    succeed(store_restore_commit(to->arena, to->folder));
    script_close(to);
    succeed(file_make_folder(to->arena, path_of(to, "replaced.new"), 0700));
    succeed(file_write(to->arena, path_of(to, "replaced.new/config.db"), 0600, STR("half")));
    /* A folder among the files stops it between keeping and the databases. */
    const char *other = path_of(to, "restore.ready/files/other");
    succeed(file_make_folder(to->arena, other, 0700));
    assert_non_null(script_open(to));
    assert_true(file_exists(path_of(to, "replaced/config.db")));
    assert_false(file_exists(path_of(to, "replaced.new")));
    assert_int_equal(rmdir(other), 0);
    move_ready(two, "history.db");
    move_ready(two, "config.db");
    assert_null(script_open(to));
    check_restored(two);
    go_back(two);
    assert_string_equal(script_value(to, "conference", 7, "name"), "Old");
}

/* The old store was killed: what it had written ahead is part of what is kept. */
static void test_replaced_was_killed(void **state)
{
    const Two *two = *state;
    Script *to = two->to;
    Str log = STR_NONE;
    Str file = STR_NONE;
    script_do(to, "update conference 7 name=Newest");
    stage_and_adopt(two);
    succeed(file_read(to->arena, path_of(to, "config.db-wal"), LOG_BYTES_MAX, &log));
    succeed(file_read(to->arena, path_of(to, "config.db"), LOG_BYTES_MAX, &file));
    succeed(store_restore_commit(to->arena, to->folder));
    script_close(to);
    succeed(file_write(to->arena, path_of(to, "config.db"), 0600, file));
    succeed(file_write(to->arena, path_of(to, "config.db-wal"), 0600, log));
    assert_null(script_open(to));
    check_restored(two);
    assert_false(file_exists(path_of(to, "replaced/config.db-wal")));
    go_back(two);
    assert_string_equal(script_value(to, "conference", 7, "name"), "Newest");
}

/* It can't be kept: the restore is done all the same. */
static void test_replaced_cannot_be_kept(void **state)
{
    const Two *two = *state;
    Script *to = two->to;
    unlinkable = true;
    restore_whole(two);
    unlinkable = false;
    assert_false(file_exists(path_of(to, "replaced")));
    assert_false(file_exists(path_of(to, "replaced.new")));
}

/* What isn't understood stays where it is, and the store closed, rather than being removed. */
static void test_something_else(void **state)
{
    const Two *two = *state;
    Script *to = two->to;
    stage_and_adopt(two);
    succeed(store_restore_commit(to->arena, to->folder));
    script_close(to);
    const char *other = path_of(to, "restore.ready/files/other");
    succeed(file_make_folder(to->arena, other, 0700));
    const Err *e = script_open(to);
    assert_true(e != NULL && e->kind == ERR_IO && strstr(e->text, "is no file") != NULL);
    assert_true(file_exists(path_of(to, "restore.ready/config.db")));
    assert_int_equal(rmdir(other), 0);
    assert_null(script_open(to));
    check_restored(two);
}

/* Columns whose names take more than the statements that look at them may. */
static void test_too_many_columns(void **state)
{
    const Two *two = *state;
    Script *from = two->from;
    CLEANUP(buf_free) Buf *sql = buf_new(SIZE_MAX);
    buf_put_lit(sql, "CREATE TABLE wide (n INTEGER PRIMARY KEY");
    for (int i = 0; i < 1000; i++) {
        buf_printf(sql, ", c%d_%02000d TEXT", i, 0);
    }
    buf_put(sql, ")", sizeof ")");
    script_sql(from, STORE_CONFIG, sql->data);
    const Err *e = adopt(two, stage(two), key_of(from));
    assert_true(e != NULL && e->kind == ERR_INVALID);
}

/* --- where the key goes --- */

/* A folder without a store, whose key is to lie elsewhere: *ret_options is of that. */
static const char *empty_with_key_file(const Two *two, StoreOptions *ret_options)
{
    Script *to = two->to;
    script_close(to);
    assert_int_equal(unlink(path_of(to, "config.db")), 0);
    assert_int_equal(unlink(path_of(to, "secret.key")), 0);
    succeed(file_make_folder(to->arena, path_of(to, "elsewhere"), 0700));
    const char *key_file = path_of(to, "elsewhere/key");
    *ret_options = (StoreOptions){.folder = to->folder, .key_file = key_file};
    return key_file;
}

/* They would run in the store of whoever restores the backup, or stop its start. */
static void test_what_no_store_is_without(void **state)
{
    static const char *const damages[] = {
        "CREATE TRIGGER owned AFTER INSERT ON configuration_role BEGIN"
        " UPDATE configuration_role SET name = 'owned'; END",
        "DELETE FROM configuration_global",
    };
    const Two *two = *state;
    for (size_t i = 0; i < ARRAY_N(damages); i++) {
        const char *staged = stage(two);
        CLEANUP(db_close) Db *db = NULL;
        Arena *a = two->to->arena;
        succeed(db_open(a, str_format(a, "%s/config.db", staged).ptr, DB_WRITE_DURABLE, 0, &db));
        succeed(db_exec(db, a, damages[i]));
        db = db_close(db);
        const Err *e = adopt(two, staged, key_of(two->from));
        assert_non_null(e);
        assert_int_equal(e->kind, ERR_INVALID);
    }
}

static void test_key_file(void **state)
{
    const Two *two = *state;
    Script *to = two->to;
    StoreOptions options;
    const char *key_file = empty_with_key_file(two, &options);
    succeed(store_restore_adopt(to->arena, to->model, &options, stage(two), key_of(two->from)));
    assert_false(file_exists(key_file)); /* until the rename it may still fail */
    succeed(store_restore_commit(to->arena, to->folder));
    succeed(store_open(to->arena, to->model, &options, &to->store));
    check_restored(two);
    assert_true(str_equal(key_of(to), key_of(two->from)));
    assert_false(file_exists(path_of(to, "secret.key")));
}

static void test_key_file_refused(void **state)
{
    const Two *two = *state;
    Script *to = two->to;
    StoreOptions options;
    const char *key_file = empty_with_key_file(two, &options);
    script_sql(two->from, STORE_CONFIG,
               "UPDATE meta SET value = 1000000 WHERE name = 'model_version'");
    const Err *e =
        store_restore_adopt(to->arena, to->model, &options, stage(two), key_of(two->from));
    assert_true(e != NULL && e->kind == ERR_INVALID);
    assert_false(file_exists(key_file));
    options.key_file = path_of(to, "nowhere/key");
    e = store_restore_adopt(to->arena, to->model, &options, stage(two), key_of(two->from));
    assert_true(e != NULL && e->kind == ERR_IO && strstr(e->text, options.key_file) != NULL);
}

/* Put there by somebody while the moves were stopped. */
static void test_another_key_file(void **state)
{
    const Two *two = *state;
    Script *to = two->to;
    StoreOptions options;
    const char *key_file = empty_with_key_file(two, &options);
    succeed(store_restore_adopt(to->arena, to->model, &options, stage(two), key_of(two->from)));
    succeed(store_restore_commit(to->arena, to->folder));
    succeed(file_write(to->arena, key_file, 0600, STR("another")));
    const Err *e = store_open(to->arena, to->model, &options, &to->store);
    assert_true(e != NULL && e->kind == ERR_INVALID && strstr(e->text, "another key") != NULL);
    assert_true(file_exists(path_of(to, "restore.ready/secret.key")));
    assert_int_equal(unlink(key_file), 0);
    succeed(store_open(to->arena, to->model, &options, &to->store));
    check_restored(two);
}

static void test_refused(void **state)
{
    const Two *two = *state;
    Script *to = two->to;
    const Str other = STR("00000000000000000000000000000000000000000000000000000000000000ff");
    const Err *e = adopt(two, stage(two), other);
    assert_true(e != NULL && e->kind == ERR_INVALID);
    e = adopt(two, stage(two), STR("no key"));
    assert_true(e != NULL && e->kind == ERR_INVALID);

    const char *staged = stage(two);
    succeed(file_write(to->arena, str_format(to->arena, "%s/config.db", staged).ptr, 0600,
                       STR("no database at all, but long enough to be looked at by the library")));
    assert_non_null(adopt(two, staged, key_of(two->from)));
    store_restore_drop(to->arena, to->folder);
    assert_false(file_exists(path_of(to, "restore.new")));
    script_reopen(to);
    assert_string_equal(script_value(to, "conference", 7, "name"), "Old");
}

/* A folder without a store gets the key of the backup. */
static void test_empty_folder(void **state)
{
    const Two *two = *state;
    Script *to = two->to;
    script_close(to);
    assert_int_equal(unlink(path_of(to, "config.db")), 0);
    assert_int_equal(unlink(path_of(to, "secret.key")), 0);
    int lock = -1;
    succeed(store_restore_lock(to->arena, to->folder, &lock));
    const Err *e = script_open(to);
    assert_true(e != NULL && e->kind == ERR_BUSY);
    stage_and_adopt(two);
    succeed(store_restore_commit(to->arena, to->folder));
    store_restore_unlock(lock);
    assert_null(script_open(to));
    check_restored(two);
    assert_true(str_equal(key_of(to), key_of(two->from)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_secrets, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_epochs, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_older_model, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_newer_model, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_stopped_before, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_stopped_after, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_old_wal, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_old_wal_comes_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_replaced_is_kept, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_replaced_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_replaced_after_stops, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_replaced_was_killed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_replaced_cannot_be_kept, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_something_else, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_too_many_columns, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_no_store_is_without, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_key_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_key_file_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_another_key_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_empty_folder, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
