/* Reading rows by key, what to-many fields hold, and snapshots. */
#include "store/reader.h"

#include <stdio.h>
#include <stdlib.h>

#include "test.h"

#include "store/fixture.h"
#include "store/store_file.h"

static void fill(Fixture *f)
{
    static const struct {
        const char *resource, *row;
    } rows[] = {
        {"theme", "{'id': 1, 'name': 'Plain'}"},
        {"tag", "{'name': 'red', 'colour': 'r'}"},
        {"tag", "{'name': 'blue'}"},
        {"room", "{'id': 1, 'name': 'Alpha', 'theme': 1, 'rate': 0.5, 'open': false,"
                 " 'created': '2024-01-01', 'text': '', 'tags': ['red', 'blue']}"},
        {"room", "{'id': 2, 'name': 'Beta', 'tags': ['red']}"},
        {"room", "{'id': 3, 'name': 'Gamma', 'theme': 1}"},
        {"alias", "{'id': 4, 'alias': 'One', 'room': 2}"},
        {"alias", "{'id': 3, 'alias': 'two', 'room': 1}"},
        {"alias", "{'id': 2, 'alias': 'three', 'room': 2}"},
        {"alias", "{'id': 1, 'alias': 'four', 'room': 2}"},
        {"participant", "{'id': 5, 'name': 'Ann', 'rooms': [1, 3]}"},
        {"participant", "{'id': 6, 'name': 'Bob', 'rooms': [1]}"},
        {"call", "{'id': 'c1', 'since': '2024-01-01'}"},
        {"call.load", "{'_parent': 'c1', 'percent': 1.5}"},
        {"call.stream", "{'_parent': 'c1', 'id': '0', 'kind': 'audio'}"},
    };
    for (size_t i = 0; i < ARRAY_N(rows); i++) {
        fixture_add(f, rows[i].resource, rows[i].row);
    }
}

typedef struct Context {
    Fixture *f;
    Reader *r;
} Context;

static int set_up(void **state)
{
    Context *c = calloc(1, sizeof *c);
    assert_non_null(c);
    c->f = fixture_new();
    fill(c->f);
    int64_t seq = -1;
    fixture_ok(reader_new(c->f->arena, &c->f->store, &c->r));
    fixture_ok(reader_begin(c->r, c->f->arena, &seq));
    assert_int_equal(seq, 0);
    *state = c;
    return 0;
}

static int tear_down(void **state)
{
    Context *c = *state;
    reader_end(c->r);
    c->r = reader_free(c->r);
    c->f = fixture_free(c->f);
    free(c);
    return 0;
}

static Value value_at(const Row *row, const char *field)
{
    const Field *f = resource_field(row->resource, str_from(field));
    assert_non_null(f);
    return row->values[f->index];
}

static void test_get(void **state)
{
    const Context *c = *state;
    const Row *row = NULL;
    const Resource *room = fixture_resource(c->f, "room");
    fixture_ok(reader_get(c->r, c->f->arena, room, value_integer(1), &row));
    assert_non_null(row);
    assert_ptr_equal(row->resource, room);
    assert_int_equal(row->key.integer, 1);
    assert_int_equal(row->version, 7);
    assert_true(value_equal(value_at(row, "name"), value_text(STR("Alpha"))));
    assert_true(value_equal(value_at(row, "theme"), value_integer(1)));
    assert_true(value_equal(value_at(row, "rate"), value_float(0.5)));
    assert_true(value_equal(value_at(row, "open"), value_integer(0)));
    assert_true(value_equal(value_at(row, "text"), value_text(STR(""))));
    assert_true(value_equal(value_at(row, "created"), value_integer(INT64_C(1704067200000000))));
    assert_true(value_is_null(value_at(row, "ended")));
    assert_true(value_is_null(value_at(row, "id")));
    fixture_ok(reader_get(c->r, c->f->arena, room, value_integer(99), &row));
    assert_null(row);
    fixture_ok(
        reader_get(c->r, c->f->arena, fixture_resource(c->f, "tag"), value_text(STR("red")), &row));
    assert_true(value_equal(row->key, value_text(STR("red"))));
    fixture_ok(reader_get(c->r, c->f->arena, fixture_resource(c->f, "call.load"),
                          value_text(STR("c1")), &row));
    assert_true(value_equal(value_at(row, "percent"), value_float(1.5)));
}

