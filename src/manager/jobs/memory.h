#pragma once

#include "base/arena.h"
#include "base/err.h"

/* Gives free memory back to the system.
 *
 * A request that changes 10,000 objects needs some 100 MB for half a second; what it freed stays
 * with the allocator's pool of its thread, which gives back only what lies at the end. When private
 * memory has grown by more than MEMORY_GROWN_BYTES since the last look, all free pages go back. It
 * takes milliseconds, in which threads that allocate may wait; where memory doesn't grow nothing is
 * done, so busy threads keep theirs. */

typedef struct MemoryUpkeep {
    int64_t kept_bytes; /* private memory after the last time; 0: not yet looked at */
    int64_t n_given_back;
} MemoryUpkeep;

#define MEMORY_PERIOD_US (INT64_C(5) * 1000 * 1000)
#define MEMORY_GROWN_BYTES (INT64_C(16) * 1024 * 1024)

/* Pages of this process that no file stands behind, in bytes; 0: the system doesn't say. */
int64_t memory_private_bytes(void);

/* A job; context: a MemoryUpkeep, zeroed at first. */
CHECKED Err *memory_run(void *context, Arena *a, int64_t now_us);
