#pragma once

#include "manager/rest/rest.h"
#include "manager/rest/route.h"

/* What the files of rest/ share; nobody outside includes it. Immutable after rest_new() but for
 * what has locks of its own. All tables are by Resource.index: a resource is found by name once, at
 * the start. */

typedef struct Cache Cache;
typedef struct RenderPlans RenderPlans;

struct Rest {
    Store *store; /* borrowed */
    Arena *arena; /* of what lives as long: epochs */
    const Model *model;
    RestOptions options;
    Router *router;
    const ResourceHooks **hooks;    /* by Resource.index; NULL: nothing special. Owned array */
    const CommandEntry **commands;  /* by Resource.index; NULL: no such command. Owned array */
    Permission download_permission; /* to fetch what a backup or a snapshot holds */
    RenderPlans *plans;
    Str epochs[STORE_FILE_N]; /* of tags; see etag_epoch() */
    Cache *cache;             /* NULL: none */
};

/* What a resource does beyond being stored; NULL if nothing. */
static inline const ResourceHooks *rest_hooks_of(const Rest *r, const Resource *resource)
{
    return r->hooks[resource->index];
}
