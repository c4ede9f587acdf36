#pragma once

#include "store/tx_private.h"

/* Pairs of link tables; private to store/. */

/* Links or unlinks a pair, with its log row. */
CHECKED Err *tx_link(Tx *tx, const LinkTable *l, Value owner, Value target, bool linked);

/* Keys on the other side of a link table; naming: `key` is the owner. */
CHECKED Err *tx_linked_keys(Tx *tx, Arena *a, const LinkTable *l, bool naming, Value key,
                            Value **ret_keys, size_t *ret_n);

/* The first column of a statement that is bound. */
CHECKED Err *tx_collect(Tx *tx, Arena *a, Stmt *s, Value **ret_values, size_t *ret_n);
