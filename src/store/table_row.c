/* Rows to and from statements. */
#include "store/table_row.h"

#include "base/utf8.h"
#include "store/statement.h"
#include "store/tables.h"

static void bind_folded(const Table *t, Arena *a, Stmt *s, const Row *row)
{
    const int n = stmt_n_parameters(s);
    for (size_t i = 0; i < t->n_fold_fields; i++) {
        const int at = t->first_field + (int)(t->n_fields + i) + 1;
        const Value v = row->values[t->fold_fields[i]->index];
        if (at <= n && v.type == VALUE_TEXT) {
            stmt_bind_text(s, at, utf8_fold(a, v.text));
        } else if (at <= n) {
            stmt_bind_null(s, at);
        }
    }
}

void table_bind_row(const Table *t, Arena *a, Stmt *s, const Row *row)
{
    const int n = stmt_n_parameters(s); /* an update of few columns ends before the last */
    stmt_bind(s, TABLE_KEY + 1, row->key);
    stmt_bind_int64(s, TABLE_VERSION + 1, row->version);
    if (t->has_parent) {
        stmt_bind(s, TABLE_PARENT + 1, row->parent);
    }
    for (size_t i = 0; i < t->n_fields && t->first_field + (int)i < n; i++) {
        stmt_bind(s, t->first_field + (int)i + 1, row->values[t->fields[i]->index]);
    }
    bind_folded(t, a, s, row);
}

Row *table_row(const Table *t, Arena *a, Stmt *s, int at)
{
    Row *row = row_new(a, t->resource);
    row->key = stmt_value(s, a, at + TABLE_KEY);
    row->version = stmt_int64(s, at + TABLE_VERSION);
    if (t->has_parent) {
        row->parent = stmt_value(s, a, at + TABLE_PARENT);
    }
    for (size_t i = 0; i < t->n_fields; i++) {
        row->values[t->fields[i]->index] = stmt_value(s, a, at + t->first_field + (int)i);
    }
    return row;
}
