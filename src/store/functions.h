#pragma once

#include "base/value.h"

/* Our own SQL functions, on every connection; what the lookups of a filter need that SQL can't say.
 * Private to store/.
 *
 *   rostra_match(how, needle, text)    how: MatchHow; NULL text: 0. For MATCH_FOLDED ones the
 *                                      needle is folded by the caller.
 *   rostra_fold(text)                  utf8_fold()
 *   rostra_regex(regex, text)          regex: a bound pointer to Regex of type FUNCTION_REGEX. A
 *                                      match that gives up ends the statement with ERR_INVALID.
 *   rostra_wire(form, value)           a stored value as the API writes it; form: WireForm
 *   rostra_part(lookup, value)         LOOKUP_YEAR … LOOKUP_SECOND of a datetime (µs) or date */

struct sqlite3;

#define FUNCTION_REGEX "rostra regex"

typedef enum MatchHow {
    MATCH_EXACT,
    MATCH_CONTAINS,
    MATCH_STARTS,
    MATCH_ENDS,
    MATCH_HOW_N
} MatchHow;

/* Or'ed to the above: without regard to case. */
#define MATCH_FOLDED 8

typedef enum WireForm {
    WIRE_TEXT,
    WIRE_BOOLEAN,
    WIRE_FLOAT,
    WIRE_DATETIME,
    WIRE_DATETIME_SECONDS
} WireForm;

/* The library's result code. */
int functions_register(struct sqlite3 *connection);
