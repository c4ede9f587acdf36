#include "test.h"

#include "base/arena.h"
#include "base/utf8.h"
#include "text.h"

enum { UNICODE_N = 0x110000 };

static bool is_surrogate(uint32_t c)
{
    return c >= 0xd800 && c <= 0xdfff;
}

static void test_every_code_point(void **state)
{
    (void)state;
    for (uint32_t c = 0; c < UNICODE_N; c++) {
        char bytes[4];
        const Str s = {bytes, utf8_put(c, bytes)};
        assert_int_equal(utf8_valid(s), !is_surrogate(c));
        assert_int_equal(utf8_valid_len(str_slice(s, 0, s.len - 1)), 0); /* cut short */
        size_t at = 0;
        assert_int_equal(utf8_next(s, &at), c);
        assert_int_equal(at, s.len);
        assert_int_equal(utf8_count(s), 1);
    }
}

static void test_valid(void **state)
{
    (void)state;
    assert_true(utf8_valid(STR_NONE));
    assert_true(utf8_valid(STR("plain text that is longer than a word")));
    assert_true(utf8_valid(STR("12345678\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80")));
    static const struct {
        const char *text;
        size_t valid_len;
    } bad[] = {
        {"\x80", 0},         {"a\xc0\x80", 1},        {"ab\xc1\xbf", 2},
        {"\xe0\x9f\xbf", 0}, {"\xed\xa0\x80", 0},     {"\xf0\x8f\xbf\xbf", 0},
        {"\xff", 0},         {"\xf4\x90\x80\x80", 0}, {"\xf5\x80\x80\x80", 0},
        {"\xc3", 0},         {"\xe2\x82", 0},         {"\xf0\x9f\x98", 0},
        {"\xc3\x28", 0},     {"\xe2\x28\xa1", 0},     {"12345678901234567890\xfe", 20},
        {"\xc3\xa9\xa9", 2}, {"\xf0\x9f\x28\x80", 0},
    };
    for (size_t i = 0; i < ARRAY_N(bad); i++) {
        assert_false(utf8_valid(str_from(bad[i].text)));
        assert_int_equal(utf8_valid_len(str_from(bad[i].text)), bad[i].valid_len);
    }
}

static void test_count(void **state)
{
    (void)state;
    assert_int_equal(utf8_count(STR("")), 0);
    assert_int_equal(utf8_count(STR("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z")), 5);
}

static void test_latin1(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(1);
    assert_text(utf8_from_latin1(a, STR("caf\xe9 \xff\x80")), "caf\xc3\xa9 \xc3\xbf\xc2\x80");
    assert_text(utf8_from_latin1(a, STR_NONE), "");
}

static void test_fold(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *folded;
    } cases[] = {
        {"", ""},
        {"Hello [World] 123", "hello [world] 123"},
        {"\u00c9COLE", "\u00e9cole"},
        {"\u00d7\u00f7", "\u00d7\u00f7"},             /* no letters, amid letters */
        {"\u0100\u0101\u0102", "\u0101\u0101\u0103"}, /* every second one */
        {"\u03a3\u03c3\u03c2", "\u03c3\u03c3\u03c3"}, /* final sigma */
        {"\u1e9e", "\u00df"},                         /* from three bytes to two */
        {"\u023a\u023e", "\u2c65\u2c66"},             /* from two bytes to three */
        {"\u212a", "k"},                              /* Kelvin */
        {"\u0130", "\u0130"},                         /* only full folding knows it */
        {"\U0001e900", "\U0001e922"},
        {"\u4e2d\U0001f600", "\u4e2d\U0001f600"},
    };
    CLEANUP(arena_free) Arena *a = arena_new(1);
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        assert_text(utf8_fold(a, str_from(cases[i].text)), cases[i].folded);
    }
}

static void test_fold_table(void **state)
{
    (void)state;
    int n_folded = 0;
    for (uint32_t c = 0; c < UNICODE_N; c++) {
        const uint32_t folded = utf8_fold_char(c);
        assert_int_equal(utf8_fold_char(folded), folded);
        n_folded += folded != c;
    }
    assert_int_equal(n_folded, 1454); /* lines of status C and S in Unicode 15.0 */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_code_point),
        cmocka_unit_test(test_valid),
        cmocka_unit_test(test_count),
        cmocka_unit_test(test_latin1),
        cmocka_unit_test(test_fold),
        cmocka_unit_test(test_fold_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
