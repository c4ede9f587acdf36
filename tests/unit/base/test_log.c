#include "test.h"

#include <errno.h>
#include <string.h>

#include "base/datetime.h"
#include "base/log.h"
#include "base/str.h"
#include "stderr_pipe.h"
#include "text.h"

enum { HEAD_LEN = sizeof "2024-01-01T00:00:00.000000Z " - 1 };

static void test_form(void **state)
{
    (void)state;
    const StderrPipe pipe = stderr_pipe_open();
    errno = ENOENT;
    log_info("started port=%d", 8443);
    const int error = errno;
    char line[200];
    const size_t len = stderr_pipe_close(pipe, line, sizeof line);
    assert_int_equal(error, ENOENT);
    assert_true(len > HEAD_LEN);
    int64_t time_us = 0;
    assert_true(datetime_parse((Str){line, HEAD_LEN - 1}, &time_us));
    assert_true(datetime_now_us() - time_us < 60 * DATETIME_SECOND_US);
    assert_string_equal(line + HEAD_LEN, "info started port=8443\n");
}

static void test_controls_are_replaced(void **state)
{
    (void)state;
    const StderrPipe pipe = stderr_pipe_open();
    log_warning("a\nb\x1b[1m\x7f\xc2\x9b\xc2\xa0\xc3\xa9 %s", "c\r\nd");
    char line[200];
    (void)stderr_pipe_close(pipe, line, sizeof line);
    assert_string_equal(line + HEAD_LEN, "warning a?b?[1m???\xc2\xa0\xc3\xa9 c??d\n");
}

static void test_levels(void **state)
{
    (void)state;
    const StderrPipe pipe = stderr_pipe_open();
    log_debug("below the level at first");
    log_set_level(LOG_LEVEL_ERROR);
    log_warning("not written");
    log_error("one");
    log_set_level(LOG_LEVEL_DEBUG);
    log_debug("two");
    log_set_level(LOG_LEVEL_INFO);
    char lines[400];
    const size_t len = stderr_pipe_close(pipe, lines, sizeof lines);
    Str rest = {lines, len};
    assert_text(str_slice(str_cut(&rest, '\n'), HEAD_LEN, SIZE_MAX), "error one");
    assert_text(str_slice(str_cut(&rest, '\n'), HEAD_LEN, SIZE_MAX), "debug two");
    assert_int_equal(rest.len, 0);
}

static void test_level_names(void **state)
{
    (void)state;
    assert_int_equal(log_level_from("error"), LOG_LEVEL_ERROR);
    assert_int_equal(log_level_from("warning"), LOG_LEVEL_WARNING);
    assert_int_equal(log_level_from("info"), LOG_LEVEL_INFO);
    assert_int_equal(log_level_from("debug"), LOG_LEVEL_DEBUG);
    assert_int_equal(log_level_from("INFO"), LOG_LEVEL_N);
    assert_int_equal(log_level_from(""), LOG_LEVEL_N);
}

static void test_long_line_is_cut(void **state)
{
    (void)state;
    static char text[20000];
    memset(text, 'x', sizeof text - 1);
    const StderrPipe pipe = stderr_pipe_open();
    log_info("%s", text);
    static char line[30000];
    const size_t len = stderr_pipe_close(pipe, line, sizeof line);
    assert_in_range(len, 8000, 9000);
    assert_true(str_ends_with((Str){line, len}, STR("xxx (cut)\n")));
}

static int count_lines(Str text, Str part)
{
    int n = 0;
    while (text.len > 0) {
        n += str_find_str(str_cut(&text, '\n'), part) != SIZE_MAX;
    }
    return n;
}

/* A full disk must not fill the log; what isn't an error is never dropped. */
static void test_repeats_are_dropped_and_told(void **state)
{
    (void)state;
    const StderrPipe pipe = stderr_pipe_open();
    for (int i = 0; i < 50; i++) {
        log_error("the disk is full request=%d", i);
        log_error("nobody answers server=\"%.*s\" reason=\"%s\"", 1, "s", "none");
        log_info("said each time");
    }
    for (int i = 0; i < 12; i++) {
        log_line(LOG_LEVEL_WARNING, "a.c:1", "%s", i % 2 == 0 ? "one" : "two");
    }
    log_tell_dropped(false); /* too early */
    log_tell_dropped(true);
    log_tell_dropped(true);
    static char text[20000];
    const size_t len = stderr_pipe_close(pipe, text, sizeof text);
    const Str lines = {text, len};
    assert_int_equal(count_lines(lines, STR("error the disk is full")), 10);
    assert_int_equal(count_lines(lines, STR("info said each time")), 50);
    assert_int_equal(count_lines(lines, STR("warning ")), 10);
    assert_int_equal(count_lines(lines, STR("info repeated lines were dropped")), 3);
    assert_int_equal(count_lines(lines, STR("like=\"the disk is full\" dropped=40")), 1);
    assert_int_equal(count_lines(lines, STR("like=\"nobody answers\" dropped=40")), 1);
    assert_int_equal(count_lines(lines, STR("like=\"a.c:1\" dropped=2")), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_form),
        cmocka_unit_test(test_controls_are_replaced),
        cmocka_unit_test(test_levels),
        cmocka_unit_test(test_level_names),
        cmocka_unit_test(test_long_line_is_cut),
        cmocka_unit_test(test_repeats_are_dropped_and_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
