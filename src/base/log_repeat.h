#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/thread.h"

/* Which lines of the log repeat: at most LOG_REPEAT_BURST from one place of the program within
 * LOG_REPEAT_US; the others are counted. A full disk or a lack of descriptors would else fill the
 * log with one line a request. For log.c; any thread. */

#define LOG_REPEAT_US INT64_C(60000000)
#define LOG_REPEAT_BURST 10

/* Places that are told apart; the lines of any more are not limited. */
#define LOG_REPEAT_PLACES 128

typedef struct LogPlace {
    const char *name; /* a text that stays for ever, known by its address; NULL: free */
    int64_t since_us; /* when LOG_REPEAT_US began */
    int n_written;    /* since then */
    int64_t n_dropped;
} LogPlace;

/* LOG_REPEATS_INIT is its initial value. */
typedef struct LogRepeats {
    Mutex lock;
    LogPlace places[LOG_REPEAT_PLACES]; /* under lock */
} LogRepeats;

#define LOG_REPEATS_INIT                                                                           \
    {                                                                                              \
        .lock = {.raw = PTHREAD_MUTEX_INITIALIZER }                                                \
    }

/* Whether a line from there may be written. If so, *ret_n_dropped were not since the last one. */
bool log_repeats_admit(LogRepeats *r, const char *place, int64_t now_us, int64_t *ret_n_dropped);

/* A place that dropped lines and whose time is over (or any, if all), and forgets that it did; NULL
 * if there is none. */
const char *log_repeats_take_dropped(LogRepeats *r, int64_t now_us, bool all,
                                     int64_t *ret_n_dropped);
