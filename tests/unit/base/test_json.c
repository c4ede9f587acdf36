#include "test.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/json.h"
#include "text.h"

enum { ARENA_LIMIT = 16 * 1024 * 1024 };

static Json *parse(Arena *a, const char *text)
{
    Json *json = NULL;
    const Err *e = json_parse(a, str_from(text), &json_limits_default, &json);
    if (e != NULL) {
        fail_msg("%s: %s", text, e->text);
    }
    return json;
}

static void test_scalars(void **state)
{
    (void)state;
    static const struct {
        const char *source;
        JsonType type;
        const char *text;
    } cases[] = {
        {"null", JSON_NULL, ""},
        {" true\r\n", JSON_TRUE, ""},
        {"\tfalse", JSON_FALSE, ""},
        {"\xef\xbb\xbf 1", JSON_NUMBER, "1"},
        {"0", JSON_NUMBER, "0"},
        {"-0", JSON_NUMBER, "-0"},
        {"0.10", JSON_NUMBER, "0.10"},
        {"12345678901234567890", JSON_NUMBER, "12345678901234567890"},
        {"-1.5e+10", JSON_NUMBER, "-1.5e+10"},
        {"1E400", JSON_NUMBER, "1E400"},
        {"\"\"", JSON_STRING, ""},
        {"\"a b\xc3\xa9\x7f\"", JSON_STRING, "a b\xc3\xa9\x7f"},
        {"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", JSON_STRING, "\"\\/\b\f\n\r\t"},
        {"\"x\\u00e9\\u20AC\\ud83d\\uDE00y\"", JSON_STRING,
         "x\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80y"},
        {"\"\\u0001\\uffff\\udbff\\udfff\"", JSON_STRING, "\x01\xef\xbf\xbf\xf4\x8f\xbf\xbf"},
        {"\"0123456789abcdef\\n0123456789abcdef\"", JSON_STRING,
         "0123456789abcdef\n0123456789abcdef"},
        {" [1, {}] ", JSON_ARRAY, "[1, {}]"},
        {"{\"a\" : 1}", JSON_OBJECT, "{\"a\" : 1}"},
    };
    CLEANUP(arena_free) Arena *a = arena_new(ARENA_LIMIT);
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        const Json *json = parse(a, cases[i].source);
        assert_int_equal(json->type, cases[i].type);
        assert_text(json->text, cases[i].text);
    }
}

static void test_plain_strings_are_borrowed(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(ARENA_LIMIT);
    const char *source = "{\"name\": \"value\"}";
    const Json *json = parse(a, source);
    assert_ptr_equal(json->first->name.ptr, source + 2);
    assert_ptr_equal(json->first->text.ptr, source + 10);
}

static void test_tree(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(ARENA_LIMIT);
    const Json *json =
        parse(a, "{\"a\": [1, \"two\", null], \"b\\u0063\": {\"d\": true},\n\"a\": 4 , \"e\":[ ]}");
    assert_int_equal(json->n, 4);
    const Json *first = json->first;
    assert_text(first->name, "a");
    assert_int_equal(first->n, 3);
    assert_text(first->first->text, "1");
    assert_text(first->first->next->text, "two");
    assert_int_equal(first->first->next->next->type, JSON_NULL);
    assert_null(first->first->next->next->next);
    assert_text(first->next->name, "bc");

    const Json *last = json_member(json, STR("a"));
    assert_non_null(last);
    assert_text(last->text, "4"); /* the last of that name */
    assert_null(json_member(json, STR("A")));
    assert_null(json_member(last, STR("a")));
    const Json *inner = json_member(json_member(json, STR("bc")), STR("d"));
    assert_non_null(inner);
    assert_int_equal(inner->type, JSON_TRUE);
    const Json *empty = json_member(json, STR("e"));
    assert_non_null(empty);
    assert_null(empty->first);
    assert_null(empty->next);
}

