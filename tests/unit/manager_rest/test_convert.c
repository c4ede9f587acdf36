/* Wire values to typed values: every type with what it takes and what it refuses. */
#include "test.h"

#include <string.h>

#include "manager/rest/convert.h"

#define BAD "<bad>"

typedef struct Case {
    FieldType type;
    bool nullable;
    const char *json;
    const char *wanted; /* printed by show(); BAD: a fault */
} Case;

static const Case cases[] = {
    {FIELD_STRING, false, "\"a\"", "'a'"},
    {FIELD_STRING, false, "12345678901234567890", "'12345678901234567890'"},
    {FIELD_STRING, false, "0.10", "'0.10'"},
    {FIELD_STRING, false, "true", "'true'"},
    {FIELD_STRING, false, "\" a \"", "' a '"},
    {FIELD_STRING, false, "\"\"", "''"},
    {FIELD_STRING, true, "\"\"", "''"},
    {FIELD_STRING, true, "null", "null"},
    {FIELD_STRING, false, "null", "'default'"},
    {FIELD_STRING, false, "[]", BAD},
    {FIELD_STRING, false, "{}", BAD},
    {FIELD_INTEGER, false, "8", "8"},
    {FIELD_INTEGER, false, "\"8\"", "8"},
    {FIELD_INTEGER, false, "\" -8 \"", "-8"},
    {FIELD_INTEGER, false, "8.0", "8"},
    {FIELD_INTEGER, false, "8.5", BAD},
    {FIELD_INTEGER, false, "1e3", BAD},
    {FIELD_INTEGER, false, "\"x\"", BAD},
    {FIELD_INTEGER, false, "true", BAD},
    {FIELD_INTEGER, false, "\"\"", BAD},
    {FIELD_INTEGER, true, "\"\"", "null"},
    {FIELD_INTEGER, false, "99999999999999999999", BAD},
    {FIELD_INTEGER, false, "2147483648", BAD},
    {FIELD_INTEGER, false, "[1]", BAD},
    {FIELD_FLOAT, false, "1", "1.00"},
    {FIELD_FLOAT, false, "\"1.5\"", "1.50"},
    {FIELD_FLOAT, false, "\"-.5\"", "-0.50"},
    {FIELD_FLOAT, false, "1e2", "100.00"},
    {FIELD_FLOAT, false, "\"0x10\"", BAD},
    {FIELD_FLOAT, false, "\"inf\"", BAD},
    {FIELD_FLOAT, false, "\"nan\"", BAD},
    {FIELD_FLOAT, false, "1e999", BAD},
    {FIELD_FLOAT, false, "\".\"", BAD},
    {FIELD_FLOAT, false, "true", BAD},
    {FIELD_FLOAT, true, "\"\"", "null"},
    {FIELD_BOOLEAN, false, "true", "1"},
    {FIELD_BOOLEAN, false, "false", "0"},
    {FIELD_BOOLEAN, false, "1", "1"},
    {FIELD_BOOLEAN, false, "\"0\"", "0"},
    {FIELD_BOOLEAN, false, "\"Yes\"", "1"},
    {FIELD_BOOLEAN, false, "\"OFF\"", "0"},
    {FIELD_BOOLEAN, false, "2", BAD},
    {FIELD_BOOLEAN, false, "\"maybe\"", BAD},
    {FIELD_BOOLEAN, false, "\"\"", BAD},
    {FIELD_BOOLEAN, true, "\"\"", "null"},
    {FIELD_DATETIME, false, "\"1970-01-01T00:00:01\"", "1000000"},
    {FIELD_DATETIME, false, "\"1970-01-01 01:00:00+01:00\"", "0"},
    {FIELD_DATETIME, false, "\"yesterday\"", BAD},
    {FIELD_DATETIME, false, "5", BAD},
    {FIELD_DATETIME, true, "\"\"", "null"},
    {FIELD_DATE, false, "\"2024-02-29\"", "'2024-02-29'"},
    {FIELD_DATE, false, "\"2023-02-29\"", BAD},
    {FIELD_TIME, false, "\"07:05\"", "'07:05:00'"},
    {FIELD_TIME, false, "\"25:00\"", BAD},
    {FIELD_LIST, false, "[1, \"a\", {\"b\":2}]", "'[1, \"a\", {\"b\": 2}]'"},
    {FIELD_LIST, false, "\"[1]\"", BAD},
    {FIELD_LIST, false, "{}", BAD},
    {FIELD_DICT, false, "{\"b\":1,\"a\":2}", "'{\"a\": 2, \"b\": 1}'"},
    {FIELD_DICT, false, "[]", BAD},
};

static Str show(Arena *a, Value value)
{
    switch (value.type) {
    case VALUE_NULL:
        return STR("null");
    case VALUE_INTEGER:
        return str_format(a, "%lld", (long long)value.integer);
    case VALUE_FLOAT:
        return str_format(a, "%.2f", value.number);
    case VALUE_TEXT:
        break;
    }
    return str_format(a, "'%.*s'", STR_ARG(value.text));
}

