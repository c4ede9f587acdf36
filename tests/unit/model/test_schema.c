#include "model/schema.h"

#include <string.h>

#include "base/json.h"
#include "small.h"
#include "test.h"

enum { ARENA_LIMIT = 64 * 1024 * 1024, BUF_LIMIT = 1024 * 1024 };

#define NOW_US INT64_C(1700000000123456) /* 2023-11-14T22:13:20.123456 */

static Str schema_of(Arena *a, const Resource *r)
{
    CLEANUP(buf_free) Buf *out = buf_new(BUF_LIMIT);
    schema_put(out, r, NOW_US);
    assert_false(buf_failed(out));
    return str_dup(a, buf_str(out));
}

static void assert_same(Str text, const char *expected)
{
    if (!str_equal(text, str_from(expected))) {
        fail_msg("\n%.*s\ninstead of\n%s", STR_ARG(text), expected);
    }
}

static void test_whole_document(void **state)
{
    (void)state;
    static const char *const files[] = {
        "configuration/widget.json",
        "{'resource': 'widget', 'path': '/api/admin/configuration/v1/widget/', 'label': 'Widget',"
        " 'help': 'A widget.', 'permission': 'x', 'effect': 'none', 'singleton': false,"
        " 'list_methods': ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],"
        " 'detail_methods': ['GET', 'PUT', 'PATCH', 'DELETE'],"
        " 'ordering': ['name', 'enabled'], 'fields': {" SMALL_ID
        ", 'enabled': {'type': 'boolean', 'default': true, 'help': 'Whether it runs.'},"
        " 'name': {'type': 'string', 'required': true, 'unique': true, 'max_length': 250,"
        "  'filtering': ['icontains', 'exact'], 'help': 'The name.'},"
        " 'notes': {'type': 'string', 'readonly': true, 'hidden': true, 'help': 'Ours.'},"
        " 'owner': {'type': 'related', 'related': 'configuration/widget', 'nullable': true,"
        "  'default': null, 'on_delete': 'null', 'help': 'Who owns it.'},"
        " 'resource_uri': {'type': 'string', 'readonly': true, 'help': 'The address.'}}}",
        NULL};
    CLEANUP(arena_free) Arena *a = arena_new(ARENA_LIMIT);
    CLEANUP(model_free) Model *m = small_model(a, files);
    assert_same(
        schema_of(a, model_at(m, 0)),
        "{\"allowed_detail_http_methods\": [\"get\", \"post\", \"put\", \"delete\", \"patch\"], "
        "\"allowed_list_http_methods\": [\"get\", \"post\", \"put\", \"delete\", \"patch\"], "
        "\"default_format\": \"application/json\", \"default_limit\": 20, \"fields\": {"
        "\"enabled\": {\"blank\": false, \"default\": true, \"help_text\": \"Whether it runs.\", "
        "\"nullable\": false, \"readonly\": false, \"type\": \"boolean\", \"unique\": false, "
        "\"valid_choices\": [true, false]}, "
        "\"id\": {\"blank\": true, \"default\": \"\", \"help_text\": \"The key.\", "
        "\"nullable\": false, \"readonly\": false, \"type\": \"integer\", \"unique\": true}, "
        "\"name\": {\"blank\": false, "
        "\"help_text\": \"The name. Maximum length: 250 characters.\", \"nullable\": false, "
        "\"readonly\": false, \"type\": \"string\", \"unique\": true}, "
        "\"owner\": {\"blank\": false, \"default\": null, \"help_text\": \"Who owns it.\", "
        "\"nullable\": true, \"readonly\": false, "
        "\"related_schema\": \"/api/admin/configuration/v1/widget/schema/\", "
        "\"related_type\": \"to_one\", \"type\": \"related\", \"unique\": false}, "
        "\"resource_uri\": {\"blank\": false, \"help_text\": \"The address.\", "
        "\"nullable\": false, \"readonly\": true, \"type\": \"string\", \"unique\": false}}, "
        "\"filtering\": {\"enabled\": 1, \"id\": 1, \"name\": [\"exact\", \"icontains\"], "
        "\"owner\": 2}, \"ordering\": [\"name\", \"enabled\"]}");
}

