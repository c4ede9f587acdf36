/* The map from values. */
#include "test.h"

#include "manager/rest/value_map.h"

static void test_put_and_get(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(1 << 20);
    ValueMap map;
    int one = 1, two = 2;
    value_map_init(&map, a);
    assert_null(value_map_get(&map, value_integer(5)));
    for (int64_t i = 0; i < 1000; i++) {
        value_map_put(&map, value_integer(i), &one);
    }
    value_map_put(&map, value_integer(7), &two);
    value_map_put(&map, value_text(STR("7")), &one);
    assert_ptr_equal(value_map_get(&map, value_integer(7)), &two);
    assert_ptr_equal(value_map_get(&map, value_integer(999)), &one);
    assert_ptr_equal(value_map_get(&map, value_text(STR("7"))), &one);
    assert_null(value_map_get(&map, value_text(STR("8"))));
    assert_null(value_map_get(&map, value_integer(1000)));
    value_map_deinit(&map);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_put_and_get)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
