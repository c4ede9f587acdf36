/* Commands on running conferences, and on what is configured of conferences. */
#include "manager/command/spelling.h"
#include "manager/command/tables.h"
#include "manager/command/target.h"
#include "model/model_ids.h"

#define NO_TEMPLATE STR("Failed to find template.")
#define NO_MAIL "This system can't send mail yet."

static Err *run_on_running(CommandCall *call)
{
    return target_run(call, RES_STATUS_CONFERENCE, TARGET_NO_CONFERENCE);
}

static void spell_layout(Arena *a, Json *body)
{
    spelling_lift(a, body, STR("transforms"));
    spelling_join(a, body, STR("free_form_overlay_text"));
}

/* --- mail --- */

static CHECKED Err *require_template(const CommandCall *call, uint16_t argument)
{
    return value_is_null(call->arguments->values[argument])
               ? NULL
               : target_require(call, argument, RES_CONFERENCE_SYNC_TEMPLATE, NO_TEMPLATE);
}

static Err *send_conference_email(CommandCall *call)
{
    TRY(target_require(call, call->entry->subject, RES_CONFERENCE, TARGET_NO_CONFERENCE));
    TRY(require_template(
        call, FLD_COMMAND_CONFERENCE__SEND_CONFERENCE_EMAIL_CONFERENCE_SYNC_TEMPLATE_ID));
    return target_refuse(call, NO_MAIL);
}

static Err *send_device_email(CommandCall *call)
{
    TRY(target_require(call, call->entry->subject, RES_DEVICE, STR("Failed to find device.")));
    TRY(require_template(call,
                         FLD_COMMAND_CONFERENCE__SEND_DEVICE_EMAIL_CONFERENCE_SYNC_TEMPLATE_ID));
    return target_refuse(call, NO_MAIL);
}

static void spell_device(Arena *a, Json *body)
{
    (void)a; /* nothing is made */
    spelling_rename(body, STR("conference_id"), STR("device_id"));
}

/* --- directory --- */

static Err *run_sync(CommandCall *call)
{
    TRY(require_template(call, call->entry->subject));
    return target_refuse(call, "This system can't read a directory yet.");
}

static void spell_sync(Arena *a, Json *body)
{
    (void)a; /* nothing is made */
    spelling_rename(body, STR("conference"), STR("conference_sync_template_id"));
}

const CommandEntry conference_commands[] = {
    {.command = RES_COMMAND_CONFERENCE__DISCONNECT,
     .subject = FLD_COMMAND_CONFERENCE__DISCONNECT_CONFERENCE_ID,
     .run = run_on_running},
    {.command = RES_COMMAND_CONFERENCE__LOCK,
     .subject = FLD_COMMAND_CONFERENCE__LOCK_CONFERENCE_ID,
     .run = run_on_running},
    {.command = RES_COMMAND_CONFERENCE__UNLOCK,
     .subject = FLD_COMMAND_CONFERENCE__UNLOCK_CONFERENCE_ID,
     .run = run_on_running},
    {.command = RES_COMMAND_CONFERENCE__MUTE_GUESTS,
     .subject = FLD_COMMAND_CONFERENCE__MUTE_GUESTS_CONFERENCE_ID,
     .run = run_on_running},
    {.command = RES_COMMAND_CONFERENCE__UNMUTE_GUESTS,
     .subject = FLD_COMMAND_CONFERENCE__UNMUTE_GUESTS_CONFERENCE_ID,
     .run = run_on_running},
    {.command = RES_COMMAND_CONFERENCE__TRANSFORM_LAYOUT,
     .subject = FLD_COMMAND_CONFERENCE__TRANSFORM_LAYOUT_CONFERENCE_ID,
     .spell = spell_layout,
     .run = run_on_running},
    {.command = RES_COMMAND_CONFERENCE__SEND_CONFERENCE_EMAIL,
     .subject = FLD_COMMAND_CONFERENCE__SEND_CONFERENCE_EMAIL_CONFERENCE_ID,
     .run = send_conference_email},
    {.command = RES_COMMAND_CONFERENCE__SEND_DEVICE_EMAIL,
     .subject = FLD_COMMAND_CONFERENCE__SEND_DEVICE_EMAIL_DEVICE_ID,
     .spell = spell_device,
     .run = send_device_email},
    {.command = RES_COMMAND_CONFERENCE__SYNC,
     .subject = FLD_COMMAND_CONFERENCE__SYNC_CONFERENCE_SYNC_TEMPLATE_ID,
     .spell = spell_sync,
     .run = run_sync},
    {.run = NULL},
};
