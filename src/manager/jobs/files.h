#pragma once

#include "base/steady_clock.h"
#include "store/reader.h"

/* Removes uploaded files that neither a row nor a kept row of the change log names, a day after
 * they were put. */

typedef struct FilesUpkeep {
    Store *store;
    Reader *reader; /* borrowed */
    SteadyClock clock;
    int64_t steady_us; /* the clock must have been steady for so long */
} FilesUpkeep;

#define FILES_STEADY_US (INT64_C(3600) * 1000 * 1000)

/* How often. */
#define FILES_PERIOD_US (INT64_C(3600) * 1000 * 1000)

/* The job; context: a FilesUpkeep. */
CHECKED Err *files_upkeep_run(void *context, Arena *a, int64_t now_us);
