#pragma once

#include "base/steady_clock.h"
#include "store/writer.h"

/* How long history is kept: the newest conference instances with all that belongs to them, a number
 * of rows of every other resource, and nothing older than global.logs_max_age days.
 *
 * It is removed in steps: when a limit is passed by 5 % it is cut to the limit, and then not again
 * for an hour, since each removal makes clients that page by offset skip rows. The oldest go first,
 * by the time of their end; what hasn't ended goes last, and never by its age. */

typedef struct RetentionLimits {
    int64_t conferences; /* instances; others count for none of these */
    int64_t others;      /* rows of each other resource; also participants and backplanes without a
                            conference */
    int64_t rest_us;     /* at least between two steps */
    int64_t steady_us;   /* the clock must have been steady for so long before age counts */
    int64_t budget_us;   /* of a run; the rest of the step is left to the next */
    int64_t portion;     /* rows of a kind in one transaction; what belongs to them may be as many
                            again each */
} RetentionLimits;

extern const RetentionLimits retention_limits;

#define RETENTION_RULES 6

typedef struct Retention {
    Store *store;
    Reader *reader; /* borrowed */
    const RetentionLimits *limits;
    SteadyClock clock;
    int64_t next_us;               /* of the next look, monotonic */
    bool cutting[RETENTION_RULES]; /* a step that isn't done yet */
    int64_t n_removed;             /* in this step, what belongs to them not counted */
} Retention;

/* How often; most runs only look at a clock. */
#define RETENTION_PERIOD_US (INT64_C(5) * 1000 * 1000)

/* The job; context: a Retention. */
CHECKED Err *retention_run(void *context, Arena *a, int64_t now_us);
