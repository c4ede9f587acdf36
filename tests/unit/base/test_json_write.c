#include "test.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "base/json_write.h"
#include "text.h"

static void test_string(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *written;
    } cases[] = {
        {"", "\"\""},
        {"plain \xc3\xa9 \xf0\x9f\x98\x80/\x7f", "\"plain \xc3\xa9 \xf0\x9f\x98\x80/\x7f\""},
        {"a\"b\\c", "\"a\\\"b\\\\c\""},
        {"\b\t\n\f\r", "\"\\b\\t\\n\\f\\r\""},
        {"\x01\x0b\x0e\x1f", "\"\\u0001\\u000b\\u000e\\u001f\""},
        {"0123456789\"0123456789", "\"0123456789\\\"0123456789\""},
    };
    CLEANUP(buf_free) Buf *b = buf_new(1000);
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        buf_reset(b);
        json_put_string(b, str_from(cases[i].text));
        assert_text(buf_str(b), cases[i].written);
    }
    buf_reset(b);
    json_put_string(b, STR_NONE);
    json_put_name(b, STR("n"));
    assert_text(buf_str(b), "\"\"\"n\": ");
}

static void test_float(void **state)
{
    (void)state;
    static const struct {
        double number;
        const char *written;
    } cases[] = {
        {0.0, "0.0"},
        {-0.0, "-0.0"},
        {3.0, "3.0"},
        {-1234567.0, "-1234567.0"},
        {0.1, "0.1"},
        {0.1 + 0.2, "0.30000000000000004"},
        {1.0 / 3, "0.3333333333333333"},
        {123456789012345680.0, "1.2345678901234568e+17"},
        {1e300, "1e+300"},
        {DBL_MIN, "2.2250738585072014e-308"},
        {(double)NAN, "null"},
        {(double)INFINITY, "null"},
        {-(double)INFINITY, "null"},
    };
    CLEANUP(buf_free) Buf *b = buf_new(1000);
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        buf_reset(b);
        json_put_float(b, cases[i].number);
        assert_text(buf_str(b), cases[i].written);
    }
}

static void test_float_comes_back(void **state)
{
    (void)state;
    CLEANUP(buf_free) Buf *b = buf_new(1000);
    uint64_t bits = 1;
    for (int i = 0; i < 20000; i++) {
        bits = bits * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        double number = 0;
        memcpy(&number, &bits, sizeof number);
        if (isfinite(number)) {
            buf_reset(b);
            json_put_float(b, number);
            buf_put_char(b, '\0');
            assert_true(strtod(b->data, NULL) == number);
        }
    }
}

static void test_tree(void **state)
{
    (void)state;
    static const struct {
        const char *source;
        const char *written;
    } cases[] = {
        {"null", "null"},
        {" [ true,false , 0.10,1E5, \"\\u00e9\\/\" ] ", "[true, false, 0.10, 1E5, \"\xc3\xa9/\"]"},
        {"{}", "{}"},
        {"[]", "[]"},
        {"[[],{}]", "[[], {}]"},
        {"{\"a\":1,\"b\":2}", "{\"a\": 1, \"b\": 2}"},
        {"{\"b\":1,\"a\":{\"d\":1,\"c\":2}}", "{\"a\": {\"c\": 2, \"d\": 1}, \"b\": 1}"},
        {"{\"a\":1,\"b\":2,\"a\":3}", "{\"a\": 3, \"b\": 2}"},
        {"{\"a\":1,\"a\":2}", "{\"a\": 2}"},
        {"{\"aa\":1,\"a\":2,\"\xc3\xa9\":3,\"z\":4,\"\":5}",
         "{\"\": 5, \"a\": 2, \"aa\": 1, \"z\": 4, \"\xc3\xa9\": 3}"},
    };
    CLEANUP(arena_free) Arena *a = arena_new(100000);
    CLEANUP(buf_free) Buf *b = buf_new(1000);
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        Json *json = NULL;
        assert_null(json_parse(a, str_from(cases[i].source), &json_limits_default, &json));
        buf_reset(b);
        json_put_tree(b, a, json);
        assert_text(buf_str(b), cases[i].written);
    }
}

static void test_last_of_many_duplicates(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(1000000);
    CLEANUP(buf_free) Buf *source = buf_new(100000);
    CLEANUP(buf_free) Buf *b = buf_new(100000);
    buf_put_lit(source, "{");
    for (int i = 0; i < 500; i++) {
        buf_printf(source, "\"%c\": %d, ", 'a' + i % 3, i);
    }
    buf_put_lit(source, "\"z\": 0}");
    Json *json = NULL;
    assert_null(json_parse(a, buf_str(source), &json_limits_default, &json));
    json_put_tree(b, a, json);
    assert_text(buf_str(b), "{\"a\": 498, \"b\": 499, \"c\": 497, \"z\": 0}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_string),
        cmocka_unit_test(test_float),
        cmocka_unit_test(test_float_comes_back),
        cmocka_unit_test(test_tree),
        cmocka_unit_test(test_last_of_many_duplicates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
