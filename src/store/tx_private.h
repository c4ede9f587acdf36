#pragma once

#include "base/hash_table.h"
#include "store/changelog_private.h"
#include "store/counters.h"
#include "store/store_private.h"
#include "store/writer.h"

/* The inside of Tx, for store/ only. One Tx serves a connection for its whole life: groups of
 * requests, one after the other. Writer's thread (or the one that opens the store). */

/* Changes that a request may make, with all that goes along: the writer does nothing else
 * meanwhile, and the log must take them in one transaction. */
#define TX_CHANGES_MAX 100000

/* Memory of a request's run, of a row at hand. */
#define TX_ARENA_BYTES (256UL * 1024 * 1024)
#define TX_VALUES_BYTES (256UL * 1024 * 1024)

typedef struct TouchedRow TouchedRow;

struct Tx {
    const Store *store;
    const Tables *tables;
    StoreFile file;
    Db *db;             /* borrowed */
    Counters *counters; /* borrowed */
    Reader *reader;     /* borrowed; NULL while a store is made */
    bool unlogged;      /* nothing is numbered: rows of a migration */

    /* of the group */
    int64_t now_us; /* the time that all its changes bear */
    int64_t tag;    /* 64 random bits that all its log rows bear: with the seq they make a cursor */

    /* of the request */
    Arena *arena; /* borrowed */
    Str user, request;
    int64_t first_seq; /* of its first change; 0: none yet */
    size_t n_changes;  /* ≤ TX_CHANGES_MAX */
    HashTable touched; /* TouchedRow */
    TouchedRow *first_touched, *last_touched;
    bool any_parked; /* unique values wait for the end of the request: tx_request_finish() */
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
 * tx_request_finish() does what is left for its end. In this order: tx_savepoint(),
 * tx_request_begin(), the run, tx_request_finish(), then tx_savepoint_keep() or, after a failure,
 * tx_savepoint_undo(), and in either case tx_request_end(). */
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
