/* Plans of rendering: all questions about a field that have the same answer for every row (is it
 * shown, as what, what stands for null) are asked here. */
#include "manager/rest/render_plan.h"

#include "base/json_write.h"
#include "manager/rest/render.h"

enum { LITERAL_MAX = 1 << 20 };

struct RenderPlans {
    Arena *arena;            /* owns all of it, this struct included */
    const RenderPlan *plans; /* by Resource.index; empty without fields that are shown */
};

const Field *render_plan_counted(const Field *f)
{
    static const Str suffix = STR_INIT("_count");
    if (!f->computed || f->type != FIELD_INTEGER || !str_ends_with(f->name, suffix)) {
        return NULL;
    }
    const Field *counted =
        resource_field(f->resource, str_slice(f->name, 0, f->name.len - suffix.len));
    return counted != NULL && field_is_to_many(counted) ? counted : NULL;
}

/* A default as it is written. */
static void put_value(Buf *out, const Field *f, Value v)
{
    if (v.type == VALUE_NULL) {
        buf_put_lit(out, "null");
    } else if (v.type == VALUE_FLOAT) {
        json_put_float(out, v.number);
    } else if (v.type == VALUE_TEXT &&
               (f->type == FIELD_LIST || f->type == FIELD_DICT || f->type == FIELD_RELATED)) {
        buf_put_str(out, v.text);
    } else if (v.type == VALUE_TEXT) {
        json_put_string(out, v.text);
    } else if (f->type == FIELD_BOOLEAN) {
        buf_put_str(out, v.integer != 0 ? STR("true") : STR("false"));
    } else {
        buf_put_int64(out, v.integer);
    }
}

static Str default_literal(Arena *a, const Field *f)
{
    CLEANUP(buf_free) Buf *out = buf_new(LITERAL_MAX);
    put_value(out, f, f->default_value);
    MUST(!buf_failed(out));
    return str_dup(a, buf_str(out));
}

/* What NULL is written as: typed clients take null for a number or text only where the schema
 * allows it. */
static Str null_literal(Arena *a, const Field *f)
{
    if (f->nullable) {
        return STR("null");
    }
    switch (f->type) {
    case FIELD_STRING:
        return STR("\"\"");
    case FIELD_INTEGER:
        return STR("0");
    case FIELD_FLOAT:
        return STR("0.0");
    case FIELD_BOOLEAN:
        return STR("false");
    case FIELD_LIST:
        return STR("[]");
    case FIELD_DICT:
        return STR("{}");
    case FIELD_RELATED:
        return f->kind == RELATION_VALUES ? default_literal(a, f) : STR("null");
    default:
        return STR("null");
    }
}

static StepKind scalar_kind(const Field *f)
{
    switch (f->type) {
    case FIELD_INTEGER:
        return STEP_INTEGER;
    case FIELD_FLOAT:
        return STEP_FLOAT;
    case FIELD_BOOLEAN:
        return STEP_BOOLEAN;
    case FIELD_DATETIME:
        return f->fraction ? STEP_DATETIME : STEP_DATETIME_SECONDS;
    case FIELD_LIST:
    case FIELD_DICT:
        return STEP_JSON;
    default:
        return STEP_TEXT;
    }
}

static StepKind relation_kind(const Field *f, bool embedding)
{
    if (f->kind == RELATION_VALUES || f->target->family == FAMILY_EMBEDDED) {
        return STEP_JSON;
    }
    const bool objects = embedding && f->embed != NULL;
    if (f->kind == RELATION_TO_ONE) {
        return objects ? STEP_TO_ONE_OBJECT : STEP_TO_ONE_URI;
    }
    return objects ? STEP_TO_MANY_OBJECTS : STEP_TO_MANY_URIS;
}

static void set_literal(Step *step, Str literal)
{
    step->kind = STEP_LITERAL;
    step->literal = literal;
}

/* embedding: of an object of its own, not of one inside another. The first that holds decides: a
 * secret shows its mask, or nothing, whatever its type. */
