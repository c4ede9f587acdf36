/* Writing: what requests do, what they answer, what is read afterwards. */
#include "test.h"

#include "manager_rest/rest_steps.h"

#define C "/api/admin/configuration/v1/"
#define CONFERENCE C "conference/"
#define ALIAS C "conference_alias/"

static int set_up(void **state)
{
    *state = rest_fixture_new(0, NULL, 0);
    return 0;
}

static int tear_down(void **state)
{
    rest_fixture_free(*state);
    return 0;
}

static void test_one_object(void **state)
{
    static const Step steps[] = {
        {"POST", CONFERENCE,
         "{\"name\": \"Alice\", \"service_type\": \"conference\", \"pin\": 123456, \"unknown\": [],"
         " \"aliases\": [{\"alias\": \"alice@example.org\"}, {\"alias\": \"alice\"}]}",
         201, CONFERENCE "1/", NULL},
        {"GET", CONFERENCE "1/", NULL, 200, "\"pin\": \"123456\"", NULL},
        {"GET", CONFERENCE "1/", NULL, 200,
         "\"aliases\": [{\"alias\": \"alice@example.org\", \"conference\": \"" CONFERENCE "1/\"",
         NULL},
        {"GET", ALIAS "2/", NULL, 200, "\"alias\": \"alice\"", NULL},
        {"POST", CONFERENCE, "{\"name\": \"Alice\", \"service_type\": \"conference\"}", 400,
         "{\"conference\": {\"name\": [\"Conference with this Name already exists.\"]}}", NULL},
        {"PATCH", CONFERENCE "1/", "{\"description\": \"x\"}", 202, NULL, NULL},
        {"PUT", CONFERENCE "1/",
         "{\"name\": \"Bob\", \"service_type\": \"conference\","
         " \"aliases\": null}",
         204, NULL, NULL},
        {"GET", CONFERENCE "1/", NULL, 200, "\"description\": \"x\"", "\"aliases\": []"},
        {"PATCH", CONFERENCE "1/", "{\"aliases\": [{\"alias\": \"ALICE\"}, {\"alias\": \"new\"}]}",
         202, NULL, NULL},
        {"GET", CONFERENCE "1/", NULL, 200, "\"alias\": \"ALICE\"", "example.org"},
        {"GET", ALIAS "2/", NULL, 200, "\"alias\": \"ALICE\"", NULL},
        {"GET", ALIAS "1/", NULL, 404, NULL, NULL},
        {"DELETE", CONFERENCE "1/", NULL, 204, NULL, NULL},
        {"DELETE", CONFERENCE "1/", NULL, 404, NULL, NULL},
        {"PATCH", CONFERENCE "1/", "{}", 404, NULL, NULL},
        {"GET", ALIAS "2/", NULL, 404, NULL, NULL},
    };
    TAKE(state, steps);
}

