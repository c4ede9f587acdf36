#include "test.h"

#include <string.h>

#include "base/regex.h"
#include "text.h"

static void test_match(void **state)
{
    (void)state;
    static const struct {
        const char *pattern;
        const char *text;
        unsigned flags;
        RegexAnswer answer;
    } cases[] = {
        {"b+", "abbc", 0, REGEX_YES},
        {"^b", "ab", 0, REGEX_NO},
        {"", "", 0, REGEX_YES},
        {"", "a", REGEX_WHOLE, REGEX_NO},
        {"b+", "bb", REGEX_WHOLE, REGEX_YES},
        {"b+", "abb", REGEX_WHOLE, REGEX_NO},
        {"b+", "bba", REGEX_WHOLE, REGEX_NO},
        {"a|ab", "ab", REGEX_WHOLE, REGEX_YES}, /* the first alternative isn't the end of it */
        {"a|b", "ab", REGEX_WHOLE, REGEX_NO},
        {"b$", "b\n", 0, REGEX_YES},
        {"b$", "b\n", REGEX_WHOLE, REGEX_NO},
        {"b", "b\n", REGEX_WHOLE, REGEX_NO},
        {"B", "b", 0, REGEX_NO},
        {"B", "b", REGEX_IGNORE_CASE, REGEX_YES},
        {"\xc3\x89", "\xc3\xa9", REGEX_IGNORE_CASE, REGEX_YES},
        {".", "\xe2\x82\xac", REGEX_WHOLE, REGEX_YES}, /* characters, not bytes */
        {"^(?!x)a", "ab", 0, REGEX_YES},
        {"(?<=a)b", "ab", 0, REGEX_YES},
        {"(\\d+)@(.+)\\.(?:com|net)", "12@Example.COM", REGEX_WHOLE | REGEX_IGNORE_CASE, REGEX_YES},
        {".", "\xff", 0, REGEX_NO}, /* not UTF-8 */
        {"(a+)+$", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac", 0, REGEX_GAVE_UP},
    };
    CLEANUP(arena_free) Arena *a = arena_new(1);
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        CLEANUP(regex_free) Regex *r = NULL;
        assert_null(regex_new(a, str_from(cases[i].pattern), cases[i].flags, &r));
        const RegexAnswer answer = regex_match(r, str_from(cases[i].text));
        if (answer != cases[i].answer) {
            fail_msg("/%s/ on '%s': %d", cases[i].pattern, cases[i].text, (int)answer);
        }
    }
}

static void test_long_text(void **state)
{
    (void)state;
    /* Needs more than the stack that compiled code has. */
    static char text[20000];
    memset(text, 'a', sizeof text);
    CLEANUP(arena_free) Arena *a = arena_new(1);
    CLEANUP(regex_free) Regex *r = NULL;
    assert_null(regex_new(a, STR("(?:(a)|b)*"), REGEX_WHOLE, &r));
    assert_int_equal(regex_match(r, (Str){text, sizeof text}), REGEX_YES);
    assert_int_equal(regex_match(r, STR_NONE), REGEX_YES);
}

static void test_refuses(void **state)
{
    (void)state;
    static const struct {
        const char *pattern;
        const char *text;
    } cases[] = {
        {"(a", "Not a valid regular expression: missing closing parenthesis at character 3."},
        {"\xc3\xa9[",
         "Not a valid regular expression: missing terminating ] for character class at "
         "character 3."},
        {"*a", NULL},
        {"a\\Cb", NULL}, /* would look inside characters */
        {"\xff", NULL},
    };
    CLEANUP(arena_free) Arena *a = arena_new(1);
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        Regex *r = NULL;
        const Err *e = regex_new(a, str_from(cases[i].pattern), 0, &r);
        assert_non_null(e);
        assert_int_equal(e->kind, ERR_INVALID);
        assert_true(str_starts_with(str_from(e->text), STR("Not a valid regular expression: ")));
        if (cases[i].text != NULL) {
            assert_string_equal(e->text, cases[i].text);
        }
        assert_null(r);
    }
}

static void test_pattern_limit(void **state)
{
    (void)state;
    static char pattern[16385];
    memset(pattern, 'a', sizeof pattern);
    CLEANUP(arena_free) Arena *a = arena_new(1);
    CLEANUP(regex_free) Regex *r = NULL;
    assert_non_null(regex_new(a, (Str){pattern, sizeof pattern}, 0, &r));
    assert_null(regex_new(a, (Str){pattern, sizeof pattern - 1}, 0, &r));
    assert_null(regex_free(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_match),
        cmocka_unit_test(test_long_text),
        cmocka_unit_test(test_refuses),
        cmocka_unit_test(test_pattern_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
