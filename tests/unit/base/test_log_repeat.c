#include "test.h"

#include "base/log_repeat.h"

static const char here[] = "here";
static const char there[] = "there";

static void test_burst_then_count(void **state)
{
    (void)state;
    LogRepeats r = LOG_REPEATS_INIT;
    int64_t n_dropped = -1;
    for (int i = 0; i < LOG_REPEAT_BURST; i++) {
        assert_true(log_repeats_admit(&r, here, 1000 + i, &n_dropped));
        assert_int_equal(n_dropped, 0);
    }
    for (int i = 0; i < 7; i++) {
        assert_false(log_repeats_admit(&r, here, 2000, &n_dropped));
    }
    assert_true(log_repeats_admit(&r, there, 2000, &n_dropped));
    assert_false(log_repeats_admit(&r, here, 999 + LOG_REPEAT_US, &n_dropped));
    assert_true(log_repeats_admit(&r, here, 1000 + LOG_REPEAT_US, &n_dropped));
    assert_int_equal(n_dropped, 8);
    assert_true(log_repeats_admit(&r, here, 1000 + LOG_REPEAT_US, &n_dropped));
    assert_int_equal(n_dropped, 0);
}

static void test_dropped_ones_are_told_once(void **state)
{
    (void)state;
    LogRepeats r = LOG_REPEATS_INIT;
    int64_t n = 0;
    for (int i = 0; i < LOG_REPEAT_BURST + 3; i++) {
        (void)log_repeats_admit(&r, here, 0, &n);
    }
    (void)log_repeats_admit(&r, there, 0, &n);
    assert_null(log_repeats_take_dropped(&r, LOG_REPEAT_US - 1, false, &n));
    assert_ptr_equal(log_repeats_take_dropped(&r, LOG_REPEAT_US, false, &n), here);
    assert_int_equal(n, 3);
    assert_null(log_repeats_take_dropped(&r, LOG_REPEAT_US, true, &n));
    assert_false(log_repeats_admit(&r, here, LOG_REPEAT_US - 1, &n));
    assert_ptr_equal(log_repeats_take_dropped(&r, 0, true, &n), here);
    assert_int_equal(n, 1);
}

/* Beyond the places that are told apart nothing is limited, and nothing breaks. */
static void test_many_places(void **state)
{
    (void)state;
    static const char names[LOG_REPEAT_PLACES + 1];
    LogRepeats r = LOG_REPEATS_INIT;
    int64_t n = 0;
    for (int round = 0; round < LOG_REPEAT_BURST + 1; round++) {
        for (size_t i = 0; i <= LOG_REPEAT_PLACES; i++) {
            assert_true(log_repeats_admit(&r, &names[i], 0, &n) ==
                        (round < LOG_REPEAT_BURST || i == LOG_REPEAT_PLACES));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_burst_then_count),
        cmocka_unit_test(test_dropped_ones_are_told_once),
        cmocka_unit_test(test_many_places),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