static void test_get_many(void **state)
{
    const Context *c = *state;
    const Value keys[] = {value_integer(3), value_integer(99), value_integer(1), value_integer(3)};
    const Row *rows[ARRAY_N(keys)];
    fixture_ok(reader_get_many(c->r, c->f->arena, fixture_resource(c->f, "room"), keys,
                               ARRAY_N(keys), rows));
    assert_int_equal(rows[0]->key.integer, 3);
    assert_null(rows[1]);
    assert_int_equal(rows[2]->key.integer, 1);
    assert_int_equal(rows[3]->key.integer, 3);
    assert_true(value_equal(value_at(rows[2], "name"), value_text(STR("Alpha"))));
    fixture_ok(reader_get_many(c->r, c->f->arena, fixture_resource(c->f, "room"), keys, 1, rows));
    assert_int_equal(rows[0]->key.integer, 3);
    fixture_ok(reader_get_many(c->r, c->f->arena, fixture_resource(c->f, "room"), keys, 0, rows));
    const Value names[] = {value_text(STR("with \" and \\")), value_text(STR("red"))};
    fixture_ok(reader_get_many(c->r, c->f->arena, fixture_resource(c->f, "tag"), names, 2, rows));
    assert_null(rows[0]);
    assert_non_null(rows[1]);
}

/* Owners 1, 2, 3 and 99 at once, and each alone, as keys and as rows. */
static void test_related(void **state)
{
    static const struct {
        const char *resource, *field;
        const char *keys[4];
    } cases[] = {
        {"room", "aliases", {"3", "1,2,4", "", ""}},
        {"room", "tags", {"blue,red", "red", "", ""}},
        {"room", "participants", {"5,6", "", "5", ""}},
        {"theme", "rooms", {"1,3", "", "", ""}},
    };
    const Context *c = *state;
    Arena *a = c->f->arena;
    const Value owners[] = {value_integer(1), value_integer(2), value_integer(3),
                            value_integer(99)};
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        const Field *field =
            resource_field(fixture_resource(c->f, cases[i].resource), str_from(cases[i].field));
        Related keys[ARRAY_N(owners)];
        RelatedRows rows[ARRAY_N(owners)];
        fixture_ok(reader_related(c->r, a, field, owners, ARRAY_N(owners), keys));
        fixture_ok(reader_related_rows(c->r, a, field, owners, ARRAY_N(owners), rows));
        for (size_t j = 0; j < ARRAY_N(owners); j++) {
            Related alone;
            RelatedRows rows_alone;
            assert_string_equal(fixture_join(a, keys[j].keys, keys[j].n).ptr, cases[i].keys[j]);
            fixture_ok(reader_related(c->r, a, field, &owners[j], 1, &alone));
            assert_string_equal(fixture_join(a, alone.keys, alone.n).ptr, cases[i].keys[j]);
            fixture_ok(reader_related_rows(c->r, a, field, &owners[j], 1, &rows_alone));
            assert_int_equal(rows[j].n, keys[j].n);
            assert_int_equal(rows_alone.n, keys[j].n);
            for (size_t k = 0; k < keys[j].n; k++) {
                assert_true(value_equal(rows[j].rows[k]->key, keys[j].keys[k]));
                assert_true(value_equal(rows_alone.rows[k]->key, keys[j].keys[k]));
                assert_int_equal(rows[j].rows[k]->version, 7);
            }
        }
    }
}

static void test_find(void **state)
{
    static const struct {
        const char *resource, *field, *value;
        int64_t key; /* 0: none */
    } cases[] = {
        {"room", "name", "Alpha", 1},  {"room", "name", "alpha", 0}, {"alias", "alias", "ONE", 4},
        {"alias", "alias", "four", 1}, {"alias", "alias", "fou", 0},
    };
    const Context *c = *state;
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        const Field *field =
            resource_field(fixture_resource(c->f, cases[i].resource), str_from(cases[i].field));
        Value key = VALUE_NONE;
        fixture_ok(
            reader_find(c->r, c->f->arena, field, value_text(str_from(cases[i].value)), &key));
        assert_int_equal(key.type, cases[i].key != 0 ? VALUE_INTEGER : VALUE_NULL);
        assert_true(cases[i].key == 0 || key.integer == cases[i].key);
        const Row *row = NULL;
        fixture_ok(
            reader_find_row(c->r, c->f->arena, field, value_text(str_from(cases[i].value)), &row));
        assert_true(row == NULL ? cases[i].key == 0 : row->key.integer == cases[i].key);
    }
}

