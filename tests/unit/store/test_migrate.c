/* A store of an older model becomes one of a newer, with its rows. */
#include "store/store.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "test.h"

#include "store/fixture.h"
#include "store/statement.h"
#include "store/store_file.h"

static const char permissions[] =
    "[{'id': 1, 'codename': 'is_admin', 'name': 'a', 'help': 'a'},"
    " {'id': 2, 'codename': 'use_api', 'name': 'a', 'help': 'a'},"
    " {'id': 3, 'codename': 'view_things', 'name': 'a', 'help': 'a'},"
    " {'id': 4, 'codename': 'change_things', 'name': 'a', 'help': 'a'}]";

static const char kept[] =
    "{'resource': 'kept', 'path': '/api/admin/configuration/v1/kept/', 'label': 'It', 'help': "
    "'It.',"
    " 'permission': 'things', 'effect': 'none', 'list_methods': ['GET', 'POST'],"
    " 'detail_methods': ['GET', 'PATCH', 'DELETE'],"
    " 'singleton': false,"
    " 'fields': {"
    " 'id': {'help': 'It.', 'type': 'integer'},"
    " 'name': {'help': 'It.', 'type': 'string'}}}";

static const char gone[] =
    "{'resource': 'gone', 'path': '/api/admin/configuration/v1/gone/', 'label': 'It', 'help': "
    "'It.',"
    " 'permission': 'things', 'effect': 'none', 'list_methods': ['GET', 'POST'],"
    " 'detail_methods': ['GET', 'PATCH', 'DELETE'],"
    " 'singleton': false,"
    " 'fields': {"
    " 'id': {'help': 'It.', 'type': 'integer'},"
    " 'name': {'help': 'It.', 'type': 'string', 'index': true}}}";

static const char old_group[] =
    "{'resource': 'old_group', 'path': '/api/admin/configuration/v1/old_group/', 'label': 'It', "
    "'help': 'It.',"
    " 'permission': 'things', 'effect': 'none', 'list_methods': ['GET', 'POST'],"
    " 'detail_methods': ['GET', 'PATCH', 'DELETE'],"
    " 'singleton': false,"
    " 'fields': {"
    " 'id': {'help': 'It.', 'type': 'integer'},"
    " 'things': {'help': 'It.', 'type': 'related', 'related': 'configuration/thing',"
    " 'many': true, 'kind': 'links'}}}";

static const char old_thing[] =
    "{'resource': 'thing', 'path': '/api/admin/configuration/v1/thing/', 'label': 'It', 'help': "
    "'It.',"
    " 'permission': 'things', 'effect': 'none', 'list_methods': ['GET', 'POST'],"
    " 'detail_methods': ['GET', 'PATCH', 'DELETE'],"
    " 'singleton': false,"
    " 'fields': {"
    " 'dropped': {'help': 'It.', 'type': 'string', 'index': true},"
    " 'id': {'help': 'It.', 'type': 'integer'},"
    " 'name': {'help': 'It.', 'type': 'string'},"
    " 'number': {'help': 'It.', 'type': 'string'},"
    " 'optional': {'help': 'It.', 'type': 'integer', 'nullable': true},"
    " 'size': {'help': 'It.', 'type': 'integer'}}}";

static const char new_group[] =
    "{'resource': 'group', 'path': '/api/admin/configuration/v1/group/', 'label': 'It', 'help': "
    "'It.',"
    " 'permission': 'things', 'effect': 'none', 'list_methods': ['GET', 'POST'],"
    " 'detail_methods': ['GET', 'PATCH', 'DELETE'],"
    " 'singleton': false, 'was': 'old_group',"
    " 'fields': {"
    " 'id': {'help': 'It.', 'type': 'integer'},"
    " 'members': {'help': 'It.', 'type': 'related', 'related': 'configuration/thing',"
    " 'many': true, 'kind': 'links', 'was': 'things'}}}";

static const char settings[] =
    "{'resource': 'settings', 'path': '/api/admin/configuration/v1/settings/', 'label': 'It', "
    "'help': 'It.',"
    " 'permission': 'things', 'effect': 'none', 'list_methods': ['GET', 'POST'],"
    " 'detail_methods': ['GET', 'PATCH', 'DELETE'],"
    " 'singleton': true, 'seeds': [{'id': 1, 'values': {'level': 3}}],"
    " 'fields': {"
    " 'id': {'help': 'It.', 'type': 'integer'},"
    " 'level': {'help': 'It.', 'type': 'integer'}}}";

