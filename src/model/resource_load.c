/* One model file: the resource's own keys, and its fields. */
#include <stdlib.h>
#include <string.h>

#include "model/loading.h"

static const char *const method_names[] = {"GET", "POST", "PUT", "DELETE", "PATCH"};
static const char *const key_type_names[] = {"integer", "text", "uuid"};
static const char *const effect_names[] = {"none", "manager", "node", "later"};

static unsigned read_methods(ModelReader *reader, const char *name, bool needed)
{
    const Json *list = needed ? model_reader_need(reader, name, MODEL_ARRAY)
                              : model_reader_take(reader, name, MODEL_ARRAY);
    unsigned methods = 0;
    for (const Json *m = list != NULL ? list->first : NULL; m != NULL; m = m->next) {
        unsigned bit = 0;
        for (unsigned i = 0; i < ARRAY_N(method_names); i++) {
            bit |= json_is_string(m, str_from(method_names[i])) ? 1U << i : 0U;
        }
        if (bit == 0) {
            model_reader_fail(reader, "%s holds what is no method", name);
        }
        methods |= bit;
    }
    return methods;
}

static Permission find_permission(const Loading *l, Str prefix, Str codename)
{
    return model_permission(l->model,
                            str_format(l->arena, "%.*s%.*s", STR_ARG(prefix), STR_ARG(codename)));
}

static Permission read_right(const Loading *l, ModelReader *reader, const char *name)
{
    const Str codename = model_reader_text(reader, name);
    if (codename.len == 0) {
        return PERMISSION_NONE;
    }
    const Permission right = find_permission(l, STR(""), codename);
    if (right == PERMISSION_NONE) {
        model_reader_fail(reader, "%s: there is no right \"%.*s\"", name, STR_ARG(codename));
    }
    return right;
}

static void read_permissions(const Loading *l, ModelReader *reader, Resource *r)
{
    r->permission_also = read_right(l, reader, "permission_change");
    r->permission_detail = read_right(l, reader, "permission_detail");
    r->permission_view = PERMISSION_NONE;
    r->permission_change = PERMISSION_NONE;
    if (r->family == FAMILY_EMBEDDED || r->family == FAMILY_RESPONSES) {
        return;
    }
    const Str group = model_reader_need_text(reader, "permission");
    const bool command = r->family == FAMILY_COMMAND;
    r->permission_view = find_permission(l, command ? STR("") : STR("view_"), group);
    r->permission_change = find_permission(l, command ? STR("") : STR("change_"), group);
    /* Status can't be changed: it has a right to view alone. */
    const unsigned writes = METHOD_POST | METHOD_PUT | METHOD_PATCH | METHOD_DELETE;
    const bool writable = ((r->list_methods | r->detail_methods) & writes) != 0;
    if (r->permission_view == PERMISSION_NONE ||
        (writable && r->permission_change == PERMISSION_NONE)) {
        model_reader_fail(reader, "permission: there is no right for \"%.*s\"", STR_ARG(group));
    }
}

static void read_key(Loading *l, ModelReader *reader, LoadingResource *loading)
{
    Resource *r = loading->resource;
    const Json *key = model_reader_take(reader, "key", MODEL_OBJECT);
    const Json *fields = json_member(loading->json, STR("fields"));
    bool hidden = false;
    r->key_name = STR("id");
    /* What can't be read has no rows, hence no keys. */
    r->has_key = ((r->list_methods | r->detail_methods) & METHOD_GET) != 0;
    if (key != NULL) {
        ModelReader k;
        model_reader_init(&k, l->errors, loading->file, STR("key"), key);
        r->key_name = model_reader_need_text(&k, "name");
        r->key_type = (KeyType)model_reader_choice(&k, "type", key_type_names,
                                                   ARRAY_N(key_type_names), KEY_INTEGER);
        hidden = model_reader_boolean(&k, "hidden", false);
        (void)model_reader_integer(&k, "fixed", &r->fixed_key);
        const Err *e = model_reader_finish(&k);
        if (e != NULL && reader->error == NULL) {
            reader->error = err_copy(l->errors, e);
        }
    }
    const bool shown = json_member(fields, r->key_name) != NULL;
    if (loading->parent.len > 0 && key == NULL && !shown) {
        r->has_key = false; /* one row a parent, or an action on it */
    } else if (r->has_key && shown == hidden) {
        model_reader_fail(reader,
                          hidden ? "the hidden key has a field" : "no field shows the key %.*s",
                          STR_ARG(r->key_name));
    }
}