static void fill_step(Arena *a, Step *step, const Field *f, bool embedding)
{
    step->field = f;
    step->from_key = f->is_key;
    step->literal = null_literal(a, f);
    if (f->is_uri) {
        step->kind = STEP_OWN_URI;
    } else if (f->write_only) {
        set_literal(step, default_literal(a, f));
    } else if (f->type == FIELD_FILE) {
        set_literal(step, STR("null"));
    } else if (f->secret == SECRET_MASK) {
        step->kind = STEP_MASK;
    } else if (f->secret == SECRET_ONCE) {
        step->kind = STEP_TEXT; /* only the row that is being made has it */
    } else if (f->secret != SECRET_NONE) {
        set_literal(step, STR("\"\""));
    } else if (render_plan_counted(f) != NULL && embedding) {
        step->kind = STEP_COUNT;
    } else if (f->type == FIELD_RELATED) {
        step->kind = relation_kind(f, embedding);
    } else {
        step->kind = scalar_kind(f);
    }
}

/* Objects inside others never show to-many fields, or a theme would list all rooms that use it in
 * each of them. */
static bool is_shown(const Field *f, bool embedding)
{
    return f->secret != SECRET_INPUT && !f->hidden && (embedding || !field_is_to_many(f));
}

static bool is_member(const Field *f, const Field *const *members, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (members[i] == f) {
            return true;
        }
    }
    return members == NULL;
}

static Str step_name(Arena *a, const Field *f, bool first)
{
    return str_format(a, "%s\"%.*s\": ", first ? "" : ", ", STR_ARG(f->name));
}

/* members: those to show; NULL: all. */
static void fill_plan(Arena *a, RenderPlan *plan, const Resource *r, const Field *const *members,
                      size_t n_members, bool embedding)
{
    plan->resource = r;
    plan->steps = ARENA_ARRAY(a, Step, r->n_fields);
    for (size_t i = 0; i < r->n_fields; i++) {
        const Field *f = &r->fields[i];
        if (is_shown(f, embedding) && is_member(f, members, n_members)) {
            Step *step = &plan->steps[plan->n_steps];
            step->name = step_name(a, f, plan->n_steps == 0);
            fill_step(a, step, f, embedding);
            plan->n_steps++;
        }
    }
}

/* Aliases and the count of the aliases load the same relation. */
static size_t slot_of(RenderPlan *plan, const Field *f)
{
    for (size_t i = 0; i < plan->n_loads; i++) {
        if (plan->loads[i] == f) {
            return i;
        }
    }
    plan->loads[plan->n_loads] = f;
    return plan->n_loads++;
}

/* The relations that a page loads, each once. */
static void fill_loads(Arena *a, RenderPlan *plan)
{
    plan->loads = ARENA_ARRAY(a, const Field *, plan->n_steps);
    for (size_t i = 0; i < plan->n_steps; i++) {
        Step *step = &plan->steps[i];
        const Field *f = step->field;
        if (step->kind == STEP_COUNT) {
            step->slot = slot_of(plan, render_plan_counted(f));
        } else if (step->kind == STEP_TO_MANY_URIS) {
            step->slot = slot_of(plan, f);
        } else if (step->kind == STEP_TO_ONE_OBJECT || step->kind == STEP_TO_MANY_OBJECTS) {
            RenderPlan *embedded = ARENA_NEW(a, RenderPlan);
            fill_plan(a, embedded, f->target, f->embed, f->n_embed, false);
            step->embedded = embedded;
            step->slot = slot_of(plan, f);
            if (f->target->permission_view != PERMISSION_NONE) {
                plan->rights |= UINT64_C(1) << f->target->permission_view;
            }
        }
    }
}

RenderPlans *render_plans_new(const Rest *r)
{
    Arena *arena = arena_new(SIZE_MAX);
    RenderPlans *p = ARENA_NEW(arena, RenderPlans);
    RenderPlan *plans = ARENA_ARRAY(arena, RenderPlan, r->model->n_resources);
    for (size_t i = 0; i < r->model->n_resources; i++) {
        const Resource *resource = &r->model->resources[i];
        if (resource->family <= FAMILY_HISTORY) {
            fill_plan(arena, &plans[i], resource, NULL, 0, true);
            fill_loads(arena, &plans[i]);
        }
    }
    p->arena = arena;
    p->plans = plans;
    return p;
}

RenderPlans *render_plans_free(RenderPlans *p)
{
    if (p != NULL) {
        (void)arena_free(p->arena); /* holds p itself; always NULL */
    }
    return NULL;
}

const RenderPlan *render_plan_of(const Rest *r, const Resource *resource)
{
    const Resource *rows = resource->rows_of != NULL ? resource->rows_of : resource;
    return &r->plans->plans[rows->index];
}

PermissionSet render_rights(const Rest *r, const Resource *resource, PermissionSet set)
{
    return render_plan_of(r, resource)->rights & set;
}
