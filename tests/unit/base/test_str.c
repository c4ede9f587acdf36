#include "test.h"

#include "base/arena.h"
#include "base/str.h"
#include "text.h"

static void test_equal_and_compare(void **state)
{
    (void)state;
    assert_true(str_equal(STR(""), STR_NONE));
    assert_true(str_equal(STR("ab"), STR("ab")));
    assert_false(str_equal(STR("ab"), STR("aB")));
    assert_false(str_equal(STR("ab"), STR("abc")));
    assert_true(str_equal_ignoring_case(STR("Content-TYPE"), STR("content-type")));
    assert_false(str_equal_ignoring_case(STR("["), STR("{")));
    assert_false(str_equal_ignoring_case(STR("a"), STR("ab")));
    assert_int_equal(str_compare(STR("a"), STR("b")), -1);
    assert_int_equal(str_compare(STR("b"), STR("a")), 1);
    assert_int_equal(str_compare(STR("a"), STR("ab")), -1);
    assert_int_equal(str_compare(STR("ab"), STR("a")), 1);
    assert_int_equal(str_compare(STR(""), STR_NONE), 0);
    assert_int_equal(str_compare(STR("z"), STR("\xc3\xa9")), -1); /* bytes are unsigned */
}

static void test_find(void **state)
{
    (void)state;
    assert_int_equal(str_find(STR("abca"), 'a', 0), 0);
    assert_int_equal(str_find(STR("abca"), 'a', 1), 3);
    assert_int_equal(str_find(STR("abca"), 'a', 4), SIZE_MAX);
    assert_int_equal(str_find(STR("abca"), 'x', 0), SIZE_MAX);
    assert_int_equal(str_find(STR_NONE, 'x', 0), SIZE_MAX);
    assert_int_equal(str_find_str(STR("abcabd"), STR("abd")), 3);
    assert_int_equal(str_find_str(STR("abc"), STR("")), 0);
    assert_int_equal(str_find_str(STR("abc"), STR("abcd")), SIZE_MAX);
    assert_int_equal(str_find_str(STR_NONE, STR("a")), SIZE_MAX);
    assert_true(str_starts_with(STR("abc"), STR("ab")));
    assert_true(str_starts_with(STR("abc"), STR("")));
    assert_false(str_starts_with(STR("a"), STR("ab")));
    assert_true(str_ends_with(STR("abc"), STR("bc")));
    assert_true(str_ends_with(STR_NONE, STR("")));
    assert_false(str_ends_with(STR("c"), STR("bc")));
}

static void test_slice(void **state)
{
    (void)state;
    assert_text(str_slice(STR("abcd"), 1, 3), "bc");
    assert_text(str_slice(STR("abcd"), 2, SIZE_MAX), "cd");
    assert_text(str_slice(STR("abcd"), 9, 12), "");
    assert_text(str_slice(STR("abcd"), 3, 1), "");
    assert_text(str_slice(STR_NONE, 0, 1), "");
}

static void test_trim(void **state)
{
    (void)state;
    assert_text(str_trim(STR(" \t\r\na b\n ")), "a b");
    assert_text(str_trim(STR("  ")), "");
    assert_text(str_trim(STR("a")), "a");
}

static void test_cut(void **state)
{
    (void)state;
    Str rest = STR("a;;b");
    assert_text(str_cut(&rest, ';'), "a");
    assert_text(str_cut(&rest, ';'), "");
    assert_text(rest, "b");
    assert_text(str_cut(&rest, ';'), "b");
    assert_null(rest.ptr);
    assert_text(str_cut(&rest, ';'), "");
    rest = STR("a;");
    assert_text(str_cut(&rest, ';'), "a");
    assert_non_null(rest.ptr); /* an empty part follows, other than without a separator */
    assert_int_equal(rest.len, 0);
}

static void test_to_int64(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t number;
    } good[] = {
        {"0", 0},     {"-0", 0},  {"+7", 7},  {"9223372036854775807", INT64_MAX},
        {"0042", 42}, {"-1", -1}, {"10", 10}, {"-9223372036854775808", INT64_MIN},
    };
    for (size_t i = 0; i < ARRAY_N(good); i++) {
        int64_t number = 99;
        assert_true(str_to_int64(str_from(good[i].text), &number));
        assert_int_equal(number, good[i].number);
    }
    static const char *const bad[] = {"",
                                      "-",
                                      "+",
                                      "--1",
                                      " 1",
                                      "1 ",
                                      "1.0",
                                      "1e3",
                                      "0x10",
                                      "a",
                                      "1a",
                                      "9223372036854775808",
                                      "\xb2",
                                      "-9223372036854775809",
                                      "99999999999999999999"};
    for (size_t i = 0; i < ARRAY_N(bad); i++) {
        int64_t number = 99;
        assert_false(str_to_int64(str_from(bad[i]), &number));
        assert_int_equal(number, 99);
    }
}

static void test_copies(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(1);
    assert_text(str_dup(a, STR("abc")), "abc");
    assert_int_equal(str_dup(a, STR("abc")).ptr[3], '\0');
    assert_string_equal(str_to_cstr(a, STR_NONE), "");
    assert_string_equal(str_to_cstr(a, str_slice(STR("abc"), 0, 2)), "ab");
    assert_text(str_format(a, "%d-%s-%.*s", 5, "x", STR_ARG(STR("yz"))), "5-x-yz");
    assert_text(str_lower_ascii(a, STR("AbZ[\xc3\x89")), "abz[\xc3\x89");
    assert_null(str_from(NULL).ptr);
}

static void test_hash(void **state)
{
    (void)state;
    /* Published values of FNV-1a, 64 bits. */
    assert_true(str_hash(STR("")) == UINT64_C(0xcbf29ce484222325));
    assert_true(str_hash(STR("a")) == UINT64_C(0xaf63dc4c8601ec8c));
    assert_true(str_hash(STR("foobar")) == UINT64_C(0x85944171f73967e8));
}

static void test_sentence_case(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(1024);
    assert_text(str_sentence_case(a, STR("view_order")), "View order");
    assert_text(str_sentence_case(a, STR("id")), "Id");
    assert_text(str_sentence_case(a, STR("H264")), "H264");
    assert_text(str_sentence_case(a, STR("")), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sentence_case), cmocka_unit_test(test_equal_and_compare),
        cmocka_unit_test(test_find),          cmocka_unit_test(test_slice),
        cmocka_unit_test(test_trim),          cmocka_unit_test(test_cut),
        cmocka_unit_test(test_to_int64),      cmocka_unit_test(test_copies),
        cmocka_unit_test(test_hash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