static const char new_thing[] =
    "{'resource': 'thing', 'path': '/api/admin/configuration/v1/thing/', 'label': 'It', 'help': "
    "'It.',"
    " 'permission': 'things', 'effect': 'none', 'list_methods': ['GET', 'POST'],"
    " 'detail_methods': ['GET', 'PATCH', 'DELETE'],"
    " 'singleton': false,"
    " 'fields': {"
    " 'added': {'help': 'It.', 'type': 'string', 'default': 'new', 'index': true},"
    " 'group': {'help': 'It.', 'type': 'related', 'related': 'configuration/group',"
    " 'nullable': true, 'on_delete': 'null'},"
    " 'id': {'help': 'It.', 'type': 'integer'},"
    " 'length': {'help': 'It.', 'type': 'integer', 'was': 'size'},"
    " 'name': {'help': 'It.', 'type': 'string', 'unique': true, 'fold': true,"
    " 'max_length': 50},"
    " 'number': {'help': 'It.', 'type': 'integer'},"
    " 'optional': {'help': 'It.', 'type': 'integer', 'default': 7}}}";

#define FILE_OF(name, text)                                                                        \
    {                                                                                              \
        name,                                                                                      \
        {                                                                                          \
            text, sizeof(text) - 1                                                                 \
        }                                                                                          \
    }

static const ModelFile old_files[] = {
    FILE_OF("permissions.json", permissions),
    FILE_OF("configuration/kept.json", kept),
    FILE_OF("configuration/gone.json", gone),
    FILE_OF("configuration/old_group.json", old_group),
    FILE_OF("configuration/thing.json", old_thing),
};

static const ModelFile new_files[] = {
    FILE_OF("permissions.json", permissions),
    FILE_OF("configuration/kept.json", kept),
    FILE_OF("configuration/group.json", new_group),
    FILE_OF("configuration/settings.json", settings),
    FILE_OF("configuration/thing.json", new_thing),
};

typedef struct Context {
    Arena *a;
    Model *old_model, *new_model;
    char folder[64];
} Context;

static void make_store(const Context *c, const char *sql)
{
    const StoreOptions options = {.folder = c->folder};
    Store *s = NULL;
    CLEANUP(db_close) Db *db = NULL;
    fixture_ok(store_open(c->a, c->old_model, &options, &s));
    fixture_ok(store_open_db(s, c->a, STORE_CONFIG, DB_WRITE_DURABLE, &db));
    fixture_ok(db_exec(db, c->a, sql));
    s = store_close(s);
}

static int set_up(void **state)
{
    Context *c = calloc(1, sizeof *c);
    assert_non_null(c);
    c->a = arena_new((size_t)64 * 1024 * 1024);
    c->old_model = fixture_model(c->a, old_files, ARRAY_N(old_files), 1);
    c->new_model = fixture_model(c->a, new_files, ARRAY_N(new_files), 2);
    fixture_make_folder(c->folder);
    *state = c;
    return 0;
}

static int tear_down(void **state)
{
    Context *c = *state;
    fixture_remove_folder(c->folder);
    (void)model_free(c->old_model);
    (void)model_free(c->new_model);
    (void)arena_free(c->a);
    free(c);
    return 0;
}

/* The rows of a statement: columns joined by "|", rows by ";", NULL as "-". */
static const char *ask(const Context *c, const Store *s, const char *sql)
{
    CLEANUP(db_close) Db *db = NULL;
    Stmt *stmt = NULL;
    bool row = false;
    Str text = STR("");
    fixture_ok(store_open_db(s, c->a, STORE_CONFIG, DB_READ, &db));
    fixture_ok(db_prepare(db, c->a, str_from(sql), &stmt));
    for (fixture_ok(stmt_step(stmt, c->a, &row)); row; fixture_ok(stmt_step(stmt, c->a, &row))) {
        text = str_format(c->a, "%.*s%.*s;", STR_ARG(text), STR_ARG(stmt_text(stmt, 0)));
    }
    return text.ptr;
}

static size_t n_copies(const Context *c)
{
    DIR *entries = opendir(c->folder);
    assert_non_null(entries);
    size_t n = 0;
    for (const struct dirent *e = readdir(entries); e != NULL; e = readdir(entries)) {
        n += strncmp(e->d_name, "config.db.before-", strlen("config.db.before-")) == 0;
    }
    (void)closedir(entries);
    return n;
}

static const char old_rows[] =
    "INSERT INTO configuration_thing (id, _version, dropped, name, number, optional, size)"
    " VALUES (1, 11, 'x', 'Ärger', '12', NULL, 5), (2, 12, 'y', 'b', 'no', 8, NULL);"
    "INSERT INTO configuration_old_group (id, _version) VALUES (4, 13);"
    "INSERT INTO link_configuration_old_group_things VALUES (4, 1), (4, 2);"
    "INSERT INTO configuration_gone (id) VALUES (1);"
    "INSERT INTO configuration_kept (id, _version, name) VALUES (3, 14, 'kept');"
    "UPDATE resource_state SET next_id = 5, n_rows = 1"
    " WHERE resource = 'configuration_old_group'";

