#pragma once

#include "base/err.h"

/* Gives the rights of root up to the owner of `folder`, if we are root and the owner isn't. Before
 * any thread starts. Errors: ERR_IO. */
CHECKED Err *privileges_drop(Arena *a, const char *folder);
