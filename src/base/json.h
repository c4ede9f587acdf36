#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

/* Reads one JSON text (RFC 8259) into a tree in an arena.
 *
 * Our own rather than a library's because numbers must keep the digits they were sent with (an
 * alias may be sent as the number 12345678901234567890 or 0.10) and what the API refuses, a parser
 * would have to be asked afterwards: NUL and lone surrogates in strings, invalid UTF-8, NaN,
 * Infinity, nesting. Strings without escapes point into the text, so the text must outlive the
 * tree. Every error names line and column. */

typedef enum JsonType {
    JSON_NULL,
    JSON_FALSE,
    JSON_TRUE,
    JSON_NUMBER,
    JSON_STRING,
    JSON_ARRAY,
    JSON_OBJECT
} JsonType;

typedef struct Json Json;
struct Json {
    JsonType type;
    Str text; /* JSON_STRING: decoded. JSON_NUMBER: as it stood. JSON_ARRAY, JSON_OBJECT: the whole
                 source text */
    Str name; /* of a member of an object: decoded */
    Json *first; /* first member or element */
    Json *next;  /* next sibling */
    size_t n;    /* members or elements */
};

typedef struct JsonLimits {
    size_t depth;  /* nesting of arrays and objects */
    size_t values; /* of any type, in all */
} JsonLimits;

extern const JsonLimits json_limits_default; /* 64 levels, 4,000,000 values */

/* A single value; white space around it and one UTF-8 byte order mark before it are skipped.
 * Duplicate names are kept; json_member() gives the last. Memory: the arena, through arena_take().
 * Errors: ERR_INVALID ("Not valid JSON: … at line L, column C."; column in code points), ERR_LIMIT
 * (arena; more values than the limit). */
CHECKED Err *json_parse(Arena *a, Str text, const JsonLimits *limits, Json **ret_json);

/* Last member of that name; NULL if there is none or `object` is no object. */
const Json *json_member(const Json *object, Str name);

bool json_is_string(const Json *json, Str text);

/* An integer literal (no fraction, no exponent) that fits. */
bool json_to_int64(const Json *json, int64_t *ret_number);
