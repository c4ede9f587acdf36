#pragma once

#include <stddef.h>

/* What memory holds when it is given back: for tests that are linked with `wrapped_free`. */

/* Looks from now on for these bytes, which stay the caller's; length 0: for none. Forgets what was
 * found. */
void wrapped_free_watch(const void *bytes, size_t len);

/* Pieces of memory that were given back with them since. */
int wrapped_free_n_found(void);
