#pragma once

#include "base/value.h"
#include "model/resource.h"

/* One row of a resource's table. `values` has an entry for every field of the resource, by
 * Field.index; those that aren't stored are read as NULL. A secret's value is its stored text
 * (sealed, or a hash), a file's its stored description: never the clear content. Rows and their
 * texts belong to an arena. */
typedef struct Row Row;
struct Row {
    const Resource *resource;
    Value key;
    Value parent;    /* of a nested resource with a key and a table of its own: its parent's key */
    int64_t version; /* number of the first change of the last request that changed the row, or what
                        its body shows of others; 0: not stored yet */
    Value *values;
    const Row *beside; /* of another resource, what was worked out for it along with this one; the
                          store doesn't look at it; NULL: none */
};

/* A row with every value NULL. */
Row *row_new(Arena *a, const Resource *r);

/* A row with the default of every stored field; of a command, whose rows have no table, of all but
 * secrets. */
Row *row_new_default(Arena *a, const Resource *r);

/* Gives those fields of a row their defaults. */
void row_set_defaults(Row *row);

Row *row_copy(Arena *a, const Row *row);
