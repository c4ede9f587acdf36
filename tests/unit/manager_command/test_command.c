/* Commands of conferences, participants and the platform: nothing is accepted for nothing. */
#include "test.h"

#include "manager/command/command.h"
#include "manager_rest/rest_steps.h"

#define COMMAND "/api/admin/command/v1/"
#define CONFERENCE COMMAND "conference/"
#define PARTICIPANT COMMAND "participant/"
#define PLATFORM COMMAND "platform/"
#define STATUS "/api/admin/status/v1/"
#define CONFIGURATION "/api/admin/configuration/v1/"
#define UUID "12345678-0000-4000-8000-00000000abcd"
#define UPPER_UUID "12345678-0000-4000-8000-00000000ABCD"
#define FAILURE "\"status\": \"failure\"}"

static int set_up(void **state)
{
    const RestOptions options = {.commands = command_tables, .n_commands = command_n_tables};
    *state = rest_fixture_with(&options);
    return 0;
}

static int tear_down(void **state)
{
    rest_fixture_free(*state);
    return 0;
}

/* A call as a node would report it. */
static void put_live(RestFixture *f)
{
    Row *conference = rest_fixture_row(f, FAMILY_STATUS, "conference");
    conference->key = value_text(STR(UUID));
    rest_fixture_insert(f, conference);
    Row *participant = rest_fixture_row(f, FAMILY_STATUS, "participant");
    participant->key = value_text(STR(UUID));
    rest_fixture_insert(f, participant);
}

static void test_unknown(void **state)
{
    static const Step steps[] = {
        {"POST", CONFERENCE "lock/", "{\"conference_id\": 7}", 400,
         "{\"lock\": {\"conference_id\": [\"Failed to find conference.\"]}}", NULL},
        {"POST", CONFERENCE "disconnect/", "conference_id=" UUID, 400,
         "{\"disconnect\": {\"conference_id\": [\"Failed to find conference.\"]}}", NULL},
        {"POST", CONFERENCE "mute_guests/", "{\"conference_id\": \"" STATUS "conference/x/\"}", 400,
         "{\"mute_guests\": {\"conference_id\": [\"Failed to find conference.\"]}}", NULL},
        {"POST", PARTICIPANT "disconnect/", "participant_id=7", 400,
         "{\"disconnect\": {\"participant_id\": [\"Failed to find participant.\"]}}", NULL},
        {"POST", PARTICIPANT "role/", "{\"participant_id\": \"x\", \"role\": \"host\"}", 400,
         "{\"role\": {\"participant_id\": [\"Failed to find participant.\"]}}", NULL},
        {"POST", PARTICIPANT "role/", "{\"participant_id\": \"x\", \"role\": \"boss\"}", 400,
         "{\"role\": {\"role\": [\"Not one of the choices: 'chair', 'guest'.\"]}}", NULL},
        {"POST", PARTICIPANT "transfer/", "{\"participant_id\": \"x\"}", 400,
         "{\"transfer\": {\"conference_alias\": [\"This field is required.\"]}}", NULL},
    };
    rest_steps_take_all(state, steps, ARRAY_N(steps));
}

static void test_running(void **state)
{
    static const Step steps[] = {
        {"POST", CONFERENCE "lock/", "{\"conference_id\": \"" UUID "\"}", 400, FAILURE, NULL},
        {"POST", CONFERENCE "unlock/", "{\"conference_id\": \"" UPPER_UUID "\"}", 400, FAILURE,
         NULL},
        {"POST", CONFERENCE "transform_layout/",
         "{\"conference_id\": \"" STATUS "conference/" UUID "/\"}", 400, FAILURE, NULL},
        {"POST", PARTICIPANT "mute/", "participant_id=" UUID, 400, FAILURE, NULL},
        {"POST", PARTICIPANT "transfer/",
         "{\"participant_id\": \"" STATUS "participant/" UUID "/\", \"conference_alias\": \"a\","
         " \"role\": \"host\"}",
         400, FAILURE, NULL},
        /* an address of the wrong kind */
        {"POST", PARTICIPANT "mute/", "{\"participant_id\": \"" STATUS "conference/" UUID "/\"}",
         400, "Failed to find participant.", NULL},
    };
    put_live(*state);
    rest_steps_take_all(state, steps, ARRAY_N(steps));
}

static void test_layout(void **state)
{
    static const Step steps[] = {
        {"POST", CONFERENCE "transform_layout/",
         "{\"conference_id\": \"" UUID "\", \"transforms\": {\"enable_overlay_text\": \"x\"}}", 400,
         "{\"transform_layout\": {\"enable_overlay_text\": [\"Give true or false.\"]}}", NULL},
        {"POST", CONFERENCE "transform_layout/",
         "conference_id=" UUID "&transforms=%7B%22recording_indicator%22%3A%205%7D", 400,
         "{\"transform_layout\": {\"recording_indicator\": [", NULL},
        /* what stands outside counts */
        {"POST", CONFERENCE "transform_layout/",
         "{\"conference_id\": \"" UUID "\", \"enable_overlay_text\": true,"
         " \"transforms\": {\"enable_overlay_text\": \"x\"}}",
         400, FAILURE, NULL},
        {"POST", CONFERENCE "transform_layout/",
         "{\"conference_id\": \"" UUID "\", \"transforms\": {\"free_form_overlay_text\": [\"a\","
         " \"b\"]}}",
         400, FAILURE, NULL},
        {"POST", CONFERENCE "transform_layout/",
         "{\"conference_id\": \"" UUID "\", \"free_form_overlay_text\": [1]}", 400,
         "{\"transform_layout\": {\"free_form_overlay_text\": [\"Give a text.\"]}}", NULL},
    };
    put_live(*state);
    rest_steps_take_all(state, steps, ARRAY_N(steps));
}