/* A member of a field of a resource of one such field. */
static const char *const field_cases[][2] = {
    {"'type': 'string'",
     "{\"blank\": true, \"help_text\": \"Why.\", \"nullable\": false, \"readonly\": false, "
     "\"type\": \"string\", \"unique\": false}"},
    {"'type': 'string', 'default': '', 'min_length': 2, 'max_length': 3",
     "{\"blank\": true, \"default\": \"\", "
     "\"help_text\": \"Why. Minimum length: 2 characters. Maximum length: 3 characters.\", "
     "\"nullable\": false, \"readonly\": false, \"type\": \"string\", \"unique\": false}"},
    {"'type': 'string', 'nullable': true, 'default': null, "
     "'choices': ['a', '', null]",
     "{\"blank\": false, \"default\": null, \"help_text\": \"Why.\", \"nullable\": true, "
     "\"readonly\": false, \"type\": \"string\", \"unique\": false, "
     "\"valid_choices\": [\"a\", \"\"]}"},
    {"'type': 'string', 'default': 'a', 'choices': ['a', 'b'], "
     "'inferred': ['choices']",
     "{\"blank\": false, \"default\": \"a\", \"help_text\": \"Why.\", \"nullable\": false, "
     "\"readonly\": false, \"type\": \"string\", \"unique\": false}"},
    {"'type': 'integer', 'default': 2, 'choices': [1, 2], 'min': 1, 'max': 2",
     "{\"blank\": false, \"default\": 2, \"help_text\": \"Why. Range: 1 to 2.\", "
     "\"nullable\": false, \"readonly\": false, \"type\": \"integer\", \"unique\": false, "
     "\"valid_choices\": [1, 2]}"},
    {"'type': 'integer', 'required': true, 'min': 1",
     "{\"blank\": false, \"help_text\": \"Why. Minimum: 1.\", \"nullable\": false, "
     "\"readonly\": false, \"type\": \"integer\", \"unique\": false}"},
    {"'type': 'integer', 'readonly': true, 'default': 5, 'max': 9",
     "{\"blank\": true, \"help_text\": \"Why. Maximum: 9.\", \"nullable\": false, "
     "\"readonly\": true, \"type\": \"integer\", \"unique\": false}"},
    {"'type': 'float', 'default': 1.5",
     "{\"blank\": false, \"default\": 1.5, \"help_text\": \"Why.\", \"nullable\": false, "
     "\"readonly\": false, \"type\": \"float\", \"unique\": false}"},
    {"'type': 'datetime', 'default': '2024-03-01', 'fraction': false",
     "{\"blank\": false, \"default\": \"2024-03-01T00:00:00\", \"help_text\": \"Why.\", "
     "\"nullable\": false, \"readonly\": false, \"type\": \"datetime\", \"unique\": false}"},
    {"'type': 'datetime', 'readonly': true, 'generated': 'creation'",
     "{\"blank\": false, \"default\": \"2023-11-14T22:13:20.123456\", \"help_text\": \"Why.\", "
     "\"nullable\": false, \"readonly\": true, \"type\": \"datetime\", \"unique\": false}"},
    {"'type': 'datetime', 'readonly': true, 'generated': 'change'",
     "{\"blank\": true, \"help_text\": \"Why.\", \"nullable\": false, \"readonly\": true, "
     "\"type\": \"datetime\", \"unique\": false}"},
    {"'type': 'list', 'default': [1, {'b': 2, 'a': 1}]",
     "{\"blank\": false, \"default\": [1, {\"a\": 1, \"b\": 2}], \"help_text\": \"Why.\", "
     "\"nullable\": false, \"readonly\": false, \"type\": \"list\", \"unique\": false}"},
    {"'type': 'dict'", "{\"blank\": true, \"help_text\": \"Why.\", \"nullable\": false, "
                       "\"readonly\": false, \"type\": \"list\", \"unique\": false}"},
    {"'type': 'file', 'nullable': true, 'default': null",
     "{\"blank\": false, \"default\": null, \"help_text\": \"Why.\", \"nullable\": true, "
     "\"readonly\": false, \"type\": \"file\", \"unique\": false}"},
    {"'type': 'related', 'related': 'embedded/part', 'many': true, 'kind': 'values', "
     "'full': true, 'default': [{'v': '1'}]",
     "{\"blank\": true, \"help_text\": \"Why.\", \"nullable\": false, \"readonly\": false, "
     "\"related_type\": \"to_many\", \"type\": \"related\", \"unique\": false}"},
    {"'type': 'related', 'related': 'configuration/thing', 'nullable': true, "
     "'default': '/api/admin/configuration/v1/thing/3/', 'on_delete': 'null'",
     "{\"blank\": false, \"default\": \"/api/admin/configuration/v1/thing/3/\", "
     "\"help_text\": \"Why.\", \"nullable\": true, \"readonly\": false, "
     "\"related_schema\": \"/api/admin/configuration/v1/thing/schema/\", "
     "\"related_type\": \"to_one\", \"type\": \"related\", \"unique\": false}"},
};

