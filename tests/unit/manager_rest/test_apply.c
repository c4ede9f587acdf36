/* Objects into rows: secrets, generated and write-only values, what PUT and PATCH keep. */
#include "test.h"

#include "base/json.h"
#include "manager_rest/rest_steps.h"

#define C "/api/admin/configuration/v1/"
#define DEVICE C "device/"
#define MASK "$~!1$"

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

/* The value of a member of an object, as JSON text. */
static Str member(RestFixture *f, const char *target, const char *name)
{
    Json *json = NULL;
    assert_null(
        json_parse(f->arena, str_from(rest_fixture_get(f, target)), &json_limits_default, &json));
    const Json *value = json_member(json, str_from(name));
    assert_non_null(value);
    return value->text;
}

static void send(RestFixture *f, const char *method, const char *target, Str body, int status)
{
    (void)rest_fixture_text(f, method, target, str_to_cstr(f->arena, body), status);
}

static void test_masks(void **state)
{
    RestFixture *f = *state;
    send(f, "POST", DEVICE, STR("{\"alias\": \"d\", \"password\": \"one\"}"), 201);
    const Str mask = member(f, DEVICE "1/", "password");
    assert_true(str_starts_with(mask, STR(MASK)));
    assert_int_equal(mask.len, 27);
    /* the mask, the same text and another field leave it */
    send(f, "PATCH", DEVICE "1/", str_format(f->arena, "{\"password\": \"%.*s\"}", STR_ARG(mask)),
         202);
    assert_true(str_equal(member(f, DEVICE "1/", "password"), mask));
    send(f, "PATCH", DEVICE "1/", STR("{\"password\": \"one\"}"), 202);
    assert_true(str_equal(member(f, DEVICE "1/", "password"), mask));
    send(f, "PUT", DEVICE "1/", STR("{\"password\": null, \"description\": \"x\"}"), 204);
    assert_true(str_equal(member(f, DEVICE "1/", "password"), mask));
    send(f, "PATCH", DEVICE "1/", STR("{\"password\": \"two\"}"), 202);
    const Str other = member(f, DEVICE "1/", "password");
    assert_true(str_starts_with(other, STR(MASK)));
    assert_false(str_equal(other, mask));
    /* the mask of something else is a fault, also of a new object */
    send(f, "PATCH", DEVICE "1/", str_format(f->arena, "{\"password\": \"%.*s\"}", STR_ARG(mask)),
         400);
    send(f, "POST", DEVICE,
         str_format(f->arena, "{\"alias\": \"e\", \"password\": \"%.*s\"}", STR_ARG(other)), 400);
    send(f, "PATCH", DEVICE "1/", STR("{\"password\": \"\"}"), 202);
    assert_int_equal(member(f, DEVICE "1/", "password").len, 0);
}

static void test_secrets(void **state)
{
    static const Step steps[] = {
        {"POST", C "ldap_sync_source/", "{\"name\": \"x\", \"ldap_bind_password\": \"\"}", 400,
         "\"ldap_bind_password\": [\"This field is required.\"]", NULL},
        {"PATCH", C "gms_gateway_token/1/",
         "{\"private_key\": \"-----BEGIN X-----\\nA\\n-----END X-----\"}", 202, NULL, NULL},
        {"GET", C "gms_gateway_token/1/", NULL, 200, "\"private_key\": \"\"", NULL},
        {"PATCH", C "gms_gateway_token/1/", "{\"private_key\": \"no key\"}", 400,
         "{\"gms_gateway_token\": {\"private_key\": [\"Give a text in PEM form.\"]}}", "no key"},
        {"POST", C "administrator/", "{\"name\": \"bob\", \"password\": \"\"}", 400,
         "\"password\": [\"This field is required.\"]", NULL},
        {"POST", C "administrator/", "{\"name\": \"bob\", \"password\": \"hush\"}", 201,
         C "administrator/", NULL},
        {"GET", C "administrator/?name=bob", NULL, 200, "\"password\": \"\"", "hush"},
    };
    rest_steps_take_all(state, steps, ARRAY_N(steps));
}

/* Short secrets are refused, but a mask isn't measured and "" clears. */
static void test_secret_lengths(void **state)
{
    static const Step steps[] = {
        {"PATCH", C "management_vm/1/", "{\"snmp_privacy_password\": \"short\"}", 400,
         "\"snmp_privacy_password\": [\"At least 8 characters.\"]", NULL},
        {"PATCH", C "management_vm/1/", "{\"snmp_privacy_password\": \"long enough\"}", 202, NULL,
         NULL},
        {"PATCH", C "management_vm/1/", "{\"snmp_privacy_password\": \"\"}", 202, NULL, NULL},
        {"GET", C "management_vm/1/", NULL, 200, "\"snmp_privacy_password\": \"\"", NULL},
    };
    rest_steps_take_all(state, steps, ARRAY_N(steps));
}

