/* Tables and indexes that follow from the model. */
#include "store/tables.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test.h"

#include "store/fixture.h"
#include "store/query_sql.h"
#include "store/statement.h"
#include "store/store_file.h"
#include "store/table_ddl.h"
#include "store/table_row.h"

enum { SQL_LIMIT = 1024 * 1024 };

/* Every table, index and statement of the real model is one that SQLite takes. */
static void test_embedded_model(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new((size_t)256 * 1024 * 1024);
    CLEANUP(model_free) Model *model = NULL;
    char folder[64];
    fixture_make_folder(folder);
    fixture_ok(model_load(a, model_embedded_files, model_n_embedded_files, &model));
    Store s = {.arena = a, .model = model, .tables = tables_new(a, model), .folder = folder};
    const StoreFile files[] = {STORE_CONFIG, STORE_HISTORY, STORE_LIVE, STORE_AUTH};
    for (size_t i = 0; i < ARRAY_N(files); i++) {
        CLEANUP(db_close) Db *db = NULL;
        bool *wanted = ARENA_ARRAY(a, bool, model->n_resources);
        s.files[files[i]].path = str_to_cstr(a, str_format(a, "%s/%zu.db", folder, i));
        fixture_ok(store_open_db(&s, a, files[i], DB_WRITE_DURABLE, &db));
        fixture_ok(store_file_create_tables(&s, files[i], db, a, wanted));
        for (size_t j = 0; j < model->n_resources; j++) {
            const Table *t = table_of(s.tables, &model->resources[j]);
            Stmt *stmt = NULL;
            if (!wanted[j]) {
                continue;
            }
            assert_ptr_equal(tables_find(s.tables, t->name), t);
            const FixedSql *all[] = {&t->select, &t->delete,      &t->exists,     &t->insert,
                                     &t->update, &t->set_version, &t->select_many};
            for (size_t k = 0; k < ARRAY_N(all); k++) {
                fixture_ok(db_prepare_fixed(db, a, all[k], &stmt));
            }
            for (size_t k = 0; k < t->resource->n_fields; k++) {
                const ManySql *m = t->many[k];
                if (m != NULL && m->table->file == t->file) {
                    fixture_ok(db_prepare_fixed(db, a, &m->keys_of_one, &stmt));
                    fixture_ok(db_prepare_fixed(db, a, &m->rows_of_one, &stmt));
                    fixture_ok(db_prepare_fixed(db, a, &m->keys_of_each, &stmt));
                    fixture_ok(db_prepare_fixed(db, a, &m->rows_of_each, &stmt));
                }
            }
        }
    }
    fixture_remove_folder(folder);
}

static void test_shape(void **state)
{
    Fixture *f = *state;
    const Table *room = table_of(f->store.tables, fixture_resource(f, "room"));
    assert_string_equal(room->name.ptr, "configuration_room");
    assert_int_equal(room->file, STORE_CONFIG);
    assert_false(room->has_parent);
    assert_int_equal(room->n_unique_fields, 1);
    const Table *stream = table_of(f->store.tables, fixture_resource(f, "call.stream"));
    assert_string_equal(stream->name.ptr, "status_call_stream");
    assert_true(stream->has_parent);
    assert_int_equal(stream->file, STORE_LIVE);
    const Table *load = table_of(f->store.tables, fixture_resource(f, "call.load"));
    assert_true(str_equal(load->key_column, STR("_parent")));
    assert_int_equal(load->key_type, KEY_UUID);
    assert_int_equal(table_of(f->store.tables, fixture_resource(f, "meeting"))->file,
                     STORE_HISTORY);
    assert_null(tables_find(f->store.tables, STR("configuration_nothing")));
}

