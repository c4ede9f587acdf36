#pragma once

#include <stdint.h>

#include "base/attr.h"

/* At most so many requests in a sliding window, for all clients together (wire 11.5): off unless
 * the command line says otherwise, for those who want the limits of the original. Only requests
 * that are logged in come here, or anybody could lock all clients out. Any thread. */

typedef struct RateLimit RateLimit;

/* limit: requests in the window; 0: no limit. window_s ≥ 1. */
RateLimit *rate_limit_new(int64_t limit, int64_t window_s);
RateLimit *rate_limit_free(RateLimit *r);
DEFINE_CLEANUP(RateLimit, rate_limit_free);

/* Counts a request; 0 if it may go on, else the whole seconds, at least 1, after which to try again
 * (it then doesn't count). now_us: monotonic. */
int64_t rate_limit_take(RateLimit *r, int64_t now_us);
