#pragma once

#include "manager/rest/commands.h"

/* The commands of the API: a file a group (conference, participant, platform), and one a noun for
 * what is larger. For RestOptions. */
extern const CommandEntry *const command_tables[];
extern const size_t command_n_tables;
