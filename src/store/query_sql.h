#pragma once

#include "store/query.h"
#include "store/statement.h"
#include "store/tables.h"

/* A Query as SQL, whose text holds no value of it. Private to store/. */

typedef enum QueryWhat {
    QUERY_ROWS, /* the columns of Table.columns */
    QUERY_KEYS,
    QUERY_COUNT /* without order, limit and offset */
} QueryWhat;

/* A parameter, in the order of the text: a value, or a Regex. */
typedef struct QueryBind {
    Value value;
    const Regex *regex; /* NULL: the value */
} QueryBind;

typedef struct QuerySql {
    Str text; /* borrowed from the Buf */
    const QueryBind *binds;
    size_t n_binds;
} QuerySql;

/* proposals[n_filters]: keys of the rows of the filter's field that can match at all, as a JSON
 * array; STR_NONE: any; NULL: any for all filters. Appends to `out`, which is empty; the rest lies
 * in the arena. Errors: ERR_INVALID (a relation into another file, too many filters). */
CHECKED Err *query_to_sql(const Tables *tables, Arena *a, const Query *q, QueryWhat what,
                          const Str proposals[], Buf *out, QuerySql *ret_sql);

void query_bind(const QuerySql *sql, Stmt *s);
