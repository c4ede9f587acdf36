#pragma once

#include "manager/rest/apply.h"

/* To-many fields of a row, as they were given (wire 9.3). An array replaces the set; what becomes
 * of a member that it leaves out depends on the kind:
 *
 *   children   belong to the row, and are deleted
 *   links      a table of pairs, and are unlinked
 *   inverse    a view of the members' own to-one, which is set null
 *
 * Inside the transaction, when the row itself is written. Problems are noted under the field; an
 * Err as apply.h says. Writing checks the right to change the members, but where nothing
 * changes.
 */

/* Makes the field of the row `owner` hold what `given` says.
 *
 *   is_new   the row was just made, so that it has no members yet */
CHECKED Err *members_write(Apply *a, const Field *f, const InputField *given, Value owner,
                           bool is_new);

/* The key of the object that a reference means: made where the model says so. VALUE_NONE after a
 * problem was noted. */
CHECKED Err *members_resolve(Apply *a, const Field *f, const Reference *reference, Value *ret_key);

/* Whether the field of the row `owner` holds just what is given. */
CHECKED Err *members_unchanged(Apply *a, const InputField *given, Value owner, bool *ret_unchanged);
