#include "test.h"

#include <math.h>

#include "base/arena.h"
#include "base/value.h"
#include "text.h"

static void test_equal(void **state)
{
    (void)state;
    const Value values[] = {
        VALUE_NONE,           value_integer(0),      value_integer(1),         value_float(0.0),
        value_float(-0.0),    value_float(1.0),      value_float((double)NAN), value_text(STR("")),
        value_text(STR("1")), value_text(STR("ab")),
    };
    for (size_t i = 0; i < ARRAY_N(values); i++) {
        for (size_t j = 0; j < ARRAY_N(values); j++) {
            assert_int_equal(value_equal(values[i], values[j]), i == j);
        }
    }
    assert_true(value_equal(value_text(STR_NONE), value_text(STR(""))));
    assert_true(value_is_null(values[0]));
    assert_false(value_is_null(values[1]));
}

static void test_compare_keys(void **state)
{
    (void)state;
    const Value numbers[] = {value_integer(INT64_MIN), value_integer(-1), value_integer(0),
                             value_integer(INT64_MAX)};
    const Value texts[] = {value_text(STR("")), value_text(STR("a")), value_text(STR("ab")),
                           value_text(STR("b"))};
    for (int i = 0; i < 4; i++) {
        for (int j = 0; j < 4; j++) {
            const int order = (i > j) - (i < j);
            assert_int_equal(value_compare_keys(numbers[i], numbers[j]), order);
            assert_int_equal(value_compare_keys(texts[i], texts[j]), order);
        }
    }
}

static void test_dup(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(1);
    char text[] = "abc";
    const Value copy = value_dup(a, value_text((Str){text, 3}));
    text[0] = 'x';
    assert_int_equal(copy.type, VALUE_TEXT);
    assert_text(copy.text, "abc");
    assert_true(value_equal(value_dup(a, value_integer(5)), value_integer(5)));
    assert_true(value_is_null(value_dup(a, VALUE_NONE)));
}

static void test_hash_key(void **state)
{
    (void)state;
    assert_int_equal(value_hash_key(value_integer(7)), 7);
    assert_true(value_hash_key(value_text(STR("a"))) == value_hash_key(value_text(STR("a"))));
    assert_false(value_hash_key(value_text(STR("a"))) == value_hash_key(value_text(STR("b"))));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hash_key),
        cmocka_unit_test(test_equal),
        cmocka_unit_test(test_compare_keys),
        cmocka_unit_test(test_dup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