static void test_create(void **state)
{
    Fixture *f = *state;
    CLEANUP(buf_free) Buf *sql = buf_new(SQL_LIMIT);
    const Table *t = table_of(f->store.tables, fixture_resource(f, "alias"));
    table_put_create(sql, t, t->name);
    table_put_indexes(sql, t);
    const char *expected =
        "CREATE TABLE \"configuration_alias\" (\"id\" INTEGER PRIMARY KEY, \"_version\" INTEGER,"
        " \"alias\" TEXT, \"place\" INTEGER,"
        " \"room\" INTEGER REFERENCES \"configuration_room\" (\"id\"), \"alias__fold\" TEXT)"
        " STRICT;\n"
        "CREATE UNIQUE INDEX \"unique_configuration_alias_alias\" ON \"configuration_alias\""
        " (\"alias__fold\");\n"
        "CREATE INDEX \"index_configuration_alias_room\" ON \"configuration_alias\" (\"room\");\n"
        "CREATE UNIQUE INDEX \"unique_configuration_alias_room_place\" ON \"configuration_alias\""
        " (\"room\", \"place\");\n";
    buf_put_char(sql, '\0');
    assert_string_equal(sql->data, expected);
}

static void test_update(void **state)
{
    Fixture *f = *state;
    CLEANUP(buf_free) Buf *sql = buf_new(SQL_LIMIT);
    const Resource *r = fixture_resource(f, "alias");
    bool *changed = ARENA_ARRAY(f->arena, bool, r->n_fields);
    changed[resource_field(r, STR("alias"))->index] = true;
    table_put_update(sql, table_of(f->store.tables, r), changed);
    buf_put_char(sql, '\0');
    assert_string_equal(sql->data, "UPDATE \"configuration_alias\" SET \"_version\" = ?2,"
                                   " \"alias\" = ?3, \"alias__fold\" = ?6 WHERE \"id\" = ?1");
}

/* Inserts, changes a few columns, reads back. */
static void test_rows(void **state)
{
    Fixture *f = *state;
    CLEANUP(db_close) Db *db = NULL;
    CLEANUP(buf_free) Buf *sql = buf_new(SQL_LIMIT);
    const Resource *r = fixture_resource(f, "alias");
    const Table *t = table_of(f->store.tables, r);
    const uint16_t alias = resource_field(r, STR("alias"))->index;
    const uint16_t place = resource_field(r, STR("place"))->index;
    bool *changed = ARENA_ARRAY(f->arena, bool, r->n_fields);
    Stmt *s = NULL;
    bool found = false;
    fixture_add(f, "alias", "{'id': 5, 'alias': 'Old', 'place': 1}");
    fixture_ok(store_open_db(&f->store, f->arena, STORE_CONFIG, DB_WRITE_DURABLE, &db));
    Row *row = row_new(f->arena, r);
    row->key = value_integer(5);
    row->version = 9;
    row->values[alias] = value_text(STR("NEW"));
    changed[alias] = true;
    table_put_update(sql, t, changed);
    fixture_ok(db_prepare(db, f->arena, buf_str(sql), &s));
    table_bind_row(t, f->arena, s, row);
    fixture_ok(stmt_run(s, f->arena));
    fixture_ok(db_prepare_fixed(db, f->arena, &t->select, &s));
    stmt_bind_int64(s, 1, 5);
    fixture_ok(stmt_step(s, f->arena, &found));
    const Row *stored = table_row(t, f->arena, s, 0);
    stmt_reset(s);
    assert_int_equal(stored->version, 9);
    assert_true(value_equal(stored->values[alias], value_text(STR("NEW"))));
    assert_true(value_equal(stored->values[place], value_integer(1)));
    int64_t n = 0;
    fixture_ok(db_int64(db, f->arena,
                        STR("SELECT count(*) FROM configuration_alias WHERE alias__fold = 'new'"),
                        0, &n));
    assert_int_equal(n, 1);
}

