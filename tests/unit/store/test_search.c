/* The substring index proposes rows; answers are those of a scan, whatever state it is in. */
#include "store/search.h"

#include <stdio.h>
#include <stdlib.h>

#include "test.h"

#include "base/file.h"
#include "store/script.h"
#include "store/store_file.h"

/* What a filter on conference.name or conference_alias.alias finds, and whether the index helped.
 */
typedef struct Answer {
    Str keys;
    bool proposed;
} Answer;

static Answer ask(Script *s, const char *resource, const char *field, Lookup lookup,
                  const char *text)
{
    CLEANUP(reader_free) Reader *r = NULL;
    const Resource *of = script_resource(s, resource);
    const Value value = value_text(str_from(text));
    const Filter f = {.field = resource_field(of, str_from(field)),
                      .lookup = lookup,
                      .values = &value,
                      .n_values = 1};
    const Query q = {.resource = of, .filters = &f, .n_filters = 1, .limit = 100};
    Str proposed = STR_NONE;
    Str keys = STR("");
    Value *found = NULL;
    size_t n = 0;
    int64_t count = 0;
    int64_t seq = 0;
    assert_null(reader_new(s->arena, s->store, &r));
    assert_null(reader_begin(r, s->arena, &seq));
    assert_null(search_propose(r, s->arena, &f, &proposed));
    assert_null(reader_select_keys(r, s->arena, &q, &found, &n));
    assert_null(reader_count(r, s->arena, &q, &count));
    assert_int_equal(count, n);
    for (size_t i = 0; i < n; i++) {
        keys = str_format(s->arena, "%.*s%s%lld", STR_ARG(keys), i > 0 ? "," : "",
                          (long long)found[i].integer);
    }
    reader_end(r);
    return (Answer){keys, proposed.len > 0};
}

static const struct {
    const char *resource, *field;
    Lookup lookup;
    const char *text, *keys;
    bool proposed;
} cases[] = {
    {"conference", "name", LOOKUP_ICONTAINS, "eekly", "1,2", true},
    {"conference", "name", LOOKUP_CONTAINS, "Weekly", "1", true},
    {"conference", "name", LOOKUP_CONTAINS, "weeklyweekly", "", true},
    {"conference", "name", LOOKUP_ENDSWITH, "two", "2", true},
    {"conference", "name", LOOKUP_IENDSWITH, "ONE", "1", true},
    {"conference", "name", LOOKUP_IEXACT, "weekly-ONE", "1", true},
    {"conference", "name", LOOKUP_ISTARTSWITH, "WEEK", "1,2", true},
    {"conference", "name", LOOKUP_STARTSWITH, "Week", "1", false}, /* the unique index */
    {"conference", "name", LOOKUP_EXACT, "Weekly-one", "1", false},
    {"conference", "name", LOOKUP_ICONTAINS, "ee", "1,2", false}, /* too short */
    {"conference", "name", LOOKUP_ICONTAINS, "", "1,2,3", false},
    {"conference", "name", LOOKUP_ICONTAINS, "STRASSE", "", true},
    {"conference", "name", LOOKUP_ICONTAINS, "sTRAßE", "3", true},
    {"conference", "name", LOOKUP_ICONTAINS, "ÄÖÜ", "3", true},
    {"conference", "name", LOOKUP_CONTAINS, "\"q\"", "3", true},
    {"conference", "name", LOOKUP_CONTAINS, "* OR", "", true},
    {"conference", "description", LOOKUP_ICONTAINS, "some", "1", false}, /* no index */
    {"conference_alias", "alias", LOOKUP_ICONTAINS, "MEET", "1", true},
    {"conference_alias", "alias", LOOKUP_ISTARTSWITH, "MEET", "1", false},
};

static void check_cases(Script *s, bool may_propose)
{
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        const Answer a = ask(s, cases[i].resource, cases[i].field, cases[i].lookup, cases[i].text);
        if (!str_equal(a.keys, str_from(cases[i].keys)) ||
            a.proposed != (cases[i].proposed && may_propose)) {
            fail_msg("%s %d %s: %.*s, proposed %d", cases[i].field, (int)cases[i].lookup,
                     cases[i].text, STR_ARG(a.keys), a.proposed);
        }
    }
}

static int set_up(void **state)
{
    Script *s = script_new();
    script_do(s, "create conference 1 name=Weekly-one description=some;"
                 "create conference 2 name=weekly-two;"
                 "create conference 3 name=Straße-äöü-\"q\";"
                 "create conference_alias 1 alias=meet.one conference=1");
    *state = s;
    return 0;
}

