/* What is kept, for how long, and how much of it. */
#include "test.h"

#include "manager/rest/cache.h"
#include "manager_rest/rest_fixture.h"

static int set_up(void **state)
{
    *state = rest_fixture_new(0, NULL, 0);
    return 0;
}

static int tear_down(void **state)
{
    rest_fixture_free(*state);
    return 0;
}

static Row *add_server(RestFixture *f, const char *address)
{
    Row *row = rest_fixture_row(f, FAMILY_CONFIGURATION, "dns_server");
    rest_fixture_set(row, "address", value_text(str_from(address)));
    rest_fixture_insert(f, row);
    return row;
}

static CacheKey key_of(const Row *row, PermissionSet rights)
{
    return (CacheKey){row->resource, row->key, rights};
}

static void put(Cache *c, CacheKey key, const char *body, int64_t seq)
{
    const RowName name = {key.resource, key.key};
    cache_put(c, &key, str_from(body), (CacheTag){seq, 0}, &name, 1, seq);
}

static bool is_there(Cache *c, CacheKey key, int64_t max_seq, const char *body)
{
    CLEANUP(buf_free) Buf *out = buf_new(1 << 20);
    CacheTag tag = {-1, -1};
    const bool found = cache_get(c, &key, max_seq, out, &tag);
    assert_true(!found || str_equal(buf_str(out), str_from(body)));
    return found;
}

static void test_by_key_and_rights(void **state)
{
    RestFixture *f = *state;
    CLEANUP(cache_free) Cache *c = cache_new(f->store, 1 << 20);
    Row *one = add_server(f, "192.0.2.1");
    Row *two = add_server(f, "192.0.2.2");
    const int64_t seq = store_seq(f->store, STORE_CONFIG);
    put(c, key_of(one, 0), "one", seq);
    put(c, key_of(one, 1), "uno", seq);
    assert_true(is_there(c, key_of(one, 0), INT64_MAX, "one"));
    assert_true(is_there(c, key_of(one, 1), INT64_MAX, "uno"));
    assert_false(is_there(c, key_of(one, 2), INT64_MAX, ""));
    assert_false(is_there(c, key_of(two, 0), INT64_MAX, ""));
    put(c, key_of(one, 0), "new", seq);
    assert_true(is_there(c, key_of(one, 0), INT64_MAX, "new"));
}

static void test_until_a_row_changes(void **state)
{
    RestFixture *f = *state;
    CLEANUP(cache_free) Cache *c = cache_new(f->store, 1 << 20);
    Row *one = add_server(f, "192.0.2.1");
    Row *two = add_server(f, "192.0.2.2");
    const CacheKey key = key_of(one, 0);
    const RowName names[] = {{one->resource, one->key}, {two->resource, two->key}};
    const int64_t seq = store_seq(f->store, STORE_CONFIG);
    cache_put(c, &key, STR("both"), (CacheTag){1, 2}, names, 2, seq);
    assert_true(is_there(c, key, INT64_MAX, "both"));
    RestFixtureRow gone = {
        .family = FAMILY_CONFIGURATION, .file = "dns_server", .row = two, .delete = true};
    rest_fixture_commit(f, &gone);
    assert_false(is_there(c, key, INT64_MAX, ""));
    assert_int_equal(cache_used(c), 0);
}

/* A page must show one state: what was read after its snapshot may be of another. */
static void test_not_what_was_read_later(void **state)
{
    RestFixture *f = *state;
    CLEANUP(cache_free) Cache *c = cache_new(f->store, 1 << 20);
    Row *one = add_server(f, "192.0.2.1");
    const int64_t seq = store_seq(f->store, STORE_CONFIG);
    put(c, key_of(one, 0), "one", seq);
    assert_false(is_there(c, key_of(one, 0), seq - 1, ""));
    assert_true(is_there(c, key_of(one, 0), seq, "one"));
}

/* Rendered before the change was known, put afterwards. */
static void test_late_put_is_not_believed(void **state)
{
    RestFixture *f = *state;
    CLEANUP(cache_free) Cache *c = cache_new(f->store, 1 << 20);
    const int64_t before = store_seq(f->store, STORE_CONFIG);
    Row *one = add_server(f, "192.0.2.1");
    put(c, key_of(one, 0), "old", before);
    assert_false(is_there(c, key_of(one, 0), INT64_MAX, ""));
}

static void test_bounded(void **state)
{
    RestFixture *f = *state;
    const size_t limit = (size_t)256 << 10;
    CLEANUP(cache_free) Cache *c = cache_new(f->store, limit);
    const Row *one = add_server(f, "192.0.2.1");
    const int64_t seq = store_seq(f->store, STORE_CONFIG);
    char *body = arena_alloc(f->arena, 1001);
    memset(body, 'x', 1000);
    CacheKey key = key_of(one, 0);
    const RowName name = {key.resource, key.key};
    size_t n_kept = 0;
    for (int64_t i = 1; i <= 2000; i++) {
        key.key = value_integer(i);
        cache_put(c, &key, (Str){body, 1000}, (CacheTag){0, 0}, &name, 1, seq);
        key.key = value_integer(1);
        (void)is_there(c, key, INT64_MAX, body); /* keeps it in use */
        assert_true(cache_used(c) <= limit);
    }
    for (int64_t i = 1; i <= 2000; i++) {
        key.key = value_integer(i);
        n_kept += is_there(c, key, INT64_MAX, body);
    }
    assert_true(n_kept > 100 && n_kept < 256);
    key.key = value_integer(1);
    assert_true(is_there(c, key, INT64_MAX, body));
    key.key = value_integer(2);
    assert_false(is_there(c, key, INT64_MAX, body));
}

static void test_too_large_for_it(void **state)
{
    RestFixture *f = *state;
    CLEANUP(cache_free) Cache *c = cache_new(f->store, 16 * 300);
    const Row *one = add_server(f, "192.0.2.1");
    const int64_t seq = store_seq(f->store, STORE_CONFIG);
    char *body = arena_alloc(f->arena, 1001);
    memset(body, 'x', 1000);
    put(c, key_of(one, 0), body, seq);
    assert_false(is_there(c, key_of(one, 0), INT64_MAX, ""));
    assert_int_equal(cache_used(c), 0);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_by_key_and_rights),
        TEST(test_until_a_row_changes),
        TEST(test_not_what_was_read_later),
        TEST(test_late_put_is_not_believed),
        TEST(test_bounded),
        TEST(test_too_large_for_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
