#pragma once

#include "store/store.h"

/* When rows changed last, in memory: for store_unchanged_since(). One of these a file.
 *
 * Each resource has a fixed number of slots; its rows share them, and a slot holds the newest
 * change of any of its rows. So it may say "changed" of a row that isn't, never the opposite; and
 * however many rooms change, that says nothing of an administrator's account. */

typedef struct Versions Versions;

Versions *versions_new(size_t n_resources);
Versions *versions_free(Versions *v);
DEFINE_CLEANUP(Versions, versions_free);

/* The slot of a row; without a key, that of all rows of the resource. */
uint32_t versions_slot(const Resource *resource, Value key);

/* Says that rows of the slot changed at `seq`, which never decreases, and so did their resource.
 * Writer only. */
void versions_set(Versions *v, uint32_t slot, int64_t seq);
