#pragma once

#include "store/sqlite.h"

/* Prepared statements of a connection, in sqlite.c like the connection; private to store/. They are
 * prepared once and kept: those of fixed texts by a slot, the others by their text, the least
 * recently used going first. Thread and errors: as in sqlite.h. */

typedef struct Stmt Stmt;

/* A text that lives as long as the Db, with a place of its own among the prepared statements. */
typedef struct FixedSql {
    Str text;
    uint32_t slot; /* below the n_slots of db_open() */
} FixedSql;

/* A statement ready to be bound; it must not be in use. Every parameter must be bound anew. */
CHECKED Err *db_prepare(Db *db, Arena *a, Str sql, Stmt **ret_stmt);
CHECKED Err *db_prepare_fixed(Db *db, Arena *a, const FixedSql *sql, Stmt **ret_stmt);

/* Parameters count from 1. Texts are borrowed until the statement is reset. */
void stmt_bind(Stmt *s, int parameter, Value v);
void stmt_bind_int64(Stmt *s, int parameter, int64_t integer);
void stmt_bind_text(Stmt *s, int parameter, Str text);
void stmt_bind_null(Stmt *s, int parameter);
void stmt_bind_pointer(Stmt *s, int parameter, const void *pointer, const char *type);
int stmt_n_parameters(Stmt *s);

/* *ret_row: whether there is a row; after the last one and after an error the statement is reset.
 */
CHECKED Err *stmt_step(Stmt *s, Arena *a, bool *ret_row);

/* Ends early. Not needed after stmt_step() gave no row. */
void stmt_reset(Stmt *s);

/* Steps to the end, ignoring rows. */
CHECKED Err *stmt_run(Stmt *s, Arena *a);

/* Columns of the row, from 0. Texts of stmt_value() are copied into the arena; that of stmt_text()
 * is borrowed until the next step. NULL is 0 and the empty text. */
Value stmt_value(Stmt *s, Arena *a, int column);
int64_t stmt_int64(Stmt *s, int column);
Str stmt_text(Stmt *s, int column);
bool stmt_is_null(Stmt *s, int column);

/* One number from one row; *ret = or_else without a row. */
CHECKED Err *db_int64(Db *db, Arena *a, Str sql, int64_t or_else, int64_t *ret);
