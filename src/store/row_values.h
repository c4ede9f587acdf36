#pragma once

#include "model/model_ids.h"
#include "store/row.h"

/* Values of a row by the constants of model_ids.h. Texts are borrowed from the row. */

/* STR_NONE for null; row may be NULL. */
static inline Str row_text(const Row *row, uint16_t field)
{
    return row != NULL && row->values[field].type == VALUE_TEXT ? row->values[field].text
                                                                : STR_NONE;
}

/* The same with an empty text for null. */
static inline Str row_text_or_empty(const Row *row, uint16_t field)
{
    const Str text = row_text(row, field);
    return text.ptr != NULL ? text : STR("");
}

static inline bool row_is(const Row *row, uint16_t field, Str text)
{
    return str_equal(row_text(row, field), text);
}

static inline int64_t row_number(const Row *row, uint16_t field)
{
    return row != NULL && row->values[field].type == VALUE_INTEGER ? row->values[field].integer : 0;
}

static inline bool row_true(const Row *row, uint16_t field)
{
    return row_number(row, field) != 0;
}

/* Name of a field, for a problem. */
static inline Str row_field_name(const Row *row, uint16_t field)
{
    return row->resource->fields[field].name;
}