static Field field_of(FieldType type)
{
    return (Field){.name = STR("x"),
                   .type = type,
                   .min = INT32_MIN,
                   .max = INT32_MAX,
                   .max_length = 65536,
                   .default_value = value_text(STR("default"))};
}

/* What comes of a JSON text. */
static Str convert(Arena *a, const Field *f, const char *text, bool texts)
{
    Json *json = NULL;
    Problems problems;
    problems_init(&problems, a);
    assert_null(json_parse(a, str_from(text), &json_limits_default, &json));
    Typing typing = {.arena = a, .problems = &problems, .texts = texts};
    Value value = value_text(STR("untouched"));
    bool fine = convert_value(&typing, f, json, &value);
    assert_int_equal(fine, !problems_any(&problems));
    assert_true(fine || value_equal(value, value_text(STR("untouched"))));
    return fine ? show(a, value) : STR(BAD);
}

static void check(Arena *a, const Field *f, const char *text, bool texts, const char *wanted)
{
    Str found = convert(a, f, text, texts);
    if (!str_equal(found, str_from(wanted))) {
        fail_msg("type %d, %s: %.*s instead of %s", (int)f->type, text, STR_ARG(found), wanted);
    }
}

static void test_types(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(1 << 24);
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        Field f = field_of(cases[i].type);
        f.nullable = cases[i].nullable;
        check(a, &f, cases[i].json, false, cases[i].wanted);
    }
}

/* null and "" of required fields and of enumerations (wire 7). */
static void test_blanks(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(1 << 24);
    const Value choices[] = {value_text(STR("on")), value_text(STR("off"))};
    Field f = field_of(FIELD_STRING);
    f.required = true;
    check(a, &f, "null", false, BAD);
    check(a, &f, "\"\"", false, BAD);
    f.required = false;
    f.choices = choices;
    f.n_choices = 2;
    f.default_value = choices[1];
    check(a, &f, "\"\"", false, "'off'");
    check(a, &f, "null", false, "'off'");
    f.nullable = true;
    check(a, &f, "\"\"", false, "null");
    const Value with_blank[] = {value_text(STR("")), value_text(STR("on"))};
    f.choices = with_blank;
    check(a, &f, "\"\"", false, "''");
}

/* Forms and multipart bodies hold texts only. */
static void test_texts(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(1 << 24);
    Field list = field_of(FIELD_LIST);
    check(a, &list, "\"[1, 2]\"", true, "'[1, 2]'");
    check(a, &list, "\"x\"", true, BAD);
    Field text = field_of(FIELD_STRING);
    check(a, &text, "\"\"", true, "''");
    text.nullable = true;
    check(a, &text, "\"\"", true, "null");
}

static const Field *codec_fields(void)
{
    static const Value choices[] = {{.type = VALUE_TEXT, .text = STR_INIT("H261")},
                                    {.type = VALUE_TEXT, .text = STR_INIT("VP9")}};
    static const Field fields[] = {{.name = STR_INIT("value"),
                                    .type = FIELD_STRING,
                                    .required = true,
                                    .max_length = 100,
                                    .choices = choices,
                                    .n_choices = 2}};
    return fields;
}

static void test_plain_objects(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        const char *wanted;
    } lists[] = {
        {"[]", "'[]'"},
        {"[{\"value\": \"VP9\"}, {\"other\": 1, \"value\": \"H261\"}]",
         "'[{\"value\": \"VP9\"}, {\"value\": \"H261\"}]'"},
        {"[{\"value\": \"VP9\"}, {\"value\": \"VP9\"}]", "'[{\"value\": \"VP9\"}]'"},
        {"[\"VP9\"]", "'[{\"value\": \"VP9\"}]'"},
        {"[{}]", BAD},
        {"[{\"value\": \"H999\"}]", BAD},
        {"[null]", BAD},
        {"{}", BAD},
    };
    CLEANUP(arena_free) Arena *a = arena_new(1 << 24);
    Resource embedded = {.fields = codec_fields(), .n_fields = 1};
    Field f = {.name = STR("codecs"), .type = FIELD_RELATED, .target = &embedded};
    for (size_t i = 0; i < ARRAY_N(lists); i++) {
        Json *json = NULL;
        Problems problems;
        problems_init(&problems, a);
        assert_null(json_parse(a, str_from(lists[i].json), &json_limits_default, &json));
        Typing typing = {.arena = a, .problems = &problems};
        Value value = VALUE_NONE;
        bool fine = convert_plain_objects(&typing, &f, json, &value);
        assert_int_equal(fine, strcmp(lists[i].wanted, BAD) != 0);
        if (fine) {
            assert_true(str_equal(show(a, value), str_from(lists[i].wanted)));
        } else {
            assert_true(str_equal(problems.first->field, STR("codecs")));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_types),
        cmocka_unit_test(test_blanks),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_plain_objects),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
