/* The tables of all groups. */
#include "manager/command/command.h"

#include "manager/command/tables.h"

const CommandEntry *const command_tables[] = {
    backup_commands,   conference_commands, participant_commands,
    platform_commands, snapshot_commands,
};
const size_t command_n_tables = ARRAY_N(command_tables);
