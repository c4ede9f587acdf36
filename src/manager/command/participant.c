/* Commands on participants. */
#include "manager/command/spelling.h"
#include "manager/command/tables.h"
#include "manager/command/target.h"
#include "model/model_ids.h"

static Err *run_on_participant(CommandCall *call)
{
    return target_run(call, RES_STATUS_PARTICIPANT, TARGET_NO_PARTICIPANT);
}

static void spell_role(Arena *a, Json *body)
{
    (void)a; /* nothing is made */
    spelling_replace(body, STR("role"), STR("host"), STR("chair"));
}

/* --- dial --- */

static void spell_dial(Arena *a, Json *body)
{
    spell_role(a, body);
    spelling_lower(a, body, STR("protocol"));
}

/* A location is meant by its name; some clients give the address of a node instead. */
static CHECKED Err *check_location(const CommandCall *call)
{
    const Value location = call->arguments->values[FLD_COMMAND_PARTICIPANT__DIAL_SYSTEM_LOCATION];
    if (location.type != VALUE_TEXT || location.text.len == 0) {
        return NULL;
    }
    bool found = false;
    TRY(target_has_text(call, RES_SYSTEM_LOCATION, FLD_SYSTEM_LOCATION_NAME, location.text,
                        &found));
    if (!found) {
        TRY(target_has_text(call, RES_WORKER_VM, FLD_WORKER_VM_ADDRESS, location.text, &found));
    }
    if (!found) {
        command_problem(call, FLD_COMMAND_PARTICIPANT__DIAL_SYSTEM_LOCATION,
                        STR("Failed to find location."));
    }
    return NULL;
}

static CHECKED Err *check_node(const CommandCall *call)
{
    const Value node = call->arguments->values[FLD_COMMAND_PARTICIPANT__DIAL_NODE];
    if (node.type != VALUE_TEXT || node.text.len == 0) {
        return NULL;
    }
    bool found = false;
    TRY(target_has_text(call, RES_WORKER_VM, FLD_WORKER_VM_ADDRESS, node.text, &found));
    if (!found) {
        command_problem(call, FLD_COMMAND_PARTICIPANT__DIAL_NODE, STR("Failed to find node."));
    }
    return NULL;
}

static Err *run_dial(CommandCall *call)
{
    TRY(check_location(call));
    TRY(check_node(call));
    return target_refuse(call, TARGET_NO_NODE);
}

const CommandEntry participant_commands[] = {
    {.command = RES_COMMAND_PARTICIPANT__DIAL, .spell = spell_dial, .run = run_dial},
    {.command = RES_COMMAND_PARTICIPANT__DISCONNECT,
     .subject = FLD_COMMAND_PARTICIPANT__DISCONNECT_PARTICIPANT_ID,
     .run = run_on_participant},
    {.command = RES_COMMAND_PARTICIPANT__MUTE,
     .subject = FLD_COMMAND_PARTICIPANT__MUTE_PARTICIPANT_ID,
     .run = run_on_participant},
    {.command = RES_COMMAND_PARTICIPANT__UNMUTE,
     .subject = FLD_COMMAND_PARTICIPANT__UNMUTE_PARTICIPANT_ID,
     .run = run_on_participant},
    {.command = RES_COMMAND_PARTICIPANT__UNLOCK,
     .subject = FLD_COMMAND_PARTICIPANT__UNLOCK_PARTICIPANT_ID,
     .run = run_on_participant},
    {.command = RES_COMMAND_PARTICIPANT__ROLE,
     .subject = FLD_COMMAND_PARTICIPANT__ROLE_PARTICIPANT_ID,
     .spell = spell_role,
     .run = run_on_participant},
    {.command = RES_COMMAND_PARTICIPANT__TRANSFER,
     .subject = FLD_COMMAND_PARTICIPANT__TRANSFER_PARTICIPANT_ID,
     .spell = spell_role,
     .run = run_on_participant},
    {.run = NULL},
};
