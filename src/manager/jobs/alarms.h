#pragma once

#include "store/reader.h"

/* Alarms of the Management Node: status/alarm while they are raised, history/alarm for ever.
 *
 * The rows of history that have no time_lowered say what is raised; live rows follow them, under
 * the same numbers. So an alarm that outlasts a restart keeps the time when it was raised. */

typedef struct Alarm {
    Str level;    /* a choice of the field */
    Str instance; /* what it is about, at most 250 characters */
    Str details;  /* at most 250 characters */
} Alarm;

/* Of one name at a time; more aren't raised. */
#define ALARMS_MAX 1000

/* Raises and lowers until exactly these of that name (a choice of the field) are raised. Alarms are
 * the same if they have the same instance. Thread: any, one at a time for a name. Blocks: until
 * both files are written; without a change nothing is. */
CHECKED Err *alarms_set(Store *s, Reader *reader, Arena *a, Str name, const Alarm wanted[],
                        size_t n);
