#pragma once

#include "base/hash_table.h"
#include "store/changelog_private.h"
#include "store/counters.h"
#include "store/store_private.h"
#include "store/writer.h"

/* The inside of Tx, for store/ only. One Tx serves a connection for its whole life: groups of
 * requests, one after the other. Writer's thread (or the one that opens the store). */

/* Changes that a request may make, with all that goes along. */
#define TX_CHANGES_MAX 100000

/* Memory of a request's run, of a row at hand. */
#define TX_ARENA_BYTES (256UL * 1024 * 1024)
#define TX_VALUES_BYTES (256UL * 1024 * 1024)

/* Unique values of a row that wait for the end of the request; see tx_unique.c. */
typedef struct Parked {
    bool *fields;  /* by Field.index: the column holds NULL meanwhile */
    Value *values; /* by Field.index: what it gets */
} Parked;

/* A row that the request changed, or whose version must rise. */
typedef struct TouchedRow TouchedRow;
struct TouchedRow {
    HashNode node;
    TouchedRow *next; /* in the order of the first touch */
    const Table *table;
    Value parent, key;
    bool has_version; /* the row carries the version of this request */
    bool deleted;     /* or being deleted */
    Parked *parked;   /* NULL: nothing waits */
};

struct Tx {
    const Store *store;
    const Tables *tables;
    StoreFile file;
    Db *db;             /* borrowed */
    Counters *counters; /* borrowed */
    Reader *reader;     /* borrowed; NULL while a store is made */
    bool unlogged;      /* nothing is numbered: rows of a migration */

    /* of the group */
    int64_t now_us;
    int64_t tag;

    /* of the request */
    Arena *arena; /* borrowed */
    Str user, request;
    int64_t first_seq; /* of its first change; 0: none yet */
    size_t n_changes;
    HashTable touched; /* TouchedRow */
    TouchedRow *first_touched, *last_touched;
    bool any_parked;
    Buf new_values, old_values; /* JSON of the change at hand */
};

/* --- tx.c: life --- */

void tx_init(Tx *tx, const Store *store, StoreFile file, Db *db, Counters *counters);
void tx_deinit(Tx *tx);

/* The group's time and tag, for a transaction that somebody else has begun. */
void tx_group_begin(Tx *tx);

/* Errors of these lie in `errors`. The group: after a failure of tx_commit() the transaction may
 * still be open. */
CHECKED Err *tx_begin(Tx *tx, Arena *errors);
CHECKED Err *tx_commit(Tx *tx, Arena *errors);
CHECKED Err *tx_roll_back(Tx *tx, Arena *errors);

/* A request within the group, between a savepoint and what becomes of it. After the run
 * tx_request_finish() does what is left for its end. */
void tx_request_begin(Tx *tx, Arena *arena, const char *user, const char *request);
CHECKED Err *tx_request_finish(Tx *tx);
void tx_request_end(Tx *tx);
CHECKED Err *tx_savepoint(Tx *tx, Arena *errors);
CHECKED Err *tx_savepoint_keep(Tx *tx, Arena *errors);
CHECKED Err *tx_savepoint_undo(Tx *tx, Arena *errors);

/* The version that rows get which the request changes: the number of its first change. */
int64_t tx_version(const Tx *tx);

/* --- tx_row.c --- */

/* *ret_row = NULL if there is none. The row lies in `a`. */
CHECKED Err *tx_get(Tx *tx, Arena *a, const Table *t, Value parent, Value key, Row **ret_row);

CHECKED Err *tx_exists(Tx *tx, const Table *t, Value parent, Value key, bool *ret_found);

/* Writes those columns of a row whose changed[Field.index] is set, and the version. */
CHECKED Err *tx_write_columns(Tx *tx, const Table *t, const Row *row, const bool changed[]);

/* --- tx_touched.c --- */

/* Finds, NULL if it isn't there; finds or adds. */
TouchedRow *tx_touched_find(const Tx *tx, const Table *t, Value parent, Value key);
TouchedRow *tx_touched(Tx *tx, const Table *t, Value parent, Value key);

/* Raises the rows that a row leads to where they show it; old or new may be NULL. */
CHECKED Err *tx_raise_targets(Tx *tx, const Table *t, const Row *old, const Row *new);

/* Writes the versions that must rise. */
CHECKED Err *tx_touched_finish(Tx *tx);

/* --- tx_unique.c --- */

/* After a write of `row` failed on a unique index: takes the values that collide out of a copy,
 * which is to be written instead, and notes them for the end of the request. */
CHECKED Err *tx_unique_park(Tx *tx, const Table *t, const Row *row, Row **ret_stored);

/* Gives `old`, as read, and `new`, made from it, the parked values in place of the NULLs. */
void tx_unique_restore(const Parked *parked, const Table *t, Row *old, Row *new);

/* Writes what was parked. Errors: ERR_CONFLICT. */
CHECKED Err *tx_unique_finish(Tx *tx);

/* ERR_CONFLICT about a taken key. */
Err *tx_unique_key_error(Tx *tx, const Table *t, const Row *row);

/* --- tx_links.c --- */

/* Links or unlinks a pair, with its log row. */
CHECKED Err *tx_link(Tx *tx, const LinkTable *l, Value owner, Value target, bool linked);

/* Keys on the other side of a link table; naming: `key` is the owner. */
CHECKED Err *tx_linked_keys(Tx *tx, Arena *a, const LinkTable *l, bool naming, Value key,
                            Value **ret_keys, size_t *ret_n);

/* The first column of a statement that is bound. */
CHECKED Err *tx_collect(Tx *tx, Arena *a, Stmt *s, Value **ret_values, size_t *ret_n);
