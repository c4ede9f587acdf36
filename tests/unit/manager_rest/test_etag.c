/* Tags and the conditions that name them. */
#include "test.h"

#include "manager/rest/etag.h"

static const Str epoch = STR_INIT("a-b");

static void test_none_match(void **state)
{
    (void)state;
    static const struct {
        const char *header;
        bool matches;
    } cases[] = {
        {"\"a-b-7-9\"", true},
        {"W/\"a-b-7-9\"", true},
        {"\"a-b-7-9-gz\"", true},
        {"\"x\" , \"a-b-7-9\"", true},
        {"*", true},
        {"\"a-b-7-8\"", false},
        {"\"a-b-6-9\"", false},
        {"\"x1-7-9\"", false},
        {"", false},
        {"\"a-b-7-9", false},
        {",,,", false},
    };
    CLEANUP(arena_free) Arena *a = arena_new(1 << 16);
    const Str tag = etag_of_object(a, epoch, (CacheTag){7, 9});
    assert_string_equal(tag.ptr, "\"a-b-7-9\"");
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        assert_int_equal(etag_none_match(str_from(cases[i].header), tag), cases[i].matches);
    }
    assert_false(etag_none_match(STR_NONE, tag));
}

static void test_match_ignores_what_is_nested(void **state)
{
    (void)state;
    static const struct {
        const char *header;
        bool matches;
    } cases[] = {
        {"\"a-b-7-9\"", true},
        {"\"a-b-7-0\"", true},
        {"W/\"a-b-7-1-gz\"", true},
        {"\"z\", \"a-b-7-2\"", true},
        {"*", true},
        {"\"a-b-77-9\"", false},
        {"\"a-b-6-9\"", false},
        {"\"other-7-9\"", false},
        {"\"a-b-\"", false},
        {"\"a-b\"", false},
        {"\"\"", false},
        {"", false},
        {"\"a-b-l7-0000\"", false},
    };
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        assert_int_equal(etag_match(str_from(cases[i].header), epoch, 7), cases[i].matches);
    }
}

static void test_tags_of_lists_differ_by_question_and_change(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(1 << 16);
    const Str tag = etag_of_list(a, epoch, 5, 1);
    assert_true(etag_none_match(tag, tag));
    assert_false(etag_none_match(etag_of_list(a, epoch, 6, 1), tag));
    assert_false(etag_none_match(etag_of_list(a, epoch, 5, 2), tag));
    assert_false(etag_none_match(etag_of_list(a, STR("c"), 5, 1), tag));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_none_match),
        cmocka_unit_test(test_match_ignores_what_is_nested),
        cmocka_unit_test(test_tags_of_lists_differ_by_question_and_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
