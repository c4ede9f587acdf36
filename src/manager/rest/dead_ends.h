#pragma once

#include "manager/rest/input.h"
#include "store/reader.h"

/* References of a body that lead nowhere, so that a body with other faults learns of these at once,
 * too (wire 7: all violations in one answer). Asked only when the body is refused anyway. In a
 * list, another object may be the one that is named: then only what the list can't make is looked
 * for.
 *
 * References that may be made, and objects inside the object, stay out. */

/* Whether the body names any object that must exist. */
bool dead_ends_are_possible(const Input *input);

/* Notes them, a message for each.
 *
 *   to_one   also those of to-one fields
 *   in_list  leaves out what other objects of the list may make */
CHECKED Err *dead_ends_note(Reader *reader, Arena *a, Problems *problems, const Input *input,
                            bool to_one, bool in_list);
