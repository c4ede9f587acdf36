#include "test.h"

#include "base/datetime.h"
#include "text.h"

#define US(seconds) (INT64_C(seconds) * DATETIME_SECOND_US)

static void test_put(void **state)
{
    (void)state;
    static const struct {
        int64_t time_us;
        bool fraction;
        const char *text;
    } cases[] = {
        {0, true, "1970-01-01T00:00:00.000000"},
        {0, false, "1970-01-01T00:00:00"},
        {-1, true, "1969-12-31T23:59:59.999999"},
        {US(951782400) + 123456, true, "2000-02-29T00:00:00.123456"},
        {US(4107542399), false, "2100-02-28T23:59:59"},
        {US(4107542400), false, "2100-03-01T00:00:00"},
        {US(-62135596800), true, "0001-01-01T00:00:00.000000"},
        {US(253402300799) + 999999, true, "9999-12-31T23:59:59.999999"},
        {INT64_MIN, false, "0001-01-01T00:00:00"}, /* the nearest that can be written */
        {INT64_MAX, false, "9999-12-31T23:59:59"},
    };
    CLEANUP(buf_free) Buf *b = buf_new(100);
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        buf_reset(b);
        datetime_put(b, cases[i].time_us, cases[i].fraction);
        assert_text(buf_str(b), cases[i].text);
    }
}

static void test_parse(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *written;
    } cases[] = {
        {"2024-03-01", "2024-03-01T00:00:00.000000"},
        {"2024-03-01T10:00", "2024-03-01T10:00:00.000000"},
        {"2024-03-01 10:00", "2024-03-01T10:00:00.000000"},
        {"2024-03-01T10:00:59", "2024-03-01T10:00:59.000000"},
        {"2024-03-01T10:00:00Z", "2024-03-01T10:00:00.000000"},
        {"2024-03-01T10:00Z", "2024-03-01T10:00:00.000000"},
        {"2024-03-01T10:00:00.5", "2024-03-01T10:00:00.500000"},
        {"2024-03-01T10:00:00.000001", "2024-03-01T10:00:00.000001"},
        {"2024-03-01T10:00:00.123456789Z", "2024-03-01T10:00:00.123456"},
        {"2024-03-01T10:00:00.9999999", "2024-03-01T10:00:00.999999"},
        {"2024-03-01T10:00:00+02:00", "2024-03-01T08:00:00.000000"},
        {"2024-03-01T10:00:00 02:00", "2024-03-01T08:00:00.000000"},
        {"2024-03-01 10:00:00.5 0230", "2024-03-01T07:30:00.500000"},
        {"2024-03-01T10:00:00-0530", "2024-03-01T15:30:00.000000"},
        {"2024-02-29T23:30:00-01:00", "2024-03-01T00:30:00.000000"},
        {"0001-01-01", "0001-01-01T00:00:00.000000"},
        {"9999-12-31T23:59:59.999999", "9999-12-31T23:59:59.999999"},
        {"2000-02-29", "2000-02-29T00:00:00.000000"},
    };
    CLEANUP(buf_free) Buf *b = buf_new(100);
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        int64_t time_us = 0;
        if (!datetime_parse(str_from(cases[i].text), &time_us)) {
            fail_msg("%s is refused", cases[i].text);
        }
        buf_reset(b);
        datetime_put(b, time_us, true);
        assert_text(buf_str(b), cases[i].written);
    }
}

static void test_parse_refuses(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",
        "2024",
        "2024-03",
        "2024-3-1",
        "24-03-01",
        "2024-00-01",
        "2024-13-01",
        "2024-04-31",
        "2023-02-29",
        "1900-02-29",
        "2024-01-00",
        "0000-01-01",
        "2024-03-01Z",
        "2024-03-01T",
        "2024-03-01T10",
        "2024-03-01T10:",
        "2024-03-01T10:00:",
        "2024-03-01T24:00",
        "2024-03-01T10:60",
        "2024-03-01T10:00:60",
        "2024-03-01T10:00:00.",
        "2024-03-01T10:00:00.1234567890",
        "2024-03-01T10:00.5",
        "2024-03-01T10:00:00,5",
        "2024-03-01t10:00:00",
        "2024-03-01T10:00:00z",
        "2024-03-01T10:00:00 ",
        " 2024-03-01",
        "2024-03-01  10:00",
        "2024-03-01T10:00:00+02",
        "2024-03-01T10:00:00+2:00",
        "2024-03-01T10:00:00+02:0",
        "2024-03-01T10:00:00+24:00",
        "2024-03-01T10:00:00+01:60",
        "2024-03-01T10:00:00Z+01:00",
        "2024-03-01T10:00:00+01:00x",
        "2024/03/01",
        "20240301",
        "0001-01-01T00:00:00+00:01",
        "9999-12-31T23:59:59-00:01",
        "-024-03-01",
        "2024-03-0a",
    };
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        int64_t time_us = 77;
        if (datetime_parse(str_from(cases[i]), &time_us)) {
            fail_msg("%s is taken", cases[i]);
        }
        assert_int_equal(time_us, 77);
    }
    int64_t time_us = 0;
    assert_false(datetime_parse(STR_NONE, &time_us));
}

