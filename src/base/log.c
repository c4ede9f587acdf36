/* One line an event on stderr. */
#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/datetime.h"
#include "base/log_repeat.h"

/* The rest of a line is its time, level, mark of a cut, and count of dropped ones. */
enum { LOG_TEXT_SIZE = 8 * 1024, LOG_LINE_SIZE = LOG_TEXT_SIZE + 64 };

static const char *const level_names[LOG_LEVEL_N] = {"error", "warning", "info", "debug"};

/* Where copies of the lines go. */
typedef struct LogCopy {
    void (*take)(void *context, Str line);
    void *context;
} LogCopy;

typedef struct Log {
    LogLevel level; /* changed only while there is one thread, as copy is */
    LogCopy copy;
    LogRepeats repeats; /* has its own lock */
} Log;

/* Of the process, like stderr itself: whatever fails anywhere may have to be logged, and handing
 * this through every function would tell no reader more.
 * NOLINTNEXTLINE(*-avoid-non-const-global-variables): the one that CONTRIBUTING.md allows */
static Log log_state = {.level = LOG_LEVEL_INFO, .repeats = LOG_REPEATS_INIT};

void log_set_copy(void (*take)(void *context, Str line), void *context)
{
    log_state.copy = (LogCopy){take, context};
}

void log_set_level(LogLevel level)
{
    log_state.level = level;
}

LogLevel log_level_from(const char *name)
{
    LogLevel level = LOG_LEVEL_ERROR;
    while (level < LOG_LEVEL_N && strcmp(name, level_names[level]) != 0) {
        level++;
    }
    return level;
}

static void replace_controls(char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        const unsigned char c = (unsigned char)text[i];
        if (c < 0x20 || c == 0x7f) {
            text[i] = '?';
        } else if (c == 0xc2 && i + 1 < len && (unsigned char)text[i + 1] < 0xa0) {
            text[i] = '?'; /* U+0080 to U+009F, in two bytes */
            text[i + 1] = '?';
        }
    }
}

static void put_text(Buf *line, const char *format, va_list arguments) PRINTF_LIKE(2, 0);

static void put_text(Buf *line, const char *format, va_list arguments)
{
    char *text = buf_reserve(line, LOG_TEXT_SIZE);
    const int wanted = vsnprintf(text, LOG_TEXT_SIZE, format, arguments);
    const size_t len = wanted < 0 ? 0 : MIN((size_t)wanted, (size_t)LOG_TEXT_SIZE - 1);
    replace_controls(text, len);
    buf_added(line, len);
    if (wanted >= LOG_TEXT_SIZE) {
        buf_put_lit(line, " (cut)");
    }
}

/* In one call, so that lines of several threads don't mix. */
static void write_line(Str line)
{
    ssize_t written = 0;
    do {
        written = write(STDERR_FILENO, line.ptr, line.len);
    } while (written < 0 && errno == EINTR);
    /* Where the log itself can't be written there is nobody to tell. */
}

static void write_line_of(LogLevel level, int64_t n_dropped, const char *format, va_list arguments)
    PRINTF_LIKE(3, 0);

static void write_line_of(LogLevel level, int64_t n_dropped, const char *format, va_list arguments)
{
    Buf line;
    buf_init(&line, LOG_LINE_SIZE);
    datetime_put(&line, datetime_now_us(), true);
    buf_put_lit(&line, "Z ");
    buf_put_str(&line, str_from(level_names[level]));
    buf_put_char(&line, ' ');
    put_text(&line, format, arguments);
    if (n_dropped > 0) {
        buf_put_lit(&line, " dropped=");
        buf_put_int64(&line, n_dropped);
    }
    buf_put_char(&line, '\n');
    write_line(buf_str(&line));
    if (log_state.copy.take != NULL) {
        log_state.copy.take(log_state.copy.context, buf_str(&line));
    }
    buf_deinit(&line);
}

void log_line(LogLevel level, const char *place, const char *format, ...)
{
    if (level > log_state.level) {
        return;
    }
    const int saved_errno = errno;
    int64_t n_dropped = 0;
    if (level > LOG_LEVEL_WARNING ||
        log_repeats_admit(&log_state.repeats, place != NULL ? place : format,
                          datetime_monotonic_us(), &n_dropped)) {
        va_list arguments;
        va_start(arguments, format);
        write_line_of(level, n_dropped, format, arguments);
        va_end(arguments);
    }
    errno = saved_errno;
}

/* What a line begins with, from its format: the words before the first that holds a directive,
 * which tells people nothing. The whole where it begins with one. */
static Str first_words(Str format)
{
    size_t end = str_find(format, '%', 0);
    if (end == SIZE_MAX) {
        return format;
    }
    while (end > 0 && format.ptr[end] != ' ') {
        end--;
    }
    return end > 0 ? str_slice(format, 0, end) : format;
}

void log_tell_dropped(bool all)
{
    int64_t n_dropped = 0;
    for (;;) {
        const char *place =
            log_repeats_take_dropped(&log_state.repeats, datetime_monotonic_us(), all, &n_dropped);
        if (place == NULL) {
            return;
        }
        log_info("repeated lines were dropped like=\"%.*s\" dropped=%lld",
                 STR_ARG(first_words(str_from(place))), (long long)n_dropped);
    }
}
