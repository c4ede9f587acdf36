#pragma once

#include "manager/rest/commands.h"

/* The entries of each file in this folder, for commands.c; each ends with one without run(). */
extern const CommandEntry backup_commands[];
extern const CommandEntry conference_commands[];
extern const CommandEntry participant_commands[];
extern const CommandEntry platform_commands[];
extern const CommandEntry snapshot_commands[];
