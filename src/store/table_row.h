#pragma once

#include "store/tables.h"

/* Rows into statements and out of them; private to store/. */

/* "UPDATE … SET" of the version and of those columns whose changed[Field.index] is set; the
 * parameters are those of Table.update, the rest being ignored by SQLite when bound as NULL. */
void table_put_update(Buf *out, const Table *t, const bool changed[]);

/* Binds a whole row, folded texts included, to Table.insert, .update or table_put_update(). The
 * folded texts lie in `a` until the statement is reset. */
void table_bind_row(const Table *t, Arena *a, Stmt *s, const Row *row);

/* The row under the statement, whose columns from `at` on are those of Table.columns. */
Row *table_row(const Table *t, Arena *a, Stmt *s, int at);
