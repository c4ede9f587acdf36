#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"

/* Time: microseconds since 1970-01-01 UTC, and the API's texts of it (years 1 to 9999). */

#define DATETIME_SECOND_US INT64_C(1000000)
#define DATETIME_MINUTE_US (INT64_C(60) * DATETIME_SECOND_US)
#define DATETIME_DAY_US (INT64_C(86400) * DATETIME_SECOND_US)

/* The wall clock. */
int64_t datetime_now_us(void);

/* A clock that never jumps, for durations and deadlines only. */
int64_t datetime_monotonic_us(void);

/* YYYY-MM-DDTHH:MM:SS.ffffff, or without the fraction. A time outside the years 1 to 9999 is
 * written as the nearest within. */
void datetime_put(Buf *out, int64_t time_us, bool fraction);

/* Any form that the API takes: date alone, T or blank, minutes or seconds, a fraction of 1 to 9
 * digits (cut to six), Z, ±HH:MM, ±HHMM; a blank in place of the + of an offset, as an unescaped
 * query has it. Without offset it is UTC. False for anything else, and
 * for what an offset moves out of the years 1 to 9999. */
bool datetime_parse(Str text, int64_t *ret_time_us);

/* YYYY-MM-DD and HH:MM[:SS[.f…]], checked against the calendar and written in the form of the API
 * into out[11] and out[9], ended by NUL. */
bool datetime_parse_date(Str text, char out[11]);
bool datetime_parse_time(Str text, char out[9]);

typedef struct DatetimeParts {
    int year, month, day, hour, minute, second, microsecond;
    int week_day; /* 1 = Sunday … 7 = Saturday */
} DatetimeParts;

DatetimeParts datetime_parts(int64_t time_us);

/* Sun, 06 Nov 1994 08:49:37 GMT (RFC 9110 5.6.7), for HTTP. */
void datetime_put_http(Buf *out, int64_t time_us);
