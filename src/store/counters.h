#pragma once

#include "store/tables.h"

/* The numbers that a file keeps beside its rows: the last change, the next id and the count of rows
 * of each table, the size of the change log. Held in memory by the writer, written once a group.
 * Confined to the writer's thread. */

/* Ids that we make stay below; those from here on, which only clients choose, move no counter. */
#define COUNTERS_ID_END (INT64_C(1) << 30)

/* The name in resource_state under which n_rows is the size of the change log in bytes. */
#define COUNTERS_LOG STR("change_log")

typedef struct ResourceCounters {
    int64_t next_id;
    int64_t n_rows;
} ResourceCounters;

typedef struct Numbers {
    int64_t seq;                 /* of the last change */
    int64_t log_bytes;           /* about what the change log takes */
    ResourceCounters *resources; /* by Resource.index */
} Numbers;

typedef struct Counters {
    const Tables *tables;
    StoreFile file;
    Numbers now;        /* to be changed by the transaction */
    Numbers saved;      /* at the last savepoint */
    Numbers committed;  /* as they lie in the file */
    bool *rows_changed; /* by Resource.index: some came or went since counters_take_changed() */
} Counters;

/* Reads the numbers of a file; all lies in the arena, errors too. */
CHECKED Err *counters_load(Arena *a, const Tables *tables, StoreFile file, Db *db,
                           Counters **ret_counters);

/* A row came (1) or went (-1). */
void counters_add_row(Counters *c, const Table *t, int n);

/* Whether rows of the resource came or went since the last call; true too if that was undone. */
bool counters_take_changed(Counters *c, size_t resource_index);

static inline ResourceCounters *counters_of(Counters *c, const Table *t)
{
    return &c->now.resources[t->resource->index];
}

/* A savepoint, and the way back to it. */
void counters_save(Counters *c);
void counters_restore(Counters *c);

/* Writes what differs from the file, before the commit. */
CHECKED Err *counters_write(Counters *c, Db *db, Arena *errors);

/* After the commit; after a rollback of the whole group. */
void counters_note_commit(Counters *c);
void counters_note_rollback(Counters *c);
