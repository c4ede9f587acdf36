#pragma once

#include "store/reader.h"

/* Certificates whose derived fields are empty: the one that a new store begins with, and those that
 * an older version stored. */

/* Fills them, before anybody asks. Texts that can't be read stay as they are. Waits for the writer:
 * not on its thread. Memory: errors, and up to some megabytes, in `a`. Errors: ERR_IO. */
CHECKED Err *derived_fill(Store *store, Reader *reader, Arena *a);