static int64_t count_rooms(const Context *c)
{
    const Query q = {.resource = fixture_resource(c->f, "room"), .limit = 1};
    int64_t n = 0;
    fixture_ok(reader_count(c->r, c->f->arena, &q, &n));
    return n;
}

static void test_snapshot(void **state)
{
    const Context *c = *state;
    int64_t seq = 0;
    assert_int_equal(count_rooms(c), 3);
    fixture_add(c->f, "room", "{'id': 4, 'name': 'Delta'}");
    assert_int_equal(count_rooms(c), 3);
    reader_end(c->r);
    fixture_ok(reader_begin(c->r, c->f->arena, &seq));
    assert_int_equal(count_rooms(c), 4);
}

/* Whoever reads history has the live state of before: a call that ends meanwhile is in one of
 * them. */
static void test_live_before_history(void **state)
{
    const Context *c = *state;
    const Query meetings = {.resource = fixture_resource(c->f, "meeting"), .limit = 1};
    const Query calls = {.resource = fixture_resource(c->f, "call"), .limit = 1};
    int64_t n = -1;
    fixture_ok(reader_count(c->r, c->f->arena, &meetings, &n));
    assert_int_equal(n, 0);
    fixture_add(c->f, "call", "{'id': 'c2'}");
    fixture_ok(reader_count(c->r, c->f->arena, &calls, &n));
    assert_int_equal(n, 1);
}

static int64_t statements_of_related(const Context *c, size_t n)
{
    const Value owners[] = {value_integer(1), value_integer(2), value_integer(3)};
    Related keys[ARRAY_N(owners)];
    const Field *field = resource_field(fixture_resource(c->f, "room"), STR("aliases"));
    const int64_t before = reader_n_statements(c->r);
    fixture_ok(reader_related(c->r, c->f->arena, field, owners, n, keys));
    return reader_n_statements(c->r) - before;
}

static void test_one_statement(void **state)
{
    const Context *c = *state;
    assert_int_equal(count_rooms(c), 3); /* begins the transaction */
    assert_int_equal(statements_of_related(c, 1), 1);
    assert_int_equal(statements_of_related(c, 3), 1);
}

static void test_time_limit(void **state)
{
    const Context *c = *state;
    Db *db = NULL;
    Filter filters[6];
    const Resource *room = fixture_resource(c->f, "room");
    char name[32];
    for (int i = 10; i < 400; i++) {
        (void)snprintf(name, sizeof name, "{'id': %d, 'name': 'r%d'}", i, i);
        fixture_add(c->f, "room", name);
    }
    for (size_t i = 0; i < ARRAY_N(filters); i++) {
        fixture_filter(c->f, room, "name__icontains=r", &filters[i]);
    }
    const Query q = {
        .resource = room, .filters = filters, .n_filters = ARRAY_N(filters), .limit = 10};
    int64_t n = 0;
    fixture_ok(reader_db(c->r, c->f->arena, STORE_CONFIG, &db));
    db_set_time_limit(db, 1);
    const Err *e = reader_count(c->r, c->f->arena, &q, &n);
    assert_non_null(e);
    assert_int_equal(e->kind, ERR_INVALID);
    assert_string_equal(e->text, "The query takes too long; narrow it down.");
    db_set_time_limit(db, DB_TIME_LIMIT_US);
    fixture_ok(reader_count(c->r, c->f->arena, &q, &n)); /* the snapshot is still there */
    assert_true(n > 0);
}

/* Says no so many times, then yes. */
static bool is_unwanted_later(const void *context)
{
    int *n_left = *(int *const *)context;
    return (*n_left)-- <= 0;
}

