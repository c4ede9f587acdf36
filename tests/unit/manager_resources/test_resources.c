/* What single resources do beyond being stored. */
#include "test.h"

#include <sys/stat.h>

#include "base/file.h"
#include "manager/resources/resources.h"
#include "manager_rest/rest_steps.h"
#include "store/files.h"

#define C "/api/admin/configuration/v1/"
#define CONFERENCE C "conference/"
#define ADMINISTRATOR C "administrator/"

static int set_up(void **state)
{
    *state = rest_fixture_new(0, resources_hooks, resources_n_hooks);
    return 0;
}

static int tear_down(void **state)
{
    rest_fixture_free(*state);
    return 0;
}

#define TAKE(state, steps) rest_steps_take_all((state), (steps), ARRAY_N(steps))

#define ROOM "\"service_type\": \"conference\", \"name\": "

static void test_pins(void **state)
{
    static const Step steps[] = {
        {"POST", CONFERENCE, "{" ROOM "\"a\", \"allow_guests\": true}", 400,
         "{\"conference\": {\"pin\": [\"A Host PIN is needed when Guests are admitted.\"]}}", NULL},
        {"POST", CONFERENCE, "{" ROOM "\"a\", \"pin\": \"1234\"}", 400,
         "{\"conference\": {\"pin\": [\"At least 6 digits.\"]}}", NULL},
        {"POST", CONFERENCE, "{" ROOM "\"a\", \"pin\": \"12345#\", \"guest_pin\": \"12345#\"}", 400,
         "\"guest_pin\": [\"The Guest PIN must differ from the Host PIN.\","
         " \"At least 6 digits.\"]",
         NULL},
        {"POST", CONFERENCE,
         "{" ROOM "\"a\", \"pin\": \"123456\", \"guest_pin\": \"654321\", \"allow_guests\": true}",
         201, "/1/", NULL},
        {"PATCH", CONFERENCE "1/", "{\"pin\": \"\"}", 400, "\"pin\": [\"A Host PIN", NULL},
        {"PATCH", C "global/1/", "{\"min_pin_length\": 8}", 202, NULL, NULL},
        {"PATCH", CONFERENCE "1/", "{\"description\": \"PINs from before stay good\"}", 202, NULL,
         NULL},
        {"PATCH", CONFERENCE "1/", "{\"guest_pin\": \"7654321\"}", 400,
         "\"guest_pin\": [\"At least 8 digits.\"]", NULL},
    };
    TAKE(state, steps);
}

static void test_captions(void **state)
{
    static const Step steps[] = {
        {"POST", C "gateway_routing_rule/",
         "{\"name\": \"r\", \"match_string\": \"x\", \"priority\": 1, \"outgoing_protocol\":"
         " \"teams\", \"live_captions_enabled\": \"yes\"}",
         400, "\"live_captions_enabled\": [", NULL},
        {"POST", C "gateway_routing_rule/",
         "{\"name\": \"r\", \"match_string\": \"x\", \"priority\": 1, \"outgoing_protocol\":"
         " \"gms\"}",
         201, "/1/", NULL},
        {"GET", C "gateway_routing_rule/1/", NULL, 200, "\"live_captions_enabled\": \"default\"",
         NULL},
        {"POST", CONFERENCE,
         "{\"name\": \"c\", \"service_type\": \"two_stage_dialing\", \"two_stage_dial_type\":"
         " \"teams\", \"live_captions_enabled\": \"yes\"}",
         400, "\"live_captions_enabled\": [", NULL},
        {"POST", CONFERENCE, "{" ROOM "\"c\", \"live_captions_enabled\": \"yes\"}", 201, "/1/",
         NULL},
    };
    TAKE(state, steps);
}

/* Seen: what was prepared for the second was out of date because of the first, three times, and a
 * mistake of the client was answered as if others were in its way. */
static void test_one_object_twice_in_a_list(void **state)
{
    static const Step steps[] = {
        {"POST", C "media_processing_server/", "{\"fqdn\": \"a.example.com\"}", 201, "/1/", NULL},
        {"PATCH", C "media_processing_server/",
         "{\"objects\": [{\"resource_uri\": \"" C
         "media_processing_server/1/\", \"fqdn\": \"b.example.com\"},"
         " {\"resource_uri\": \"" C "media_processing_server/1/\", \"fqdn\": \"c.example.com\"}]}",
         400, "twice", NULL},
        {"PATCH", C "media_processing_server/",
         "{\"objects\": [{\"id\": 7, \"fqdn\": \"b.example.com\"},"
         " {\"resource_uri\": \"" C "media_processing_server/7/\", \"fqdn\": \"c.example.com\"}]}",
         400, "twice", NULL},
        {"GET", C "media_processing_server/?fqdn=a.example.com", NULL, 200, "\"total_count\": 1",
         NULL},
    };
    TAKE(state, steps);
}

