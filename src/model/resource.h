#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/value.h"
#include "model/field.h"
#include "model/permission.h"
#include "model/resource_type.h"
#include "model/seed.h"

/* A resource of the API, as its model file describes it; immutable. model/README.md defines every
 * key. */

typedef struct FieldGroup {
    const Field *const *fields;
    size_t n;
} FieldGroup;

struct Resource {
    Str name; /* in URIs and errors: "conference"; of nested ones and commands the last part:
                 "media_stream", "lock" */
    Str file; /* name of the model file without .json: "participant.media_stream", "conference.lock"
               */
    Str path; /* list URI with its final slash; of nested ones from the parent's list URI, with <id>
                 in it; empty in embedded/ and responses/ */
    Str label;
    Str help;
    Str was; /* its file in older models; empty: the same */
    Family family;
    uint16_t index; /* position in the model's resources, which are in order of family and file */
    bool singleton;
    bool live; /* rows come from a provider: kept in the live file whatever the family */
    unsigned list_methods, detail_methods; /* METHOD_… or'ed, as allowed */
    unsigned also_accepts;

    const Field *fields; /* alphabetical */
    size_t n_fields;
    const Field *key_field; /* NULL: hidden, or a nested resource without a key */
    const Field *uri_field; /* resource_uri; NULL if it has none */
    Str key_name;
    KeyType key_type;
    bool has_key;
    int64_t fixed_key;         /* of singletons and `fixed`; 0: none */
    const Resource *parent;    /* of a nested resource */
    const Resource *rows_of;   /* whose rows it shows; NULL: its own */
    const Field *parent_field; /* with rows_of: the to-one of those rows that leads to the parent */
    bool has_computed;         /* some field is worked out from other rows */
    bool has_once;             /* some secret is shown in the answer to a creation alone */

    const Field *const *ordering;
    size_t n_ordering;
    const FieldGroup *unique_together;
    size_t n_unique_together;

    /* To-one fields of other resources that point here, and link tables (naming side) that lead
     * here. */
    const Field *const *referrers;
    size_t n_referrers;

    Permission permission_view, permission_change; /* of a command both are its right */
    Permission permission_also;   /* needed besides, to write; PERMISSION_NONE: none */
    Permission permission_detail; /* needed besides, to read one */

    Replicate replicate;
    const Field *const *replicate_path; /* REPLICATE_OWN: fields of the node's row that lead here;
                                           none: its rows are the nodes */
    size_t n_replicate_path;

    Effect effect; /* of status/ and history/ EFFECT_MANAGER unless the file says otherwise */
    Str effect_note;
    Str response; /* example of the body that a success has, as JSON; empty: none */
    const Seed *seeds;
    size_t n_seeds;
};

/* NULL if it has none of that name. */
const Field *resource_field(const Resource *r, Str name);

/* The same for names that clients use: NULL for hidden fields. */
const Field *resource_shown_field(const Resource *r, Str name);

/* True if it can be read: it has rows. The others are commands and actions, or no resources. */
bool resource_is_readable(const Resource *r);

/* True if its rows are in a table of the store. */
bool resource_has_table(const Resource *r);

/* The seed with that key, or NULL. */
const Seed *resource_seed(const Resource *r, Value key);

/* Whether these rights are enough to write the resource's rows, or to carry the command out. */
static inline bool resource_may_be_changed(const Resource *r, PermissionSet set)
{
    return permission_set_has(set, r->permission_change) &&
           permission_set_has(set, r->permission_also);
}
