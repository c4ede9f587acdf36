#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Whether the wall clock can be trusted for removing what is old: a clock that was set to another
 * year would make everything old at once. Confined to a thread. */

typedef struct SteadyClock {
    bool known;        /* zero it at the start */
    int64_t offset_us; /* of the wall clock, to the monotonic one */
    int64_t steady_us; /* since when, by the monotonic clock */
} SteadyClock;

/* A look at both clocks: true if they ran side by side for so long, as far as looks tell. A
 * difference of over a minute between two looks is a jump, and so is the first look. */
bool steady_clock_look(SteadyClock *c, int64_t wall_us, int64_t monotonic_us, int64_t for_us);
