#pragma once

#include "manager/rest/render.h"

/* Objects by key, from the cache where it holds them, else read and rendered together: what lists
 * and sets are made of. In portions of RENDER_ROWS_MAX, each with memory of its own, so that a page
 * of 10,000 needs no more than one of 500 beside its bytes. */

/* True if bodies of the resource may be kept: configuration, whose changes the store tells. Live
 * rows change faster than they are asked for; history is too much and asked for once. */
bool objects_are_cacheable(const Rest *r, const Resource *resource);

/* Appends objects to `out`, separated by ", ", in the order of their keys.
 *
 *   keys[n]       of `resource`, any number
 *   seq           number of the last change, taken before the snapshot was opened
 *   ret_missing   [n]: set where there is no such object; may be NULL
 *
 * Needs an open snapshot. Memory: `a` for a few objects, else its own. */
CHECKED Err *objects_put(const Rest *r, Reader *reader, Arena *a, const Resource *resource,
                         PermissionSet set, int64_t seq, const Value keys[], size_t n, Buf *out,
                         bool ret_missing[]);

/* The same from rows that were read already; nothing is kept. */
CHECKED Err *objects_put_rows(const Rest *r, Reader *reader, Arena *a, const Resource *resource,
                              PermissionSet set, const Row *const rows[], size_t n, Buf *out);

/* One object without the cache's help, but kept there. *ret_tag: for its ETag. */
CHECKED Err *objects_put_row(const Rest *r, Reader *reader, Arena *a, const Row *row,
                             PermissionSet set, int64_t seq, Buf *out, CacheTag *ret_tag);
