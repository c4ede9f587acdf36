/* The newest lines of the log. */
#include "test.h"

#include <string.h>

#include "base/arena.h"
#include "base/datetime.h"
#include "manager/transfer/log_tail.h"

#define LINE(time, text) "2026-11-25T" time ".000000Z info " text "\n"

static int64_t time_of(const char *text)
{
    int64_t time_us = 0;
    assert_true(datetime_parse(str_from(text), &time_us));
    return time_us;
}

static void test_range(void **state)
{
    (void)state;
    CLEANUP(log_tail_free) LogTail *t = log_tail_new();
    CLEANUP(buf_free) Buf *out = buf_new(10000);
    log_tail_take(t, STR(LINE("10:00:00", "a")));
    log_tail_take(t, STR(LINE("11:00:00", "b")));
    log_tail_take(t, STR(LINE("12:00:00", "c")));
    log_tail_put(t, out, INT64_MIN, INT64_MAX);
    assert_true(str_equal(buf_str(out),
                          STR(LINE("10:00:00", "a") LINE("11:00:00", "b") LINE("12:00:00", "c"))));
    buf_reset(out);
    log_tail_put(t, out, time_of("2026-11-25T11:00:00"), time_of("2026-11-25T12:00:00"));
    assert_true(str_equal(buf_str(out), STR(LINE("11:00:00", "b"))));
}

/* The oldest lines go first, whole. */
static void test_bound(void **state)
{
    (void)state;
    CLEANUP(log_tail_free) LogTail *t = log_tail_new();
    CLEANUP(buf_free) Buf *out = buf_new(4 * LOG_TAIL_BYTES);
    CLEANUP(arena_free) Arena *a = arena_new(64 << 20);
    const size_t n = 100000;
    for (size_t i = 0; i < n; i++) {
        arena_reset(a);
        log_tail_take(t, str_format(a, LINE("10:00:00", "number %zu"), i));
    }
    log_tail_put(t, out, INT64_MIN, INT64_MAX);
    assert_true(out->len <= LOG_TAIL_BYTES && out->len > LOG_TAIL_BYTES / 3);
    assert_true(str_starts_with(buf_str(out), STR("2026-11-25T10:00:00.000000Z info number ")));
    assert_true(str_ends_with(buf_str(out), STR("number 99999\n")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_range),
        cmocka_unit_test(test_bound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
