/* One model file: the resource's own keys, and its fields. */
#include <stdlib.h>
#include <string.h>

#include "model/loading.h"

#define FIELDS_MAX 1000

static const char *const method_names[] = {"GET", "POST", "PUT", "DELETE", "PATCH"};
static const char *const key_type_names[] = {"integer", "text", "uuid"};
static const char *const replicate_names[] = {NULL, "all", "own"};

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

static bool has_address(const Resource *r)
{
    return r->family <= FAMILY_COMMAND;
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
    if (!has_address(r)) {
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
    r->has_key =
        ((r->list_methods | r->detail_methods) & METHOD_GET) != 0 || r->family == FAMILY_AUTH;
    if (key != NULL) {
        ModelReader k;
        model_reader_init(&k, l->errors, loading->file, STR("key"), key);
        r->key_name = model_reader_need_text(&k, "name");
        r->key_type = (KeyType)model_reader_choice(&k, "type", key_type_names,
                                                   ARRAY_N(key_type_names), KEY_INTEGER);
        hidden = model_reader_boolean(&k, "hidden", false);
        (void)model_reader_integer(&k, "fixed", &r->fixed_key);
        Err *e = model_reader_finish(&k);
        reader->error = reader->error != NULL ? reader->error : e;
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

/* The name of the file with slashes for dots, or what is behind the last dot. */
static bool is_name_of(const Loading *l, const Resource *r, Str name)
{
    char *slashed = str_to_cstr(l->arena, r->file);
    for (char *c = strchr(slashed, '.'); c != NULL; c = strchr(c, '.')) {
        *c = '/';
    }
    return str_equal(name, r->name) || str_equal(name, str_from(slashed));
}

/* What the file's name says about the address. */
static Str path_of(const Loading *l, const LoadingResource *loading)
{
    const Resource *r = loading->resource;
    Str rest = r->file;
    const Str first = str_cut(&rest, '.');
    const Str between = loading->parent.len > 0 ? STR("/<id>/") : STR("/");
    return str_format(l->arena, "/api/admin/%.*s/v1/%.*s%.*s%.*s%s",
                      STR_ARG(family_name(r->family)), STR_ARG(first), STR_ARG(between),
                      STR_ARG(rest), rest.len > 0 ? "/" : "");
}

static void read_path(const Loading *l, ModelReader *reader, LoadingResource *loading)
{
    Resource *r = loading->resource;
    if (!has_address(r)) {
        return;
    }
    r->path = model_reader_need_text(reader, "path");
    const Str expected = path_of(l, loading);
    if (!str_equal(r->path, expected)) {
        model_reader_fail(reader, "path: by the name of the file it is %.*s", STR_ARG(expected));
    }
}

static void read_texts(const Loading *l, ModelReader *reader, LoadingResource *loading)
{
    Resource *r = loading->resource;
    if (!is_name_of(l, r, model_reader_need_text(reader, "resource"))) {
        model_reader_fail(reader, "resource: the file has another name");
    }
    r->label = model_reader_need_text(reader, "label");
    r->help = model_reader_need_text(reader, "help");
    r->effect_note = model_reader_text(reader, "effect_note");
    if (r->family == FAMILY_CONFIGURATION || r->family == FAMILY_COMMAND) {
        (void)model_reader_need(reader, "effect", MODEL_TEXT);
    }
    r->effect = loading_effect(reader, EFFECT_MANAGER);
}

/* Keys that later passes or other programs read. */
static void take_rest(ModelReader *reader, LoadingResource *loading)
{
    loading->ordering = model_reader_take(reader, "ordering", MODEL_ARRAY);
    loading->unique_together = model_reader_take(reader, "unique_together", MODEL_ARRAY);
    loading->seeds = model_reader_take(reader, "seeds", MODEL_ARRAY);
    loading->replicate_path = model_reader_take(reader, "replicate_path", MODEL_ARRAY);
    const Json *response = model_reader_take(reader, "response", MODEL_ARRAY | MODEL_OBJECT);
    loading->resource->response = response != NULL ? response->text : STR("");
    loading->resource->replicate = (Replicate)model_reader_choice(
        reader, "replicate", replicate_names, ARRAY_N(replicate_names), REPLICATE_NOWHERE);
    loading->resource->was = model_reader_text(reader, "was");
    (void)model_reader_take(reader, "inferred", MODEL_ARRAY);
}

static bool key_fits(const Resource *r, const Field *key)
{
    return key->type == (r->key_type == KEY_INTEGER ? FIELD_INTEGER : FIELD_STRING) ||
           field_is_to_one(key); /* has the key of its target, which isn't known yet */
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
    if (fields->n > FIELDS_MAX) {
        return model_fault(l->errors, loading->file, STR("fields"), "more than %d", FIELDS_MAX);
    }
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
        if (field->is_key && !key_fits(r, field)) {
            return model_fault(l->errors, loading->file, field->name,
                               "the key is of another type than the field");
        }
        r->key_field = field->is_key ? field : r->key_field;
        r->uri_field = field->is_uri ? field : r->uri_field;
        r->has_computed = r->has_computed || field->computed;
        r->has_once = r->has_once || field->secret == SECRET_ONCE;
    }
    return NULL;
}

Err *resource_load(Loading *l, LoadingResource *loading)
{
    Resource *r = loading->resource;
    ModelReader reader;
    model_reader_init(&reader, l->errors, loading->file, STR(""), loading->json);
    read_texts(l, &reader, loading);
    r->list_methods = read_methods(&reader, "list_methods", true);
    r->detail_methods = read_methods(&reader, "detail_methods", true);
    r->also_accepts = read_methods(&reader, "also_accepts", false);
    if (model_reader_need(&reader, "singleton", MODEL_BOOLEAN) != NULL) {
        r->singleton = model_reader_boolean(&reader, "singleton", false);
    }
    r->live = model_reader_boolean(&reader, "live", false);
    loading->parent = model_reader_text(&reader, "parent");
    loading->rows_of = model_reader_text(&reader, "rows_of");
    read_path(l, &reader, loading);
    read_permissions(l, &reader, r);
    const Json *fields = model_reader_need(&reader, "fields", MODEL_OBJECT);
    if (fields != NULL) {
        read_key(l, &reader, loading);
    }
    take_rest(&reader, loading);
    TRY(model_reader_finish(&reader));
    MUST(fields != NULL); /* else the reader has failed */
    return load_fields(l, loading, fields);
}
