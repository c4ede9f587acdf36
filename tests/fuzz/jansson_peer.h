#pragma once

#include "base/str.h"

/* Jansson as a second opinion; in a file of its own since its names are also ours. Without
 * FUZZ_WITH_JANSSON it never can tell. */

typedef enum JanssonAnswer {
    JANSSON_SAME,        /* both are JSON and mean the same */
    JANSSON_DIFFERENT,   /* or one isn't JSON */
    JANSSON_CANNOT_TELL, /* a number that is too big for it */
} JanssonAnswer;

JanssonAnswer jansson_compare(Str left, Str right);
