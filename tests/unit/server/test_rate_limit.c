#include "test.h"

#include "manager/server/rate_limit.h"

#define SECOND_US INT64_C(1000000)

static void test_the_limit_holds_in_a_window(void **state)
{
    (void)state;
    CLEANUP(rate_limit_free) RateLimit *r = rate_limit_new(5, 60);
    const int64_t start_us = 1000 * SECOND_US;
    for (int i = 0; i < 5; i++) {
        assert_int_equal(rate_limit_take(r, start_us + i * SECOND_US), 0);
    }
    assert_int_equal(rate_limit_take(r, start_us + 5 * SECOND_US), 55);
    assert_int_equal(rate_limit_take(r, start_us + 59 * SECOND_US), 1);
    /* The first one left the window: one more may come, no second. */
    assert_int_equal(rate_limit_take(r, start_us + 60 * SECOND_US), 0);
    assert_int_equal(rate_limit_take(r, start_us + 60 * SECOND_US), 1);
}

static void test_a_refused_request_does_not_count(void **state)
{
    (void)state;
    CLEANUP(rate_limit_free) RateLimit *r = rate_limit_new(1, 60);
    assert_int_equal(rate_limit_take(r, 0), 0);
    for (int i = 1; i < 60; i++) {
        assert_true(rate_limit_take(r, i * SECOND_US) >= 1);
    }
    assert_int_equal(rate_limit_take(r, 60 * SECOND_US), 0);
}

static void test_a_long_pause_empties_the_window(void **state)
{
    (void)state;
    CLEANUP(rate_limit_free) RateLimit *r = rate_limit_new(1, 1);
    assert_int_equal(rate_limit_take(r, 5 * SECOND_US), 0);
    assert_int_equal(rate_limit_take(r, 5 * SECOND_US), 1);
    assert_int_equal(rate_limit_take(r, 500000 * SECOND_US), 0);
}

static void test_zero_is_no_limit(void **state)
{
    (void)state;
    CLEANUP(rate_limit_free) RateLimit *r = rate_limit_new(0, 60);
    for (int i = 0; i < 5000; i++) {
        assert_int_equal(rate_limit_take(r, SECOND_US), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_limit_holds_in_a_window),
        cmocka_unit_test(test_a_refused_request_does_not_count),
        cmocka_unit_test(test_a_long_pause_empties_the_window),
        cmocka_unit_test(test_zero_is_no_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
