#pragma once

#include "model/model.h"
#include "model/reader.h"

/* What model_load() works on, pass by pass; private to model/. All but errors lies in the model's
 * arena.
 *
 * The passes, each of which may rely on those before it: all files are parsed and sorted, so that
 * every resource has its place; each resource and its fields by themselves; what leads from one to
 * another (targets, other sides, defaults of relations); seeds, whose values need the linked
 * fields; the rules that concern several of them; the hash of the shape. The first fault ends all:
 * it is one in our own files, and whoever builds mends it and builds again. */

typedef struct LoadingResource {
    Str file; /* "configuration/conference.json" */
    const Json *json;
    Resource *resource;      /* an entry of Model.resources */
    Field *fields;           /* of the same resource */
    const Json **field_json; /* by Field.index */
    /* Members that later passes read; NULL: absent. */
    const Json *ordering, *unique_together, *seeds, *replicate_path;
    Str parent, rows_of;     /* "family/file"; empty: none */
    const Field **referrers; /* Resource.referrers while it is filled */
} LoadingResource;

typedef struct Loading {
    Arena *arena;  /* the model's */
    Arena *errors; /* the caller's: an error must outlive a model that isn't made */
    Model *model;
    Resource *resources;      /* Model.resources, which can still be written */
    LoadingResource *loading; /* by Resource.index */
    size_t n;                 /* resources so far; of all after the first pass */
    const Json *permissions;  /* permissions.json */
} Loading;

/* Who acts on a resource or field; `absent` where it doesn't say. */
Effect loading_effect(ModelReader *reader, Effect absent);

/* "family/file" to its resource; NULL if there is none. */
LoadingResource *loading_find(const Loading *l, Str name);

/* A field by name, NULL if there is none. */
Field *loading_field(const LoadingResource *r, Str name);

/* permission.c */
CHECKED Err *permissions_load(Loading *l, const Json *list);

/* resource_load.c: keys of a resource, its fields with all that concerns them alone. */
CHECKED Err *resource_load(Loading *l, LoadingResource *r);

/* field_load.c */
CHECKED Err *field_load(Loading *l, LoadingResource *r, Field *field, const Json *json);

/* relations.c: everything that leads from one resource or field to others. */
CHECKED Err *relations_link(Loading *l);

/* value.c: a value as the API writes it, typed for the field; for to-ones a key or a URI. False if
 * it doesn't fit the type. */
bool model_value_from_json(Arena *a, const Field *field, const Json *json, Value *ret_value);

/* fits.c: what is wrong with it as a value of the field: null, choices, bounds, pattern. NULL if
 * nothing is. Formats aren't looked at. */
const char *model_value_fault(const Field *field, Value value);

/* seeds.c */
CHECKED Err *seeds_load(Loading *l);

/* verify.c: the rules of model/README.md ("What a build refuses") that no pass before has seen to.
 */
CHECKED Err *model_verify(const Loading *l);

/* shape.c: hash over all that decides how rows look. */
Str model_shape_hash(Arena *a, const Model *m);

/* filtering.c: lookups and spans of a linked field. */
CHECKED Err *filtering_load(Loading *l, const LoadingResource *r, Field *field);
