#pragma once

#include "store/writer.h"

/* Somebody must be able to administrate the system.
 *
 * *ret_left: whether an enabled administrator with the right is_admin is there, without the
 * administrator and the role given (VALUE_NONE: none of them). */
CHECKED Err *administrator_left(Tx *tx, Value without_administrator, Value without_role,
                                bool *ret_left);

#define ADMINISTRATOR_LAST_TEXT "There must be an enabled administrator with all rights."