/* The plan of a query, its steps joined by "; ". */
static Str plan_of(Fixture *f, const Query *q)
{
    CLEANUP(db_close) Db *db = NULL;
    CLEANUP(buf_free) Buf *text = buf_new(SQL_LIMIT);
    QuerySql sql = {0};
    Stmt *s = NULL;
    bool row = false;
    fixture_ok(query_to_sql(f->store.tables, f->arena, q, QUERY_ROWS, NULL, text, &sql));
    fixture_ok(store_open_db(&f->store, f->arena, store_file_of(q->resource), DB_READ, &db));
    fixture_ok(db_prepare(db, f->arena,
                          str_format(f->arena, "EXPLAIN QUERY PLAN %.*s", STR_ARG(sql.text)), &s));
    query_bind(&sql, s);
    Str plan = STR("");
    for (fixture_ok(stmt_step(s, f->arena, &row)); row; fixture_ok(stmt_step(s, f->arena, &row))) {
        plan = str_format(f->arena, "%.*s%.*s; ", STR_ARG(plan), STR_ARG(stmt_text(s, 3)));
    }
    return plan;
}

/* What a loop thread may do needs no sorting and no scan of a table. */
static void test_indexes_serve(void **state)
{
    static const struct {
        const char *resource, *filter, *order;
        const char *index; /* that the plan names */
    } cases[] = {
        {"room", "", "", ""},
        {"room", "", "-id", ""},
        {"room", "", "name", "unique_configuration_room_name"},
        {"room", "", "-name", "unique_configuration_room_name"},
        {"room", "", "created", "index_configuration_room_created"},
        {"room", "", "theme", "index_configuration_room_theme"},
        {"room", "name=x", "", "unique_configuration_room_name"},
        {"room", "name__startswith=x", "", "unique_configuration_room_name"},
        {"room", "name__in=x,y", "", "unique_configuration_room_name"},
        {"room", "theme=1", "", "index_configuration_room_theme"},
        {"room", "created__year=2024", "", "index_configuration_room_created"},
        {"room", "created__date=2024-01-01", "created", "index_configuration_room_created"},
        {"room", "id__in=1,2", "", "INTEGER PRIMARY KEY"},
        {"room", "aliases__alias=x", "", "unique_configuration_alias_alias"},
        {"room", "participants=1", "", "PRIMARY KEY (owner"},
        {"participant", "rooms=1", "", "index_link_configuration_participant_rooms_target"},
        {"alias", "alias__iexact=x", "", "unique_configuration_alias_alias"},
        {"alias", "alias=x", "", "unique_configuration_alias_alias"},
        {"alias", "alias__istartswith=x", "", "unique_configuration_alias_alias"},
        {"alias", "room__name=x", "", "unique_configuration_room_name"},
        {"room", "theme__rooms__name=x", "", "unique_configuration_room_name"},
        {"room", "theme__rooms__name=x", "", "index_configuration_room_theme"},
        {"room", "aliases__room__aliases__alias=x", "", "unique_configuration_alias_alias"},
        {"tag", "colour=x", "", "index_configuration_tag_colour"},
        {"tag", "", "colour", "index_configuration_tag_colour"},
        {"call", "", "since", "index_status_call_since"},
    };
    Fixture *f = *state;
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        const Resource *r = fixture_resource(f, cases[i].resource);
        Filter filter;
        Order order;
        Query q = {.resource = r, .filters = &filter, .orders = &order, .limit = 20};
        if (cases[i].filter[0] != '\0') {
            fixture_filter(f, r, cases[i].filter, &filter);
            q.n_filters = 1;
        }
        if (cases[i].order[0] != '\0') {
            order = fixture_order(f, r, cases[i].order);
            q.n_orders = 1;
        }
        const char *plan = str_to_cstr(f->arena, plan_of(f, &q));
        const bool sorts = query_is_cheap(&q) && strstr(plan, "B-TREE FOR ORDER BY") != NULL;
        if (strstr(plan, cases[i].index) == NULL || sorts) {
            fail_msg("%s %s order_by %s: %s", cases[i].resource, cases[i].filter, cases[i].order,
                     plan);
        }
    }
}

static int set_up(void **state)
{
    *state = fixture_new();
    return 0;
}

static int tear_down(void **state)
{
    *state = fixture_free(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_embedded_model),
        cmocka_unit_test_setup_teardown(test_shape, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_create, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_update, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_rows, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_indexes_serve, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
