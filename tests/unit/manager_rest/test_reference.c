/* What is given for a relation. */
#include "test.h"

#include "manager/rest/reference.h"

/* Fields of a theme: found by key or by name. */
static const Field theme_fields[] = {
    {.name = STR_INIT("id"), .type = FIELD_INTEGER, .is_key = true, .readonly = true},
    {.name = STR_INIT("name"),
     .type = FIELD_STRING,
     .index = 1,
     .unique = true,
     .stored = true,
     .required = true},
};
static const Resource theme = {.name = STR_INIT("ivr_theme"),
                               .path = STR_INIT("/api/admin/configuration/v1/ivr_theme/"),
                               .key_type = KEY_INTEGER,
                               .key_name = STR_INIT("id"),
                               .fields = theme_fields,
                               .n_fields = 2};

static bool read_json(Arena *a, const Field *f, const char *text, Reference *reference)
{
    Json *json = NULL;
    Problems problems;
    problems_init(&problems, a);
    assert_null(json_parse(a, str_from(text), &json_limits_default, &json));
    Typing typing = {.arena = a, .problems = &problems};
    bool fine = reference_read(&typing, f, json, reference);
    assert_int_equal(fine, !problems_any(&problems));
    return fine;
}

static void test_objects(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(1 << 20);
    Field f = {.name = STR("ivr_theme"), .type = FIELD_RELATED, .target = &theme};
    Reference reference;
    assert_true(read_json(a, &f, "{\"id\": 3, \"name\": \"X\", \"other\": []}", &reference));
    assert_true(reference.is_object);
    assert_int_equal(reference.n_keys, 1);
    assert_int_equal(reference.keys[0].integer, 3);
    assert_int_equal(reference.n_uniques, 1);
    /* typed clients write "none" as 0 and "" */
    assert_true(
        read_json(a, &f, "{\"id\": 0, \"resource_uri\": \"\", \"name\": \"X\"}", &reference));
    assert_int_equal(reference.n_keys, 0);
    /* where one may be made by its name, only the name counts */
    f.create = true;
    assert_true(read_json(a, &f, "{\"id\": 3, \"name\": \"X\"}", &reference));
    assert_int_equal(reference.n_keys, 0);
    assert_true(str_equal(reference.uniques[0].value.text, STR("X")));
    assert_true(read_json(a, &f, "{\"id\": 3}", &reference));
    assert_int_equal(reference.n_keys, 1);
}

static void test_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "true", "[]", "\"X\"", "1.5", "-1", "\"/api/admin/configuration/v1/conference/1/\""};
    CLEANUP(arena_free) Arena *a = arena_new(1 << 20);
    Field f = {.name = STR("ivr_theme"), .type = FIELD_RELATED, .target = &theme};
    for (size_t i = 0; i < ARRAY_N(bad); i++) {
        Reference reference;
        assert_false(read_json(a, &f, bad[i], &reference));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_objects),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
