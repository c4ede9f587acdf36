/* Limits, offsets, and the links to the neighbouring pages. */
#include "test.h"

#include "manager/rest/page.h"

static const Str path = STR_INIT("/api/admin/configuration/v1/conference/");

static void parse(Arena *a, const char *query, FormPair **ret_pairs, size_t *ret_n)
{
    assert_null(form_parse(a, str_from(query), ret_pairs, ret_n));
}

static void test_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *query;
        int64_t limit, offset; /* limit 0: refused */
    } cases[] = {
        {"", 20, 0},
        {"limit=2&offset=4", 2, 4},
        {"limit=0", 10000, 0},
        {"limit=20000", 10000, 0},
        {"limit=10000", 10000, 0},
        {"limit=+7+&offset=%208", 7, 8},
        {"limit=3&limit=5", 5, 0},
        {"offset=9223372036854775807", 20, INT64_MAX},
        {"limit=-1", 0, 0},
        {"limit=", 0, 0},
        {"limit=1.5", 0, 0},
        {"limit=9223372036854775808", 0, 0},
        {"offset=-1", 0, 0},
        {"offset=x", 0, 0},
        {"offset=99999999999999999999", 0, 0},
    };
    CLEANUP(arena_free) Arena *a = arena_new(1 << 20);
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        FormPair *pairs = NULL;
        size_t n = 0;
        Page page = {-1, -1};
        parse(a, cases[i].query, &pairs, &n);
        const Err *e = page_parse(a, pairs, n, &page);
        assert_true((e != NULL) == (cases[i].limit == 0));
        if (e == NULL) {
            assert_int_equal(page.limit, cases[i].limit);
            assert_int_equal(page.offset, cases[i].offset);
        } else {
            assert_int_equal(e->kind, ERR_INVALID);
        }
    }
}

static void test_error_is_the_sentence_of_the_api(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(1 << 20);
    FormPair *pairs = NULL;
    size_t n = 0;
    Page page;
    parse(a, "limit=404", &pairs, &n);
    assert_null(page_parse(a, pairs, n, &page));
    parse(a, "limit=404x", &pairs, &n);
    assert_string_equal(page_parse(a, pairs, n, &page)->text,
                        "Invalid limit: give an integer of at least 0.");
}

static void test_links(void **state)
{
    (void)state;
    static const struct {
        const char *query;
        int64_t total;
        const char *next, *previous;
    } cases[] = {
        {"", 20, "null", "null"},
        {"", 21, "\"PATH?limit=20&offset=20\"", "null"},
        {"limit=2&offset=2&name__startswith=T%20A", 7,
         "\"PATH?name__startswith=T+A&limit=2&offset=4\"",
         "\"PATH?name__startswith=T+A&limit=2&offset=0\""},
        {"offset=10", 100, "\"PATH?limit=20&offset=30\"", "null"},
        {"limit=2&offset=6", 7, "null", "\"PATH?limit=2&offset=4\""},
        {"limit=2&offset=5", 7, "null", "\"PATH?limit=2&offset=3\""},
        {"limit=2&offset=100", 7, "null", "\"PATH?limit=2&offset=98\""},
        {"offset=9223372036854775807", 7, "null", "\"PATH?limit=20&offset=9223372036854775787\""},
        {"a=1&limit=1&a=2&format=json", 2, "\"PATH?a=1&a=2&format=json&limit=1&offset=1\"", "null"},
        {"t=%2f:%2C%c3%a9&limit=1", 2, "\"PATH?t=%2F%3A%2C%C3%A9&limit=1&offset=1\"", "null"},
        {"t=-._~&limit=1", 2, "\"PATH?t=-._~&limit=1&offset=1\"", "null"},
    };
    CLEANUP(arena_free) Arena *a = arena_new(1 << 20);
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        CLEANUP(buf_free) Buf *out = buf_new(1 << 16);
        FormPair *pairs = NULL;
        size_t n = 0;
        Page page = {0, 0};
        parse(a, cases[i].query, &pairs, &n);
        assert_null(page_parse(a, pairs, n, &page));
        page_put_meta(out, STR("PATH"), pairs, n, page, cases[i].total);
        const Str expected =
            str_format(a,
                       "{\"limit\": %lld, \"next\": %s, \"offset\": %lld, \"previous\": %s, "
                       "\"total_count\": %lld}",
                       (long long)page.limit, cases[i].next, (long long)page.offset,
                       cases[i].previous, (long long)cases[i].total);
        buf_put_char(out, '\0');
        assert_string_equal(out->data, expected.ptr);
    }
}

static void test_links_begin_with_the_path(void **state)
{
    (void)state;
    CLEANUP(buf_free) Buf *out = buf_new(1 << 16);
    page_put_meta(out, path, NULL, 0, (Page){1, 1}, 3);
    buf_put_char(out, '\0');
    assert_string_equal(out->data,
                        "{\"limit\": 1, \"next\": "
                        "\"/api/admin/configuration/v1/conference/?limit=1&offset=2\", \"offset\": "
                        "1, \"previous\": "
                        "\"/api/admin/configuration/v1/conference/?limit=1&offset=0\", "
                        "\"total_count\": 3}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_error_is_the_sentence_of_the_api),
        cmocka_unit_test(test_links),
        cmocka_unit_test(test_links_begin_with_the_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
