/* Compares the wall clock with the one that never jumps. */
#include "base/steady_clock.h"

#include "base/datetime.h"

/* Time services slew far slower, and a machine that slept or was moved may lose seconds. */
#define JUMP_US (60 * DATETIME_SECOND_US)

bool steady_clock_look(SteadyClock *c, int64_t wall_us, int64_t monotonic_us, int64_t for_us)
{
    const int64_t offset_us = wall_us - monotonic_us;
    const int64_t moved_us = offset_us - c->offset_us;
    if (!c->known || moved_us > JUMP_US || moved_us < -JUMP_US) {
        c->known = true;
        c->steady_us = monotonic_us;
    }
    c->offset_us = offset_us; /* it may be slewed */
    return monotonic_us - c->steady_us >= for_us;
}