static int tear_down(void **state)
{
    (void)script_free(*state);
    return 0;
}

static void test_caught_up(void **state)
{
    Script *s = *state;
    search_wait(s->store->search);
    check_cases(s, true);
}

/* Right after each change, whether or not the thread has seen it. */
static void test_changes(void **state)
{
    static const struct {
        const char *script, *keys;
    } steps[] = {
        {"update conference 2 name=other", "1"},
        {"create conference 9 name=biweekly", "1,9"},
        {"delete conference 1", "9"},
        {"update conference 3 name=weeklyish", "3,9"},
        {"update conference 3 name=no;delete conference 9", ""},
    };
    Script *s = *state;
    for (size_t i = 0; i < ARRAY_N(steps); i++) {
        script_do(s, steps[i].script);
        const Answer now = ask(s, "conference", "name", LOOKUP_ICONTAINS, "WEEKLY");
        assert_string_equal(now.keys.ptr, steps[i].keys);
        search_wait(s->store->search);
        const Answer later = ask(s, "conference", "name", LOOKUP_ICONTAINS, "WEEKLY");
        assert_string_equal(later.keys.ptr, steps[i].keys);
        assert_true(later.proposed);
    }
}

/* A snapshot older than the index isn't answered from it. */
static void test_old_snapshot(void **state)
{
    Script *s = *state;
    CLEANUP(reader_free) Reader *r = NULL;
    const Resource *of = script_resource(s, "conference");
    const Value value = value_text(STR("weekly"));
    const Filter f = {.field = resource_field(of, STR("name")),
                      .lookup = LOOKUP_ICONTAINS,
                      .values = &value,
                      .n_values = 1};
    const Query q = {.resource = of, .filters = &f, .n_filters = 1, .limit = 100};
    const Row *row = NULL;
    int64_t seq = 0;
    int64_t n = 0;
    assert_null(reader_new(s->arena, s->store, &r));
    assert_null(reader_begin(r, s->arena, &seq));
    assert_null(
        reader_get(r, s->arena, of, value_integer(1), &row)); /* the snapshot of config.db */
    script_do(s, "update conference 1 name=renamed");
    search_wait(s->store->search);
    assert_null(reader_count(r, s->arena, &q, &n));
    assert_int_equal(n, 2);
    reader_end(r);
}

static void test_reopened(void **state)
{
    Script *s = *state;
    search_wait(s->store->search);
    script_reopen(s);
    search_wait(s->store->search);
    check_cases(s, true);
}

/* Lost, damaged, or of another epoch: made anew. */
static void test_lost(void **state)
{
    Script *s = *state;
    search_wait(s->store->search);
    const Str path = str_format(s->arena, "%s", s->store->files[STORE_SEARCH].path);
    script_sql(s, STORE_SEARCH, "UPDATE progress SET epoch = 'other', tag = tag + 1");
    script_reopen(s);
    search_wait(s->store->search);
    check_cases(s, true);
    script_close(s);
    assert_null(file_write(s->arena, path.ptr, 0600, STR("no database at all, just some text")));
    assert_null(script_open(s));
    search_wait(s->store->search);
    check_cases(s, true);
}

static Str names_index(const Script *s)
{
    const Resource *of = script_resource(s, "conference");
    return search_table_name(s->arena, s->store->tables, resource_field(of, STR("name")));
}

/* A row that no table has, and that a new index wouldn't have. */
static void mark(Script *s)
{
    script_sql(s, STORE_SEARCH,
               str_format(s->arena, "INSERT INTO \"%.*s\" (rowid, text) VALUES (987654, 'mark')",
                          STR_ARG(names_index(s)))
                   .ptr);
}

static bool is_marked(Script *s)
{
    CLEANUP(db_close) Db *db = NULL;
    int64_t n = 0;
    assert_null(store_open_db(s->store, s->arena, STORE_SEARCH, DB_READ, &db));
    assert_null(db_int64(db, s->arena,
                         str_format(s->arena, "SELECT count(*) FROM \"%.*s\" WHERE rowid = 987654",
                                    STR_ARG(names_index(s))),
                         0, &n));
    return n > 0;
}

