#pragma once

#include "manager/transfer/log_tail.h"
#include "store/store.h"

/* Snapshots for those who help: a .tar.gz of versions, sizes and counts, the configuration without
 * secrets, PINs and other texts that open something, live rows, and the newest lines of the log.
 * Any thread. */

/* What is asked for. Hours back from now at which the log in it begins and ends; -1: as far as
 * there is, and now. */
typedef struct SnapshotRange {
    int64_t from_hours;
    int64_t to_hours;
    bool with_metrics; /* metrics.h, too */
} SnapshotRange;

typedef struct Snapshots {
    Store *store; /* borrowed, as the tail */
    LogTail *tail;
} Snapshots;

/* Removes what an earlier run left. */
void snapshots_start(const Snapshots *s, Arena *a);

/* An open file without a name, to be read from the start, and how it may be called. Errors: ERR_IO.
 */
CHECKED Err *snapshots_make(const Snapshots *s, Arena *a, const SnapshotRange *range, int *ret_fd,
                            uint64_t *ret_size_bytes, Str *ret_name);

/* The same as a file of that name in the folder of snapshots. */
CHECKED Err *snapshots_keep(const Snapshots *s, Arena *a, const SnapshotRange *range, Str name);
