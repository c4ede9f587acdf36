#pragma once

#include "base/buf.h"
#include "store/reader.h"

/* `rostrad check`: SQLite's integrity, references, nothing but our own tables and indexes, the row
 * of each singleton; uniqueness, a log without gaps, versions, counts, secrets that open.
 *
 * Writes one line a fault into `report`; *ret_n_faults: how many. */
CHECKED Err *store_check(Store *s, Arena *a, Buf *report, size_t *ret_n_faults);

/* Only what no part of the program can do without: all before the semicolon above. */
CHECKED Err *store_check_basis(Store *s, Arena *a, Buf *report, size_t *ret_n_faults);
