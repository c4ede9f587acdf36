#pragma once

#include "base/arena.h"
#include "base/err.h"

/* Gives free memory back to the system.
 *
 * A request that changes 10,000 objects needs some 100 MB for half a second; what it freed stays
 * with the allocator's pool of its thread, which gives back only what lies at the end. So all free
 * pages are given back when private memory has grown by more than MEMORY_GROWN_BYTES, and for as
 * long as that helps; while it doesn't, after pauses that double, since much may have been in use
 * at that moment. It takes milliseconds, in which threads that allocate may wait. */

typedef struct MemoryUpkeep {
    int64_t kept_bytes; /* private memory after the last time */
    int pause;          /* runs to be left out after a time that didn't help */
    int left;           /* of them */
    int64_t n_times;
} MemoryUpkeep;

#define MEMORY_PERIOD_US (INT64_C(5) * 1000 * 1000)
#define MEMORY_GROWN_BYTES (INT64_C(16) * 1024 * 1024)

/* Less than this is no help. */
#define MEMORY_HELP_BYTES (INT64_C(2) * 1024 * 1024)

/* The longest pause: five minutes. */
enum { MEMORY_PAUSE_MAX = 60 };

/* Pages of this process that no file stands behind, in bytes; 0: the system doesn't say. */
int64_t memory_private_bytes(void);

/* A job; context: a MemoryUpkeep, zeroed at first. */
CHECKED Err *memory_run(void *context, Arena *a, int64_t now_us);
