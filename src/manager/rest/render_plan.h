#pragma once

#include "manager/rest/context.h"

/* How objects of a resource are written: a list of steps, worked out once. For render.c and
 * render_load.c; filters.c asks for what a count counts. Immutable after rest_new(). */

typedef enum StepKind {
    STEP_TEXT,
    STEP_INTEGER,
    STEP_FLOAT,
    STEP_BOOLEAN,
    STEP_DATETIME,
    STEP_DATETIME_SECONDS, /* without its fraction */
    STEP_JSON,             /* stored as JSON text */
    STEP_MASK,
    STEP_LITERAL, /* always the same */
    STEP_OWN_URI,
    STEP_TO_ONE_URI,
    STEP_TO_ONE_OBJECT,
    STEP_TO_MANY_URIS,
    STEP_TO_MANY_OBJECTS,
    STEP_COUNT /* how many a to-many field has */
} StepKind;

typedef struct RenderPlan RenderPlan;

/* How one field is written. */
typedef struct Step {
    StepKind kind;
    bool from_key; /* the value is the row's key */
    const Field *field;
    Str name;                   /* with quotes, colon, and the comma before it */
    Str literal;                /* STEP_LITERAL; of others what is written for NULL */
    const RenderPlan *embedded; /* STEP_…_OBJECT…: how the members look */
    size_t slot;                /* what it needs of others: position in RenderPlan.loads */
} Step;

struct RenderPlan {
    const Resource *resource;
    Step *steps;
    size_t n_steps;
    const Field **loads; /* relations whose other side must be loaded */
    size_t n_loads;
    PermissionSet rights; /* to view what is embedded */
};

/* The plan of a resource; of a nested one that shows another's rows: of those. */
const RenderPlan *render_plan_of(const Rest *r, const Resource *resource);

/* The to-many field whose members a computed integer counts: X of X_count. NULL if it is none. */
const Field *render_plan_counted(const Field *f);
