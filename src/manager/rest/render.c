/* Rows as JSON, step by step. A failed Buf is sticky and looked at by the caller. */
#include "manager/rest/render.h"

#include "base/datetime.h"
#include "base/json_write.h"
#include "manager/rest/render_load.h"
#include "manager/rest/render_plan.h"
#include "manager/rest/uri.h"
#include "store/secret.h"

static void put_quoted_uri(Buf *out, const Resource *r, Value key)
{
    buf_put_char(out, '"');
    uri_put(out, r, key);
    buf_put_char(out, '"');
}

static void put_text(Buf *out, Value v)
{
    if (v.type == VALUE_TEXT) {
        json_put_string(out, v.text);
    } else { /* a number as the key of a text field */
        buf_put_char(out, '"');
        buf_put_int64(out, v.integer);
        buf_put_char(out, '"');
    }
}

static void put_float(Buf *out, Value v)
{
    json_put_float(out, v.type == VALUE_FLOAT ? v.number : (double)v.integer);
}

static void put_datetime(Buf *out, Value v, bool fraction)
{
    buf_put_char(out, '"');
    datetime_put(out, v.integer, fraction);
    buf_put_char(out, '"');
}

/* A secret that is cleared shows no mask. */
static void put_mask(Buf *out, const Step *step, Value v)
{
    if (v.type == VALUE_TEXT && v.text.len > 0) {
        json_put_string(out, secret_mask(v.text));
    } else {
        buf_put_str(out, step->literal);
    }
}

static Value value_of(const Step *step, const Row *row)
{
    return step->from_key ? row->key : row->values[step->field->index];
}

/* Steps that need nothing but the row. */
static void put_own(Buf *out, const Step *step, const Row *row)
{
    const Value v = step->kind == STEP_OWN_URI ? row->key : value_of(step, row);
    if (v.type == VALUE_NULL || step->kind == STEP_LITERAL) {
        buf_put_str(out, step->literal);
        return;
    }
    switch (step->kind) {
    case STEP_TEXT:
        put_text(out, v);
        break;
    case STEP_INTEGER:
        buf_put_int64(out, v.integer);
        break;
    case STEP_FLOAT:
        put_float(out, v);
        break;
    case STEP_BOOLEAN:
        buf_put_str(out, v.integer != 0 ? STR("true") : STR("false"));
        break;
    case STEP_DATETIME:
    case STEP_DATETIME_SECONDS:
        put_datetime(out, v, step->kind == STEP_DATETIME);
        break;
    case STEP_JSON:
        buf_put_str(out, v.text);
        break;
    case STEP_MASK:
        put_mask(out, step, v);
        break;
    case STEP_OWN_URI:
        put_quoted_uri(out, row->resource, v);
        break;
    default: /* a to-one; others are written by put_step() */
        put_quoted_uri(out, step->field->target, v);
    }
}

/* An object inside another: its steps need nothing but its row. */
static void put_embedded(Buf *out, const RenderPlan *plan, const Row *row)
{
    buf_put_char(out, '{');
    for (size_t i = 0; i < plan->n_steps; i++) {
        buf_put_str(out, plan->steps[i].name);
        put_own(out, &plan->steps[i], row);
    }
    buf_put_char(out, '}');
}

static void put_objects(Buf *out, const Step *step, const RelatedRows *rows)
{
    buf_put_char(out, '[');
    bool first = true;
    for (size_t i = 0; i < rows->n; i++) {
        json_put_comma(out, &first);
        put_embedded(out, step->embedded, rows->rows[i]);
    }
    buf_put_char(out, ']');
}

static void put_uris(Buf *out, const Resource *target, const Related *keys)
{
    buf_put_char(out, '[');
    bool first = true;
    for (size_t i = 0; i < keys->n; i++) {
        json_put_comma(out, &first);
        put_quoted_uri(out, target, keys->keys[i]);
    }
    buf_put_char(out, ']');
}

