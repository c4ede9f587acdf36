#pragma once

#include "store/sql_builder.h"

/* What a filter asks of one value, as SQL: equal, contains, in, less, the year of, … (wire 4.3).
 * Private to store/. */

/* What a condition is about: a column of the alias, or a count of rows that lead to it. */
typedef struct Operand {
    const Table *table;
    unsigned alias;
    const Field *field;    /* NULL: the key */
    const Field *count_of; /* NULL: none */
} Operand;

/* The value itself. */
void operand_put(SqlBuilder *b, const Operand *o);

/* The whole condition. f: of the operand's field. */
void lookup_put(SqlBuilder *b, const Operand *o, const Filter *f);

/* Keys or values as the JSON that lookup_put_in_json() takes, in the builder's arena. folded: as
 * `fold` columns hold them. NULLs are left out. */
Str lookup_values_json(SqlBuilder *b, const Value values[], size_t n, bool folded);

/* " IN (…)", whatever the number of values: one parameter. */
void lookup_put_in_json(SqlBuilder *b, Str json);

/* Keys as a JSON array, for json_each(). */
void keys_put_json(Buf *out, const Value keys[], size_t n);
