#include "model/model.h"

#include <stdlib.h>
#include <string.h>

#include "model/loading.h"

#define MODEL_ARENA_BYTES ((size_t)256 * 1024 * 1024)
#define PERMISSIONS_LIST_MAX PERMISSIONS_MAX

static const char *const family_names[FAMILY_N] = {"configuration", "status",   "history",
                                                   "command",       "embedded", "responses"};

Str family_name(Family family)
{
    return str_from(family_names[family]);
}

const Field *resource_field(const Resource *r, Str name)
{
    size_t from = 0;
    size_t to = r->n_fields;
    while (from < to) {
        const size_t middle = (from + to) / 2;
        const int order = str_compare(name, r->fields[middle].name);
        if (order == 0) {
            return &r->fields[middle];
        }
        if (order < 0) {
            to = middle;
        } else {
            from = middle + 1;
        }
    }
    return NULL;
}

bool resource_has_table(const Resource *r)
{
    const bool family = r->family == FAMILY_CONFIGURATION || r->family == FAMILY_STATUS ||
                        r->family == FAMILY_HISTORY;
    const bool action = r->parent != NULL && (r->list_methods & METHOD_GET) == 0;
    return family && r->rows_of == NULL && !action;
}

const Seed *resource_seed(const Resource *r, Value key)
{
    for (size_t i = 0; i < r->n_seeds; i++) {
        if (value_equal(r->seeds[i].key, key)) {
            return &r->seeds[i];
        }
    }
    return NULL;
}

const Resource *model_resource(const Model *m, Family family, Str file)
{
    for (size_t i = 0; i < m->n_resources; i++) {
        if (m->resources[i].family == family && str_equal(m->resources[i].file, file)) {
            return &m->resources[i];
        }
    }
    return NULL;
}

Permission model_permission(const Model *m, Str codename)
{
    for (size_t i = 0; i < m->n_permissions; i++) {
        if (str_equal(m->permissions[i].codename, codename)) {
            return (Permission)i;
        }
    }
    return PERMISSION_NONE;
}

/* --- loading --- */

LoadingResource *loading_find(const Loading *l, Str name)
{
    Str rest = name;
    const Str family = str_cut(&rest, '/');
    for (size_t i = 0; i < l->n; i++) {
        const Resource *r = l->loading[i].resource;
        if (str_equal(family_name(r->family), family) && str_equal(r->file, rest)) {
            return &l->loading[i];
        }
    }
    return NULL;
}

Field *loading_field(const LoadingResource *r, Str name)
{
    const Field *field = resource_field(r->resource, name);
    return field != NULL ? &r->fields[field->index] : NULL;
}

static Err *load_permissions(Loading *l, Str content)
{
    TRY(json_parse(l->arena, content, &json_limits_default, &l->permissions));
    const Json *list = l->permissions;
    if (list->type != JSON_ARRAY || list->n > PERMISSIONS_LIST_MAX) {
        return err(l->errors, ERR_INVALID, "permissions.json: a list of at most %d is needed",
                   PERMISSIONS_LIST_MAX);
    }
    PermissionInfo *infos = ARENA_ARRAY(l->arena, PermissionInfo, list->n + 1);
    size_t n = 0;
    for (const Json *json = list->first; json != NULL; json = json->next, n++) {
        ModelReader reader;
        model_reader_init(&reader, l->errors, STR("permissions.json"), STR(""), json);
        if (!model_reader_integer(&reader, "id", &infos[n].id)) {
            model_reader_fail(&reader, "id is missing");
        }
        infos[n].codename = model_reader_need_text(&reader, "codename");
        infos[n].name = model_reader_need_text(&reader, "name");
        infos[n].help = model_reader_need_text(&reader, "help");
        TRY(model_reader_finish(&reader));
        for (size_t i = 0; i < n; i++) {
            if (infos[i].id == infos[n].id || str_equal(infos[i].codename, infos[n].codename)) {
                return model_fault(l->errors, STR("permissions.json"), infos[n].codename,
                                   "stands twice");
            }
        }
    }
    l->model->permissions = infos;
    l->model->n_permissions = n;
    l->model->is_admin = model_permission(l->model, STR("is_admin"));
    l->model->use_api = model_permission(l->model, STR("use_api"));
    if (l->model->is_admin == PERMISSION_NONE || l->model->use_api == PERMISSION_NONE) {
        return err(l->errors, ERR_INVALID, "permissions.json: is_admin or use_api is missing");
    }
    return NULL;
}

