/* Counts of lines by the place that writes them: a table of fixed size, so that the log never needs
 * memory to say that there is none. Places are never given up: they are literals of the program. */
#include "base/log_repeat.h"

/* The first of the places that is this one or free; NULL when all are taken. */
static LogPlace *find_locked(LogRepeats *r, const char *name) REQUIRES(r->lock)
{
    for (size_t i = 0; i < LOG_REPEAT_PLACES; i++) {
        LogPlace *place = &r->places[i];
        if (place->name == name || place->name == NULL) {
            return place;
        }
    }
    return NULL;
}

static bool admit_locked(LogRepeats *r, const char *name, int64_t now_us, int64_t *ret_n_dropped)
    REQUIRES(r->lock)
{
    LogPlace *place = find_locked(r, name);
    if (place == NULL) {
        return true;
    }
    if (place->name == NULL) {
        *place = (LogPlace){.name = name, .since_us = now_us};
    }
    if (now_us - place->since_us >= LOG_REPEAT_US) {
        *ret_n_dropped = place->n_dropped;
        place->since_us = now_us;
        place->n_written = 0;
        place->n_dropped = 0;
    }
    if (place->n_written == LOG_REPEAT_BURST) {
        place->n_dropped++;
        return false;
    }
    place->n_written++;
    return true;
}

bool log_repeats_admit(LogRepeats *r, const char *place, int64_t now_us, int64_t *ret_n_dropped)
{
    *ret_n_dropped = 0;
    mutex_lock(&r->lock);
    const bool admitted = admit_locked(r, place, now_us, ret_n_dropped);
    mutex_unlock(&r->lock);
    return admitted;
}

const char *log_repeats_take_dropped(LogRepeats *r, int64_t now_us, bool all,
                                     int64_t *ret_n_dropped)
{
    const char *name = NULL;
    mutex_lock(&r->lock);
    for (size_t i = 0; i < LOG_REPEAT_PLACES && name == NULL; i++) {
        LogPlace *place = &r->places[i];
        if (place->n_dropped > 0 && (all || now_us - place->since_us >= LOG_REPEAT_US)) {
            name = place->name;
            *ret_n_dropped = place->n_dropped;
            place->n_dropped = 0;
        }
    }
    mutex_unlock(&r->lock);
    return name;
}
