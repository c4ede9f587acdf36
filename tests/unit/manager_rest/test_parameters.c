/* Words of the API in a query, and names in errors. */
#include "test.h"

#include "manager/rest/parameters.h"

static void test_reserved(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        bool reserved;
    } cases[] = {{"limit", true},    {"offset", true},  {"format", true},  {"order_by", true},
                 {"sort_by", true},  {"_", true},       {"_dc", false},    {"fullschema", true},
                 {"wait", true},     {"timeout", true}, {"preview", true}, {"name", false},
                 {"limit_x", false}, {"Limit", false}};
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        assert_int_equal(parameter_is_reserved(str_from(cases[i].name)), cases[i].reserved);
        assert_int_equal(parameter_is_private(str_from(cases[i].name)), cases[i].name[0] == '_');
    }
}

static void test_last_counts(void **state)
{
    (void)state;
    const FormPair pairs[] = {{STR("a"), STR("1")}, {STR("b"), STR("2")}, {STR("a"), STR("3")}};
    assert_true(str_equal(parameter_last(pairs, 3, STR("a")), STR("3")));
    assert_true(parameter_last(pairs, 3, STR("c")).ptr == NULL);
}

/* A client takes an error with one of these words as "the object is gone". */
static void test_no_telling_word_is_echoed(void **state)
{
    (void)state;
    static const struct {
        const char *name, *quoted;
    } cases[] = {{"name", "'name'"},    {"x404", "this"},      {"lookup", "this"},
                 {"not found", "this"}, {"Not Found", "this"}, {"40", "'40'"}};
    CLEANUP(arena_free) Arena *a = arena_new(1 << 16);
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        assert_true(
            str_equal(parameter_quoted(a, str_from(cases[i].name)), str_from(cases[i].quoted)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reserved),
        cmocka_unit_test(test_last_counts),
        cmocka_unit_test(test_no_telling_word_is_echoed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