static void test_dial(void **state)
{
#define DIAL "{\"conference_alias\": \"meet\", \"destination\": \"x\", "
    static const Step steps[] = {
        {"POST", PARTICIPANT "dial/", "conference_alias=meet&role=chair", 400,
         "{\"dial\": {\"destination\": [\"This field is required.\"]}}", NULL},
        {"POST", PARTICIPANT "dial/", DIAL "\"role\": \"boss\"}", 400,
         "{\"dial\": {\"role\": [\"Not one of the choices: 'chair', 'guest'.\"]}}", NULL},
        {"POST", PARTICIPANT "dial/", DIAL "\"role\": \"host\", \"protocol\": \"SIP\"}", 400,
         FAILURE, NULL},
        {"POST", PARTICIPANT "dial/", DIAL "\"protocol\": \"smoke\"}", 400, "\"protocol\": [",
         NULL},
        {"POST", PARTICIPANT "dial/", DIAL "\"node\": \"10.0.0.9\"}", 400,
         "{\"dial\": {\"node\": [\"Failed to find node.\"]}}", NULL},
        {"POST", PARTICIPANT "dial/", DIAL "\"system_location\": \"Oslo\"}", 400,
         "{\"dial\": {\"system_location\": [\"Failed to find location.\"]}}", NULL},
        {"POST", CONFIGURATION "system_location/", "{\"name\": \"Oslo\"}", 201, "/", NULL},
        {"POST", PARTICIPANT "dial/", DIAL "\"system_location\": \"Oslo\"}", 400, FAILURE, NULL},
    };
    rest_steps_take_all(state, steps, ARRAY_N(steps));
}

static void test_mail_and_sync(void **state)
{
    static const Step steps[] = {
        {"POST", CONFERENCE "send_conference_email/", "{\"conference_id\": 1}", 400,
         "{\"send_conference_email\": {\"conference_id\": [\"Failed to find conference.\"]}}",
         NULL},
        {"POST", CONFERENCE "send_conference_email/", "{\"conference_id\": \"x\"}", 400,
         "{\"send_conference_email\": {\"conference_id\": [\"Give an integer.\"]}}", NULL},
        {"POST", CONFIGURATION "conference/", "{\"name\": \"r\", \"service_type\": \"conference\"}",
         201, "/1/", NULL},
        {"POST", CONFERENCE "send_conference_email/", "conference_id=1", 400, FAILURE, NULL},
        {"POST", CONFERENCE "send_conference_email/",
         "{\"conference_id\": 1, \"conference_sync_template_id\": 9}", 400,
         "{\"send_conference_email\": {\"conference_sync_template_id\": [\"Failed to find "
         "template.\"]}}",
         NULL},
        {"POST", CONFERENCE "send_device_email/", "{\"conference_id\": 5}", 400,
         "{\"send_device_email\": {\"device_id\": [\"Failed to find device.\"]}}", NULL},
        {"POST", CONFIGURATION "device/", "{\"alias\": \"d\"}", 201, "/1/", NULL},
        {"POST", CONFERENCE "send_device_email/", "{\"conference_id\": 5, \"device_id\": 1}", 400,
         FAILURE, NULL},
        {"POST", CONFERENCE "sync/", "{}", 400, FAILURE, NULL},
        {"POST", CONFERENCE "sync/", "{\"conference\": \"3\"}", 400,
         "{\"sync\": {\"conference_sync_template_id\": [\"Failed to find template.\"]}}", NULL},
    };
    rest_steps_take_all(state, steps, ARRAY_N(steps));
}

static void test_refusals(void **state)
{
#define BY_PACKAGES "{\"package\": [\"This system is upgraded by its packages.\"]}}"
    static const Step steps[] = {
        {"POST", PLATFORM "upgrade/", "{}", 400, "{\"upgrade\": " BY_PACKAGES, NULL},
        {"POST", PLATFORM "upgrade/", "{\"request\": true, \"total_size\": 0}", 400,
         "{\"upgrade\": {\"total_size\": [", NULL},
        {"POST", PLATFORM "software_bundle/", "{}", 400,
         "{\"software_bundle\": {\"package\": [\"This field is required.\"]}}", NULL},
        {"POST", PLATFORM "start_cloudnode/", "{}", 400,
         "{\"start_cloudnode\": {\"instance_id\": [\"This field is required.\"]}}", NULL},
        {"POST", PLATFORM "start_cloudnode/", "instance_id=i-1", 400,
         "{\"start_cloudnode\": {\"instance_id\": [\"This system starts no cloud nodes.\"]}}",
         NULL},
        {"POST", CONFIGURATION "upgrade/", "{\"request\": true}", 400, "{\"upgrade\": " BY_PACKAGES,
         NULL},
    };
    rest_steps_take_all(state, steps, ARRAY_N(steps));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_unknown, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_running, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_layout, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_dial, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_mail_and_sync, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_refusals, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
