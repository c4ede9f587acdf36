/* Rows of a new store. */
#include <string.h>

#include "model/loading.h"

#define PERMISSIONS_FILE "permissions.json"

static SeedProtected protected_by(ModelReader *reader)
{
    static const char *const names[] = {NULL, "delete", "all"};
    return (SeedProtected)model_reader_choice(reader, "protected", names, ARRAY_N(names),
                                              SEED_FREE);
}

static Err *read_links(const Loading *l, const LoadingResource *r, const Field *field,
                       const Json *json, SeedValue *value)
{
    Field link = *field; /* one of the targets, as a to-one would name it */
    link.kind = RELATION_TO_ONE;
    Value *keys = ARENA_ARRAY(l->arena, Value, json->n + 1);
    for (const Json *key = json->first; key != NULL; key = key->next) {
        if (!model_value_from_json(l->arena, &link, key, &keys[value->n_links]) ||
            value_is_null(keys[value->n_links])) {
            return model_fault(l->errors, r->file, field->name, "a seed links what is no id");
        }
        value->n_links++;
    }
    value->links = keys;
    return NULL;
}

static Err *read_value(const Loading *l, const LoadingResource *r, const Json *json,
                       SeedValue *value)
{
    const Field *field = resource_field(r->resource, json->name);
    if (field == NULL || !(field->stored || field_owns_links(field))) {
        return model_fault(l->errors, r->file, json->name,
                           "a seed gives a value that isn't stored");
    }
    value->field = field;
    const Json *computed = json_member(json, STR("computed"));
    if (computed != NULL && computed->type == JSON_STRING && json->n == 1) {
        value->computed = computed->text;
        return NULL;
    }
    if (field_owns_links(field) && json->type == JSON_ARRAY) {
        return read_links(l, r, field, json, value);
    }
    if (field_owns_links(field) || !model_value_from_json(l->arena, field, json, &value->value)) {
        return model_fault(l->errors, r->file, field->name,
                           "a seed has a value of the wrong type or form");
    }
    const char *fault = model_value_fault(field, value->value);
    return fault == NULL ? NULL
                         : model_fault(l->errors, r->file, field->name,
                                       "the value of a seed can't be: %s", fault);
}

static Err *read_seed(const Loading *l, const LoadingResource *r, const Json *json, Seed *seed)
{
    ModelReader reader;
    int64_t id = 0;
    model_reader_init(&reader, l->errors, r->file, STR("seeds"), json);
    const Json *key = model_reader_need(&reader, "id", MODEL_INTEGER | MODEL_TEXT);
    const Json *values = model_reader_need(&reader, "values", MODEL_OBJECT);
    seed->protected_against = protected_by(&reader);
    (void)model_reader_take(&reader, "inferred", MODEL_ARRAY);
    TRY(model_reader_finish(&reader));
    seed->key = json_to_int64(key, &id) ? value_integer(id) : value_text(key->text);
    if ((seed->key.type == VALUE_INTEGER) != (r->resource->key_type == KEY_INTEGER)) {
        return model_fault(l->errors, r->file, STR("seeds"), "an id of the wrong type");
    }
    SeedValue *array = ARENA_ARRAY(l->arena, SeedValue, values->n + 1);
    for (const Json *value = values->first; value != NULL; value = value->next) {
        if (json_member(values, value->name) != value) {
            return model_fault(l->errors, r->file, value->name, "a seed gives it twice");
        }
        TRY(read_value(l, r, value, &array[seed->n_values++]));
    }
    seed->values = array;
    return NULL;
}

/* {"from": "permissions.json"}: a row for each right, of the members that the resource has fields
 * for. */
static Err *seeds_from_permissions(Loading *l, const LoadingResource *r, SeedProtected protection)
{
    const Json *list = l->permissions;
    Seed *seeds = ARENA_ARRAY(l->arena, Seed, list->n + 1);
    size_t n = 0;
    for (const Json *right = list->first; right != NULL; right = right->next, n++) {
        SeedValue *values = ARENA_ARRAY(l->arena, SeedValue, right->n + 1);
        seeds[n] = (Seed){.key = value_integer(l->model->permissions[n].id),
                          .values = values,
                          .protected_against = protection};
        for (const Json *member = right->first; member != NULL; member = member->next) {
            const Field *field = resource_field(r->resource, member->name);
            if (field != NULL && field->stored) {
                TRY(read_value(l, r, member, &values[seeds[n].n_values++]));
            }
        }
    }
    r->resource->seeds = seeds;
    r->resource->n_seeds = n;
    return NULL;
}

static Err *load_seeds_from(Loading *l, const LoadingResource *r, const Json *json)
{
    ModelReader reader;
    model_reader_init(&reader, l->errors, r->file, STR("seeds"), json);
    const Str from = model_reader_need_text(&reader, "from");
    const SeedProtected protection = protected_by(&reader);
    (void)model_reader_take(&reader, "inferred", MODEL_ARRAY);
    TRY(model_reader_finish(&reader));
    if (!str_equal(from, STR(PERMISSIONS_FILE))) {
        return model_fault(l->errors, r->file, STR("seeds"),
                           "rows come from " PERMISSIONS_FILE " only");
    }
    return seeds_from_permissions(l, r, protection);
}

static Err *load_seeds(Loading *l, const LoadingResource *r)
{
    if (r->resource->family != FAMILY_CONFIGURATION || !resource_has_table(r->resource) ||
        r->resource->parent != NULL) {
        return model_fault(l->errors, r->file, STR("seeds"),
                           "only resources of configuration/ with an address have seeds");
    }
    if (r->seeds->n == 1 && json_member(r->seeds->first, STR("from")) != NULL) {
        return load_seeds_from(l, r, r->seeds->first);
    }
    Seed *seeds = ARENA_ARRAY(l->arena, Seed, r->seeds->n + 1);
    size_t n = 0;
    for (const Json *json = r->seeds->first; json != NULL; json = json->next) {
        TRY(read_seed(l, r, json, &seeds[n++]));
    }
    r->resource->seeds = seeds;
    r->resource->n_seeds = n;
    return NULL;
}

Err *seeds_load(Loading *l)
{
    for (size_t i = 0; i < l->n; i++) {
        if (l->loading[i].seeds != NULL) {
            TRY(load_seeds(l, &l->loading[i]));
        }
    }
    return NULL;
}