/* Seen: the list deletes the object that was prepared to be changed, each time anew. */
static void test_a_list_replaces_what_was_prepared(void **state)
{
    static const Step steps[] = {
        {"POST", C "media_processing_server/", "{\"fqdn\": \"a.example.com\"}", 201, "/1/", NULL},
        {"PUT", C "media_processing_server/",
         "{\"objects\": [{\"resource_uri\": \"" C
         "media_processing_server/1/\", \"fqdn\": \"b.example.com\"}]}",
         204, NULL, NULL},
        {"PUT", C "media_processing_server/?fqdn=other",
         "{\"objects\": [{\"resource_uri\": \"" C
         "media_processing_server/1/\", \"fqdn\": \"c.example.com\"}]}",
         204, NULL, NULL},
        {"GET", C "media_processing_server/", NULL, 200, "c.example.com", "b.example.com"},
    };
    TAKE(state, steps);
}

static void test_last_administrator(void **state)
{
    static const Step steps[] = {
        {"PATCH", ADMINISTRATOR "1/", "{\"enabled\": false}", 400, "\"__all__\": [", NULL},
        {"PATCH", ADMINISTRATOR "1/", "{\"roles\": [2]}", 400, "\"__all__\": [", NULL},
        {"PUT", ADMINISTRATOR "1/", "{\"name\": \"admin\"}", 400, "\"__all__\": [", NULL},
        {"DELETE", ADMINISTRATOR "1/", NULL, 400, "\"__all__\": [", NULL},
        {"DELETE", ADMINISTRATOR, NULL, 400, "\"__all__\": [", NULL},
        {"GET", ADMINISTRATOR, NULL, 200, "\"total_count\": 1", NULL},
        {"POST", C "role/", "{\"name\": \"all\", \"permissions\": [{\"codename\": \"is_admin\"}]}",
         400, "\"permissions\": [", NULL},
        {"POST", ADMINISTRATOR, "{\"name\": \"eve\", \"password\": \"p\", \"roles\": [2]}", 201,
         ADMINISTRATOR, NULL},
        {"DELETE", ADMINISTRATOR "1/", NULL, 400, "\"__all__\": [", NULL},
        {"PATCH", ADMINISTRATOR "?name=eve",
         "{\"objects\": [{\"name\": \"bob\", \"password\": \"p\", \"roles\": [1]}]}", 202, NULL,
         NULL},
        {"DELETE", ADMINISTRATOR "1/", NULL, 204, NULL, NULL},
        {"DELETE", ADMINISTRATOR "?name=bob", NULL, 400, "\"__all__\": [", NULL},
        {"DELETE", ADMINISTRATOR "?name=eve", NULL, 204, NULL, NULL},
    };
    TAKE(state, steps);
}

static void test_autobackup(void **state)
{
    static const Step steps[] = {
        {"PATCH", C "autobackup/1/", "{\"autobackup_enabled\": true}", 400,
         "{\"autobackup\": {\"autobackup_passphrase\": [", NULL},
        {"PATCH", C "autobackup/1/",
         "{\"autobackup_enabled\": true, \"autobackup_passphrase\": \"secret\"}", 202, NULL, NULL},
        {"PATCH", C "autobackup/1/", "{\"autobackup_passphrase\": \"\"}", 400,
         "\"autobackup_passphrase\": [", NULL},
    };
    TAKE(state, steps);
}

#define WORKER(name, last)                                                                         \
    "{\"name\": \"" name "\", \"hostname\": \"" name "\", \"domain\": \"example.org\","            \
    " \"address\": \"10.0.0." last "\", \"gateway\": \"10.0.0.254\", \"netmask\": \"255.0.0.0\","  \
    " \"system_location\": 1, \"transcoding\": false"

static void test_nodes(void **state)
{
    static const Step steps[] = {
        {"POST", C "system_location/", "{\"name\": \"l\"}", 201, "/1/", NULL},
        {"POST", C "worker_vm/", WORKER("a", "1") "}", 201, "/1/", NULL},
        {"POST", C "worker_vm/", WORKER("b", "2") ", \"node_type\": \"PROXYING\"}", 201, "/2/",
         NULL},
        {"GET", C "worker_vm/1/", NULL, 200, "\"transcoding\": true", NULL},
        {"GET", C "worker_vm/2/", NULL, 200, "\"transcoding\": false", NULL},
        {"POST", C "ssh_authorized_key/",
         "{\"key\": \"AAAA\", \"nodes\": [\"" C "worker_vm/1/\", \"b.example.org\"]}", 201, "/1/",
         NULL},
        {"GET", C "ssh_authorized_key/1/", NULL, 200,
         "\"nodes\": [\"" C "worker_vm/1/\", \"" C "worker_vm/2/\"]", NULL},
        {"GET", C "worker_vm/2/", NULL, 200,
         "\"ssh_authorized_keys\": [\"" C "ssh_authorized_key/1/\"]", NULL},
        {"PATCH", C "ssh_authorized_key/1/", "{\"nodes\": [\"" C "worker_vm/2/\"]}", 202, NULL,
         NULL},
        {"GET", C "ssh_authorized_key/", NULL, 200, "\"nodes\": [\"" C "worker_vm/2/\"]", NULL},
        {"PATCH", C "ssh_authorized_key/1/", "{\"comment\": \"x\"}", 202, NULL, NULL},
        {"GET", C "worker_vm/2/", NULL, 200, "ssh_authorized_key/1/", NULL},
        {"PATCH", C "ssh_authorized_key/1/", "{\"nodes\": [\"c\"]}", 400, "\"nodes\": [", NULL},
        {"PATCH", C "ssh_authorized_key/1/", "{\"nodes\": []}", 202, NULL, NULL},
        {"GET", C "worker_vm/2/", NULL, 200, "\"ssh_authorized_keys\": []", NULL},
    };
    TAKE(state, steps);
}

