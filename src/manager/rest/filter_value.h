#pragma once

#include "base/err.h"
#include "model/resource.h"
#include "store/query.h"

/* Texts of a query as typed arguments of a filter (wire 4.3 to 4.6). */

/* The lookups that make sense on a field of this type, whatever its model allows. */
uint32_t filter_value_lookups(const Field *f);

/* Fills filter->values and n_values; filter->field and lookup are set, and may be changed: a search
 * for null becomes ISNULL, a name in place of a key goes through the relation.
 *
 *   given[n]   n ≥ 1, in their order; several only of IN and RANGE
 *
 * Errors: ERR_INVALID, which name no value. */
CHECKED Err *filter_value_parse(Arena *a, Filter *filter, const Str given[], size_t n);
