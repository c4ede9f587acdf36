#pragma once

#include "base/err.h"
#include "base/percent.h"
#include "store/query.h"

/* The filters of a query string (wire 4). */

typedef struct FilterList {
    Filter *filters;
    Regex **regexes; /* those that are compiled, by filter; owned between open and close */
    size_t n;
} FilterList;

/* What may be asked for. */
typedef struct FilterRules {
    PermissionSet set; /* of the asker: a filter through a relation needs the right to view it */
    bool strict;       /* lists that are changed: unknown parameters, and empty values of all but
                          exact, are refused */
} FilterRules;

/* Regular expressions are checked here, but compiled by filters_open().
 *
 * Errors: ERR_INVALID, ERR_FORBIDDEN; they echo nothing that could be taken for a missing object.
 */
CHECKED Err *filters_parse(Arena *a, const Resource *r, const FilterRules *rules,
                           const FormPair parameters[], size_t n, FilterList *ret_list);

/* Compiles the regular expressions, for as long as a query runs. */
CHECKED Err *filters_open(Arena *a, FilterList *list);
void filters_close(FilterList *list);
