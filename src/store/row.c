/* Rows. */
#include "store/row.h"

#include "base/arena.h"

Row *row_new(Arena *a, const Resource *r)
{
    Row *row = ARENA_NEW(a, Row);
    row->resource = r;
    row->values = ARENA_ARRAY(a, Value, MAX(r->n_fields, (size_t)1)); /* zeroed: NULL */
    return row;
}

Row *row_new_default(Arena *a, const Resource *r)
{
    Row *row = row_new(a, r);
    row_set_defaults(row);
    return row;
}

void row_set_defaults(Row *row)
{
    for (size_t i = 0; i < row->resource->n_fields; i++) {
        const Field *f = &row->resource->fields[i];
        if (f->stored) {
            row->values[i] = f->default_value;
        }
    }
}

Row *row_copy(Arena *a, const Row *row)
{
    Row *copy = row_new(a, row->resource);
    copy->key = value_dup(a, row->key);
    copy->parent = value_dup(a, row->parent);
    copy->version = row->version;
    for (size_t i = 0; i < row->resource->n_fields; i++) {
        copy->values[i] = value_dup(a, row->values[i]);
    }
    return copy;
}
