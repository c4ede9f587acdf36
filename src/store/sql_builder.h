#pragma once

#include "store/query_sql.h"

/* A statement while it is put together: its text, which holds no value, and the parameters in the
 * order of their question marks. Tables have aliases by number: t0 is the one whose rows are asked
 * for. Private to query_sql.c and lookup_sql.c. */

typedef struct SqlBuilder {
    const Tables *tables;
    Arena *arena;
    Buf *out;
    QueryBind *binds;
    size_t n_binds, size_binds;
    unsigned n_aliases;
    unsigned n_sets;
    Str proposals; /* for the filter at hand */
    Err *error;    /* the first; what follows is built for nothing */
} SqlBuilder;

/* Each puts a question mark, and its parameter behind the others. */
void builder_put_bind(SqlBuilder *b, QueryBind bind);
void builder_put_value(SqlBuilder *b, Value v);
void builder_put_text(SqlBuilder *b, Str text);

/* A column of an alias: t1."name". */
void builder_put_alias(SqlBuilder *b, unsigned alias, Str column);

/* "name" AS t1. */
void builder_put_table(SqlBuilder *b, const Table *t, unsigned alias);

/* The column that holds the keys of a table's rows. */
void builder_put_key(SqlBuilder *b, const Table *t, unsigned alias);