static void test_faults(void **state)
{
    static const Step steps[] = {
        {"POST", CONFERENCE, "", 400, "\"error\": \"The body is not valid JSON", NULL},
        {"POST", CONFERENCE, "[]", 400, "\"error\"", NULL},
        {"POST", CONFERENCE, "{\"name\": \"x\", \"name\": NaN}", 400, "\"error\"", NULL},
        {"POST", CONFERENCE, "{}", 400, "\"name\": [\"This field is required.\"]", NULL},
        {"POST", CONFERENCE, "{\"pin\": \"1\", \"allow_guests\": \"maybe\", \"name\": null}", 400,
         "\"allow_guests\": [\"Give true or false.\"]", NULL},
        {"POST", CONFERENCE, "{\"pin\": \"1\", \"allow_guests\": \"maybe\", \"name\": \"\"}", 400,
         "\"pin\": [\"The value doesn't have the right form. Code that Hosts type: 4 to 20 digits, "
         "or "
         "3 to 19 digits and then #.\"]",
         NULL},
        {"POST", CONFERENCE,
         "{\"name\": \"x\", \"service_type\": \"conference\", \"aliases\": [{\"alias\": \"\"}]}",
         400, "{\"conference\": {\"aliases\": [\"alias: This field is required.\"]}}", NULL},
        {"POST", CONFERENCE,
         "{\"name\": \"x\", \"service_type\": \"conference\", \"ivr_theme\": \"/x/1/\"}", 400,
         "\"ivr_theme\": [", NULL},
        {"POST", CONFERENCE,
         "{\"name\": \"x\", \"service_type\": \"conference\", \"ivr_theme\": 77,"
         " \"system_location\": 78}",
         400,
         "{\"conference\": {\"ivr_theme\": [\"The object does not exist.\"],"
         " \"system_location\": [\"The object does not exist.\"]}}",
         NULL},
        {"POST", CONFERENCE, "{\"name\": \"x\", \"service_type\": \"conference\", \"id\": 0}", 400,
         "\"id\": [\"Give an integer from 1 to 2147483647.\"]", NULL},
        {"POST", ALIAS, "{\"alias\": \"a\"}", 400,
         "{\"conference_alias\": {\"conference\": [\"This field is required.\"]}}", NULL},
        {"POST", ALIAS, "{\"alias\": \"a\", \"conference\": \"" CONFERENCE "9/\"}", 400,
         "{\"conference_alias\": {\"conference\": [", NULL},
        {"POST", CONFERENCE "1/", "{}", 501, NULL, NULL},
        {"GET", CONFERENCE, NULL, 200, "\"total_count\": 0", NULL},
    };
    TAKE(state, steps);
}

static void test_nested_conflict(void **state)
{
    static const Step steps[] = {
        {"POST", CONFERENCE,
         "{\"name\": \"a\", \"service_type\": \"conference\", \"aliases\": [{\"alias\": \"x\"}]}",
         201, "/1/", NULL},
        {"POST", CONFERENCE,
         "{\"name\": \"b\", \"service_type\": \"conference\", \"aliases\": [{\"alias\": \"X\"}]}",
         400,
         "{\"conference\": {\"aliases\": [\"Conference alias with this Alias already exists.\"]}}",
         NULL},
        {"POST", CONFERENCE,
         "{\"name\": \"b\", \"service_type\": \"conference\", \"aliases\": [{\"id\": 1,"
         " \"alias\": \"y\"}]}",
         400, "{\"conference\": {\"aliases\": [\"", NULL},
        {"POST", CONFERENCE,
         "{\"name\": \"b\", \"service_type\": \"conference\", \"aliases\": [{\"id\": 1,"
         " \"alias\": \"y\"}]}",
         400, "already exists", NULL},
        {"GET", CONFERENCE, NULL, 200, "\"total_count\": 1", NULL},
        /* two children swap their names */
        {"POST", ALIAS, "{\"alias\": \"z\", \"conference\": 1}", 201, ALIAS "2/", NULL},
        {"PATCH", CONFERENCE "1/",
         "{\"aliases\": [{\"id\": 1, \"alias\": \"z\"}, {\"id\": 2, \"alias\": \"x\"}]}", 202, NULL,
         NULL},
        {"GET", ALIAS "1/", NULL, 200, "\"alias\": \"z\"", NULL},
        {"GET", ALIAS "2/", NULL, 200, "\"alias\": \"x\"", NULL},
    };
    TAKE(state, steps);
}

static void test_put_creates(void **state)
{
    static const Step steps[] = {
        {"PUT", CONFERENCE "7/", "{\"name\": \"x\", \"service_type\": \"conference\", \"id\": 9}",
         201, CONFERENCE "7/", NULL},
        {"PUT", CONFERENCE "8/", "{\"service_type\": \"conference\"}", 400,
         "\"name\": [\"This field is required.\"]", NULL},
        {"PUT", CONFERENCE "0/", "{\"name\": \"y\", \"service_type\": \"conference\"}", 404, NULL,
         NULL},
        {"PUT", CONFERENCE "x/", "{\"name\": \"y\", \"service_type\": \"conference\"}", 404, NULL,
         NULL},
        {"POST", CONFERENCE, "{\"name\": \"y\", \"service_type\": \"conference\"}", 201,
         CONFERENCE "8/", NULL},
        {"POST", CONFERENCE, "{\"name\": \"z\", \"service_type\": \"conference\", \"id\": 7}", 400,
         "already exists", NULL},
        {"PUT", C "registration/1/", "{\"enable\": false}", 204, NULL, NULL},
        {"GET", C "registration/1/", NULL, 200, "\"enable\": false", NULL},
        {"PUT", C "registration/2/", "{\"enable\": false}", 404, NULL, NULL},
    };
    TAKE(state, steps);
}

