/* Pages far from the start are those of a walk over all rows, whatever comes and goes. */
#include "store/positions.h"

#include <stdio.h>
#include <stdlib.h>

#include "test.h"

#include "store/script.h"

enum { ROWS_N = 3000, KEYS_SIZE = 3010 };

/* What the table holds, in order. */
typedef struct Twin {
    int64_t keys[KEYS_SIZE];
    size_t n;
} Twin;

static void insert(Twin *t, int64_t key)
{
    size_t at = t->n++;
    for (; at > 0 && t->keys[at - 1] > key; at--) {
        t->keys[at] = t->keys[at - 1];
    }
    t->keys[at] = key;
}

static void erase(Twin *t, int64_t key)
{
    size_t at = 0;
    while (t->keys[at] != key) {
        at++;
    }
    for (t->n--; at < t->n; at++) {
        t->keys[at] = t->keys[at + 1];
    }
}

static void check_page(Script *s, Reader *r, const Twin *t, int64_t offset)
{
    CLEANUP(arena_free) Arena *a = arena_new(1 << 20);
    const Query q = {.resource = script_resource(s, "dns_server"), .limit = 3, .offset = offset};
    Value *keys = NULL;
    size_t n = 0;
    assert_null(reader_select_keys(r, a, &q, &keys, &n));
    const size_t first = MIN((size_t)offset, t->n);
    assert_int_equal(n, MIN(t->n - first, (size_t)q.limit));
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(keys[i].integer, t->keys[first + i]);
    }
}

static void check_pages(Script *s, Reader *r, const Twin *t)
{
    static const int64_t offsets[] = {
        0,
        POSITIONS_STEP - 2,
        POSITIONS_STEP - 1,
        POSITIONS_STEP,
        POSITIONS_STEP + 1,
        2 * POSITIONS_STEP - 1,
        2 * POSITIONS_STEP,
        ROWS_N - 1,
        ROWS_N,
        30 * ROWS_N,
        ROWS_N / 2,
    };
    for (size_t i = 0; i < ARRAY_N(offsets); i++) {
        check_page(s, r, t, offsets[i]);
    }
}

static void check_now(Script *s, const Twin *t)
{
    CLEANUP(reader_free) Reader *r = NULL;
    int64_t seq = 0;
    assert_null(reader_new(s->arena, s->store, &r));
    assert_null(reader_begin(r, s->arena, &seq));
    check_pages(s, r, t);
    check_pages(s, r, t); /* now that the positions are known */
    reader_end(r);
}

/* Every second key, so that there is room between them. */
static Script *fill(Twin *t)
{
    Script *s = script_new();
    CLEANUP(buf_free) Buf *text = buf_new(SIZE_MAX);
    for (int64_t i = 1; i <= ROWS_N; i++) {
        buf_printf(text, "%screate dns_server %lld address=a%lld", i > 1 ? ";" : "", 2LL * i,
                   (long long)i);
        insert(t, 2 * i);
    }
    script_do(s, str_to_cstr(s->arena, buf_str(text)));
    return s;
}

static void test_rows_come_and_go(void **state)
{
    (void)state;
    Twin t = {0};
    Script *s = fill(&t);
    check_now(s, &t);
    script_do(s, "create dns_server 3 address=x");
    insert(&t, 3);
    check_now(s, &t);
    script_do(s, "update dns_server 2 address=y");
    check_now(s, &t);
    script_do(s, "delete dns_server 2;delete dns_server 4000");
    erase(&t, 2);
    erase(&t, 4000);
    check_now(s, &t);
    assert_string_not_equal(script_run(s, "create dns_server 5 address=z;fail no"), "");
    check_now(s, &t);
    script_reopen(s);
    check_now(s, &t);
    (void)script_free(s);
}

/* A snapshot has its own pages, before and after others ask with a newer one. */
static void test_old_snapshot(void **state)
{
    (void)state;
    Twin old = {0};
    Script *s = fill(&old);
    Reader *r = NULL;
    int64_t seq = 0;
    assert_null(reader_new(s->arena, s->store, &r));
    assert_null(reader_begin(r, s->arena, &seq));
    check_pages(s, r, &old);
    Twin new = old;
    script_do(s, "delete dns_server 2;create dns_server 2001 address=x");
    erase(&new, 2);
    insert(&new, 2001);
    check_pages(s, r, &old);
    check_now(s, &new);
    check_pages(s, r, &old);
    reader_end(r);
    check_now(s, &new);
    (void)reader_free(r);
    (void)script_free(s);
}

/* A known position spares the walk to it: that many statements fewer. */
static void test_known(void **state)
{
    (void)state;
    Twin t = {0};
    Script *s = fill(&t);
    Reader *r = NULL;
    int64_t seq = 0;
    assert_null(reader_new(s->arena, s->store, &r));
    assert_null(reader_begin(r, s->arena, &seq));
    int64_t before = reader_n_statements(r);
    check_page(s, r, &t, 2500);
    const int64_t first = reader_n_statements(r) - before;
    before = reader_n_statements(r);
    check_page(s, r, &t, 2500);
    assert_int_equal(first - (reader_n_statements(r) - before),
                     1 + 2500 / POSITIONS_STEP); /* BEGIN, the steps */
    reader_end(r);
    (void)reader_free(r);
    (void)script_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_come_and_go),
        cmocka_unit_test(test_old_snapshot),
        cmocka_unit_test(test_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