static void test_fields(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(ARENA_LIMIT);
    for (size_t i = 0; i < ARRAY_N(field_cases); i++) {
        const bool required = strstr(field_cases[i][0], "required") != NULL;
        const Str text =
            str_format(a,
                       SMALL_HEAD("thing") ", 'fields': {" SMALL_ID ", 'f': {'help': 'Why.', %s}},"
                                           "'seeds': [{'id': 3, 'values': {%s}}]}",
                       field_cases[i][0], required ? "'f': 7" : "");
        const char *const files[] = {"configuration/thing.json", text.ptr, "embedded/part.json",
                                     (SMALL_PART("'v': {'type': 'string', 'help': 'Its value.'}")),
                                     NULL};
        CLEANUP(model_free) Model *m = small_model(a, files);
        Json *json = NULL;
        assert_null(json_parse(a, schema_of(a, model_at(m, 0)), &json_limits_default, &json));
        const Json *f = json_member(json_member(json, STR("fields")), STR("f"));
        assert_non_null(f);
        assert_same(f->text, field_cases[i][1]);
    }
}

static Str fresh_uuid(Arena *a, const Resource *r)
{
    Json *json = NULL;
    assert_null(json_parse(a, schema_of(a, r), &json_limits_default, &json));
    const Json *uuid = json_member(json_member(json, STR("fields")), STR("uuid"));
    const Json *value = json_member(uuid, STR("default"));
    return value != NULL ? value->text : STR_NONE;
}

static void test_uuid_is_fresh(void **state)
{
    (void)state;
#define UUID SMALL_FIELD("uuid", "'type': 'string', 'format': 'uuid', 'generated': 'blank'")
    CLEANUP(arena_free) Arena *a = arena_new(ARENA_LIMIT);
    const char *const files[] = {"configuration/thing.json", SMALL_RESOURCE("thing", UUID, ""),
                                 "configuration/scheduled_alias.json",
                                 SMALL_RESOURCE("scheduled_alias", UUID, ""), NULL};
    CLEANUP(model_free) Model *m = small_model(a, files);
    const Resource *thing = model_resource(m, FAMILY_CONFIGURATION, STR("thing"));
    const Str first = fresh_uuid(a, thing);
    assert_int_equal(first.len, 36);
    assert_false(str_equal(first, fresh_uuid(a, thing)));
    assert_int_equal(
        fresh_uuid(a, model_resource(m, FAMILY_CONFIGURATION, STR("scheduled_alias"))).len, 0);
}

static bool is_allowed_type(Str type)
{
    static const char *const words[] = {"string",  "boolean", "datetime", "date", "time",
                                        "integer", "float",   "related",  "list", "file"};
    for (size_t i = 0; i < ARRAY_N(words); i++) {
        if (str_equal(type, str_from(words[i]))) {
            return true;
        }
    }
    return false;
}

/* What the stricter clients hold every schema to. */
static void check_for_clients(const Json *schema)
{
    const Json *fields = json_member(schema, STR("fields"));
    assert_non_null(fields);
    const Json *before = NULL;
    for (const Json *f = fields->first; f != NULL; before = f, f = f->next) {
        assert_true(before == NULL || str_compare(before->name, f->name) < 0);
        assert_true(is_allowed_type(json_member(f, STR("type"))->text));
        assert_true(json_member(f, STR("help_text"))->text.len > 0);
        assert_true((json_member(f, STR("related_type")) != NULL) ==
                    json_is_string(json_member(f, STR("type")), STR("related")));
    }
}

static void test_all_of_the_model(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(ARENA_LIMIT);
    CLEANUP(model_free) Model *m = NULL;
    assert_null(model_load(a, model_embedded_files, model_n_embedded_files, &m));
    for (size_t i = 0; i < m->n_resources; i++) {
        if (m->resources[i].family <= FAMILY_COMMAND) {
            Json *json = NULL;
            assert_null(json_parse(a, schema_of(a, &m->resources[i]), &json_limits_default, &json));
            check_for_clients(json);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole_document),
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_uuid_is_fresh),
        cmocka_unit_test(test_all_of_the_model),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