static void test_every_day_comes_back(void **state)
{
    (void)state;
    CLEANUP(buf_free) Buf *b = buf_new(100);
    int week_day = 2; /* 0001-01-01 was a Monday in the calendar carried back */
    for (int64_t day = -719162; day <= 2932896; day++) {
        const int64_t time_us = day * DATETIME_DAY_US + 86399 * DATETIME_SECOND_US;
        assert_int_equal(datetime_parts(time_us).week_day, week_day);
        week_day = week_day % 7 + 1;
        buf_reset(b);
        datetime_put(b, time_us, false);
        int64_t again_us = 0;
        assert_true(datetime_parse(buf_str(b), &again_us));
        assert_true(again_us == time_us);
    }
}

static void test_date(void **state)
{
    (void)state;
    char out[11] = "";
    assert_true(datetime_parse_date(STR("2024-02-29"), out));
    assert_string_equal(out, "2024-02-29");
    static const char *const bad[] = {"",           "2023-02-29",  "2024-2-29",
                                      "2024-02-30", "2024-02-29 ", "2024-02-29T00:00"};
    for (size_t i = 0; i < ARRAY_N(bad); i++) {
        assert_false(datetime_parse_date(str_from(bad[i]), out));
        assert_string_equal(out, "2024-02-29");
    }
}

static void test_time(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *written;
    } good[] = {
        {"10:05", "10:05:00"},
        {"23:59:59", "23:59:59"},
        {"00:00:00.123456", "00:00:00"},
    };
    char out[9] = "";
    for (size_t i = 0; i < ARRAY_N(good); i++) {
        assert_true(datetime_parse_time(str_from(good[i].text), out));
        assert_string_equal(out, good[i].written);
    }
    static const char *const bad[] = {"",       "1:05",      "24:00",  "10:60", "10:00:60",
                                      "10:00:", "10:00:00.", "10:00Z", "10"};
    for (size_t i = 0; i < ARRAY_N(bad); i++) {
        assert_false(datetime_parse_time(str_from(bad[i]), out));
    }
}

static void test_parts_and_http(void **state)
{
    (void)state;
    const DatetimeParts parts = datetime_parts(US(784111777) + 5);
    assert_int_equal(parts.year, 1994);
    assert_int_equal(parts.month, 11);
    assert_int_equal(parts.day, 6);
    assert_int_equal(parts.hour, 8);
    assert_int_equal(parts.minute, 49);
    assert_int_equal(parts.second, 37);
    assert_int_equal(parts.microsecond, 5);
    assert_int_equal(parts.week_day, 1);
    CLEANUP(buf_free) Buf *b = buf_new(100);
    datetime_put_http(b, US(784111777) + 5);
    datetime_put_http(b, US(951868799)); /* the last second of a leap day */
    assert_text(buf_str(b), "Sun, 06 Nov 1994 08:49:37 GMTTue, 29 Feb 2000 23:59:59 GMT");
}

static void test_clocks(void **state)
{
    (void)state;
    const int64_t before_us = datetime_monotonic_us();
    assert_true(before_us > 0);
    assert_true(datetime_monotonic_us() >= before_us);
    assert_true(datetime_now_us() > US(1700000000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_put),
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_parse_refuses),
        cmocka_unit_test(test_every_day_comes_back),
        cmocka_unit_test(test_date),
        cmocka_unit_test(test_time),
        cmocka_unit_test(test_parts_and_http),
        cmocka_unit_test(test_clocks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
