#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "base/value.h"

/* SQLite, as the rest of store/ uses it: connections with their prepared statements. Private to
 * store/; only sqlite.c and functions.c name functions of the library.
 *
 * A Db belongs to one thread (of a writer: to whoever runs its transaction). Its statements are in
 * statement.h.
 *
 * Errors: ERR_IO (disk full, I/O, no memory, damage), ERR_INVALID (the time limit), ERR_CONFLICT (a
 * constraint: db_constraint() tells which), ERR_BUSY (locked by another connection; unwanted). */

typedef struct Db Db;

typedef enum DbMode {
    DB_READ,          /* never writes; the time limit applies */
    DB_WRITE_DURABLE, /* synchronous FULL */
    DB_WRITE_DERIVED, /* synchronous NORMAL: whole after a power cut, but the last commits may be
                         gone; for what is made from another file */
    DB_WRITE_VOLATILE /* synchronous OFF, for what isn't kept across restarts */
} DbMode;

/* Longest that the statements of a reader may run: a filter that scans everything is to cost
 * whoever asks it, not those who wait behind it for a thread. */
#define DB_TIME_LIMIT_US (INT64_C(5) * 1000 * 1000)

/* Most statements kept by their text. */
#define DB_STATEMENTS_MAX 256

/* Opens, and makes the file if it isn't there (not with DB_READ), in WAL mode, with foreign keys
 * and our own functions (functions.h). n_slots: of the FixedSql that it will meet. */
CHECKED Err *db_open(Arena *a, const char *path, DbMode mode, size_t n_slots, Db **ret_db);
Db *db_close(Db *db);
DEFINE_CLEANUP(Db, db_close);

/* Runs statements that are needed once (several, with ; between), not kept. */
CHECKED Err *db_exec(Db *db, Arena *a, const char *sql);

typedef enum DbConstraint {
    DB_CONSTRAINT_NONE,
    DB_CONSTRAINT_UNIQUE, /* an index or a key */
    DB_CONSTRAINT_FOREIGN_KEY,
    DB_CONSTRAINT_OTHER
} DbConstraint;

/* Of the last error; its Err.detail has SQLite's text ("UNIQUE constraint failed: t.c"). */
DbConstraint db_constraint(const Db *db);

typedef enum DbFailure {
    DB_FAILURE_NONE,
    DB_FAILURE_FULL, /* no room for what was written: a COMMIT that fails so stored nothing */
    DB_FAILURE_OTHER /* I/O, memory, damage: after a COMMIT nobody knows what is on the disk */
} DbFailure;

/* The first failure of the environment since db_clear_failure(). */
DbFailure db_failure(const Db *db);
void db_clear_failure(Db *db);

/* Whether the last error said that the file is damaged, or no database. */
bool db_is_damaged(const Db *db);

/* Makes an SQL function name(text) of `run`, whose result stays until its next call; NULL gives
 * NULL. context lives as long as the Db. */
CHECKED Err *db_add_function(Db *db, Arena *a, const char *name,
                             Str (*run)(void *context, Str text), void *context);

bool db_in_transaction(const Db *db);

/* Statements begun since db_open(). */
int64_t db_n_statements(const Db *db);

/* For long work of our own, queries within a transaction that writes, and the tests: 0 is no limit.
 * A SELECT that reaches it leaves a transaction as it is; a statement that writes would undo all of
 * it. */
void db_set_time_limit(Db *db, int64_t limit_us);

/* Whether somebody still waits for what is read: asked now and then while a statement runs. */
typedef struct DbWatch {
    bool (*is_unwanted)(const void *context); /* NULL: it is always wanted */
    const void *context;
} DbWatch;

/* A statement that nobody wants any more ends with ERR_BUSY. watch: borrowed, may change between
 * two statements; looked at only where there is a time limit. */
void db_set_watch(Db *db, const DbWatch *watch);

typedef enum DbCheckpoint {
    DB_CHECKPOINT_PASSIVE,
    DB_CHECKPOINT_RESTART,
    DB_CHECKPOINT_TRUNCATE
} DbCheckpoint;

/* Moves the WAL into the file, waiting for readers at most wait_ms (not with PASSIVE).
 * *ret_wal_bytes: what the WAL held before; *ret_done: false when readers kept it from finishing,
 * which is no error. */
CHECKED Err *db_checkpoint(Db *db, Arena *a, DbCheckpoint kind, int wait_ms, int64_t *ret_wal_bytes,
                           bool *ret_done);

/* What the WAL holds since this connection's last commit. */
int64_t db_wal_bytes(const Db *db);

/* A copy of the whole file at `path`, mode 0600, synced; `path` must not exist. */
CHECKED Err *db_copy_to(Db *db, Arena *a, const char *path);

/* Wraps an identifier in double quotes. */
void sql_put_name(Buf *out, Str name);