/* A client that was gone had its query run to the end, or to the time limit. */
static void test_unwanted_queries_end(void **state)
{
    const Context *c = *state;
    char name[32];
    for (int i = 10; i < 400; i++) {
        (void)snprintf(name, sizeof name, "{'id': %d, 'name': 'r%d'}", i, i);
        fixture_add(c->f, "room", name);
    }
    Filter filter;
    const Resource *room = fixture_resource(c->f, "room");
    fixture_filter(c->f, room, "name__icontains=r", &filter);
    const Query q = {.resource = room, .filters = &filter, .n_filters = 1, .limit = 1000};
    int n_left = 2;
    int *context = &n_left;
    const Row **rows = NULL;
    size_t n = 0;
    reader_set_watch(c->r, is_unwanted_later, &context);
    const Err *e = reader_select(c->r, c->f->arena, &q, &rows, &n);
    assert_non_null(e);
    assert_int_equal(e->kind, ERR_BUSY);
    assert_true(n_left <= 0); /* asked meanwhile, not only before */
    reader_set_watch(c->r, NULL, NULL);
    fixture_ok(reader_select(c->r, c->f->arena, &q, &rows, &n)); /* the snapshot is still there */
    assert_true(n >= 390);
}

/* Within a transaction, which lives on with what it wrote. */
static void test_time_limit_of_a_transaction(void **state)
{
    const Context *c = *state;
    CLEANUP(db_close) Db *db = NULL;
    CLEANUP(reader_free) Reader *r = NULL;
    Arena *a = c->f->arena;
    const Resource *room = fixture_resource(c->f, "room");
    Filter filter;
    char sql[80];
    int64_t n = 0;
    fixture_ok(store_open_db(&c->f->store, a, STORE_CONFIG, DB_WRITE_DURABLE, &db));
    fixture_ok(reader_new_on(a, &c->f->store, STORE_CONFIG, db, &r));
    fixture_ok(db_exec(db, a, "BEGIN IMMEDIATE"));
    for (int i = 1000; i < 2000; i++) {
        (void)snprintf(sql, sizeof sql,
                       "INSERT INTO configuration_room (id, name) VALUES (%d, 'r%d')", i, i);
        fixture_ok(db_exec(db, a, sql));
    }
    fixture_filter(c->f, room, "name__icontains=r1", &filter);
    const Query q = {.resource = room, .filters = &filter, .n_filters = 1, .limit = INT64_MAX};
    reader_set_time_limit(r, 1);
    Value *keys = NULL;
    size_t n_keys = 0;
    const Err *e = reader_select_keys(r, a, &q, &keys, &n_keys);
    assert_true(e != NULL && e->kind == ERR_INVALID);
    assert_string_equal(e->text, "The query takes too long; narrow it down.");
    e = reader_count(r, a, &q, &n);
    assert_true(e != NULL && e->kind == ERR_INVALID);
    assert_true(db_in_transaction(db));
    assert_int_equal(db_failure(db), DB_FAILURE_NONE);
    fixture_ok(db_exec(db, a, "UPDATE configuration_room SET text = name")); /* has no limit */
    reader_set_time_limit(r, DB_TIME_LIMIT_US);
    fixture_ok(reader_count(r, a, &q, &n));
    assert_int_equal(n, 1000);
    fixture_ok(db_exec(db, a, "ROLLBACK"));
}

/* A reader on a transaction sees its changes. */
static void test_within_transaction(void **state)
{
    const Context *c = *state;
    CLEANUP(db_close) Db *db = NULL;
    CLEANUP(reader_free) Reader *r = NULL;
    const Row *row = NULL;
    const Resource *theme = fixture_resource(c->f, "theme");
    Arena *a = c->f->arena;
    fixture_ok(store_open_db(&c->f->store, a, STORE_CONFIG, DB_WRITE_DURABLE, &db));
    fixture_ok(reader_new_on(a, &c->f->store, STORE_CONFIG, db, &r));
    fixture_ok(db_exec(db, a,
                       "BEGIN IMMEDIATE; INSERT INTO \"configuration_theme\" (id, name)"
                       " VALUES (77, 'New')"));
    fixture_ok(reader_get(r, a, theme, value_integer(77), &row));
    assert_non_null(row);
    fixture_ok(reader_get(r, a, fixture_resource(c->f, "call"), value_text(STR("c1")), &row));
    assert_non_null(row);
    reader_end(r);
    assert_true(db_in_transaction(db));
    fixture_ok(db_exec(db, a, "ROLLBACK"));
    fixture_ok(reader_get(r, a, theme, value_integer(77), &row));
    assert_null(row);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_get, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_get_many, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_related, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_find, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_snapshot, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_live_before_history, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_one_statement, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_time_limit, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_unwanted_queries_end, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_time_limit_of_a_transaction, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_within_transaction, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
