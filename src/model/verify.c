/* Rules that concern a whole field, resource or model, once everything is linked. */
#include <string.h>

#include "model/loading.h"

#define FAULT(r, field, ...) model_fault(l->errors, (r)->file, (field)->name, __VA_ARGS__)

/* Words of a query that are never filters (wire 4.1) or would clash with options of clients
 * (wire 2.2). */
static const char *const query_words[] = {"limit",   "offset",     "format", "order_by",
                                          "sort_by", "fullschema", "wait",   "timeout",
                                          "preview", "page_size",  "stream", "object_id"};

static bool is_choice(const Field *f, Value v)
{
    for (size_t i = 0; i < f->n_choices; i++) {
        if (value_equal(f->choices[i], v)) {
            return true;
        }
    }
    return f->n_choices == 0 || f->open_choices;
}

static bool is_within(const Field *f, Value v)
{
    if (v.type == VALUE_INTEGER) {
        return v.integer >= f->min && v.integer <= f->max;
    }
    return v.type != VALUE_TEXT || v.text.len == 0 || f->type != FIELD_STRING ||
           v.text.len <= f->max_length * 4;
}

static bool may_hold(const Field *f, Value v)
{
    const bool plain =
        f->type != FIELD_RELATED && f->type != FIELD_BOOLEAN && f->type != FIELD_DATETIME;
    return value_is_null(v) || !plain || (is_choice(f, v) && is_within(f, v));
}

static Err *verify_field(const Loading *l, const LoadingResource *r, const Field *f)
{
    const bool command = r->resource->family == FAMILY_COMMAND;
    if (f->required && (f->has_default || f->readonly || (f->nullable && !command))) {
        return FAULT(r, f, "required goes with neither default nor nullable nor readonly");
    }
    if (f->has_default && !may_hold(f, f->default_value)) {
        return FAULT(r, f, "the default is outside choices or bounds");
    }
    const bool text = f->type == FIELD_STRING && f->format != FORMAT_UUID;
    if (f->unique && text && json_member(r->field_json[f->index], STR("max_length")) == NULL) {
        return FAULT(r, f, "a unique text needs max_length");
    }
    for (size_t i = 0; i < ARRAY_N(query_words); i++) {
        if (!command && f->lookups != 0 && str_equal(f->name, str_from(query_words[i]))) {
            return FAULT(r, f, "a field that can be filtered by is named like a word of the query");
        }
    }
    return NULL;
}

static const SeedValue *seed_value(const Seed *seed, const Field *f)
{
    for (size_t i = 0; i < seed->n_values; i++) {
        if (seed->values[i].field == f) {
            return &seed->values[i];
        }
    }
    return NULL;
}

static Err *verify_seed_value(const Loading *l, const LoadingResource *r, const SeedValue *v)
{
    const Field *f = v->field;
    if (v->computed.len == 0 && v->links == NULL && !may_hold(f, v->value)) {
        return FAULT(r, f, "a seed has a value outside choices or bounds");
    }
    if (field_is_to_one(f) && !value_is_null(v->value) &&
        resource_seed(f->target, v->value) == NULL) {
        return FAULT(r, f, "a seed names no other seed");
    }
    for (size_t i = 0; i < v->n_links; i++) {
        if (resource_seed(f->target, v->links[i]) == NULL) {
            return FAULT(r, f, "a seed names no other seed");
        }
    }
    return NULL;
}

/* Whether an earlier seed has the same unique value. */
static bool stands_twice(const Resource *r, size_t n, const Field *f)
{
    const SeedValue *own = seed_value(&r->seeds[n], f);
    for (size_t i = 0; i < n && own != NULL && own->computed.len == 0; i++) {
        const SeedValue *other = seed_value(&r->seeds[i], f);
        if (other != NULL && !value_is_null(own->value) && value_equal(own->value, other->value)) {
            return true;
        }
    }
    return false;
}

static Err *verify_seed(const Loading *l, const LoadingResource *r, size_t n)
{
    const Resource *resource = r->resource;
    const Seed *seed = &resource->seeds[n];
    if (resource_seed(resource, seed->key) != seed) {
        return model_fault(l->errors, r->file, STR("seeds"), "an id stands twice");
    }
    for (size_t i = 0; i < resource->n_fields; i++) {
        const Field *f = &resource->fields[i];
        if (f->required && seed_value(seed, f) == NULL) {
            return FAULT(r, f, "a seed doesn't give this required field");
        }
        if (f->unique && stands_twice(resource, n, f)) {
            return FAULT(r, f, "two seeds have the same unique value");
        }
    }
    for (size_t i = 0; i < seed->n_values; i++) {
        TRY(verify_seed_value(l, r, &seed->values[i]));
    }
    return NULL;
}

static Err *verify_resource(const Loading *l, const LoadingResource *r)
{
    for (size_t i = 0; i < r->resource->n_fields; i++) {
        TRY(verify_field(l, r, &r->fields[i]));
    }
    for (size_t i = 0; i < r->resource->n_seeds; i++) {
        TRY(verify_seed(l, r, i));
    }
    if (r->resource->singleton && r->resource->n_seeds != 1 &&
        r->resource->family == FAMILY_CONFIGURATION) {
        return model_fault(l->errors, r->file, STR("seeds"), "a singleton has one seed");
    }
    return NULL;
}

Err *model_verify(const Loading *l)
{
    for (size_t i = 0; i < l->n; i++) {
        TRY(verify_resource(l, &l->loading[i]));
    }
    return NULL;
}
