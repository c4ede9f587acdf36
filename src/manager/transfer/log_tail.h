#pragma once

#include "base/buf.h"

/* The newest lines of the log, kept in memory for snapshots: about LOG_TAIL_BYTES of them. Any
 * thread. */

#define LOG_TAIL_BYTES ((size_t)1024 * 1024)

typedef struct LogTail LogTail;

LogTail *log_tail_new(void);
LogTail *log_tail_free(LogTail *t);
DEFINE_CLEANUP(LogTail, log_tail_free);

/* For log_set_copy(); tail: a LogTail. */
void log_tail_take(void *tail, Str line);

/* Puts the lines of a time, from_us ≤ time < to_us, the oldest first. */
void log_tail_put(LogTail *t, Buf *out, int64_t from_us, int64_t to_us);
