/* Times read from text, strictly. */
#include "base/datetime.h"

#include <string.h>

#include "base/attr.h"
#include "base/datetime_calendar.h"

/* What is left of the text to read. */
typedef struct Reader {
    const char *at;
    const char *end;
} Reader;

static Reader reader_of(Str text)
{
    return text.len == 0 ? (Reader){"", ""} : (Reader){text.ptr, text.ptr + text.len};
}

static bool read_char(Reader *r, char c)
{
    const bool there = r->at < r->end && *r->at == c;
    r->at += there;
    return there;
}

/* Exactly n digits. */
static bool read_digits(Reader *r, int n, int *ret_number)
{
    if (r->end - r->at < n) {
        return false;
    }
    int number = 0;
    for (int i = 0; i < n; i++) {
        const int digit = r->at[i] - '0';
        if (digit < 0 || digit > 9) {
            return false;
        }
        number = number * 10 + digit;
    }
    r->at += n;
    *ret_number = number;
    return true;
}

static int days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return days[month - 1] + (month == 2 && leap);
}

static bool read_date(Reader *r, DatetimeParts *parts)
{
    return read_digits(r, 4, &parts->year) && read_char(r, '-') &&
           read_digits(r, 2, &parts->month) && read_char(r, '-') &&
           read_digits(r, 2, &parts->day) && parts->year >= 1 && parts->month >= 1 &&
           parts->month <= 12 && parts->day >= 1 &&
           parts->day <= days_in_month(parts->year, parts->month);
}

/* 1 to 9 digits, cut to six. */
static bool read_fraction(Reader *r, int *ret_microsecond)
{
    int microsecond = 0;
    int n = 0;
    for (int digit = 0; n < 9 && read_digits(r, 1, &digit); n++) {
        microsecond = n < 6 ? microsecond * 10 + digit : microsecond;
    }
    for (int i = n; i < 6; i++) {
        microsecond *= 10;
    }
    *ret_microsecond = microsecond;
    return n > 0;
}

/* HH:MM[:SS[.f…]] */
static bool read_time(Reader *r, DatetimeParts *parts)
{
    if (!read_digits(r, 2, &parts->hour) || !read_char(r, ':') ||
        !read_digits(r, 2, &parts->minute) || parts->hour > 23 || parts->minute > 59) {
        return false;
    }
    if (!read_char(r, ':')) {
        return true;
    }
    return read_digits(r, 2, &parts->second) && parts->second <= 59 &&
           (!read_char(r, '.') || read_fraction(r, &parts->microsecond));
}

/* Nothing, Z, ±HH:MM or ±HHMM, a blank for +. */
static bool read_offset(Reader *r, int *ret_minutes)
{
    *ret_minutes = 0;
    if (r->at == r->end || read_char(r, 'Z')) {
        return true;
    }
    const bool west = read_char(r, '-');
    int hours = 0;
    int minutes = 0;
    if ((!west && !read_char(r, '+') && !read_char(r, ' ')) || !read_digits(r, 2, &hours)) {
        return false;
    }
    (void)read_char(r, ':'); /* may be left out */
    if (!read_digits(r, 2, &minutes) || hours > 23 || minutes > 59) {
        return false;
    }
    *ret_minutes = (west ? -1 : 1) * (hours * 60 + minutes);
    return true;
}

static int64_t days_since_1970(const DatetimeParts *parts)
{
    const int year = parts->year - (parts->month <= 2);
    const int era = year / 400;
    const int year_of_era = year % 400;
    const int month_from_march = parts->month > 2 ? parts->month - 3 : parts->month + 9;
    const int day_of_year = (153 * month_from_march + 2) / 5 + parts->day - 1;
    const int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return (int64_t)era * DAYS_PER_ERA + day_of_era - DAYS_TO_1970;
}

bool datetime_parse(Str text, int64_t *ret_time_us)
{
    Reader r = reader_of(text);
    DatetimeParts parts = {0};
    int offset_minutes = 0;
    if (!read_date(&r, &parts)) {
        return false;
    }
    if (r.at < r.end && !((read_char(&r, 'T') || read_char(&r, ' ')) && read_time(&r, &parts) &&
                          read_offset(&r, &offset_minutes) && r.at == r.end)) {
        return false;
    }
    const int seconds = (parts.hour * 60 + parts.minute - offset_minutes) * 60 + parts.second;
    const int64_t time_us = days_since_1970(&parts) * DATETIME_DAY_US +
                            seconds * DATETIME_SECOND_US + parts.microsecond;
    if (time_us < DATETIME_MIN_US || time_us > DATETIME_MAX_US) {
        return false;
    }
    *ret_time_us = time_us;
    return true;
}

bool datetime_parse_date(Str text, char out[11])
{
    Reader r = reader_of(text);
    DatetimeParts parts = {0};
    if (!read_date(&r, &parts) || r.at != r.end) {
        return false;
    }
    memcpy(out, text.ptr, 10);
    out[10] = '\0';
    return true;
}

bool datetime_parse_time(Str text, char out[9])
{
    Reader r = reader_of(text);
    DatetimeParts parts = {0};
    if (!read_time(&r, &parts) || r.at != r.end) {
        return false;
    }
    memcpy(out, "00:00:00", 9);
    memcpy(out, text.ptr, MIN(text.len, (size_t)8));
    return true;
}
