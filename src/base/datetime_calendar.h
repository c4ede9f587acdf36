#pragma once

#include "base/datetime.h"

/* The calendar that the two halves of datetime share: days are counted from 0000-03-01. */

enum {
    DAYS_TO_1970 = 719468,
    DAYS_PER_ERA = 146097, /* 400 years */
};

/* 0001-01-01T00:00:00 and 9999-12-31T23:59:59.999999. */
#define DATETIME_MIN_US (INT64_C(-719162) * DATETIME_DAY_US)
#define DATETIME_MAX_US (INT64_C(2932897) * DATETIME_DAY_US - 1)