static void test_lists(void **state)
{
    static const Step steps[] = {
        {"PATCH", CONFERENCE,
         "{\"objects\": [{\"name\": \"a\", \"service_type\": \"conference\","
         " \"aliases\": [{\"alias\": \"a1\"}]}, {\"name\": \"b\", \"service_type\":"
         " \"conference\"}]}",
         202, NULL, NULL},
        {"PATCH", CONFERENCE,
         "{\"objects\": [{\"resource_uri\": \"" CONFERENCE "2/\", \"name\": \"a\"},"
         " {\"resource_uri\": \"" CONFERENCE "5/\", \"name\": \"c\", \"service_type\":"
         " \"conference\"}], \"deleted_objects\": [\"" CONFERENCE "1/\", \"" CONFERENCE "99/\"]}",
         202, NULL, NULL},
        {"GET", CONFERENCE "2/", NULL, 200, "\"name\": \"a\"", NULL},
        {"GET", CONFERENCE "5/", NULL, 200, "\"name\": \"c\"", NULL},
        {"GET", CONFERENCE, NULL, 200, "\"total_count\": 2", NULL},
        {"PATCH", CONFERENCE,
         "{\"objects\": [{\"name\": \"d\", \"service_type\": \"conference\"},"
         " {\"service_type\": \"conference\"}]}",
         400, "{\"conference\": {\"name\": [\"This field is required.\"]}}", NULL},
        {"PATCH", CONFERENCE, "{}", 400, "{\"error\": \"The body needs a list 'objects'.\"}", NULL},
        {"PATCH", CONFERENCE, "{\"objects\": [1]}", 400, "\"error\"", NULL},
        {"PATCH", CONFERENCE, "{\"objects\": [{\"resource_uri\": \"" ALIAS "1/\"}]}", 400,
         "\"error\"", NULL},
        {"PATCH", CONFERENCE, "{\"objects\": [], \"deleted_objects\": [\"" ALIAS "1/\"]}", 400,
         "\"error\"", NULL},
        {"GET", CONFERENCE, NULL, 200, "\"total_count\": 2", NULL},
        {"PUT", CONFERENCE "?name=c",
         "{\"objects\": [{\"resource_uri\": \"" CONFERENCE "5/\", \"name\": \"e\","
         " \"service_type\": \"conference\"}]}",
         204, NULL, NULL},
        {"GET", CONFERENCE "5/", NULL, 200, "\"name\": \"e\"", NULL},
        {"DELETE", CONFERENCE "?nam=x", NULL, 400, "\"error\"", NULL},
        {"DELETE", CONFERENCE "?name__startswith=", NULL, 400, "\"error\"", NULL},
        {"DELETE", CONFERENCE "?name=a", NULL, 204, NULL, NULL},
        {"GET", CONFERENCE, NULL, 200, "\"total_count\": 1", NULL},
        {"DELETE", CONFERENCE, NULL, 204, NULL, NULL},
        {"GET", CONFERENCE, NULL, 200, "\"total_count\": 0", NULL},
    };
    TAKE(state, steps);
}

#define PARTICIPANT C "automatic_participant/"

