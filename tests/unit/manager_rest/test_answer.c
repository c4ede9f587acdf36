/* Shapes of answers and of error bodies. */
#include "test.h"

#include "base/json.h"
#include "manager/rest/answer.h"

static Arena *arena_of(void **state)
{
    return *state;
}

static int set_up(void **state)
{
    *state = arena_new(1 << 20);
    return 0;
}

static int tear_down(void **state)
{
    *state = arena_free(*state);
    return 0;
}

static Str header(const RestAnswer *answer, const char *name)
{
    for (size_t i = 0; i < answer->n_headers; i++) {
        if (str_equal(str_from(answer->headers[i].name), str_from(name))) {
            return answer->headers[i].value;
        }
    }
    return STR_NONE;
}

static void assert_text(Str s, const char *expected)
{
    assert_int_equal(s.len, str_from(expected).len);
    assert_memory_equal(s.ptr, expected, s.len);
}

static void assert_body(const RestAnswer *answer, const char *expected)
{
    assert_non_null(answer->body);
    assert_text(buf_str(answer->body), expected);
}

static void test_empty_has_a_type_but_for_204_and_304(void **state)
{
    (void)state;
    static const struct {
        int status;
        const char *type;
    } cases[] = {
        {201, "text/html; charset=utf-8"}, {404, "text/html; charset=utf-8"}, {204, ""}, {304, ""}};
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        RestAnswer answer = {.status = 0};
        answer_empty(&answer, cases[i].status);
        assert_int_equal(answer.status, cases[i].status);
        assert_text(header(&answer, "Content-Type"), cases[i].type);
        assert_null(answer.body);
    }
}

static void test_not_modified_has_the_headers_of_its_200(void **state)
{
    RestAnswer answer = {.status = 0};
    answer_not_modified(&answer, arena_of(state), STR("\"x\""));
    assert_int_equal(answer.status, 304);
    assert_text(header(&answer, "ETag"), "\"x\"");
    assert_text(header(&answer, "Vary"), "Accept, Cookie");
    assert_text(header(&answer, "Cache-Control"), "no-cache");
    assert_null(answer.body);
}

static void test_methods_are_in_allow_and_body(void **state)
{
    RestAnswer answer = {.status = 0};
    answer_methods(&answer, arena_of(state), 405, STR("GET,POST"));
    assert_text(header(&answer, "Allow"), "GET,POST");
    assert_body(&answer, "GET,POST");
    answer.body = buf_free(answer.body);
}

static void test_error_escapes_html_but_no_quotes(void **state)
{
    RestAnswer answer = {.status = 0};
    answer_error(&answer, arena_of(state), 400, STR("<b> & \"c\" 'd'"));
    assert_body(&answer, "{\"error\": \"&lt;b&gt; &amp; \\\"c\\\" 'd'\"}");
    assert_text(header(&answer, "Content-Type"), "application/json");
    assert_text(header(&answer, "Cache-Control"), "");
    answer.body = buf_free(answer.body);
}

static void test_error_message_where_the_framework_sends_it(void **state)
{
    static const struct {
        int status;
        const char *body;
    } cases[] = {{403, "{\"error\": \"x\"}"},
                 {406, "{\"error\": \"x\", \"error_message\": \"x\"}"},
                 {415, "{\"error\": \"x\", \"error_message\": \"x\"}"},
                 {500, "{\"error\": \"x\", \"error_message\": \"x\"}"}};
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        RestAnswer answer = {.status = 0};
        answer_error(&answer, arena_of(state), cases[i].status, STR("x"));
        assert_body(&answer, cases[i].body);
        answer.body = buf_free(answer.body);
    }
}

static void test_problems_are_grouped_by_field(void **state)
{
    Problems problems;
    problems_init(&problems, arena_of(state));
    assert_false(problems_any(&problems));
    problems_add(&problems, STR("pin"), "Two.");
    problems_add(&problems, STR("name"), "One %d.", 1);
    problems_add(&problems, STR("name"), "Three.");
    assert_true(problems_any(&problems));
    RestAnswer answer = {.status = 0};
    answer_problems(&answer, STR("conference"), &problems);
    assert_int_equal(answer.status, 400);
    assert_body(&answer,
                "{\"conference\": {\"name\": [\"One 1.\", \"Three.\"], \"pin\": [\"Two.\"]}}");
    answer.body = buf_free(answer.body);
}

/* The answer was cut off in the middle, and so no JSON, when a body had more faults than fit. */
static void test_many_problems_and_long_ones_make_whole_json(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new((size_t)64 << 20);
    CLEANUP(buf_free) Buf *quotes = buf_new(1 << 22);
    while (buf_str(quotes).len < 2000000) {
        buf_put_lit(quotes, "\x01"
                            "\xc3\xa4");
    }
    Problems problems;
    problems_init(&problems, a);
    for (int i = 0; i < 2000; i++) {
        problems_add(&problems, STR("aliases"), "%.*s", i < 20 ? 100000 : 1000, quotes->data);
    }
    RestAnswer answer = {.status = 0};
    answer_problems(&answer, STR("conference"), &problems);
    Json *json = NULL;
    assert_null(json_parse(a, buf_str(answer.body), &json_limits_default, &json));
    assert_true(json_member(json_member(json, STR("conference")), STR("aliases"))->n > 5);
    answer_error(&answer, a, 500, buf_str(quotes)); /* takes the place of the other */
    assert_null(json_parse(a, buf_str(answer.body), &json_limits_default, &json));
    answer.body = buf_free(answer.body);
}

static void test_failures_by_kind(void **state)
{
    Arena *a = arena_of(state);
    static const struct {
        ErrKind kind;
        int status;
    } cases[] = {{ERR_INVALID, 400}, {ERR_CONFLICT, 400},    {ERR_FORBIDDEN, 403},
                 {ERR_LIMIT, 413},   {ERR_UNSUPPORTED, 415}, {ERR_BUSY, 503},
                 {ERR_IO, 503},      {ERR_INTERNAL, 500}};
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        RestAnswer answer = {.status = 0};
        answer_failure(&answer, a, STR("conference"), err(a, cases[i].kind, "secret path"));
        assert_int_equal(answer.status, cases[i].status);
        const bool ours = cases[i].kind == ERR_IO || cases[i].kind == ERR_INTERNAL;
        assert_true((str_find_str(buf_str(answer.body), STR("secret path")) == SIZE_MAX) == ours);
        assert_true((header(&answer, "Retry-After").len > 0) == (cases[i].status == 503));
        answer.body = buf_free(answer.body);
    }
    RestAnswer gone = {.status = 0};
    answer_failure(&gone, a, STR("conference"), err(a, ERR_NOT_FOUND, "x"));
    assert_int_equal(gone.status, 404);
    assert_null(gone.body);
}

static void test_failure_of_a_field_has_the_shape_of_problems(void **state)
{
    Arena *a = arena_of(state);
    RestAnswer answer = {.status = 0};
    answer_failure(&answer, a, STR("conference"),
                   err_field(a, ERR_CONFLICT, STR("name"), "It already exists."));
    assert_body(&answer, "{\"conference\": {\"name\": [\"It already exists.\"]}}");
    answer.body = buf_free(answer.body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_empty_has_a_type_but_for_204_and_304, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_not_modified_has_the_headers_of_its_200, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_methods_are_in_allow_and_body, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_error_escapes_html_but_no_quotes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_error_message_where_the_framework_sends_it, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_problems_are_grouped_by_field, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_many_problems_and_long_ones_make_whole_json, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_failures_by_kind, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_failure_of_a_field_has_the_shape_of_problems, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
