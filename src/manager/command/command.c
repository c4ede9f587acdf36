/* The tables of all groups. */
#include "manager/command/command.h"

#include "manager/command/context.h"
#include "manager/command/tables.h"

const CommandEntry *const command_tables[] = {
    backup_commands,   conference_commands, participant_commands,
    platform_commands, snapshot_commands,
};
const size_t command_n_tables = ARRAY_N(command_tables);

Err *command_context_of(const CommandCall *call, const CommandContext **ret_context)
{
    if (call->context == NULL) {
        return err(call->arena, ERR_INVALID, "There is no server that could carry this out.");
    }
    *ret_context = call->context;
    return NULL;
}
