/* Commands: arguments are checked by the model, then the command's entry is asked. */
#include "test.h"

#include "manager_rest/rest_steps.h"
#include "model/model_ids.h"

#define COMMAND "/api/admin/command/v1/"
#define UUID "00000000-0000-4000-8000-000000000000"

static char server_text[] = "the server's";

/* A client's own name of the argument. */
static void spell_lock(Arena *a, Json *body)
{
    (void)a;
    for (Json *member = body->first; member != NULL; member = member->next) {
        if (str_equal(member->name, STR("room"))) {
            member->name = STR("conference_id");
        }
    }
}

/* More than an error may have. */
static const char *long_text(Arena *a)
{
    enum { LEN = 100000 };
    char *text = arena_alloc(a, LEN + 1);
    memset(text, 'x', LEN);
    return text;
}

static Err *run_lock(CommandCall *call)
{
    const Str id = call->arguments->values[call->entry->subject].text;
    if (str_equal(id, STR("wrong"))) {
        command_problem(call, call->entry->subject, STR("Failed to find conference."));
    } else if (str_equal(id, STR("failing"))) {
        return err(call->arena, ERR_INVALID, "The node said <no>.");
    } else if (str_equal(id, STR("talkative"))) {
        return err(call->arena, ERR_INVALID, "%s", long_text(call->arena));
    } else if (str_equal(id, STR("full"))) {
        return err(call->arena, ERR_IO, "The disk is full.");
    } else if (str_equal(id, STR("data"))) {
        Buf *data = buf_new(100);
        buf_put_lit(data, "{\"is\": 1}");
        command_answer_success(call->answer, data);
    }
    assert_true(str_equal(call->principal->name, STR("tester")));
    assert_true(call->context == server_text);
    return NULL;
}

/* Defaults are there, secrets come in clear. */
static Err *run_backup(CommandCall *call)
{
    const Str passphrase = call->clear[FLD_COMMAND_PLATFORM__BACKUP_CREATE_PASSPHRASE];
    assert_true(str_equal(passphrase, STR("open")));
    assert_int_equal(call->arguments->values[FLD_COMMAND_PLATFORM__BACKUP_CREATE_REQUEST].integer,
                     0);
    return NULL;
}

static Err *run_restore(CommandCall *call)
{
    const Part *package = call->files[FLD_COMMAND_PLATFORM__BACKUP_RESTORE_PACKAGE];
    return err(call->arena, ERR_INVALID, "%.*s", STR_ARG(package->content));
}

static const CommandEntry entries[] = {
    {.command = RES_COMMAND_CONFERENCE__LOCK,
     .subject = FLD_COMMAND_CONFERENCE__LOCK_CONFERENCE_ID,
     .spell = spell_lock,
     .run = run_lock},
    {.command = RES_COMMAND_PLATFORM__BACKUP_CREATE, .run = run_backup},
    {.command = RES_COMMAND_PLATFORM__BACKUP_RESTORE, .run = run_restore},
    {.run = NULL},
};
static const CommandEntry *const tables[] = {entries};

static int set_up(void **state)
{
    const RestOptions options = {
        .commands = tables, .n_commands = ARRAY_N(tables), .command_context = server_text};
    *state = rest_fixture_with(&options);
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
        {"POST", COMMAND "conference/lock/", "{\"conference_id\": \"fine\"}", 202,
         "{\"data\": null, \"status\": \"success\"}", NULL},
        {"POST", COMMAND "conference/lock/", "conference_id=data", 202,
         "{\"data\": {\"is\": 1}, \"status\": \"success\"}", NULL},
        {"POST", COMMAND "conference/lock/", "{\"conference_id\": \"wrong\", \"unknown\": 1}", 400,
         "{\"lock\": {\"conference_id\": [\"Failed to find conference.\"]}}", NULL},
        {"POST", COMMAND "conference/lock/", "{\"room\": \"data\"}", 202, "{\"is\": 1}", NULL},
        {"POST", COMMAND "conference/lock/", "{\"conference_id\": \"failing\"}", 400,
         "{\"error\": \"The node said &lt;no&gt;.\", \"status\": \"failure\"}", "<no>"},
        {"POST", COMMAND "conference/lock/", "{\"conference_id\": \"talkative\"}", 400,
         "xx\", \"status\": \"failure\"}", NULL},
        {"POST", COMMAND "conference/lock/", "{\"conference_id\": \"full\"}", 503, "\"error\"",
         "disk"},
        {"POST", COMMAND "conference/lock/", "", 400,
         "{\"lock\": {\"conference_id\": [\"This field is required.\"]}}", NULL},
        {"POST", COMMAND "conference/lock/", "{", 400, "\"error\"", NULL},
        {"POST", COMMAND "platform/backup_create/", "{\"passphrase\": \"open\"}", 202,
         "\"success\"", "open"},
        {"POST", COMMAND "platform/backup_create/", "{\"passphrase\": \"\"}", 400,
         "\"passphrase\": [\"This field is required.\"]", NULL},
        {"POST", COMMAND "conference/unlock/", "{\"conference_id\": 1}", 400,
         "\"status\": \"failure\"}", NULL},
        {"POST", "/api/admin/configuration/v1/upgrade_request/" UUID "/finish/", "{}", 404, NULL,
         NULL},
        {"GET", COMMAND "conference/lock/", NULL, 405, "POST", NULL},
    };
    rest_steps_take_all(state, steps, ARRAY_N(steps));
}

/* It belongs where it may wait. */
static void test_stage(void **state)
{
    RestFixture *f = *state;
    (void)rest_fixture_text(f, "POST", COMMAND "conference/lock/", "conference_id=fine", 202);
    assert_int_equal(f->stage, REST_PREPARE);
}

static void test_file(void **state)
{
    static const char *const headers[] = {"content-type", "multipart/form-data; boundary=b", NULL};
    RestAnswer answer = rest_fixture_send(
        *state, "POST", COMMAND "platform/backup_restore/", headers,
        "--b\r\nContent-Disposition: form-data; name=\"package\"; filename=\"x\"\r\n\r\n"
        "what it holds\r\n--b\r\nContent-Disposition: form-data; name=\"passphrase\"\r\n\r\n"
        "p\r\n--b--\r\n");
    assert_int_equal(answer.status, 400);
    assert_true(str_find_str(buf_str(answer.body), STR("what it holds")) != SIZE_MAX);
    answer.body = buf_free(answer.body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_answers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_stage, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_file, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