static void test_errors(void **state)
{
    (void)state;
    static const struct {
        const char *source;
        const char *text;
    } cases[] = {
        {"", "a value was expected at line 1, column 1"},
        {"  \n ", "a value was expected at line 2, column 2"},
        {"[1\n,2\n  3]", "a comma or ] was expected at line 3, column 3"},
        {"[1,]", "a value was expected at line 1, column 4"},
        {"[", "a value was expected at line 1, column 2"},
        {"{\"a\": 1", "a comma or } was expected at line 1, column 8"},
        {"{\"a\": 1,}", "a name in quotes was expected at line 1, column 9"},
        {"{a: 1}", "a name in quotes was expected at line 1, column 2"},
        {"{\"a\" 1}", "a colon was expected at line 1, column 6"},
        {"{\"a\":}", "a value was expected at line 1, column 6"},
        {"[1] 2", "nothing more was expected at line 1, column 5"},
        {"01", "nothing more was expected at line 1, column 2"},
        {"1 //", "nothing more was expected at line 1, column 3"},
        {"nul", "a value was expected at line 1, column 1"},
        {"nullx", "nothing more was expected at line 1, column 5"},
        {"True", "a value was expected at line 1, column 1"},
        {"NaN", "a value was expected at line 1, column 1"},
        {"[Infinity]", "a value was expected at line 1, column 2"},
        {"-Infinity", "a digit was expected at line 1, column 2"},
        {"+1", "a value was expected at line 1, column 1"},
        {".5", "a value was expected at line 1, column 1"},
        {"-", "a digit was expected at line 1, column 2"},
        {"1.", "a digit was expected after the point at line 1, column 3"},
        {"1.e5", "a digit was expected after the point at line 1, column 3"},
        {"1e+", "a digit was expected in the exponent at line 1, column 4"},
        {"'a'", "a value was expected at line 1, column 1"},
        {"\"a", "the closing quote of a string was expected at line 1, column 3"},
        {"\"a\\", "the closing quote of a string was expected at line 1, column 4"},
        {"\"a\\\"", "the closing quote of a string was expected at line 1, column 5"},
        {"\"a\nb\"", "a control character must be escaped in a string at line 1, column 3"},
        {"\"a longer one\tb\"",
         "a control character must be escaped in a string at line 1, column 14"},
        {"\"\\x\"", "there is no such escape at line 1, column 2"},
        {"\"\\u12g4\"", "four hexadecimal digits must follow \\u at line 1, column 2"},
        {"\"\\u123\"", "four hexadecimal digits must follow \\u at line 1, column 2"},
        {"\"\\u0000\"", "the character NUL isn't allowed at line 1, column 2"},
        {"\"\xc3\xa9\xe2\x82\xac\\ud800\"", "a surrogate stands alone at line 1, column 4"},
        {"\"\\ud800x\"", "a surrogate stands alone at line 1, column 2"},
        {"\"\\ud800\\ud800\"", "a surrogate stands alone at line 1, column 2"},
        {"\"\\ud800\\n\"", "a surrogate stands alone at line 1, column 2"},
        {"\"\\udc00\\ud800\"", "a surrogate stands alone at line 1, column 2"},
        {"{\"\\udc00\": 1}", "a surrogate stands alone at line 1, column 3"},
        {"\"\xff\"", "there is a byte that isn't UTF-8 at line 1, column 2"},
        {"\xef\xbb\xbf\xef\xbb\xbf"
         "1",
         "a value was expected at line 1, column 1"},
        {"\xef\xbb\xbf[1,\n x", "a value was expected at line 2, column 2"},
    };
    CLEANUP(arena_free) Arena *a = arena_new(ARENA_LIMIT);
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        Json *json = NULL;
        const Err *e = json_parse(a, str_from(cases[i].source), &json_limits_default, &json);
        if (e == NULL) {
            fail_msg("%s is taken", cases[i].source);
            return;
        }
        assert_int_equal(e->kind, ERR_INVALID);
        assert_string_equal(e->text, str_format(a, "Not valid JSON: %s.", cases[i].text).ptr);
        assert_null(json);
    }
}

