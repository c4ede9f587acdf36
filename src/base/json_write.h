#pragma once

#include "base/buf.h"
#include "base/json.h"
#include "base/str.h"
#include "base/value.h"

/* JSON out, written straight into a Buf: ", " and ": " as separators, non-ASCII as it is. */

/* A string with its quotes; only the quote, the backslash and controls are escaped. `s` is valid
 * UTF-8. */
void json_put_string(Buf *out, Str s);

/* The shortest decimal text that reads back as the same double, always with a point or exponent;
 * null for NaN and infinities. */
void json_put_float(Buf *out, double number);

/* A value by its own type: null, a number or a string. */
void json_put_value(Buf *out, Value value);

/* "name": */
void json_put_name(Buf *out, Str name);

/* Writes a tree again: keys sorted by code point, duplicates dropped (the last wins), numbers as
 * they were sent. Keys in nested objects likewise. */
void json_put_tree(Buf *out, Arena *scratch, const Json *json);

/* A value that needs a comma before it unless it is the first: keeps the state of one object or
 * array. */
static inline void json_put_comma(Buf *out, bool *first)
{
    if (!*first) {
        buf_put_lit(out, ", ");
    }
    *first = false;
}
