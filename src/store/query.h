#pragma once

#include "store/row.h"

/* What to select: a small syntax tree, turned into SQL by store/ alone.
 *
 * All filters must hold. A filter goes from the resource along `path` (relations, to-one or
 * to-many) to a field; a row matches at most once, however many related rows fit. */

typedef struct Filter {
    const Field *const *path;
    size_t n_path;
    const Field *field; /* of the last target; NULL: the key of the row itself (n_path = 0), e.g. a
                           hidden key */
    const Field *count_of; /* instead of a field: the number of rows that this to-one of another
                              resource leads here from; else NULL */
    Lookup lookup;         /* on relations: EXACT (a key), IN (keys), ISNULL */
    const Value *values;   /* one; IN: any number, NULL among them matches
                              NULL; RANGE: two; ISNULL: INTEGER 1 or 0; date parts:
                              integers; LOOKUP_DATE: text */
    size_t n_values;
    const Regex *regex; /* REGEX, IREGEX: compiled by the caller, lives as long as the query */
} Filter;

/* More are refused: filters, orders, relations of all their paths together. The length of one path
 * is the caller's to see to. */
#define QUERY_FILTERS_MAX 200
#define QUERY_ORDERS_MAX 20
#define QUERY_RELATIONS_MAX 600
#define QUERY_PATH_MAX 24

typedef struct Order {
    const Field *const *path; /* to-ones only */
    size_t n_path;
    const Field *field; /* NULL: the key */
    bool descending;
} Order;

typedef struct Query {
    const Resource *resource;
    Value parent; /* rows of this parent only; NULL: all. Of nested resources with `rows_of`, the
                     caller asks for those rows by their parent_field instead. */
    const Filter *filters;
    size_t n_filters;
    const Order *orders; /* the key, ascending, always breaks ties */
    size_t n_orders;
    int64_t limit;        /* ≥ 0 */
    int64_t offset;       /* ≥ 0 */
    const Str *proposals; /* from reader_propose() in the same snapshot; NULL: the reader asks the
                             substring index itself, for each page or count */
} Query;

/* True if the page can be had in the time of a few index look-ups, so that a loop thread may do it.
 */
bool query_is_cheap(const Query *q);