static void test_identity_provider(void **state)
{
    RestFixture *f = *state;
    const char *answer =
        rest_fixture_text(f, "POST", C "identity_provider/",
                          "{\"name\": \"i\", \"uuid\": \"11111111-2222-4333-8444-555555555555\","
                          " \"assertion_consumer_service_url\":"
                          " \"https://x/00000000-0000-0000-0000-000000000000/acs\"}",
                          201);
    assert_string_equal(answer, "");
    const char *text = rest_fixture_get(f, C "identity_provider/1/");
    assert_non_null(strstr(text, "\"https://x/11111111-2222-4333-8444-555555555555/acs\""));
}

static void test_licence(void **state)
{
    static const Step steps[] = {
        {"POST", C "licence/", "{\"entitlement_id\": \" \"}", 400, "\"entitlement_id\": [", NULL},
        {"POST", C "licence/", "{\"entitlement_id\": \" AB 12 \"}", 201, C "licence/", NULL},
        {"GET", C "licence/", NULL, 200, "\"entitlement_id\": \"AB12\"", NULL},
        {"GET", C "licence/", NULL, 200, "\"vendor_dictionary\": {}", NULL},
        {"DELETE", C "licence/", NULL, 405, "GET,POST", NULL},
    };
    TAKE(state, steps);
}

static void test_derived(void **state)
{
    static const Step steps[] = {
        {"POST", C "azure_tenant/",
         "{\"name\": \"a\", \"tenant_id\": \"00000000-0000-4000-8000-000000000000\"}", 201, "/1/",
         NULL},
        {"POST", C "teams_proxy/", "{\"name\": \"t\", \"address\": \"a\", \"azure_tenant\": 1}",
         201, "/1/", NULL},
        {"GET", C "teams_proxy/1/", NULL, 200, "=\", \"id\": 1", NULL},
    };
    TAKE(state, steps);
}

static void test_media(void **state)
{
    static const char *const headers[] = {"content-type", "multipart/form-data; boundary=XX", NULL};
    static const char hash[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    RestFixture *f = *state;
    RestAnswer answer = rest_fixture_send(
        f, "POST", C "media_library_entry/", headers,
        "--XX\r\nContent-Disposition: form-data; name=name\r\n\r\nfilm\r\n"
        "--XX\r\nContent-Disposition: form-data; name=media_file; filename=\"a b.MP4\"\r\n\r\nabc"
        "\r\n--XX--");
    assert_int_equal(answer.status, 201);
    answer.body = buf_free(answer.body);
    const char *text = rest_fixture_get(f, C "media_library_entry/1/");
    assert_non_null(strstr(text, "\"file_name\": \"a b.MP4\""));
    assert_non_null(strstr(text, "\"media_format\": \"mp4\""));
    assert_non_null(strstr(text, "\"media_size\": 3"));
    assert_non_null(strstr(text, "\"media_type\": \"video\""));
    assert_int_equal(remove(files_path(f->store, f->arena, str_from(hash))), 0);
}

/* The file goes only after the deletion is on the disk: not with one that is rolled back. */
static void test_deleted_backup(void **state)
{
    RestFixture *f = *state;
    Row *row = rest_fixture_row(f, FAMILY_CONFIGURATION, "system_backup");
    row->key = value_text(STR("a.rostrabak"));
    rest_fixture_set(row, "filename", row->key);
    rest_fixture_insert(f, row);
    const char *path = files_backup_path(f->store, f->arena, row->key.text);
    rest_fixture_check(
        file_make_folder(f->arena, files_backup_folder(f->store, f->arena), S_IRWXU));
    rest_fixture_check(file_write(f->arena, path, S_IRUSR | S_IWUSR, STR("sealed")));
    f->fails = true;
    (void)rest_fixture_text(f, "DELETE", C "system_backup/a.rostrabak/", NULL, 503);
    assert_true(file_exists(path));
    f->fails = false;
    (void)rest_fixture_text(f, "DELETE", C "system_backup/a.rostrabak/", NULL, 204);
    assert_false(file_exists(path));
    (void)rest_fixture_text(f, "DELETE", C "system_backup/a.rostrabak/", NULL, 404);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_one_object_twice_in_a_list, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_list_replaces_what_was_prepared, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_pins, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_deleted_backup, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_captions, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_last_administrator, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_autobackup, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_nodes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_identity_provider, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_licence, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_derived, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_media, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