static void test_links(void **state)
{
    static const Step steps[] = {
        {"POST", CONFERENCE,
         "{\"name\": \"a\", \"service_type\": \"conference\", \"automatic_participants\":"
         " [{\"alias\": \"rec@x\", \"role\": \"guest\", \"protocol\": \"sip\"}]}",
         201, "/1/", NULL},
        {"POST", CONFERENCE, "{\"name\": \"b\", \"service_type\": \"conference\"}", 201, "/2/",
         NULL},
        {"GET", PARTICIPANT "1/", NULL, 200, "\"conference\": [\"" CONFERENCE "1/\"]", NULL},
        {"PATCH", PARTICIPANT "1/",
         "{\"conference\": [\"" CONFERENCE "1/\", 2, \"" CONFERENCE "2\"]}", 202, NULL, NULL},
        {"GET", CONFERENCE "2/", NULL, 200, "\"alias\": \"rec@x\"", NULL},
        {"PATCH", CONFERENCE "2/", "{\"automatic_participants\": null}", 202, NULL, NULL},
        {"GET", CONFERENCE "2/", NULL, 200, "\"alias\": \"rec@x\"", NULL},
        {"PATCH", CONFERENCE "2/", "{\"automatic_participants\": []}", 202, NULL, NULL},
        {"GET", CONFERENCE "2/", NULL, 200, "\"automatic_participants\": []", NULL},
        {"GET", PARTICIPANT "1/", NULL, 200, "\"conference\": [\"" CONFERENCE "1/\"]", NULL},
        {"PATCH", PARTICIPANT "1/", "{\"conference\": [77, \"" CONFERENCE "78/\"]}", 400,
         "\"conference\": [\"'77' does not exist.\", \"'" CONFERENCE "78/' does not exist.\"]",
         NULL},
        {"PATCH", CONFERENCE "2/", "{\"automatic_participants\": [{\"role\": \"guest\"}]}", 400,
         "\"automatic_participants\": [\"alias: This field is required.\"", NULL},
        {"PATCH", PARTICIPANT "1/", "{\"conference\": null}", 202, NULL, NULL},
        {"GET", CONFERENCE "1/", NULL, 200, "\"automatic_participants\": []", NULL},
    };
    TAKE(state, steps);
}

#define THEME C "ivr_theme/"

static void test_inverse_and_create(void **state)
{
    static const Step steps[] = {
        {"POST", CONFERENCE, "{\"name\": \"a\", \"service_type\": \"conference\"}", 201, "/1/",
         NULL},
        {"POST", CONFERENCE, "{\"name\": \"b\", \"service_type\": \"conference\"}", 201, "/2/",
         NULL},
        {"POST", THEME, "{\"name\": \"T\", \"conference\": [1]}", 201, THEME, NULL},
        {"GET", CONFERENCE "1/", NULL, 200, "\"name\": \"T\"", NULL},
        {"PATCH", THEME "?name=T", "{\"objects\": []}", 202, NULL, NULL},
        {"PATCH", C "global/1/", "{\"default_theme\": {\"name\": \"T\", \"last_updated\": \"x\"}}",
         202, NULL, NULL},
        {"GET", C "global/1/", NULL, 200, "\"name\": \"T\"", NULL},
        {"PATCH", C "global/1/",
         "{\"default_theme\": {\"name\": \"" THEME "1/\", \"id\": 1, \"uuid\": 5}}", 202, NULL,
         NULL},
        {"GET", C "global/1/", NULL, 200, "\"name\": \"" THEME "1/\"", NULL},
        {"PATCH", C "global/1/", "{\"default_theme\": null, \"disabled_codecs\": null}", 202, NULL,
         NULL},
        {"GET", C "global/1/", NULL, 200, "\"default_theme\": null", NULL},
        {"GET", C "global/1/", NULL, 200, "\"disabled_codecs\": []", NULL},
        {"PATCH", CONFERENCE "2/", "{\"ivr_theme\": {\"name\": \"nothing\"}}", 400,
         "\"ivr_theme\": [\"The object does not exist.\"]", NULL},
        {"PATCH", CONFERENCE "2/", "{\"ivr_theme\": {\"name\": \"T\"}}", 202, NULL, NULL},
        {"GET", CONFERENCE "2/", NULL, 200, "\"name\": \"T\"", NULL},
    };
    TAKE(state, steps);
}

