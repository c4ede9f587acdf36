#pragma once

#include "base/err.h"

/* Gives the rights of root up to the owner of `folder`, if we are root and the owner isn't; for
 * good: the process can't get them back. What needs them (a port below 1024, a file to restore
 * from) is opened before. A folder that isn't there yet will be root's. Before any thread starts.
 * Errors: ERR_IO. */
CHECKED Err *privileges_drop(Arena *a, const char *folder);
