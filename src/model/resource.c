/* Answers about a resource. */
#include "model/resource.h"

static const Str FAMILY_NAMES[FAMILY_N] = {
    [FAMILY_CONFIGURATION] = STR_INIT("configuration"),
    [FAMILY_STATUS] = STR_INIT("status"),
    [FAMILY_HISTORY] = STR_INIT("history"),
    [FAMILY_COMMAND] = STR_INIT("command"),
    [FAMILY_EMBEDDED] = STR_INIT("embedded"),
    [FAMILY_RESPONSES] = STR_INIT("responses"),
    [FAMILY_AUTH] = STR_INIT("auth"),
};

Str family_name(Family family)
{
    MUST(family < FAMILY_N);
    return FAMILY_NAMES[family];
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

const Field *resource_shown_field(const Resource *r, Str name)
{
    const Field *f = resource_field(r, name);
    return f != NULL && !f->hidden ? f : NULL;
}

bool resource_is_readable(const Resource *r)
{
    return r->family <= FAMILY_HISTORY && ((r->list_methods | r->detail_methods) & METHOD_GET) != 0;
}

bool resource_has_table(const Resource *r)
{
    return (resource_is_readable(r) && r->rows_of == NULL) || r->family == FAMILY_AUTH;
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
