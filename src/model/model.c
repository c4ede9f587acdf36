/* Questions about the model, and the passes of its loading in their order. */
#include "model/model.h"

#include <stdlib.h>
#include <string.h>

#include "model/loading.h"

/* Bounds that only a mistake in the files can meet; Resource.index has 16 bits. */
#define MODEL_ARENA_BYTES ((size_t)256 * 1024 * 1024)
#define RESOURCES_MAX 4096

const Resource *model_resource(const Model *m, Family family, Str file)
{
    size_t from = 0;
    size_t to = m->n_resources;
    while (from < to) {
        const size_t middle = (from + to) / 2;
        const Resource *r = &m->resources[middle];
        const int order =
            family != r->family ? (int)family - (int)r->family : str_compare(file, r->file);
        if (order == 0) {
            return r;
        }
        if (order < 0) {
            to = middle;
        } else {
            from = middle + 1;
        }
    }
    return NULL;
}

/* --- loading --- */

static bool family_from(Str name, Family *ret_family)
{
    for (int family = 0; family < FAMILY_N; family++) {
        if (str_equal(name, family_name((Family)family))) {
            *ret_family = (Family)family;
            return true;
        }
    }
    return false;
}

Effect loading_effect(ModelReader *reader, Effect absent)
{
    static const char *const names[] = {"none", "manager", "node", "later"};
    return (Effect)model_reader_choice(reader, "effect", names, ARRAY_N(names), (int)absent);
}

LoadingResource *loading_find(const Loading *l, Str name)
{
    Str rest = name;
    Family family = FAMILY_N;
    if (!family_from(str_cut(&rest, '/'), &family)) {
        return NULL;
    }
    const Resource *found = model_resource(l->model, family, rest);
    return found != NULL ? &l->loading[found->index] : NULL;
}

Field *loading_field(const LoadingResource *r, Str name)
{
    const Field *field = resource_field(r->resource, name);
    return field != NULL ? &r->fields[field->index] : NULL;
}

static Err *parse_file(const Loading *l, Str name, Str content, Json **ret_json)
{
    const Err *e = json_parse(l->arena, content, &json_limits_default, ret_json);
    return e == NULL ? NULL : model_fault(l->errors, name, STR(""), "%s", e->text);
}

/* Family and file of "configuration/conference.json"; false if it is none of a resource. */
static bool split_name(Str name, Family *ret_family, Str *ret_file)
{
    Str rest = name;
    const Str family = str_cut(&rest, '/');
    if (rest.len == 0 || !str_ends_with(rest, STR(".json"))) {
        return false;
    }
    if (!family_from(family, ret_family)) {
        return false;
    }
    *ret_file = str_slice(rest, 0, rest.len - strlen(".json"));
    return true;
}

static int compare_files(const void *left, const void *right)
{
    const ModelFile *const *a = left;
    const ModelFile *const *b = right;
    Family family_a = FAMILY_N;
    Family family_b = FAMILY_N;
    Str file_a = STR_NONE;
    Str file_b = STR_NONE;
    (void)split_name(str_from((*a)->name), &family_a, &file_a);
    (void)split_name(str_from((*b)->name), &family_b, &file_b);
    return family_a != family_b ? (int)family_a - (int)family_b : str_compare(file_a, file_b);
}

/* The part of a path behind the last dot: "media_stream", "lock". */
static Str last_part(Str file)
{
    Str rest = file;
    Str part = STR_NONE;
    while (rest.len > 0) {
        part = str_cut(&rest, '.');
    }
    return part;
}

static Err *parse_resource(Loading *l, const ModelFile *file)
{
    LoadingResource *r = &l->loading[l->n];
    Resource *resource = &l->resources[l->n];
    Json *json = NULL;
    r->file = str_from(file->name);
    TRY(parse_file(l, r->file, file->content, &json));
    r->json = json;
    r->resource = resource;
    resource->index = (uint16_t)l->n++;
    (void)split_name(r->file, &resource->family, &resource->file);
    resource->name = last_part(resource->file);
    return NULL;
}