/* A migration has a new epoch, but takes the log along. */
static void test_migrated(void **state)
{
    Script *s = *state;
    search_wait(s->store->search);
    mark(s);
    script_sql(s, STORE_CONFIG, "UPDATE meta SET value = 'older' WHERE name = 'shape_hash'");
    const Str before = str_dup(s->arena, store_epoch(s->store, STORE_CONFIG));
    script_reopen(s);
    assert_false(str_equal(before, store_epoch(s->store, STORE_CONFIG)));
    search_wait(s->store->search);
    check_cases(s, true);
    assert_true(is_marked(s));
    script_sql(s, STORE_SEARCH, "UPDATE progress SET shape = 'of other fields'");
    script_reopen(s);
    search_wait(s->store->search);
    check_cases(s, true);
    assert_false(is_marked(s));
}

/* A count and a page of one query need one question to the index. */
static void test_asked_once(void **state)
{
    Script *s = *state;
    search_wait(s->store->search);
    CLEANUP(reader_free) Reader *r = NULL;
    const Resource *of = script_resource(s, "conference");
    const Value value = value_text(STR("weekly"));
    const Filter f = {.field = resource_field(of, STR("name")),
                      .lookup = LOOKUP_ICONTAINS,
                      .values = &value,
                      .n_values = 1};
    Query q = {.resource = of, .filters = &f, .n_filters = 1, .limit = 100};
    int64_t seq = 0;
    int64_t count = 0;
    Value *keys = NULL;
    size_t n = 0;
    assert_null(reader_new(s->arena, s->store, &r));
    assert_null(reader_begin(r, s->arena, &seq));
    assert_null(reader_propose(r, s->arena, &q, &q.proposals));
    const int64_t n_statements = reader_n_statements(r);
    assert_null(reader_count(r, s->arena, &q, &count));
    assert_null(reader_select_keys(r, s->arena, &q, &keys, &n));
    assert_int_equal(reader_n_statements(r), n_statements + 2);
    assert_int_equal(count, 2);
    assert_int_equal(n, 2);
    reader_end(r);
}

/* Pages behind the first are garbage: only reading shows it. */
static void test_torn(void **state)
{
    Script *s = *state;
    search_wait(s->store->search);
    const Str path = str_format(s->arena, "%s", s->store->files[STORE_SEARCH].path);
    script_close(s);
    FILE *file = fopen(path.ptr, "r+e");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    const long size = ftell(file);
    assert_true(size > 2 * 4096);
    assert_int_equal(fseek(file, 4096, SEEK_SET), 0);
    for (long i = 4096; i < size; i++) {
        assert_int_equal(fputc('x', file), 'x');
    }
    assert_int_equal(fclose(file), 0);
    assert_null(script_open(s));
    search_wait(s->store->search);
    check_cases(s, true);
}

/* What only a reader comes across is made anew while the server runs. */
static void test_damaged_in_use(void **state)
{
    Script *s = *state;
    search_wait(s->store->search);
    const unsigned generation = search_generation(s->store->search);
    script_sql(s, STORE_SEARCH, "DELETE FROM fts_configuration_conference_name_data WHERE id > 10");
    const Answer now = ask(s, "conference", "name", LOOKUP_ICONTAINS, "WEEKLY");
    assert_string_equal(now.keys.ptr, "1,2");
    assert_false(now.proposed);
    search_wait(s->store->search);
    assert_true(search_generation(s->store->search) > generation);
    check_cases(s, true);
}

/* An index that fails while it is used costs time only. */
static void test_unreadable(void **state)
{
    Script *s = *state;
    search_wait(s->store->search);
    script_sql(s, STORE_SEARCH,
               "DROP TABLE fts_configuration_conference_name;"
               "DROP TABLE fts_configuration_conference_alias_alias");
    check_cases(s, false);
}

/* More hits than the index proposes. */
static void test_too_many_hits(void **state)
{
    Script *s = *state;
    search_wait(s->store->search);
    script_sql(s, STORE_SEARCH,
               "WITH RECURSIVE n (i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n LIMIT 20010)"
               " INSERT INTO fts_configuration_conference_name (rowid, text)"
               " SELECT i, 'weekly' FROM n");
    const Answer a = ask(s, "conference", "name", LOOKUP_ICONTAINS, "weekly");
    assert_string_equal(a.keys.ptr, "1,2");
    assert_false(a.proposed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_caught_up, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_changes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_old_snapshot, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_reopened, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_lost, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_migrated, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_torn, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_damaged_in_use, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_asked_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_unreadable, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_too_many_hits, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
