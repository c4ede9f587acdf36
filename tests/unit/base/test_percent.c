#include "test.h"

#include "base/percent.h"
#include "text.h"

static void test_put(void **state)
{
    (void)state;
    CLEANUP(buf_free) Buf *b = buf_new(1000);
    percent_put(b, STR("aZ09-._~ +/%?&=\xc3\xa9\n"));
    assert_text(buf_str(b), "aZ09-._~%20%2B%2F%25%3F%26%3D%C3%A9%0A");
    buf_reset(b);
    percent_put_form(b, STR("a b+c"));
    assert_text(buf_str(b), "a+b%2Bc");
}

static void test_decode(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool plus;
        const char *decoded;
    } cases[] = {
        {"", true, ""},          {"plain", true, "plain"},    {"a%20b", false, "a b"},
        {"a+b", false, "a+b"},   {"a+b%2B", true, "a b+"},    {"%c3%A9", false, "\xc3\xa9"},
        {"%2525", false, "%25"}, /* once */
        {"%", false, "%"},       {"%4", false, "%4"},         {"%4g%zz%41", false, "%4g%zzA"},
        {"%%41", false, "%A"},   {"%@0%`0", false, "%@0%`0"}, /* the characters before A and a */
    };
    CLEANUP(arena_free) Arena *a = arena_new(1);
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        assert_text(percent_decode(a, str_from(cases[i].text), cases[i].plus), cases[i].decoded);
    }
    const Str nul = percent_decode(a, STR("a%00b"), false);
    assert_int_equal(nul.len, 3);
    assert_memory_equal(nul.ptr, "a\0b", 3);
}

static void test_every_byte_comes_back(void **state)
{
    (void)state;
    char bytes[256];
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (char)i;
    }
    CLEANUP(arena_free) Arena *a = arena_new(1);
    CLEANUP(buf_free) Buf *b = buf_new(1000);
    percent_put(b, (Str){bytes, sizeof bytes});
    assert_true(str_equal(percent_decode(a, buf_str(b), false), (Str){bytes, sizeof bytes}));
    buf_reset(b);
    percent_put_form(b, (Str){bytes, sizeof bytes});
    assert_true(str_equal(percent_decode(a, buf_str(b), true), (Str){bytes, sizeof bytes}));
}

static void test_form(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(1);
    FormPair *pairs = NULL;
    size_t n = 0;
    assert_null(form_parse(a, STR("&a=1&&b+c=%C3%A9=2&d&=e&a="), &pairs, &n));
    static const char *const expected[][2] = {
        {"a", "1"}, {"b c", "\xc3\xa9=2"}, {"d", ""}, {"", "e"}, {"a", ""}};
    assert_int_equal(n, ARRAY_N(expected));
    for (size_t i = 0; i < n; i++) {
        assert_text(pairs[i].name, expected[i][0]);
        assert_text(pairs[i].value, expected[i][1]);
    }
    assert_null(form_parse(a, STR_NONE, &pairs, &n));
    assert_int_equal(n, 0);
}

static void test_form_refuses(void **state)
{
    (void)state;
    static const char *const bad[] = {"a=%00",      "%00=1", "a=%ff",
                                      "a=1&\xff=2", "a=%c3", "%ed%a0%80"};
    CLEANUP(arena_free) Arena *a = arena_new(1);
    for (size_t i = 0; i < ARRAY_N(bad); i++) {
        FormPair *pairs = NULL;
        size_t n = 7;
        const Err *e = form_parse(a, str_from(bad[i]), &pairs, &n);
        assert_non_null(e);
        assert_int_equal(e->kind, ERR_INVALID);
        assert_int_equal(n, 7);
    }
}

static void test_form_limit(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(1);
    CLEANUP(buf_free) Buf *b = buf_new(10000);
    for (int i = 0; i < 1000; i++) {
        buf_put_lit(b, "a=1&&");
    }
    FormPair *pairs = NULL;
    size_t n = 0;
    assert_null(form_parse(a, buf_str(b), &pairs, &n));
    assert_int_equal(n, 1000);
    buf_put_lit(b, "b");
    const Err *e = form_parse(a, buf_str(b), &pairs, &n);
    assert_non_null(e);
    assert_int_equal(e->kind, ERR_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_put),
        cmocka_unit_test(test_decode),
        cmocka_unit_test(test_every_byte_comes_back),
        cmocka_unit_test(test_form),
        cmocka_unit_test(test_form_refuses),
        cmocka_unit_test(test_form_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
