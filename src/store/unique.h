#pragma once

#include "store/tables.h"

/* Which unique values of a row other rows have, and what a client is told of it. Private to store/;
 * any connection, also within a transaction that writes. */

/* Which rows and values count; all zero: all of them. */
typedef struct UniqueScope {
    const bool *known;     /* by Field.index: groups with another field are left out; NULL: none */
    const Field *siblings; /* rows that have this to-one in common with the row don't count; NULL:
                              all count */
} UniqueScope;

/* Groups of fields that are unique together, single ones first. */
size_t unique_n_groups(const Table *t);
FieldGroup unique_group_at(const Table *t, size_t i);

/* Whether another row has the values of the group. A NULL never collides. */
CHECKED Err *unique_is_taken(Db *db, Arena *a, const Table *t, FieldGroup group, const Row *row,
                             const Field *siblings, bool *ret_taken);

/* An ERR_CONFLICT for each group whose values another row has, chained; *ret_first = NULL: none. */
CHECKED Err *unique_conflicts(Db *db, Arena *a, const Table *t, const Row *row,
                              const UniqueScope *scope, Err **ret_first);

/* ERR_CONFLICT about a taken key. */
Err *unique_key_conflict(Arena *a, const Table *t);
