/* Addresses of objects and the keys in them. */
#include "test.h"

#include "manager/rest/uri.h"

static const Resource numbered = {.path = STR_INIT("/api/admin/configuration/v1/x/"),
                                  .key_type = KEY_INTEGER};
static const Resource named = {.path = STR_INIT("/api/admin/configuration/v1/n/"),
                               .key_type = KEY_TEXT};
static const Resource with_uuid = {.path = STR_INIT("/api/admin/status/v1/u/"),
                                   .key_type = KEY_UUID};

static void test_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t key; /* -1: none */
    } cases[] = {
        {"/api/admin/configuration/v1/x/5/", 5},
        {"/api/admin/configuration/v1/x/5", 5},
        {"api/admin/configuration/v1/x/5/", 5},
        {"https://h:8443/api/admin/configuration/v1/x/5/", 5},
        {"http://h/api/admin/configuration/v1/x/0/", 0},
        {"/api/admin/configuration/v1/x/", -1},
        {"/api/admin/configuration/v1/x//", -1},
        {"/api/admin/configuration/v1/x/5/6/", -1},
        {"/api/admin/configuration/v1/x/abc/", -1},
        {"/api/admin/configuration/v1/x/-5/", -1},
        {"/api/admin/configuration/v1/x/5%00/", -1},
        {"/api/admin/configuration/v1/xy/5/", -1},
        {"https://h", -1},
        {"ftp://h/api/admin/configuration/v1/x/5/", -1},
        {"5", -1},
        {"", -1},
    };
    CLEANUP(arena_free) Arena *a = arena_new(1 << 16);
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        Value key = VALUE_NONE;
        assert_int_equal(uri_parse(a, &numbered, str_from(cases[i].text), &key), cases[i].key >= 0);
        if (cases[i].key >= 0) {
            assert_true(value_equal(key, value_integer(cases[i].key)));
        }
    }
}

static void test_texts_are_encoded_and_come_back(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(1 << 16);
    CLEANUP(buf_free) Buf *out = buf_new(1 << 16);
    Value key = VALUE_NONE;
    uri_put(out, &named, value_text(STR("a/b c%\xc3\xa9.tar")));
    assert_true(
        str_equal(buf_str(out), STR("/api/admin/configuration/v1/n/a%2Fb%20c%25%C3%A9.tar/")));
    assert_true(uri_parse(a, &named, buf_str(out), &key));
    assert_true(str_equal(key.text, STR("a/b c%\xc3\xa9.tar")));
}

static void test_uuids_are_in_lower_case(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(1 << 16);
    Value key = VALUE_NONE;
    assert_true(
        uri_key_from_text(a, &with_uuid, STR("ABCDEF00-0000-4000-8000-00000000000F"), &key));
    assert_true(str_equal(key.text, STR("abcdef00-0000-4000-8000-00000000000f")));
    assert_true(uri_is_uuid(key.text));
    assert_false(uri_is_uuid(STR("abcdef00-0000-4000-8000-00000000000")));
    assert_false(uri_is_uuid(STR("abcdef00x0000-4000-8000-00000000000f")));
    assert_false(uri_is_uuid(STR("gbcdef00-0000-4000-8000-00000000000f")));
}

static void test_keys_of_wrong_form(void **state)
{
    (void)state;
    static const char *const cases[] = {"", "abc", "-1", "+1", "1x", " 1", "9223372036854775808"};
    CLEANUP(arena_free) Arena *a = arena_new(1 << 16);
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        Value key = VALUE_NONE;
        assert_false(uri_key_from_text(a, &numbered, str_from(cases[i]), &key));
    }
}

static void test_lists_of_nested_resources(void **state)
{
    (void)state;
    static const Resource nested = {.path = STR_INIT("/api/admin/status/v1/p/<id>/media_stream/")};
    CLEANUP(buf_free) Buf *out = buf_new(1 << 16);
    uri_put_list(out, &nested, STR("a b"));
    assert_true(str_equal(buf_str(out), STR("/api/admin/status/v1/p/a%20b/media_stream/")));
    buf_reset(out);
    uri_put_list(out, &numbered, STR_NONE);
    assert_true(str_equal(buf_str(out), numbered.path));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_texts_are_encoded_and_come_back),
        cmocka_unit_test(test_uuids_are_in_lower_case),
        cmocka_unit_test(test_keys_of_wrong_form),
        cmocka_unit_test(test_lists_of_nested_resources),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
