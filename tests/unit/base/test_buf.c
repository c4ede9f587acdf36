#include "test.h"

#include "base/buf.h"
#include "text.h"

static void test_put(void **state)
{
    (void)state;
    CLEANUP(buf_free) Buf *b = buf_new(1000);
    assert_text(buf_str(b), "");
    buf_put(b, "abc", 3);
    buf_put(b, NULL, 0);
    buf_put_str(b, STR("de"));
    buf_put_str(b, STR_NONE);
    buf_put_char(b, 'f');
    buf_put_lit(b, "gh");
    buf_printf(b, "%s%d", "i", 10);
    assert_text(buf_str(b), "abcdefghi10");
    buf_truncate(b, 4);
    buf_consume(b, 1);
    assert_text(buf_str(b), "bcd");
    buf_consume(b, 3);
    assert_text(buf_str(b), "");
    assert_false(buf_failed(b));
    buf_reset(b);
    buf_put_lit(b, "x");
    assert_text(buf_str(b), "x");
}

static void test_int64(void **state)
{
    (void)state;
    static const struct {
        int64_t number;
        const char *text;
    } cases[] = {
        {0, "0"},
        {7, "7"},
        {10, "10"},
        {99, "99"},
        {100, "100"},
        {-1, "-1"},
        {-10, "-10"},
        {12345, "12345"},
        {-100, "-100"},
        {909090, "909090"},
        {INT64_MAX, "9223372036854775807"},
        {INT64_MIN, "-9223372036854775808"},
    };
    CLEANUP(buf_free) Buf *b = buf_new(100);
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        buf_reset(b);
        buf_put_int64(b, cases[i].number);
        assert_text(buf_str(b), cases[i].text);
    }
}

static void test_grows(void **state)
{
    (void)state;
    Buf b;
    buf_init(&b, 1000000);
    for (int i = 0; i < 100000; i++) {
        buf_put_char(&b, (char)('a' + i % 26));
    }
    assert_int_equal(b.len, 100000);
    for (size_t i = 0; i < b.len; i++) {
        assert_int_equal(b.data[i], 'a' + i % 26);
    }
    assert_true(b.size < 300000);
    buf_deinit(&b);
    assert_null(b.data);
}

static void test_sticky_at_limit(void **state)
{
    (void)state;
    CLEANUP(buf_free) Buf *b = buf_new(5);
    buf_put_lit(b, "12345");
    assert_false(buf_failed(b));
    buf_put_char(b, '6');
    assert_true(buf_failed(b));
    buf_truncate(b, 0);
    buf_put_char(b, 'a'); /* would fit now, but something is missing already */
    buf_put_int64(b, 1);
    buf_printf(b, "%d", 1);
    assert_null(buf_reserve(b, 1));
    assert_text(buf_str(b), "");
    assert_true(buf_failed(b));
    buf_reset(b);
    assert_false(buf_failed(b));
    assert_null(buf_reserve(b, SIZE_MAX));
    assert_true(buf_failed(b));
}

static void test_printf_to_the_last_byte(void **state)
{
    (void)state;
    CLEANUP(buf_free) Buf *b = buf_new(5);
    buf_printf(b, "%s", "12345");
    assert_text(buf_str(b), "12345");
    assert_false(buf_failed(b));
}

static void test_reserve(void **state)
{
    (void)state;
    CLEANUP(buf_free) Buf *b = buf_new(5000);
    buf_put_lit(b, "ab");
    char *room = buf_reserve(b, 4000);
    assert_non_null(room);
    memset(room, 'c', 4000);
    buf_added(b, 3);
    assert_text(buf_str(b), "abccc");
    assert_non_null(buf_reserve(b, 4995));
    assert_null(buf_reserve(b, 4996));
    assert_true(buf_failed(b));
}

static void test_free_takes_null(void **state)
{
    (void)state;
    assert_null(buf_free(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_put),
        cmocka_unit_test(test_int64),
        cmocka_unit_test(test_grows),
        cmocka_unit_test(test_sticky_at_limit),
        cmocka_unit_test(test_printf_to_the_last_byte),
        cmocka_unit_test(test_reserve),
        cmocka_unit_test(test_free_takes_null),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
