#pragma once

#include "manager/rest/commands.h"
#include "manager/transfer/requests.h"
#include "manager/transfer/restore.h"

/* What commands need beyond the store: CommandCall.context. The server fills it and owns what it
 * names. */
typedef struct CommandContext {
    BackupFolder *backups;
    Requests *requests;
    const Snapshots *snapshots;
    RestoreGate *restores;
    /* Ends the server as soon as open requests are answered, and starts it again. Any thread. */
    void (*restart)(void *server);
    void *server;
} CommandContext;

/* That of a call. Errors: ERR_INVALID, without a server behind it. */
CHECKED Err *command_context_of(const CommandCall *call, const CommandContext **ret_context);