static void test_built_in(void **state)
{
    static const Step steps[] = {
        {"PATCH", C "role/1/", "{\"name\": \"x\"}", 400, "built-in", NULL},
        {"PATCH", C "role/1/", "{\"permissions\": [1]}", 400, "built-in", NULL},
        {"PATCH", C "role/1/", "{}", 202, NULL, NULL},
        {"DELETE", C "role/1/", NULL, 400, "\"error\"", NULL},
        {"DELETE", C "management_vm/1/", NULL, 400, "\"error\"", NULL},
        {"DELETE", C "global/1/", NULL, 405, "GET", NULL},
        {"PATCH", C "gms_gateway_token/1/", "{\"private_key\": \"\"}", 202, NULL, NULL},
        {"DELETE", C "gms_gateway_token/1/", NULL, 204, NULL, NULL},
        {"GET", C "gms_gateway_token/1/", NULL, 200, "\"private_key\": \"\"", NULL},
    };
    TAKE(state, steps);
}

static PermissionSet rights(const Model *model, const char *const codenames[], size_t n)
{
    PermissionSet set = UINT64_C(1) << model->use_api;
    for (size_t i = 0; i < n; i++) {
        for (size_t p = 0; p < model->n_permissions; p++) {
            if (str_equal(model->permissions[p].codename, str_from(codenames[i]))) {
                set |= UINT64_C(1) << p;
            }
        }
    }
    return set;
}

/* Objects inside another need the rights that they would need at their own address. */
static void test_rights_inside(void **state)
{
    static const char *const services[] = {"view_services", "change_services"};
    static const char *const platform[] = {"view_platform", "change_platform"};
#define MEETING "{\"start_time\": \"2027-01-01T00:00:00\", \"end_time\": \"2027-01-01T01:00:00\""
    static const Step prepared[] = {
        {"POST", CONFERENCE,
         "{\"name\": \"R\", \"service_type\": \"conference\", \"scheduled_conferences\": [" MEETING
         ", \"subject\": \"a\", \"ews_item_id\": \"i\"}]}",
         201, CONFERENCE "1/", NULL},
        {"POST", CONFERENCE, "{\"name\": \"S\", \"service_type\": \"conference\"}", 201,
         CONFERENCE "2/", NULL},
    };
    static const Step with_services[] = {
        {"POST", CONFERENCE,
         "{\"name\": \"T\", \"service_type\": \"conference\", \"scheduled_conferences\": [" MEETING
         ", \"ews_item_id\": \"j\"}]}",
         403, "\"error\"", NULL},
        {"PATCH", CONFERENCE "1/", "{\"scheduled_conferences\": []}", 403, "\"error\"", NULL},
        {"PATCH", CONFERENCE "1/", "{\"scheduled_conferences\": [{\"id\": 1, \"subject\": \"b\"}]}",
         403, "\"error\"", NULL},
        {"PATCH", CONFERENCE "2/",
         "{\"scheduled_conferences\": [\"" C "scheduled_conference/1/\"]}", 403, "\"error\"", NULL},
        {"PATCH", CONFERENCE "1/",
         "{\"description\": \"d\", \"aliases\": [{\"alias\": \"x\"}], \"scheduled_conferences\": "
         "[{\"id\": 1, \"subject\": \"a\"}]}",
         202, NULL, NULL},
        {"PATCH", CONFERENCE "1/",
         "{\"scheduled_conferences\": [\"" C "scheduled_conference/1/\"]}", 202, NULL, NULL},
    };
    static const Step with_platform[] = {
        {"PATCH", C "global/1/", "{\"default_theme\": {\"name\": \"new\"}}", 403, "\"error\"",
         NULL},
    };
    static const Step at_last[] = {
        {"GET", C "scheduled_conference/", NULL, 200, "\"subject\": \"a\"", "\"id\": 2,"},
        {"GET", C "ivr_theme/", NULL, 200, "\"objects\"", "\"name\": \"new\""},
    };
    RestFixture *f = *state;
    TAKE(state, prepared);
    f->permissions = rights(f->model, services, ARRAY_N(services));
    TAKE(state, with_services);
    f->permissions = rights(f->model, platform, ARRAY_N(platform));
    TAKE(state, with_platform);
    f->permissions = REST_FIXTURE_ALL;
    TAKE(state, at_last);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_one_object, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_faults, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_nested_conflict, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_put_creates, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_lists, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_links, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_inverse_and_create, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_built_in, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_rights_inside, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