static void test_generated(void **state)
{
    RestFixture *f = *state;
    send(f, "POST", C "end_user/", STR("{\"primary_email_address\": \"a@b\", \"uuid\": \"\"}"),
         201);
    const Str uuid = member(f, C "end_user/1/", "uuid");
    assert_int_equal(uuid.len, 36);
    send(f, "PATCH", C "end_user/1/", STR("{\"uuid\": \"\"}"), 202);
    assert_true(str_equal(member(f, C "end_user/1/", "uuid"), uuid));
    send(f, "PATCH", C "end_user/1/", STR("{\"uuid\": \"FFFFFFFF-0000-0000-0000-000000000000\"}"),
         202);
    assert_true(
        str_equal(member(f, C "end_user/1/", "uuid"), STR("FFFFFFFF-0000-0000-0000-000000000000")));
    send(
        f, "POST", C "adfs_auth_server/",
        STR("{\"name\": \"n\", \"client_id\": \"mine\", \"federation_service_name\": \"f.x\","
            " \"federation_service_identifier\": \"http://x\", \"relying_party_trust_identifier_url"
            "\": \"http://y\"}"),
        201);
    assert_true(str_equal(member(f, C "adfs_auth_server/1/", "client_id"), STR("mine")));
}

/* The time of the last change follows changes only. */
static void test_times(void **state)
{
    RestFixture *f = *state;
    send(f, "POST", C "event_sink/", STR("{\"name\": \"s\", \"url\": \"http://x\"}"), 201);
    const Str first = member(f, C "event_sink/1/", "updated_at");
    send(f, "PATCH", C "event_sink/1/", STR("{\"url\": \"http://x\", \"updated_at\": null}"), 202);
    assert_true(str_equal(member(f, C "event_sink/1/", "updated_at"), first));
    send(f, "PATCH", C "event_sink/1/", STR("{\"url\": \"http://y\"}"), 202);
    assert_false(str_equal(member(f, C "event_sink/1/", "updated_at"), first));
    send(f, "POST", C "conference/", STR("{\"name\": \"c\", \"service_type\": \"conference\"}"),
         201);
    const Str made = member(f, C "conference/1/", "creation_time");
    assert_int_equal(made.len, 26);
    send(f, "PATCH", C "conference/1/", STR("{\"description\": \"y\"}"), 202);
    assert_true(str_equal(member(f, C "conference/1/", "creation_time"), made));
}

/* What GET returned, sent back by PUT, changes nothing. */
static void test_put_back(void **state)
{
    static const Step steps[] = {
        {"POST", C "event_sink/", "{\"name\": \"s\", \"url\": \"http://x\", \"password\": \"p\"}",
         201, "/1/", NULL},
        {"POST", C "dns_server/", "{\"address\": \"10.0.0.1\"}", 201, "/1/", NULL},
        {"POST", C "system_location/",
         "{\"name\": \"l\", \"event_sinks\": [1], \"dns_servers\": [1]}", 201, "/1/", NULL},
        {"POST", C "ivr_theme/", "{\"name\": \"t\"}", 201, C "ivr_theme/", NULL},
        {"POST", C "conference/",
         "{\"name\": \"c\", \"service_type\": \"conference\", \"aliases\": [{\"alias\": \"a\"},"
         " {\"alias\": \"b\"}], \"ivr_theme\": {\"name\": \"t\"}, \"system_location\": 1,"
         " \"automatic_participants\": [{\"alias\": \"r\", \"role\": \"guest\","
         " \"protocol\": \"sip\"}]}",
         201, "/1/", NULL},
        {"POST", C "gateway_routing_rule/",
         "{\"name\": \"g\", \"match_string\": \"x\", \"priority\": 1,"
         " \"disabled_codecs\": [{\"value\": \"VP9\"}]}",
         201, "/1/", NULL},
    };
    static const char *const targets[] = {C "system_location/1/", C "conference/1/",
                                          C "gateway_routing_rule/1/", C "event_sink/1/",
                                          C "global/1/"};
    RestFixture *f = *state;
    rest_steps_take_all(state, steps, ARRAY_N(steps));
    for (size_t i = 0; i < ARRAY_N(targets); i++) {
        const char *before = rest_fixture_get(f, targets[i]);
        int64_t seq = store_seq(f->store, STORE_CONFIG);
        bool singleton = i + 1 == ARRAY_N(targets);
        send(f, singleton ? "PATCH" : "PUT", targets[i], str_from(before), singleton ? 202 : 204);
        assert_string_equal(rest_fixture_get(f, targets[i]), before);
        if (store_seq(f->store, STORE_CONFIG) != seq) {
            fail_msg("%s was changed", targets[i]);
        }
    }
}

