/* platform/backup_create, platform/backup_restore. */
#include "base/log.h"
#include "manager/command/context.h"
#include "manager/command/tables.h"
#include "manager/transfer/restore.h"
#include "model/model_ids.h"

/* That it failed is told, by a full disk, too: who made the backup has to know. */
static Err *told(CommandCall *call, Err *e)
{
    if (e == NULL || e->kind == ERR_INTERNAL) {
        return e;
    }
    const Str text = requests_failure_text(e);
    return err(call->arena, ERR_INVALID, "%.*s", STR_ARG(text));
}

static Err *run_create(CommandCall *call)
{
    const CommandContext *context = NULL;
    TRY(command_context_of(call, &context));
    const Str passphrase = call->clear[FLD_COMMAND_PLATFORM__BACKUP_CREATE_PASSPHRASE];
    const Value request = call->arguments->values[FLD_COMMAND_PLATFORM__BACKUP_CREATE_REQUEST];
    Str name = STR_NONE;
    if (request.type == VALUE_INTEGER && request.integer != 0) {
        Str uri = STR_NONE;
        TRY(told(call, requests_add_backup(context->requests, call->arena, passphrase, &uri)));
        command_answer_request(call->answer, uri);
        return NULL;
    }
    return told(
        call, backup_folder_make(context->backups, call->arena, passphrase, BACKUP_MANUAL, &name));
}

static Err *run_restore(CommandCall *call)
{
    const CommandContext *context = NULL;
    TRY(command_context_of(call, &context));
    const uint16_t package = FLD_COMMAND_PLATFORM__BACKUP_RESTORE_PACKAGE;
    const uint16_t passphrase = FLD_COMMAND_PLATFORM__BACKUP_RESTORE_PASSPHRASE;
    Str content = call->files[package]->content;
    Err *e = restore_gate_run(context->restores, call->arena, backup_source_text(&content),
                              call->clear[passphrase]);
    if (e == NULL) {
        log_info("a backup was restored; restarting user=\"%.*s\"", STR_ARG(call->principal->name));
        command_answer_success(call->answer, NULL);
        context->restart(context->server);
        return NULL;
    }
    if (e->kind == ERR_FORBIDDEN || e->kind == ERR_INVALID) {
        command_problem(call, e->kind == ERR_FORBIDDEN ? passphrase : package, str_from(e->text));
        return NULL;
    }
    return told(call, e);
}

const CommandEntry backup_commands[] = {
    {.command = RES_COMMAND_PLATFORM__BACKUP_CREATE, .run = run_create},
    {.command = RES_COMMAND_PLATFORM__BACKUP_RESTORE, .run = run_restore},
    {.run = NULL},
};
