/* Reading and cutting the change log. */
#include "script.h"
#include "store/changelog_private.h"
#include "store/counters.h"
#include "store/store_file.h"
#include "test.h"

static int set_up(void **state)
{
    *state = script_new();
    return 0;
}

static int tear_down(void **state)
{
    Script *s = *state;
    assert_string_equal(script_check(s), "");
    *state = script_free(s);
    return 0;
}

static Reader *new_reader(Script *s)
{
    Reader *r = NULL;
    assert_null(reader_new(s->arena, s->store, &r));
    return r;
}

static void test_a_change(void **state)
{
    Script *s = *state;
    CLEANUP(reader_free) Reader *r = new_reader(s);
    const int64_t seq = store_seq(s->store, STORE_CONFIG);
    script_do(s, "create ssh_authorized_key keytype=k key=\"\\");
    Change *c = NULL;
    size_t n = 0;
    assert_null(changelog_read(r, s->arena, seq, 10, &c, &n));
    assert_int_equal(n, 1);
    assert_int_equal(c->seq, seq + 1);
    assert_true(str_equal(c->user, STR("admin")));
    assert_true(str_equal(c->request, STR("r1")));
    assert_int_equal(c->kind, CHANGE_CREATE);
    assert_ptr_equal(c->resource, script_resource(s, "ssh_authorized_key"));
    assert_int_equal(c->object.integer, 1);
    assert_null(c->field);
    assert_int_equal(c->model_version, s->model->version);
    assert_true(c->time_us > INT64_C(1700000000) * 1000000);
    assert_int_equal(c->old_values.len, 0);
    assert_int_not_equal(str_find_str(c->new_values, STR("\"key\": \"\\\"\\\\\", \"keytype\": ")),
                         SIZE_MAX);
    Change *bare = NULL;
    assert_null(changelog_read_names(r, s->arena, seq, 10, &bare, &n));
    assert_int_equal(n, 1);
    assert_int_equal(bare->seq, seq + 1);
    assert_ptr_equal(bare->resource, c->resource);
    assert_int_equal(bare->object.integer, 1);
    assert_int_equal(bare->new_values.len, 0);
}

static void test_reading_in_parts(void **state)
{
    Script *s = *state;
    CLEANUP(reader_free) Reader *r = new_reader(s);
    const int64_t last = store_seq(s->store, STORE_CONFIG);
    int64_t seq = 0;
    while (seq < last) {
        Change *c = NULL;
        size_t n = 0;
        assert_null(changelog_read(r, s->arena, seq, 7, &c, &n));
        assert_true(n > 0 && n <= 7);
        for (size_t i = 0; i < n; i++) {
            assert_int_equal(c[i].seq, ++seq);
        }
    }
    assert_null(changelog_first_seq(r, s->arena, &seq));
    assert_int_equal(seq, 1);
}

/* --- cutting --- */

typedef struct Trim {
    int64_t age_us, bytes, limit;
    int64_t n; /* answer */
} Trim;

static Err *trim(Tx *tx, WriteRequest *request)
{
    Trim *t = request->context;
    return changelog_trim(tx, t->age_us, t->bytes, t->limit, &t->n);
}

static int64_t run_trim(Script *s, int64_t age_us, int64_t bytes, int64_t limit)
{
    Trim t = {age_us, bytes, limit, -1};
    WriteRequest request = {.run = trim, .context = &t, .user = "system", .name = ""};
    int64_t seq = 0;
    assert_null(store_write_wait(s->store, STORE_CONFIG, s->arena, &request, &seq));
    assert_int_equal(seq, 0);
    return t.n;
}

static int64_t first_seq(Script *s)
{
    CLEANUP(reader_free) Reader *r = new_reader(s);
    int64_t seq = -1;
    assert_null(changelog_first_seq(r, s->arena, &seq));
    return seq;
}

static void test_cutting_by_age(void **state)
{
    Script *s = *state;
    const int64_t last = store_seq(s->store, STORE_CONFIG);
    assert_int_equal(run_trim(s, CHANGELOG_AGE_US, CHANGELOG_BYTES, 1000), 0);
    script_sql(s, STORE_CONFIG, "UPDATE change_log SET time = 1 WHERE seq <= 10 OR seq = 12");
    assert_int_equal(run_trim(s, CHANGELOG_AGE_US, CHANGELOG_BYTES, 4), 4);
    assert_int_equal(first_seq(s), 5);
    assert_int_equal(run_trim(s, CHANGELOG_AGE_US, CHANGELOG_BYTES, 1000), 6);
    assert_int_equal(first_seq(s), 11); /* from the front only */
    assert_int_equal(run_trim(s, -1000000, CHANGELOG_BYTES, 1000), last - 11);
    assert_int_equal(first_seq(s), last); /* the newest stays: cursors are compared with it */
}

static void test_cutting_by_size(void **state)
{
    Script *s = *state;
    CLEANUP(db_close) Db *db = NULL;
    Counters *c = NULL;
    assert_null(store_open_db(s->store, s->arena, STORE_CONFIG, DB_READ, &db));
    assert_null(counters_load(s->arena, s->store->tables, STORE_CONFIG, db, &c));
    const int64_t size = c->now.log_bytes;
    assert_true(size > 1000);
    assert_true(run_trim(s, CHANGELOG_AGE_US, size, 1000) == 0);
    assert_true(run_trim(s, CHANGELOG_AGE_US, size - 1, 1000) == 1);
    assert_int_equal(first_seq(s), 2);
    (void)run_trim(s, CHANGELOG_AGE_US, size / 2, 1000);
    assert_null(counters_load(s->arena, s->store->tables, STORE_CONFIG, db, &c));
    assert_true(c->now.log_bytes <= size / 2 && c->now.log_bytes > size / 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_change, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_reading_in_parts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_cutting_by_age, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_cutting_by_size, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
