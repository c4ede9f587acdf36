#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/regex.h"
#include "base/str.h"
#include "base/value.h"
#include "model/field_type.h"
#include "model/lookup.h"

/* A field of a resource, as its model file describes it. Built once by model_load(), immutable and
 * shared by all threads afterwards. model/README.md defines every key; this is its typed form. */

typedef struct Resource Resource;
typedef struct Field Field;

struct Field {
    const Resource *resource;
    Str name;
    Str label;
    Str help;
    Str was;        /* its name in older models; empty: the same */
    uint16_t index; /* position in resource->fields; fields are in alphabetical order */
    FieldType type;

    bool required, nullable, readonly, unique;
    bool is_key;   /* the field that shows the row's key; its value is Row.key, it has no column */
    bool is_uri;   /* resource_uri */
    bool search;   /* has a substring index */
    bool fold;     /* unique and looked up by its caseless form */
    bool indexed;  /* has an index of its own (also when unique, or a to-one) */
    bool computed; /* worked out when read */
    bool stored;   /* has a column in its resource's table */
    bool fraction; /* datetimes: written with six digits */
    bool write_only;   /* reads back as its default */
    bool hidden;       /* shown nowhere */
    bool confidential; /* opens something: shown to who may read it, but not handed on */
    bool also_text;    /* a file that may come as text */
    bool replicated;   /* goes where its resource goes */
    bool open_choices; /* choices that were inferred: others are taken */
    bool open_format;  /* the same for format and pattern */
    bool has_default, has_min, has_max, has_max_length; /* named in the file */

    Value default_value; /* what an absent field of a new row gets, also without has_default; lists
                            and dicts as JSON text */
    int64_t min, max;
    size_t min_length, max_length; /* code points */
    const Value *choices;
    size_t n_choices;
    Regex *pattern; /* NULL: none; the model frees it */
    FieldFormat format;
    FieldSecret secret;
    FieldGenerated generated;
    Effect effect;

    uint32_t lookups;   /* LOOKUP_BITs that a filter may use; 0: not filterable */
    bool spans;         /* a relation that filters may go through */
    bool filter_listed; /* the schema shows the lookups by name instead of 1 or 2 */

    /* FIELD_RELATED */
    RelationKind kind;
    const Resource *target;  /* of RELATION_VALUES, and of a to-one that has no rows to point to: an
                                embedded object, which lies in the column as JSON */
    const Field *reverse;    /* CHILDREN, INVERSE: the to-one of the other side */
    const Field *inverse_of; /* LINKS: the field of the other side that names the table, NULL on the
                                naming side */
    const Field *shown_by; /* to-one: the CHILDREN or INVERSE field that shows it; LINKS: the field
                              of the other side; else NULL */
    const Field *const *embed; /* shown as objects with these members; NULL: shown as URIs */
    size_t n_embed;
    bool create; /* an object given that matches nothing is made */
    OnDelete on_delete;
};

static inline bool field_is_to_one(const Field *f)
{
    return f->type == FIELD_RELATED && f->kind == RELATION_TO_ONE;
}

static inline bool field_is_to_many(const Field *f)
{
    return f->type == FIELD_RELATED && f->kind != RELATION_TO_ONE && f->kind != RELATION_VALUES;
}

/* Links on the side that names the link table. */
static inline bool field_owns_links(const Field *f)
{
    return f->type == FIELD_RELATED && f->kind == RELATION_LINKS && f->inverse_of == NULL;
}
