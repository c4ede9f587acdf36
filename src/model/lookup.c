/* Names of lookups. */
#include "model/lookup.h"

static const Str NAMES[LOOKUP_N] = {
    [LOOKUP_EXACT] = STR_INIT("exact"),
    [LOOKUP_IEXACT] = STR_INIT("iexact"),
    [LOOKUP_CONTAINS] = STR_INIT("contains"),
    [LOOKUP_ICONTAINS] = STR_INIT("icontains"),
    [LOOKUP_STARTSWITH] = STR_INIT("startswith"),
    [LOOKUP_ISTARTSWITH] = STR_INIT("istartswith"),
    [LOOKUP_ENDSWITH] = STR_INIT("endswith"),
    [LOOKUP_IENDSWITH] = STR_INIT("iendswith"),
    [LOOKUP_REGEX] = STR_INIT("regex"),
    [LOOKUP_IREGEX] = STR_INIT("iregex"),
    [LOOKUP_IN] = STR_INIT("in"),
    [LOOKUP_LT] = STR_INIT("lt"),
    [LOOKUP_LTE] = STR_INIT("lte"),
    [LOOKUP_GT] = STR_INIT("gt"),
    [LOOKUP_GTE] = STR_INIT("gte"),
    [LOOKUP_RANGE] = STR_INIT("range"),
    [LOOKUP_ISNULL] = STR_INIT("isnull"),
    [LOOKUP_YEAR] = STR_INIT("year"),
    [LOOKUP_MONTH] = STR_INIT("month"),
    [LOOKUP_DAY] = STR_INIT("day"),
    [LOOKUP_WEEK_DAY] = STR_INIT("week_day"),
    [LOOKUP_HOUR] = STR_INIT("hour"),
    [LOOKUP_MINUTE] = STR_INIT("minute"),
    [LOOKUP_SECOND] = STR_INIT("second"),
    [LOOKUP_DATE] = STR_INIT("date"),
};

Lookup lookup_from(Str name)
{
    for (size_t i = 0; i < LOOKUP_N; i++) {
        if (str_equal(NAMES[i], name)) {
            return (Lookup)i;
        }
    }
    return LOOKUP_N;
}

Str lookup_name(Lookup lookup)
{
    MUST(lookup < LOOKUP_N);
    return NAMES[lookup];
}