/* Links on the naming side are emptied by a PUT without them; the other side is not. */
static void test_put_and_links(void **state)
{
    static const Step steps[] = {
        {"POST", C "dns_server/", "{\"address\": \"10.0.0.1\"}", 201, "/1/", NULL},
        {"POST", C "system_location/", "{\"name\": \"l\", \"dns_servers\": [1]}", 201, "/1/", NULL},
        {"PATCH", C "system_location/1/", "{\"description\": \"d\"}", 202, NULL, NULL},
        {"GET", C "system_location/1/", NULL, 200, "\"address\": \"10.0.0.1\"", NULL},
        {"PUT", C "system_location/1/", "{\"name\": \"l\"}", 204, NULL, NULL},
        {"GET", C "system_location/1/", NULL, 200, "\"dns_servers\": []", NULL},
        {"GET", C "system_location/1/", NULL, 200, "\"description\": \"d\"", NULL},
        {"POST", C "user_group/", "{\"name\": \"g\"}", 201, "/1/", NULL},
        {"POST", C "end_user/", "{\"primary_email_address\": \"a@b\", \"user_groups\": [1]}", 201,
         "/1/", NULL},
        {"PUT", C "end_user/1/", "{\"primary_email_address\": \"a@b\"}", 204, NULL, NULL},
        {"GET", C "user_group/1/", NULL, 200, "\"users\": [\"" C "end_user/1/\"]", NULL},
        {"PUT", C "user_group/1/", "{\"name\": \"g\", \"users\": null}", 204, NULL, NULL},
        {"GET", C "end_user/1/", NULL, 200, "\"user_groups\": []", NULL},
    };
    rest_steps_take_all(state, steps, ARRAY_N(steps));
}

/* Stored, but read back as the default; the default sent back keeps what is stored. */
static void test_write_only(void **state)
{
    static const Step steps[] = {
        {"POST", C "azure_tenant/",
         "{\"name\": \"a\", \"tenant_id\": \"00000000-0000-4000-8000-000000000000\"}", 201, "/1/",
         NULL},
        {"POST", C "teams_proxy/",
         "{\"name\": \"t\", \"address\": \"a.b\", \"azure_tenant\": 1,"
         " \"notifications_queue\": \"queue\"}",
         201, "/1/", NULL},
        {"GET", C "teams_proxy/1/", NULL, 200, "\"notifications_queue\": null", NULL},
    };
    RestFixture *f = *state;
    rest_steps_take_all(state, steps, ARRAY_N(steps));
    int64_t seq = store_seq(f->store, STORE_CONFIG);
    send(f, "PATCH", C "teams_proxy/1/", STR("{\"notifications_queue\": null}"), 202);
    assert_int_equal(store_seq(f->store, STORE_CONFIG), seq);
    send(f, "PATCH", C "teams_proxy/1/", STR("{\"notifications_queue\": \"other\"}"), 202);
    assert_true(store_seq(f->store, STORE_CONFIG) > seq);
}

static void test_conflicts_together(void **state)
{
    static const Step steps[] = {
        {"POST", C "system_location/", "{\"name\": \"l\"}", 201, "/1/", NULL},
        {"POST", C "worker_vm/",
         "{\"name\": \"w\", \"address\": \"10.0.0.1\", \"gateway\": \"10.0.0.2\", \"netmask\":"
         " \"255.0.0.0\", \"hostname\": \"h\", \"domain\": \"d\", \"system_location\": 1}",
         201, "/1/", NULL},
        {"POST", C "worker_vm/",
         "{\"name\": \"w\", \"address\": \"10.0.0.1\", \"gateway\": \"10.0.0.2\", \"netmask\":"
         " \"255.0.0.0\", \"hostname\": \"h\", \"domain\": \"d\", \"system_location\": 1}",
         400,
         "{\"worker_vm\": {"
         "\"__all__\": [\"Worker vm with this Hostname and Domain already exists.\"],"
         " \"address\": [\"Worker vm with this Address already exists.\"],"
         " \"name\": [\"Worker vm with this Name already exists.\"]}}",
         NULL},
        {"DELETE", C "system_location/1/", NULL, 400, "still used by worker_vm", NULL},
    };
    rest_steps_take_all(state, steps, ARRAY_N(steps));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_masks, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_secrets, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_secret_lengths, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_generated, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_times, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_put_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_put_and_links, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_write_only, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_conflicts_together, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
