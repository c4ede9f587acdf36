#pragma once

#include <stdbool.h>

#include "base/attr.h"
#include "base/str.h"

/* One line an event on stderr: time, level, words, then key=value. Safe from any thread; a line is
 * written at once; its text is cut after 8 KiB. Never hand a secret over. Control characters in the
 * text are replaced, so that a line stays one line.
 *
 * Errors and warnings are rate limited by the place that writes them (log_repeat.h): the line that
 * follows dropped ones ends in dropped=N, and log_tell_dropped() tells of those that no line
 * followed. */

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

/* Hands a copy of every line that is written, with its line feed, to `take`, which must not log and
 * is called by any thread; NULL ends it. Set before threads start or after they ended. */
void log_set_copy(void (*take)(void *context, Str line), void *context);

/* By its lower-case name; LOG_LEVEL_N for none. */
LogLevel log_level_from(const char *name);

/* place: of the rate limit, known by its address: a literal, such as Err.where; NULL: the format.
 */
void log_line(LogLevel level, const char *place, const char *format, ...) PRINTF_LIKE(3, 4);

#define log_error(...) log_line(LOG_LEVEL_ERROR, NULL, __VA_ARGS__)
#define log_warning(...) log_line(LOG_LEVEL_WARNING, NULL, __VA_ARGS__)
#define log_info(...) log_line(LOG_LEVEL_INFO, NULL, __VA_ARGS__)
#define log_debug(...) log_line(LOG_LEVEL_DEBUG, NULL, __VA_ARGS__)

/* To be called now and then: a line for each place that dropped lines a while ago, or, at the end
 * of the program, for all of them. */
void log_tell_dropped(bool all);
