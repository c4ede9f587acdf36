#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

/* One stored value: what a column of a row holds, a default, a seed, an argument of a filter.
 *
 * Booleans are INTEGER 0 and 1; datetimes INTEGER microseconds since 1970 UTC; dates, times, lists
 * and dictionaries TEXT (the last two as JSON); a to-one relation holds the key of its target. Text
 * is borrowed: it belongs to the arena of whoever made the value. */

typedef enum ValueType { VALUE_NULL, VALUE_INTEGER, VALUE_FLOAT, VALUE_TEXT } ValueType;

typedef struct Value {
    ValueType type;
    union {
        int64_t integer;
        double number;
        Str text;
    };
} Value;

#define VALUE_NONE ((Value){.type = VALUE_NULL})

static inline Value value_integer(int64_t integer)
{
    return (Value){.type = VALUE_INTEGER, .integer = integer};
}

static inline Value value_float(double number)
{
    return (Value){.type = VALUE_FLOAT, .number = number};
}

static inline Value value_text(Str text)
{
    return (Value){.type = VALUE_TEXT, .text = text};
}

static inline bool value_is_null(Value v)
{
    return v.type == VALUE_NULL;
}

/* Same type and same content, byte for byte; NULL equals NULL. */
bool value_equal(Value a, Value b);

/* Order of keys, which are all integers or all texts: below, equal to or above 0. */
int value_compare_keys(Value a, Value b);

/* For tables of keys; integers as they are, so a table's user spreads them. */
uint64_t value_hash_key(Value key);

/* A copy whose text lies in the arena. */
Value value_dup(Arena *a, Value v);
