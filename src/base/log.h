#pragma once

#include "base/attr.h"

/* One line an event on stderr: time, level, words, then key=value. Safe from any thread; a line is
 * written at once; its text is cut after 8 KiB. Never hand a secret over. Control characters in the
 * text are replaced, so that a line stays one line. */

typedef enum LogLevel {
    LOG_LEVEL_ERROR,
    LOG_LEVEL_WARNING,
    LOG_LEVEL_INFO,
    LOG_LEVEL_DEBUG,
    LOG_LEVEL_N
} LogLevel;

/* Lines above this level are dropped. Set once, before threads start; LOG_LEVEL_INFO before that.
 */
void log_set_level(LogLevel level);

/* By its lower-case name; LOG_LEVEL_N for none. */
LogLevel log_level_from(const char *name);

void log_line(LogLevel level, const char *format, ...) PRINTF_LIKE(2, 3);

#define log_error(...) log_line(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...) log_line(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_info(...) log_line(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...) log_line(LOG_LEVEL_DEBUG, __VA_ARGS__)
