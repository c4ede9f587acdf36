/* The window is a ring of steps with the requests counted in each. */
#include "manager/server/rate_limit.h"

#include <stdlib.h>
#include <string.h>

#include "base/thread.h"

/* The window slides in so many steps: a second each in the window of a minute that the original
 * has. A request leaves the count with its whole step, so at most one step late. */
#define RATE_STEPS 60

struct RateLimit {
    int64_t limit;
    int64_t step_us;
    Mutex lock;
    int64_t counts[RATE_STEPS]; /* under lock: requests of the newest RATE_STEPS steps, by step
                                   number */
    int64_t newest;             /* under lock: number of the newest step */
    int64_t total;              /* under lock */
};

RateLimit *rate_limit_new(int64_t limit, int64_t window_s)
{
    RateLimit *r = calloc(1, sizeof *r);
    MUST(r != NULL);
    r->limit = limit;
    r->step_us = window_s * INT64_C(1000000) / RATE_STEPS;
    mutex_init(&r->lock);
    return r;
}

RateLimit *rate_limit_free(RateLimit *r)
{
    if (r != NULL) {
        mutex_deinit(&r->lock);
        free(r);
    }
    return NULL;
}

/* Makes `step` the newest; a time before it (another thread's) changes nothing. */
static void slide_locked(RateLimit *r, int64_t step) REQUIRES(r->lock)
{
    if (step - r->newest >= RATE_STEPS) {
        memset(r->counts, 0, sizeof r->counts);
        r->total = 0;
        r->newest = step;
    }
    while (r->newest < step) {
        r->newest++;
        int64_t *oldest = &r->counts[r->newest % RATE_STEPS];
        r->total -= *oldest;
        *oldest = 0;
    }
}

/* When the first counted step leaves the window. */
static int64_t wait_us_locked(const RateLimit *r, int64_t now_us) REQUIRES(r->lock)
{
    for (int64_t step = r->newest - RATE_STEPS + 1; step <= r->newest; step++) {
        if (step >= 0 && r->counts[step % RATE_STEPS] > 0) {
            return (step + RATE_STEPS) * r->step_us - now_us;
        }
    }
    return 0;
}

int64_t rate_limit_take(RateLimit *r, int64_t now_us)
{
    if (r->limit == 0) {
        return 0;
    }
    int64_t wait_s = 0;
    mutex_lock(&r->lock);
    slide_locked(r, now_us / r->step_us);
    if (r->total < r->limit) {
        r->counts[r->newest % RATE_STEPS]++;
        r->total++;
    } else {
        wait_s = MAX((wait_us_locked(r, now_us) + 999999) / 1000000, 1);
    }
    mutex_unlock(&r->lock);
    return wait_s;
}