/* at: which of the rows that were loaded together. */
static void put_step(Buf *out, const Step *step, const Row *row, const Loaded loaded[], size_t at)
{
    const Loaded *other = &loaded[step->slot]; /* used only by steps that have a slot */
    switch (step->kind) {
    case STEP_TO_ONE_OBJECT:
        if (other->to_one == NULL) {
            put_own(out, step, row);
        } else if (other->to_one[at] != NULL) {
            put_embedded(out, step->embedded, other->to_one[at]);
        } else {
            buf_put_lit(out, "null");
        }
        break;
    case STEP_TO_MANY_OBJECTS:
    case STEP_TO_MANY_URIS:
        if (other->rows != NULL) {
            put_objects(out, step, &other->rows[at]);
        } else {
            put_uris(out, step->field->target, &other->keys[at]);
        }
        break;
    case STEP_COUNT:
        buf_put_int64(out, (int64_t)(other->rows != NULL ? other->rows[at].n : other->keys[at].n));
        break;
    default:
        put_own(out, step, row);
    }
}

static void put_object(Buf *out, const RenderPlan *plan, const Row *row, const Loaded loaded[],
                       size_t at)
{
    buf_put_char(out, '{');
    for (size_t i = 0; i < plan->n_steps; i++) {
        buf_put_str(out, plan->steps[i].name);
        put_step(out, &plan->steps[i], row, loaded, at);
    }
    buf_put_char(out, '}');
}

/* At most so many other rows are named. Members shown as addresses aren't: a link or an inverse
 * that comes or goes raises the version of this row itself. */
static size_t count_others(const RenderPlan *plan, const Loaded loaded[], size_t at)
{
    size_t n = 0;
    for (size_t i = 0; i < plan->n_loads; i++) {
        n += loaded[i].rows != NULL ? loaded[i].rows[at].n : 1;
    }
    return n;
}

static void add_other(Rendered *object, RowName *names, const Row *row)
{
    names[object->n_names++] = (RowName){row->resource, row->key};
    object->tag.nested = MAX(object->tag.nested, row->version);
}

/* Which rows the object shows something of, and how new they are. */
static void fill_names(Arena *a, const RenderPlan *plan, const Row *row, const Loaded loaded[],
                       size_t at, Rendered *object)
{
    RowName *names = ARENA_ARRAY(a, RowName, 1 + count_others(plan, loaded, at));
    names[0] = (RowName){row->resource, row->key};
    object->names = names;
    object->n_names = 1;
    object->tag = (CacheTag){.own = row->version, .nested = 0};
    for (size_t i = 0; i < plan->n_loads; i++) {
        if (loaded[i].to_one != NULL && loaded[i].to_one[at] != NULL) {
            add_other(object, names, loaded[i].to_one[at]);
        }
        for (size_t j = 0; loaded[i].rows != NULL && j < loaded[i].rows[at].n; j++) {
            add_other(object, names, loaded[i].rows[at].rows[j]);
        }
    }
}

/* Copies of the rows with their computed fields, where the resource works some out. */
static Err *compute(const Rest *r, Reader *reader, Arena *a, const Resource *resource,
                    const Row *const rows[], size_t n, const Row *const **ret_rows)
{
    const ResourceHooks *hooks = rest_hooks_of(r, resource);
    if (hooks == NULL || hooks->compute == NULL) {
        return NULL;
    }
    Row **copies = ARENA_ARRAY(a, Row *, n);
    for (size_t i = 0; i < n; i++) {
        copies[i] = row_copy(a, rows[i]);
    }
    TRY(hooks->compute(reader, a, copies, n));
    *ret_rows = (const Row *const *)copies;
    return NULL;
}

Err *render_rows(const Rest *r, Reader *reader, Arena *a, const Resource *resource,
                 const Row *const rows[], size_t n, PermissionSet set, Buf *out,
                 Rendered ret_objects[])
{
    MUST(n <= RENDER_ROWS_MAX);
    const RenderPlan *plan = render_plan_of(r, resource);
    Loaded *loaded = ARENA_ARRAY(a, Loaded, plan->n_loads);
    const Row *const *shown = rows;
    TRY(compute(r, reader, a, plan->resource, rows, n, &shown));
    TRY(render_load(plan, reader, a, shown, n, set, loaded));
    for (size_t i = 0; i < n; i++) {
        ret_objects[i].start = out->len;
        put_object(out, plan, shown[i], loaded, i);
        ret_objects[i].end = out->len;
        fill_names(a, plan, shown[i], loaded, i, &ret_objects[i]);
    }
    return NULL;
}
