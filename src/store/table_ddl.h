#pragma once

#include "store/tables.h"

/* The statements that make tables; private to store/. */

/* "INTEGER", "REAL" or "TEXT". */
const char *table_column_type(const Field *f);

/* CREATE TABLE of a table, perhaps under another name, without indexes; its indexes; a link table
 * and its index; the tables of every file. A statement a line, each ended by ";\n". */
void table_put_create(Buf *out, const Table *t, Str name);
void table_put_indexes(Buf *out, const Table *t);
void link_table_put_create(Buf *out, const Tables *all, const LinkTable *l);
void link_table_put_index(Buf *out, const LinkTable *l);
void tables_put_internal(Buf *out);
