#pragma once

#include "manager/rest/cache.h"
#include "manager/rest/context.h"

/* Rows as JSON objects (wire 9.1).
 *
 * What to write is worked out once a resource, in rest_new(): a list of steps in the order of the
 * keys, each with its name ready-made. What rows show of others is loaded for all of them together,
 * so the number of statements doesn't depend on the number of rows.
 *
 *   render_plan.c   model → steps, at the start
 *   render_load.c   rows → the other rows and keys that they show
 *   render.c        both → JSON, and what the body depends on: the names of those rows, by which
 * the cache knows when it is outdated, and the tag
 *
 * Types never change with the value: typed clients break on a number where a text belongs, and on
 * null where the schema doesn't allow it (wire 1.7). */

/* Most rows that are rendered together: of so many keys a statement asks at once. */
#define RENDER_ROWS_MAX 500

RenderPlans *render_plans_new(const Rest *r);
RenderPlans *render_plans_free(RenderPlans *p);

/* Of the rights in `set` those that decide what objects of the resource show of others. Two people
 * with the same of these see the same body, so it is part of the cache's key. */
PermissionSet render_rights(const Rest *r, const Resource *resource, PermissionSet set);

/* One object. */
typedef struct Rendered {
    size_t start, end; /* its bytes in the Buf */
    CacheTag tag;
    const RowName *names; /* rows that it shows something of, the own one first; in the arena */
    size_t n_names;
} Rendered;

/* Appends the objects of rows[n] to `out`, one after the other.
 *
 *   rows[n]        none NULL, n ≤ RENDER_ROWS_MAX, all of `resource`
 *   set            what the asker may do: objects he may not view are shown as URIs
 *   ret_objects[n] filled
 *
 * Needs an open snapshot. Errors: those of the reader. */
CHECKED Err *render_rows(const Rest *r, Reader *reader, Arena *a, const Resource *resource,
                         const Row *const rows[], size_t n, PermissionSet set, Buf *out,
                         Rendered ret_objects[]);
