#pragma once

#include "base/buf.h"
#include "store/store.h"

/* Rendered objects, kept as long as nothing that they show has changed: rendering takes most of the
 * time of a GET.
 *
 * Nobody has to drop anything: each body knows the rows that it shows something of, and the number
 * of the last change before they were read; whoever takes it out asks the store whether one of them
 * changed since. So a body is never older than the state that a client may have read before. Bodies
 * differ by what the asker may see of other objects, hence by those rights, not by user.
 *
 * Bounded in bytes; what wasn't asked for longest goes first, roughly. Any thread; locks are held
 * for the copying of one body. */

typedef struct Cache Cache;

/* bytes: of bodies, names and keys together, > 0; a sixteenth of it is the most that one body may
 * take. The store is borrowed, for as long as the cache lives. */
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
