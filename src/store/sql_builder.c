/* Pieces of SQL. */
#include "store/sql_builder.h"

/* Of FILTER texts; a query of QUERY_FILTERS_MAX long paths stays far below. */
enum { BINDS_FIRST = 16 };

void builder_put_bind(SqlBuilder *b, QueryBind bind)
{
    if (b->n_binds == b->size_binds) {
        const size_t size = MAX(b->size_binds * 2, (size_t)BINDS_FIRST);
        QueryBind *grown = ARENA_ARRAY(b->arena, QueryBind, size);
        for (size_t i = 0; i < b->n_binds; i++) {
            grown[i] = b->binds[i];
        }
        b->binds = grown;
        b->size_binds = size;
    }
    b->binds[b->n_binds++] = bind;
    buf_put_char(b->out, '?');
}

void builder_put_value(SqlBuilder *b, Value v)
{
    builder_put_bind(b, (QueryBind){.value = v});
}

void builder_put_text(SqlBuilder *b, Str text)
{
    builder_put_value(b, value_text(text));
}

void builder_put_alias(SqlBuilder *b, unsigned alias, Str column)
{
    buf_printf(b->out, "t%u.", alias);
    sql_put_name(b->out, column);
}

void builder_put_table(SqlBuilder *b, const Table *t, unsigned alias)
{
    sql_put_name(b->out, t->name);
    buf_printf(b->out, " AS t%u", alias);
}

void builder_put_key(SqlBuilder *b, const Table *t, unsigned alias)
{
    builder_put_alias(b, alias, t->key_column);
}