static void read_texts(ModelReader *reader, LoadingResource *loading)
{
    Resource *r = loading->resource;
    (void)model_reader_need_text(reader, "resource");
    r->label = model_reader_need_text(reader, "label");
    r->help = model_reader_need_text(reader, "help");
    const bool addressed = r->family != FAMILY_EMBEDDED && r->family != FAMILY_RESPONSES;
    r->path =
        addressed ? model_reader_need_text(reader, "path") : model_reader_text(reader, "path");
    r->effect_note = model_reader_text(reader, "effect_note");
    if (r->family == FAMILY_CONFIGURATION && json_member(reader->object, STR("effect")) == NULL) {
        model_reader_fail(reader, "effect is missing");
    }
    r->effect = (Effect)model_reader_choice(reader, "effect", effect_names, ARRAY_N(effect_names),
                                            EFFECT_MANAGER);
    if (addressed && (!str_starts_with(r->path, STR("/")) || !str_ends_with(r->path, STR("/")))) {
        model_reader_fail(reader, "path begins and ends with a slash");
    }
}

/* Keys that later passes or other programs read. */
static void take_rest(ModelReader *reader, LoadingResource *loading)
{
    loading->ordering = model_reader_take(reader, "ordering", MODEL_ARRAY);
    loading->unique_together = model_reader_take(reader, "unique_together", MODEL_ARRAY);
    loading->seeds = model_reader_take(reader, "seeds", MODEL_ARRAY);
    (void)model_reader_take(reader, "replicate", MODEL_TEXT);
    (void)model_reader_take(reader, "replicate_path", MODEL_ARRAY);
    (void)model_reader_take(reader, "response", MODEL_ANY);
    loading->resource->was = model_reader_text(reader, "was");
    (void)model_reader_take(reader, "inferred", MODEL_ARRAY);
}

static int compare_names(const void *left, const void *right)
{
    const Json *const *a = left;
    const Json *const *b = right;
    return str_compare((*a)->name, (*b)->name);
}

static Err *load_fields(Loading *l, LoadingResource *loading, const Json *fields)
{
    Resource *r = loading->resource;
    r->n_fields = fields->n;
    loading->fields = ARENA_ARRAY(l->arena, Field, fields->n + 1);
    loading->field_json = ARENA_ARRAY(l->arena, const Json *, fields->n + 1);
    r->fields = loading->fields;
    size_t n = 0;
    for (const Json *f = fields->first; f != NULL; f = f->next) {
        loading->field_json[n++] = f;
    }
    qsort(loading->field_json, n, sizeof(const Json *), compare_names);
    for (size_t i = 0; i < n; i++) {
        Field *field = &loading->fields[i];
        field->index = (uint16_t)i;
        field->is_key = r->has_key && str_equal(loading->field_json[i]->name, r->key_name);
        if (i > 0 && str_equal(loading->field_json[i]->name, loading->field_json[i - 1]->name)) {
            return model_fault(l->errors, loading->file, loading->field_json[i]->name,
                               "stands twice");
        }
        TRY(field_load(l, loading, field, loading->field_json[i]));
        r->key_field = field->is_key ? field : r->key_field;
        r->uri_field = field->is_uri ? field : r->uri_field;
        r->has_computed = r->has_computed || field->computed;
    }
    return NULL;
}

Err *resource_load(Loading *l, LoadingResource *loading)
{
    Resource *r = loading->resource;
    ModelReader reader;
    model_reader_init(&reader, l->errors, loading->file, STR(""), loading->json);
    read_texts(&reader, loading);
    r->list_methods = read_methods(&reader, "list_methods", true);
    r->detail_methods = read_methods(&reader, "detail_methods", true);
    r->also_accepts = read_methods(&reader, "also_accepts", false);
    if (model_reader_need(&reader, "singleton", MODEL_BOOLEAN) != NULL) {
        r->singleton = model_reader_boolean(&reader, "singleton", false);
    }
    r->live = model_reader_boolean(&reader, "live", false);
    loading->parent = model_reader_text(&reader, "parent");
    loading->rows_of = model_reader_text(&reader, "rows_of");
    read_permissions(l, &reader, r);
    const Json *fields = model_reader_need(&reader, "fields", MODEL_OBJECT);
    if (fields != NULL) {
        read_key(l, &reader, loading);
    }
    take_rest(&reader, loading);
    TRY(model_reader_finish(&reader));
    return load_fields(l, loading, fields);
}
