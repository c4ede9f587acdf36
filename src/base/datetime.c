/* Clocks, and times as texts. The calendar is computed here, so that no time zone or locale of the
 * environment has a say in what the API answers. */
#include "base/datetime.h"

#include <string.h>
#include <time.h>

#include "base/attr.h"
#include "base/datetime_calendar.h"

static int64_t read_clock(clockid_t clock)
{
    struct timespec now = {0};
    MUST(clock_gettime(clock, &now) == 0);
    return (int64_t)now.tv_sec * DATETIME_SECOND_US + now.tv_nsec / 1000;
}

int64_t datetime_now_us(void)
{
    return read_clock(CLOCK_REALTIME);
}

int64_t datetime_monotonic_us(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

DatetimeParts datetime_parts(int64_t time_us)
{
    const int64_t within = MIN(MAX(time_us, DATETIME_MIN_US), DATETIME_MAX_US);
    /* Counted from year 0, so that nothing is negative. */
    const int64_t since_us = within + DAYS_TO_1970 * DATETIME_DAY_US;
    const int64_t days = since_us / DATETIME_DAY_US;
    const int64_t in_day_us = since_us % DATETIME_DAY_US;
    const int second_of_day = (int)(in_day_us / DATETIME_SECOND_US);
    DatetimeParts parts = {
        .hour = second_of_day / 3600,
        .minute = second_of_day / 60 % 60,
        .second = second_of_day % 60,
        .microsecond = (int)(in_day_us % DATETIME_SECOND_US),
        .week_day = (int)((days + 3) % 7) + 1, /* 0000-03-01 was a Wednesday */
    };
    /* Eras of 400 years that begin in March, so that the leap day is the last of a year. */
    const int era = (int)(days / DAYS_PER_ERA);
    const int day_of_era = (int)(days % DAYS_PER_ERA);
    const int year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    const int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const int month_from_march = (5 * day_of_year + 2) / 153;
    parts.day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    parts.month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
    parts.year = era * 400 + year_of_era + (parts.month <= 2);
    return parts;
}

static char *put_two(char *to, int number)
{
    to[0] = (char)('0' + number / 10);
    to[1] = (char)('0' + number % 10);
    return to + 2;
}

static char *put_date(char *to, const DatetimeParts *parts)
{
    to = put_two(to, parts->year / 100);
    to = put_two(to, parts->year % 100);
    *to++ = '-';
    to = put_two(to, parts->month);
    *to++ = '-';
    return put_two(to, parts->day);
}

static char *put_time(char *to, const DatetimeParts *parts)
{
    to = put_two(to, parts->hour);
    *to++ = ':';
    to = put_two(to, parts->minute);
    *to++ = ':';
    return put_two(to, parts->second);
}

void datetime_put(Buf *out, int64_t time_us, bool fraction)
{
    const DatetimeParts parts = datetime_parts(time_us);
    char text[sizeof "YYYY-MM-DDTHH:MM:SS.ffffff"];
    char *to = put_date(text, &parts);
    *to++ = 'T';
    to = put_time(to, &parts);
    if (fraction) {
        *to++ = '.';
        to = put_two(to, parts.microsecond / 10000);
        to = put_two(to, parts.microsecond / 100 % 100);
        to = put_two(to, parts.microsecond % 100);
    }
    buf_put(out, text, (size_t)(to - text));
}

void datetime_put_http(Buf *out, int64_t time_us)
{
    static const char days[] = "SunMonTueWedThuFriSat";
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    const DatetimeParts parts = datetime_parts(time_us);
    char text[] = "Sun, 06 Nov 1994 08:49:37 GMT";
    memcpy(text, days + (ptrdiff_t)3 * (parts.week_day - 1), 3);
    (void)put_two(text + 5, parts.day);
    memcpy(text + 8, months + (ptrdiff_t)3 * (parts.month - 1), 3);
    (void)put_two(text + 12, parts.year / 100);
    (void)put_two(text + 14, parts.year % 100);
    (void)put_time(text + 17, &parts);
    buf_put(out, text, sizeof text - 1);
}
