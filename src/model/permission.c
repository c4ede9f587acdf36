/* The rights of permissions.json. */
#include "model/permission.h"

#include "model/loading.h"

static const Str FILE_NAME = STR_INIT("permissions.json");

Permission model_permission(const Model *m, Str codename)
{
    for (size_t i = 0; i < m->n_permissions; i++) {
        if (str_equal(m->permissions[i].codename, codename)) {
            return (Permission)i;
        }
    }
    return PERMISSION_NONE;
}

static Err *read_permission(const Loading *l, const Json *json, PermissionInfo *info)
{
    ModelReader reader;
    model_reader_init(&reader, l->errors, FILE_NAME, STR(""), json);
    (void)model_reader_integer(&reader, "id", &info->id);
    if (info->id < 1) {
        model_reader_fail(&reader, "id: an integer above 0 is needed");
    }
    info->codename = model_reader_need_text(&reader, "codename");
    info->name = model_reader_need_text(&reader, "name");
    info->help = model_reader_need_text(&reader, "help");
    return model_reader_finish(&reader);
}

static bool stands_twice(const PermissionInfo infos[], size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (infos[i].id == infos[n].id || str_equal(infos[i].codename, infos[n].codename)) {
            return true;
        }
    }
    return false;
}

Err *permissions_load(Loading *l, const Json *list)
{
    if (list->type != JSON_ARRAY || list->n > PERMISSIONS_MAX) {
        return model_fault(l->errors, FILE_NAME, STR(""), "a list of at most %d is needed",
                           PERMISSIONS_MAX);
    }
    PermissionInfo *infos = ARENA_ARRAY(l->arena, PermissionInfo, list->n + 1);
    size_t n = 0;
    for (const Json *json = list->first; json != NULL; json = json->next, n++) {
        TRY(read_permission(l, json, &infos[n]));
        if (stands_twice(infos, n)) {
            return model_fault(l->errors, FILE_NAME, infos[n].codename,
                               "its id or codename stands twice");
        }
    }
    l->permissions = list;
    l->model->permissions = infos;
    l->model->n_permissions = n;
    l->model->is_admin = model_permission(l->model, STR("is_admin"));
    l->model->use_api = model_permission(l->model, STR("use_api"));
    if (l->model->is_admin == PERMISSION_NONE || l->model->use_api == PERMISSION_NONE) {
        return model_fault(l->errors, FILE_NAME, STR(""), "is_admin or use_api is missing");
    }
    return NULL;
}
