#pragma once

#include "base/buf.h"
#include "store/reader.h"

/* `rostrad check`: SQLite's integrity, references, uniqueness, a log without gaps, versions,
 * counts, secrets that open. */

/* Writes one line a fault into `report`; *ret_n_faults: how many. */
CHECKED Err *store_check(Store *s, Arena *a, Buf *report, size_t *ret_n_faults);
