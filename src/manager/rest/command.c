/* Commands. */
#include "manager/rest/command.h"

#include "base/json_write.h"
#include "manager/rest/context.h"
#include "manager/rest/input.h"
#include "model/model_ids.h"

#define FAILURE_MAX 1024

#define NO_CONFERENCE STR_INIT("Failed to find conference.")
#define NO_PARTICIPANT STR_INIT("Failed to find participant.")
#define BY_PACKAGES STR_INIT("This system is upgraded by its packages.")
#define NO_CLOUD STR_INIT("This system starts no cloud nodes.")

/* Why a command can't be carried out, told about one of its arguments: there are no live calls
 * without nodes, and some have no meaning on a machine that is kept by its packages. */
static const struct {
    uint16_t command;
    uint16_t argument;
    Str text;
} refusals[] = {
    {RES_COMMAND_CONFERENCE__DISCONNECT, FLD_COMMAND_CONFERENCE__DISCONNECT_CONFERENCE_ID,
     NO_CONFERENCE},
    {RES_COMMAND_CONFERENCE__LOCK, FLD_COMMAND_CONFERENCE__LOCK_CONFERENCE_ID, NO_CONFERENCE},
    {RES_COMMAND_CONFERENCE__MUTE_GUESTS, FLD_COMMAND_CONFERENCE__MUTE_GUESTS_CONFERENCE_ID,
     NO_CONFERENCE},
    {RES_COMMAND_CONFERENCE__TRANSFORM_LAYOUT,
     FLD_COMMAND_CONFERENCE__TRANSFORM_LAYOUT_CONFERENCE_ID, NO_CONFERENCE},
    {RES_COMMAND_CONFERENCE__UNLOCK, FLD_COMMAND_CONFERENCE__UNLOCK_CONFERENCE_ID, NO_CONFERENCE},
    {RES_COMMAND_CONFERENCE__UNMUTE_GUESTS, FLD_COMMAND_CONFERENCE__UNMUTE_GUESTS_CONFERENCE_ID,
     NO_CONFERENCE},
    {RES_COMMAND_PARTICIPANT__DISCONNECT, FLD_COMMAND_PARTICIPANT__DISCONNECT_PARTICIPANT_ID,
     NO_PARTICIPANT},
    {RES_COMMAND_PARTICIPANT__MUTE, FLD_COMMAND_PARTICIPANT__MUTE_PARTICIPANT_ID, NO_PARTICIPANT},
    {RES_COMMAND_PARTICIPANT__ROLE, FLD_COMMAND_PARTICIPANT__ROLE_PARTICIPANT_ID, NO_PARTICIPANT},
    {RES_COMMAND_PARTICIPANT__TRANSFER, FLD_COMMAND_PARTICIPANT__TRANSFER_PARTICIPANT_ID,
     NO_PARTICIPANT},
    {RES_COMMAND_PARTICIPANT__UNLOCK, FLD_COMMAND_PARTICIPANT__UNLOCK_PARTICIPANT_ID,
     NO_PARTICIPANT},
    {RES_COMMAND_PARTICIPANT__UNMUTE, FLD_COMMAND_PARTICIPANT__UNMUTE_PARTICIPANT_ID,
     NO_PARTICIPANT},
    {RES_COMMAND_PLATFORM__SOFTWARE_BUNDLE, FLD_COMMAND_PLATFORM__SOFTWARE_BUNDLE_PACKAGE,
     BY_PACKAGES},
    {RES_COMMAND_PLATFORM__UPGRADE, FLD_COMMAND_PLATFORM__UPGRADE_PACKAGE, BY_PACKAGES},
    {RES_UPGRADE, FLD_UPGRADE_PACKAGE, BY_PACKAGES},
    {RES_COMMAND_PLATFORM__START_CLOUDNODE, FLD_COMMAND_PLATFORM__START_CLOUDNODE_INSTANCE_ID,
     NO_CLOUD},
};

/* False if nothing speaks against it. */
static bool note_refusal(const Resource *command, Problems *problems)
{
    for (size_t i = 0; i < ARRAY_N(refusals); i++) {
        if (command->index == refusals[i].command) {
            problems_add(problems, command->fields[refusals[i].argument].name, "%.*s",
                         STR_ARG(refusals[i].text));
            return true;
        }
    }
    return false;
}

/* Understood, but not carried out (wire 12.2). */
static void answer_cannot(RestRequest *request)
{
    Buf *body = buf_new(FAILURE_MAX);
    buf_put_lit(body, "{\"error\": ");
    json_put_string(body, STR("This system can't carry out this command yet."));
    buf_put_lit(body, ", \"status\": \"failure\"}");
    answer_json(&request->answer, 400, body);
}

void command_answer(const Rest *r, RestRequest *request, const Body *body)
{
    const Resource *command = request->route.resource;
    Problems problems;
    problems_init(&problems, request->arena);
    Typing typing = {
        .arena = request->arena, .problems = &problems, .store = r->store, .texts = body->texts};
    Input *input = NULL;
    const Err *e = input_read(&typing, command, body->object, body, NULL, &input);
    if (e != NULL) {
        answer_failure(&request->answer, request->arena, command->name, e);
        return;
    }
    input_check_new(&typing, input, NULL);
    if (problems_any(&problems) || note_refusal(command, &problems)) {
        answer_problems(&request->answer, command->name, &problems);
    } else {
        answer_cannot(request);
    }
}
