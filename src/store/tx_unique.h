#pragma once

#include "store/tx_private.h"

/* Unique values that two rows of a request hand over: parked until its end; private to store/. */

/* Unique values of a row that wait for the end of the request. */
typedef struct Parked Parked;
struct Parked {
    bool *fields;  /* by Field.index: the column holds NULL meanwhile */
    Value *values; /* by Field.index: what it gets */
};

/* After a write of `row` failed on a unique index: takes the values that collide out of a copy,
 * which is to be written instead, and notes them for the end of the request. */
CHECKED Err *tx_unique_park(Tx *tx, const Table *t, const Row *row, Row **ret_stored);

/* Gives `old`, as read, and `new`, made from it, the parked values in place of the NULLs. */
void tx_unique_restore(const Parked *parked, const Table *t, Row *old, Row *new);

/* Writes what was parked. Errors: ERR_CONFLICT. */
CHECKED Err *tx_unique_finish(Tx *tx);

/* ERR_CONFLICT about a taken key. */
Err *tx_unique_key_error(Tx *tx, const Table *t, const Row *row);