static void test_nul_byte(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(ARENA_LIMIT);
    Json *json = NULL;
    assert_non_null(json_parse(a, STR("1\0"), &json_limits_default, &json));
    assert_non_null(json_parse(a, STR("\"a\0b\""), &json_limits_default, &json));
    assert_non_null(json_parse(a, STR("\0"), &json_limits_default, &json));
    assert_non_null(json_parse(a, STR_NONE, &json_limits_default, &json));
}

/* n times `open`, then `close`. */
static Str nest(Buf *b, int n, const char *open, char close)
{
    buf_reset(b);
    for (int i = 0; i < n; i++) {
        buf_put_str(b, str_from(open));
    }
    for (int i = 0; i < n; i++) {
        buf_put_char(b, close);
    }
    return buf_str(b);
}

static void test_depth(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(ARENA_LIMIT);
    CLEANUP(buf_free) Buf *b = buf_new(10000000);
    Json *json = NULL;
    assert_null(json_parse(a, nest(b, 64, "[", ']'), &json_limits_default, &json));
    const Err *e = json_parse(a, nest(b, 65, "[", ']'), &json_limits_default, &json);
    assert_non_null(e);
    assert_int_equal(e->kind, ERR_INVALID);
    assert_string_equal(e->text,
                        "Not valid JSON: arrays and objects are nested too deep at line 1, "
                        "column 65.");
    assert_non_null(json_parse(a, nest(b, 1000000, "{\"a\":", '}'), &json_limits_default, &json));
}

static void test_number_of_values(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(ARENA_LIMIT);
    const JsonLimits limits = {.depth = 5, .values = 4};
    Json *json = NULL;
    assert_null(json_parse(a, STR("[1, [2]]"), &limits, &json));
    const Err *e = json_parse(a, STR("[1, [2, 3]]"), &limits, &json);
    assert_non_null(e);
    assert_int_equal(e->kind, ERR_LIMIT);
}

static void test_arena_limit(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(1000);
    Json *json = NULL;
    const Err *e = json_parse(a, STR("[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20]"),
                              &json_limits_default, &json);
    assert_non_null(e);
    assert_int_equal(e->kind, ERR_LIMIT);
}

static void test_questions(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(ARENA_LIMIT);
    assert_true(json_is_string(parse(a, "\"a\""), STR("a")));
    assert_false(json_is_string(parse(a, "\"a\""), STR("b")));
    assert_false(json_is_string(parse(a, "1"), STR("1")));
    int64_t number = 0;
    assert_true(json_to_int64(parse(a, "-9223372036854775808"), &number));
    assert_true(number == INT64_MIN);
    static const char *const others[] = {"9223372036854775808", "1.0", "1e3", "\"1\"", "true"};
    for (size_t i = 0; i < ARRAY_N(others); i++) {
        assert_false(json_to_int64(parse(a, others[i]), &number));
    }
}

/* Each byte that needs care at each place of a word, since eight are looked at together. */
static void test_every_place(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(ARENA_LIMIT);
    for (size_t at = 1; at < 25; at++) {
        for (unsigned c = 1; c < 0x80; c++) {
            char source[28] = "\"aaaaaaaaaaaaaaaaaaaaaaaaa";
            source[at] = (char)c;
            source[26] = '"';
            Json *json = NULL;
            const bool taken =
                json_parse(a, (Str){source, 27}, &json_limits_default, &json) == NULL;
            const bool plain = c >= 0x20 && c != '"' && c != '\\';
            assert_int_equal(taken, plain);
            arena_reset(a);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scalars),
        cmocka_unit_test(test_plain_strings_are_borrowed),
        cmocka_unit_test(test_tree),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_nul_byte),
        cmocka_unit_test(test_depth),
        cmocka_unit_test(test_number_of_values),
        cmocka_unit_test(test_arena_limit),
        cmocka_unit_test(test_questions),
        cmocka_unit_test(test_every_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
