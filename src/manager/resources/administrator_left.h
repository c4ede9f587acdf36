#pragma once

#include "store/writer.h"

/* Somebody must be able to administrate the system: a rule about administrators and roles together,
 * so that both ask here. `rostrad passwd` mends a lost password, but not a lost right.
 *
 * *ret_left: whether an enabled administrator with the right is_admin is there, without the
 * administrator and the role given (VALUE_NONE: none of them). Inside the transaction; two
 * statements. */
CHECKED Err *administrator_left(Tx *tx, Value without_administrator, Value without_role,
                                bool *ret_left);

#define ADMINISTRATOR_LAST_TEXT "There must be an enabled administrator with all rights."
