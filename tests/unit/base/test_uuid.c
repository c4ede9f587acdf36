#include "test.h"

#include <stdbool.h>
#include <string.h>

#include "base/attr.h"
#include "base/uuid.h"

static void test_form(void **state)
{
    (void)state;
    for (int n = 0; n < 200; n++) {
        char uuid[37];
        uuid_new(uuid);
        assert_int_equal(strlen(uuid), 36);
        for (size_t i = 0; i < 36; i++) {
            const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
            assert_non_null(strchr(dash ? "-" : "0123456789abcdef", uuid[i]));
        }
        assert_int_equal(uuid[14], '4');
        assert_non_null(strchr("89ab", uuid[19]));
    }
}

static void test_all_differ(void **state)
{
    (void)state;
    static char uuids[100][37];
    for (size_t i = 0; i < ARRAY_N(uuids); i++) {
        uuid_new(uuids[i]);
        for (size_t j = 0; j < i; j++) {
            assert_string_not_equal(uuids[i], uuids[j]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_form),
        cmocka_unit_test(test_all_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