static void test_migration(void **state)
{
    static const struct {
        const char *sql, *answer;
    } cases[] = {
        {"SELECT format('%s|%s|%s|%s|%s|%s|%s|%s', id, _version, added, length, name, name__fold,"
         " number, optional) FROM configuration_thing ORDER BY id",
         "1|11|new|5|Ärger|ärger|12|7;2|12|new|0|b|b|0|8;"},
        {"SELECT count(*) FROM configuration_thing WHERE \"group\" IS NULL", "2;"},
        {"SELECT id || '|' || _version FROM configuration_group", "4|13;"},
        {"SELECT owner || '|' || target FROM link_configuration_group_members", "4|1;4|2;"},
        {"SELECT id || '|' || _version || name FROM configuration_kept", "3|14kept;"},
        {"SELECT next_id || '|' || n_rows FROM resource_state"
         " WHERE resource = 'configuration_group'",
         "5|1;"},
        {"SELECT id || '|' || level FROM configuration_settings", "1|3;"},
        {"SELECT count(*) FROM resource_state WHERE resource LIKE '%gone%'", "0;"},
        {"SELECT count(*) FROM sqlite_schema WHERE name LIKE '%gone%' OR name LIKE '%old%'"
         " OR name LIKE '%dropped%'",
         "0;"},
        {"SELECT value FROM meta WHERE name = 'model_version'", "2;"},
        {"SELECT count(*) FROM change_log", "0;"},
        {"SELECT count(*) FROM sqlite_schema WHERE name IN ('index_configuration_thing_added',"
         " 'unique_configuration_thing_name', 'index_configuration_thing_group')",
         "3;"},
        {"SELECT count(*) FROM pragma_foreign_key_check", "0;"},
    };
    const Context *c = *state;
    const StoreOptions options = {.folder = c->folder};
    Store *s = NULL;
    make_store(c, old_rows);
    fixture_ok(store_open(c->a, c->new_model, &options, &s));
    assert_false(store_is_new(s));
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        assert_string_equal(ask(c, s, cases[i].sql), cases[i].answer);
    }
    const Str epoch = str_dup(c->a, store_epoch(s, STORE_CONFIG));
    s = store_close(s);
    assert_int_equal(n_copies(c), 1);
    fixture_ok(store_open(c->a, c->new_model, &options, &s)); /* nothing to do any more */
    assert_true(str_equal(store_epoch(s, STORE_CONFIG), epoch));
    s = store_close(s);
    assert_int_equal(n_copies(c), 1);
}

static void test_older_program(void **state)
{
    const Context *c = *state;
    const StoreOptions options = {.folder = c->folder};
    Store *s = NULL;
    fixture_ok(store_open(c->a, c->new_model, &options, &s));
    s = store_close(s);
    const Err *e = store_open(c->a, c->old_model, &options, &s);
    assert_non_null(e);
    assert_int_equal(e->kind, ERR_INVALID);
}

/* What doesn't fit leaves the store as it was. */
static void test_refused_migration(void **state)
{
    const Context *c = *state;
    const StoreOptions options = {.folder = c->folder};
    Store *s = NULL;
    make_store(c, "INSERT INTO configuration_thing (id, name) VALUES (1, 'Same'), (2, 'same')");
    const Err *e = store_open(c->a, c->new_model, &options, &s);
    assert_non_null(e);
    assert_null(s);
    fixture_ok(store_open(c->a, c->old_model, &options, &s));
    assert_string_equal(ask(c, s, "SELECT name FROM configuration_thing ORDER BY id"),
                        "Same;same;");
    s = store_close(s);
}

/* Only the newest three copies stay. */
static void test_copies(void **state)
{
    enum { MIGRATIONS = 5, KEPT = 3 };
    const Context *c = *state;
    const StoreOptions options = {.folder = c->folder};
    make_store(c, "SELECT 1");
    for (int64_t i = 0; i < MIGRATIONS; i++) {
        const bool odd = i % 2 != 0;
        CLEANUP(model_free)
        Model *model = odd ? fixture_model(c->a, old_files, ARRAY_N(old_files), i + 2)
                           : fixture_model(c->a, new_files, ARRAY_N(new_files), i + 2);
        Store *s = NULL;
        fixture_ok(store_open(c->a, model, &options, &s));
        s = store_close(s);
    }
    assert_int_equal(n_copies(c), KEPT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_migration, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_older_program, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_refused_migration, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_copies, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
