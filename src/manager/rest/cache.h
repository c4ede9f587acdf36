#pragma once

#include "base/buf.h"
#include "store/store.h"

/* Rendered objects, kept as long as nothing that they show has changed.
 *
 * Bounded in bytes; what wasn't asked for longest goes first, roughly. Any thread. */

typedef struct Cache Cache;

/* bytes: of bodies, names and keys together, > 0. */
Cache *cache_new(const Store *store, size_t bytes);
Cache *cache_free(Cache *c);
DEFINE_CLEANUP(Cache, cache_free);

typedef struct CacheKey {
    const Resource *resource;
    Value key;
    PermissionSet rights; /* those that the body depends on, out of what the asker holds */
} CacheKey;

/* The two numbers of an object's tag (etag.h). */
typedef struct CacheTag {
    int64_t own;
    int64_t nested;
} CacheTag;

/* Appends the body to `out`. False if it isn't there or something changed since.
 *
 *   max_seq   only what was read at or before this change: what is found then is also what a
 *             snapshot of that number holds. INT64_MAX: whatever is true now */
bool cache_get(Cache *c, const CacheKey *key, int64_t max_seq, Buf *out, CacheTag *ret_tag);

/* Keeps a copy of a body.
 *
 *   names[n]   the rows that it shows something of
 *   seq        number of the last change, taken before they were read */
void cache_put(Cache *c, const CacheKey *key, Str body, CacheTag tag, const RowName names[],
               size_t n, int64_t seq);

/* Bytes in use now; at most what cache_new() was given. */
size_t cache_used(Cache *c);
