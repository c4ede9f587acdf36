/* Rights from roles: a role names permissions by their ids, which are fixed for ever; the model
 * gives each a bit. */
#include "manager/auth/grant.h"

#include "model/keys.h"
#include "store/row_values.h"

void grant_note(Grant *g, const Resource *resource, Value key)
{
    if (g->n_rows < GRANT_ROWS_MAX) {
        g->rows[g->n_rows] = (RowName){resource, key};
    }
    g->n_rows++;
}

/* None for a right that this version doesn't know. */
static PermissionSet right_of(const Model *model, Value key)
{
    for (size_t i = 0; i < model->n_permissions; i++) {
        if (model->permissions[i].id == key.integer) {
            return UINT64_C(1) << i;
        }
    }
    return 0;
}

Err *grant_add_roles(Grant *g, Reader *reader, Arena *a, const Value roles[], size_t n)
{
    const Model *model = reader_model(reader);
    const Resource *role = model_at(model, RES_ROLE);
    Related *held = ARENA_ARRAY(a, Related, n + 1);
    TRY(reader_related(reader, a, &role->fields[FLD_ROLE_PERMISSIONS], roles, n, held));
    for (size_t i = 0; i < n; i++) {
        grant_note(g, role, roles[i]);
        for (size_t k = 0; k < held[i].n; k++) {
            g->principal.permissions |= right_of(model, held[i].keys[k]);
        }
    }
    return NULL;
}

Err *grant_add_administrator(Grant *g, Reader *reader, Arena *a, const Row *row)
{
    Related roles;
    TRY(reader_related(reader, a, &row->resource->fields[FLD_ADMINISTRATOR_ROLES], &row->key, 1,
                       &roles));
    g->principal.name = row_text(row, FLD_ADMINISTRATOR_NAME);
    grant_note(g, row->resource, row->key);
    return grant_add_roles(g, reader, a, roles.keys, roles.n);
}

Err *grant_read_settings(Grant *g, Reader *reader, Arena *a, const Row **ret_settings)
{
    const Resource *settings = model_at(reader_model(reader), RES_AUTHENTICATION);
    const Value key = value_integer(SINGLETON_KEY);
    const Row *found = NULL;
    grant_note(g, settings, key);
    TRY(reader_get(reader, a, settings, key, &found));
    if (found == NULL) {
        return err(a, ERR_IO, "The store lacks the settings of authentication; see rostrad check.");
    }
    *ret_settings = found;
    return NULL;
}
