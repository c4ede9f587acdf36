#include "small.h"

#include <string.h>

#include "test.h"

/* ' to " */
static Str json_text(Arena *a, const char *text)
{
    char *copy = str_to_cstr(a, str_from(text));
    for (char *c = strchr(copy, '\''); c != NULL; c = strchr(c, '\'')) {
        *c = '"';
    }
    return str_from(copy);
}

static bool has(const ModelFile files[], size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(files[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

Err *small_load(Arena *errors, const char *const files[], Model **ret_model)
{
    ModelFile all[SMALL_MAX];
    size_t n = 0;
    for (size_t i = 0; files[i] != NULL; i += 2) {
        assert_true(n < SMALL_MAX - 2);
        all[n++] = (ModelFile){files[i], json_text(errors, files[i + 1])};
    }
    if (!has(all, n, "permissions.json")) {
        all[n++] = (ModelFile){"permissions.json", json_text(errors, SMALL_PERMISSIONS)};
    }
    if (!has(all, n, "version.json")) {
        all[n++] = (ModelFile){"version.json", json_text(errors, SMALL_VERSION)};
    }
    return model_load(errors, all, n, ret_model);
}

Model *small_model(Arena *errors, const char *const files[])
{
    Model *model = NULL;
    const Err *e = small_load(errors, files, &model);
    if (e != NULL) {
        fail_msg("%s", e->text);
    }
    return model;
}
