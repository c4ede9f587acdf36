#pragma once

#include <stdint.h>

#include "base/str.h"

/* Lookups of a filter, as bits of Field.lookups. */
typedef enum Lookup {
    LOOKUP_EXACT,
    LOOKUP_IEXACT,
    LOOKUP_CONTAINS,
    LOOKUP_ICONTAINS,
    LOOKUP_STARTSWITH,
    LOOKUP_ISTARTSWITH,
    LOOKUP_ENDSWITH,
    LOOKUP_IENDSWITH,
    LOOKUP_REGEX,
    LOOKUP_IREGEX,
    LOOKUP_IN,
    LOOKUP_LT,
    LOOKUP_LTE,
    LOOKUP_GT,
    LOOKUP_GTE,
    LOOKUP_RANGE,
    LOOKUP_ISNULL,
    LOOKUP_YEAR,
    LOOKUP_MONTH,
    LOOKUP_DAY,
    LOOKUP_WEEK_DAY,
    LOOKUP_HOUR,
    LOOKUP_MINUTE,
    LOOKUP_SECOND,
    LOOKUP_DATE,
    LOOKUP_N
} Lookup;

#define LOOKUP_BIT(lookup) (UINT32_C(1) << (lookup))
#define LOOKUP_ALL (LOOKUP_BIT(LOOKUP_N) - 1)

/* Those that every field takes; a relation itself takes no others. */
#define LOOKUPS_ANY (LOOKUP_BIT(LOOKUP_EXACT) | LOOKUP_BIT(LOOKUP_IN) | LOOKUP_BIT(LOOKUP_ISNULL))

/* LOOKUP_N if it is none. */
Lookup lookup_from(Str name);
Str lookup_name(Lookup lookup);