static Err *load_version(Loading *l, const Json *json)
{
    ModelReader reader;
    model_reader_init(&reader, l->errors, STR("version.json"), STR(""), json);
    (void)model_reader_integer(&reader, "number", &l->model->version);
    if (l->model->version < 1) {
        model_reader_fail(&reader, "number: an integer above 0 is needed");
    }
    l->model->version_hash = model_reader_need_text(&reader, "shape");
    return model_reader_finish(&reader);
}

/* The files that are no resources. */
static Err *load_other(Loading *l, Str name, Str content)
{
    Json *json = NULL;
    if (str_equal(name, STR("permissions.json"))) {
        TRY(parse_file(l, name, content, &json));
        return permissions_load(l, json);
    }
    if (str_equal(name, STR("version.json"))) {
        TRY(parse_file(l, name, content, &json));
        return load_version(l, json);
    }
    return model_fault(l->errors, name, STR(""), "belongs to no family");
}

static Err *parse_files(Loading *l, const ModelFile files[], size_t n_files)
{
    const ModelFile **sorted = ARENA_ARRAY(l->arena, const ModelFile *, n_files + 1);
    size_t n = 0;
    Family family = FAMILY_N;
    Str file = STR_NONE;
    for (size_t i = 0; i < n_files; i++) {
        const Str name = str_from(files[i].name);
        if (split_name(name, &family, &file)) {
            sorted[n++] = &files[i];
        } else {
            TRY(load_other(l, name, files[i].content));
        }
    }
    if (l->permissions == NULL || l->model->version == 0 || n > RESOURCES_MAX) {
        return err(l->errors, ERR_INVALID, "%s",
                   l->permissions == NULL   ? "permissions.json: is missing"
                   : l->model->version == 0 ? "version.json: is missing"
                                            : "too many files");
    }
    qsort(sorted, n, sizeof(const ModelFile *), compare_files);
    l->resources = ARENA_ARRAY(l->arena, Resource, n + 1);
    l->loading = ARENA_ARRAY(l->arena, LoadingResource, n + 1);
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && strcmp(sorted[i]->name, sorted[i - 1]->name) == 0) {
            return model_fault(l->errors, str_from(sorted[i]->name), STR(""), "stands twice");
        }
        TRY(parse_resource(l, sorted[i]));
    }
    l->model->resources = l->resources;
    l->model->n_resources = n;
    return NULL;
}

static Err *load(Loading *l, const ModelFile files[], size_t n_files)
{
    TRY(parse_files(l, files, n_files));
    for (size_t i = 0; i < l->n; i++) {
        TRY(resource_load(l, &l->loading[i]));
    }
    TRY(relations_link(l));
    TRY(seeds_load(l));
    TRY(model_verify(l));
    l->model->shape_hash = model_shape_hash(l->arena, l->model);
    return NULL;
}

Err *model_load(Arena *errors, const ModelFile files[], size_t n_files, Model **ret_model)
{
    Arena *arena = arena_new(MODEL_ARENA_BYTES);
    CLEANUP(model_free) Model *m = ARENA_NEW(arena, Model);
    m->arena = arena;
    Loading l = {.arena = m->arena, .errors = errors, .model = m};
    TRY(load(&l, files, n_files));
    *ret_model = m;
    m = NULL;
    return NULL;
}

Err *model_check_version(Arena *errors, const Model *m)
{
    if (str_equal(m->shape_hash, m->version_hash)) {
        return NULL;
    }
    return err(
        errors, ERR_INVALID,
        "version.json: shape: the shape of the model has changed: set shape to %.*s, and number to "
        "%lld, unless %lld is new with this change",
        STR_ARG(m->shape_hash), (long long)m->version + 1, (long long)m->version);
}

static void free_patterns(const Resource *r)
{
    for (size_t i = 0; i < r->n_fields; i++) {
        (void)regex_free(r->fields[i].pattern); /* always NULL */
    }
}

Model *model_free(Model *m)
{
    if (m != NULL) {
        for (size_t i = 0; i < m->n_resources; i++) {
            free_patterns(&m->resources[i]);
        }
        (void)arena_free(m->arena); /* holds m itself; always NULL */
    }
    return NULL;
}