/* Family and file of "configuration/conference.json"; false if it is none of a resource. */
static bool split_name(Str name, Family *ret_family, Str *ret_file)
{
    Str rest = name;
    const Str family = str_cut(&rest, '/');
    if (rest.len == 0 || !str_ends_with(rest, STR(".json"))) {
        return false;
    }
    for (int i = 0; i < FAMILY_N; i++) {
        if (str_equal(family, str_from(family_names[i]))) {
            *ret_family = (Family)i;
            *ret_file = str_slice(rest, 0, rest.len - strlen(".json"));
            return true;
        }
    }
    return false;
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
    Json *json;
    r->file = str_from(file->name);
    Err *e = json_parse(l->arena, file->content, &json_limits_default, &json);
    if (e != NULL) {
        return model_fault(l->errors, r->file, STR(""), "%s", e->text);
    }
    r->json = json;
    r->resource = resource;
    resource->index = (uint16_t)l->n++;
    (void)split_name(r->file, &resource->family, &resource->file);
    resource->name = last_part(resource->file);
    return NULL;
}

static Err *load_version(Loading *l, Str content)
{
    Json *json;
    TRY(json_parse(l->arena, content, &json_limits_default, &json));
    ModelReader reader;
    model_reader_init(&reader, l->errors, STR("version.json"), STR(""), json);
    if (!model_reader_integer(&reader, "number", &l->model->version)) {
        model_reader_fail(&reader, "number is missing");
    }
    l->model->version_hash = model_reader_need_text(&reader, "shape");
    return model_reader_finish(&reader);
}

static Err *parse_files(Loading *l, const ModelFile files[], size_t n_files)
{
    const ModelFile **sorted = ARENA_ARRAY(l->arena, const ModelFile *, n_files + 1);
    size_t n = 0;
    Family family = FAMILY_N;
    Str file = STR_NONE;
    for (size_t i = 0; i < n_files; i++) {
        const Str name = str_from(files[i].name);
        if (str_equal(name, STR("permissions.json"))) {
            TRY(load_permissions(l, files[i].content));
        } else if (str_equal(name, STR("version.json"))) {
            TRY(load_version(l, files[i].content));
        } else if (split_name(name, &family, &file)) {
            sorted[n++] = &files[i];
        } else {
            return model_fault(l->errors, name, STR(""), "belongs to no family");
        }
    }
    qsort(sorted, n, sizeof *sorted, compare_files);
    l->resources = ARENA_ARRAY(l->arena, Resource, n + 1);
    l->loading = ARENA_ARRAY(l->arena, LoadingResource, n + 1);
    for (size_t i = 0; i < n; i++) {
        TRY(parse_resource(l, sorted[i]));
    }
    l->model->resources = l->resources;
    l->model->n_resources = n;
    return l->permissions != NULL ? NULL
                                  : err(l->errors, ERR_INVALID, "permissions.json: is missing");
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
    CLEANUP(model_free) Model *m = calloc(1, sizeof *m);
    MUST(m != NULL);
    m->arena = arena_new(MODEL_ARENA_BYTES);
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
        "version.json: shape: the shape of the model changed under number %lld: raise number "
        "and set shape to %.*s",
        (long long)m->version, STR_ARG(m->shape_hash));
}

static void free_patterns(const Resource *r)
{
    for (size_t i = 0; i < r->n_fields; i++) {
        Regex *pattern =
            (Regex *)(uintptr_t)r->fields[i].pattern; /* ours to free, read only for others */
        (void)regex_free(pattern);
    }
}

Model *model_free(Model *m)
{
    if (m != NULL) {
        for (size_t i = 0; i < m->n_resources; i++) {
            free_patterns(&m->resources[i]);
        }
        m->arena = arena_free(m->arena);
        free(m);
    }
    return NULL;
}
