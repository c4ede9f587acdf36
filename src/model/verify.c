/* Rules that concern a whole field, resource or model, once everything is linked. */
#include "base/utf8.h"
#include "model/keys.h"
#include "model/loading.h"

#define FAULT(r, field, ...) model_fault(l->errors, (r)->file, (field)->name, __VA_ARGS__)

/* Words of a query that are never filters or would clash with options of clients. */
static const char *const query_words[] = {"limit",   "offset",     "format", "order_by",
                                          "sort_by", "fullschema", "wait",   "timeout",
                                          "preview", "page_size",  "stream", "object_id"};

static Err *verify_query_words(const Loading *l, const LoadingResource *r, const Field *f)
{
    for (size_t i = 0; i < ARRAY_N(query_words); i++) {
        if (f->lookups != 0 && str_equal(f->name, str_from(query_words[i]))) {
            return FAULT(r, f, "a field that can be filtered by is named like a word of the query");
        }
    }
    return NULL;
}

static bool is_seed(const Resource *target, Value key)
{
    return value_is_null(key) || resource_seed(target, key) != NULL;
}

/* A schema shows as default what a GET of an object without the secret shows, never a secret. */
static bool is_shown_when_unset(const Field *f)
{
    const bool shows_null = f->secret == SECRET_MASK && f->nullable;
    return value_is_null(f->default_value) ? shows_null || f->secret == SECRET_INPUT
                                           : !shows_null && f->default_value.text.len == 0;
}

static Err *verify_field(const Loading *l, const LoadingResource *r, const Field *f)
{
    if (f->has_default && f->secret != SECRET_NONE && !is_shown_when_unset(f)) {
        return FAULT(r, f, "the default of a secret is what it shows when unset");
    }
    if (f->required && (f->has_default || f->readonly || f->nullable)) {
        return FAULT(r, f, "required goes with neither default nor nullable nor readonly");
    }
    if (f->unique && f->type == FIELD_STRING && !f->has_max_length) {
        return FAULT(r, f, "a unique text needs max_length");
    }
    if (f->unique && f->type == FIELD_RELATED && !field_is_to_one(f)) {
        return FAULT(r, f, "to-many relations can't be unique");
    }
    if (f->has_default && field_is_to_one(f) && f->target->family != FAMILY_EMBEDDED &&
        !is_seed(f->target, f->default_value)) {
        return FAULT(r, f, "the default names no seed");
    }
    return verify_query_words(l, r, f);
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
    const bool reference = field_is_to_one(f) && f->target->family != FAMILY_EMBEDDED;
    if (v->computed.len == 0 && reference && !is_seed(f->target, v->value)) {
        return FAULT(r, f, "a seed names no other seed");
    }
    for (size_t i = 0; i < v->n_links; i++) {
        if (!is_seed(f->target, v->links[i])) {
            return FAULT(r, f, "a seed names no other seed");
        }
    }
    return NULL;
}

/* As the store will compare them. */
static bool is_same(const Loading *l, const Field *f, Value a, Value b)
{
    if (f->fold && a.type == VALUE_TEXT && b.type == VALUE_TEXT) {
        return str_equal(utf8_fold(l->arena, a.text), utf8_fold(l->arena, b.text));
    }
    return !value_is_null(a) && value_equal(a, b);
}

static bool have_same(const Loading *l, const Field *f, const Seed *a, const Seed *b)
{
    const SeedValue *left = seed_value(a, f);
    const SeedValue *right = seed_value(b, f);
    return left != NULL && right != NULL && left->computed.len == 0 && right->computed.len == 0 &&
           is_same(l, f, left->value, right->value);
}

static bool have_same_group(const Loading *l, const FieldGroup *group, const Seed *a, const Seed *b)
{
    size_t same = 0;
    while (same < group->n && have_same(l, group->fields[same], a, b)) {
        same++;
    }
    return same == group->n;
}

/* Two seeds that can't both be rows. */
static Err *verify_pair(const Loading *l, const LoadingResource *r, const Seed *a, const Seed *b)
{
    const Resource *resource = r->resource;
    if (value_equal(a->key, b->key)) {
        return model_fault(l->errors, r->file, STR("seeds"), "an id stands twice");
    }
    for (size_t i = 0; i < resource->n_fields; i++) {
        if (resource->fields[i].unique && have_same(l, &resource->fields[i], a, b)) {
            return FAULT(r, &resource->fields[i], "two seeds have the same unique value");
        }
    }
    for (size_t i = 0; i < resource->n_unique_together; i++) {
        if (have_same_group(l, &resource->unique_together[i], a, b)) {
            return model_fault(l->errors, r->file, STR("unique_together"),
                               "two seeds have the same values");
        }
    }
    return NULL;
}

static Err *verify_seed(const Loading *l, const LoadingResource *r, size_t n)
{
    const Resource *resource = r->resource;
    const Seed *seed = &resource->seeds[n];
    for (size_t i = 0; i < resource->n_fields; i++) {
        if (resource->fields[i].required && seed_value(seed, &resource->fields[i]) == NULL) {
            return FAULT(r, &resource->fields[i], "a seed doesn't give this required field");
        }
    }
    for (size_t i = 0; i < seed->n_values; i++) {
        TRY(verify_seed_value(l, r, &seed->values[i]));
    }
    for (size_t i = 0; i < n; i++) {
        TRY(verify_pair(l, r, &resource->seeds[i], seed));
    }
    return NULL;
}

static Err *verify_singleton(const Loading *l, const LoadingResource *r)
{
    const Resource *resource = r->resource;
    const bool needs_seed = resource->singleton && resource->family == FAMILY_CONFIGURATION;
    if (needs_seed && (resource->n_seeds != 1 ||
                       !value_equal(resource->seeds[0].key, value_integer(SINGLETON_KEY)))) {
        return model_fault(l->errors, r->file, STR("seeds"), "a singleton has one, with the id 1");
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
    return verify_singleton(l, r);
}

Err *model_verify(const Loading *l)
{
    for (size_t i = 0; i < l->n; i++) {
        TRY(verify_resource(l, &l->loading[i]));
    }
    return NULL;
}
