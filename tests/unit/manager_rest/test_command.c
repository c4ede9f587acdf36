/* Commands: arguments are checked, nothing is accepted for nothing. */
#include "test.h"

#include "manager_rest/rest_steps.h"

#define COMMAND "/api/admin/command/v1/"
#define UUID "00000000-0000-4000-8000-000000000000"

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

static void test_answers(void **state)
{
    static const Step steps[] = {
        {"POST", COMMAND "participant/disconnect/", "{\"participant_id\": \"" UUID "\"}", 400,
         "{\"disconnect\": {\"participant_id\": [\"Failed to find participant.\"]}}", NULL},
        {"POST", COMMAND "participant/disconnect/", "participant_id=7", 400,
         "{\"disconnect\": {\"participant_id\": [\"Failed to find participant.\"]}}", NULL},
        {"POST", COMMAND "conference/lock/", "{\"conference_id\": 7, \"unknown\": 1}", 400,
         "{\"lock\": {\"conference_id\": [\"Failed to find conference.\"]}}", NULL},
        {"POST", COMMAND "conference/lock/", "", 400,
         "{\"lock\": {\"conference_id\": [\"This field is required.\"]}}", NULL},
        {"POST", COMMAND "conference/lock/", "{", 400, "\"error\"", NULL},
        {"POST", COMMAND "participant/dial/", "conference_alias=meet&role=chair", 400,
         "{\"dial\": {\"destination\": [\"This field is required.\"]}}", NULL},
        {"POST", COMMAND "participant/dial/",
         "{\"conference_alias\": \"meet\", \"destination\": \"x\", \"role\": \"boss\"}", 400,
         "{\"dial\": {\"role\": [\"Not one of the choices: 'chair', 'guest'.\"]}}", NULL},
        {"POST", COMMAND "participant/dial/",
         "{\"conference_alias\": \"meet\", \"destination\": \"x\"}", 400,
         "\"status\": \"failure\"}", NULL},
        {"POST", COMMAND "platform/upgrade/", "{}", 400,
         "{\"upgrade\": {\"package\": [\"This system is upgraded by its packages.\"]}}", NULL},
        {"POST", COMMAND "platform/start_cloudnode/", "{}", 400,
         "{\"start_cloudnode\": {\"instance_id\": [\"This field is required.\"]}}", NULL},
        {"POST", "/api/admin/configuration/v1/upgrade/", "{\"request\": true}", 400,
         "{\"upgrade\": {\"package\": [\"This system is upgraded by its packages.\"]}}", NULL},
        {"POST", "/api/admin/configuration/v1/upgrade_request/" UUID "/finish/", "{}", 404, NULL,
         NULL},
        {"GET", COMMAND "conference/lock/", NULL, 405, "POST", NULL},
    };
    rest_steps_take_all(state, steps, ARRAY_N(steps));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_answers, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
