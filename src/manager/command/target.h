#pragma once

#include "manager/rest/commands.h"

/* What the arguments of commands name. On the thread that runs the command; rows aren't kept, so
 * what was found may be gone a moment later. Errors: ERR_IO; that there is no such object is an
 * answer or a problem of the argument, not an error. */

/* The object whose id or address the argument FLD_… holds; *ret_found = false if it isn't there, or
 * if nothing was given. Opens and ends the snapshot itself, as
 * all here. */
CHECKED Err *target_find(const CommandCall *call, uint16_t argument, uint16_t resource,
                         bool *ret_found);

/* The same, with a problem of that argument noted where nothing is found. */
CHECKED Err *target_require(const CommandCall *call, uint16_t argument, uint16_t resource,
                            Str problem);

/* Whether a row has this text in a field (FLD_…). */
CHECKED Err *target_has_text(const CommandCall *call, uint16_t resource, uint16_t field, Str text,
                             bool *ret_found);

/* Ends a command that nobody can carry out: ERR_INVALID with that text, unless a problem of an
 * argument was noted, which then is the answer. */
CHECKED Err *target_refuse(const CommandCall *call, const char *text);

/* Has what is live (RES_STATUS_…) and named by the command's subject do what the command says. No
 * Conferencing Node is there yet who would hold it: the command is refused as above, with
 * TARGET_NO_NODE. */
CHECKED Err *target_run(const CommandCall *call, uint16_t resource, Str problem);

#define TARGET_NO_NODE "No Conferencing Node can carry this out."
#define TARGET_NO_CONFERENCE STR("Failed to find conference.")
#define TARGET_NO_PARTICIPANT STR("Failed to find participant.")
