/* Whether somebody who may do everything could still log in. Asked before a deletion as if it had
 * been carried out, and after a change as things are. */
#include "manager/resources/administrator_left.h"

#include "store/row_values.h"

/* Roles that give the right, but for `without`. */
static CHECKED Err *find_roles(Tx *tx, Value without, Value **ret_keys, size_t *ret_n)
{
    const Model *model = tx_model(tx);
    const Resource *role = model_at(model, RES_ROLE);
    const Value right = value_integer(model->permissions[model->is_admin].id);
    const Filter filter = {.field = &role->fields[FLD_ROLE_PERMISSIONS],
                           .lookup = LOOKUP_EXACT,
                           .values = &right,
                           .n_values = 1};
    const Query query = {.resource = role, .filters = &filter, .n_filters = 1, .limit = INT64_MAX};
    Value *keys = NULL;
    size_t n = 0, kept = 0;
    TRY(reader_select_keys(tx_reader(tx), tx_arena(tx), &query, &keys, &n));
    for (size_t i = 0; i < n; i++) {
        if (!value_equal(keys[i], without)) {
            keys[kept++] = keys[i];
        }
    }
    *ret_keys = keys;
    *ret_n = kept;
    return NULL;
}

CHECKED Err *administrator_left(Tx *tx, Value without_administrator, Value without_role,
                                bool *ret_left)
{
    const Resource *administrator = model_at(tx_model(tx), RES_ADMINISTRATOR);
    Value *roles = NULL, *keys = NULL;
    size_t n_roles = 0, n = 0;
    TRY(find_roles(tx, without_role, &roles, &n_roles));
    const Value yes = value_integer(1);
    const Filter filters[] = {{.field = &administrator->fields[FLD_ADMINISTRATOR_ENABLED],
                               .lookup = LOOKUP_EXACT,
                               .values = &yes,
                               .n_values = 1},
                              {.field = &administrator->fields[FLD_ADMINISTRATOR_ROLES],
                               .lookup = LOOKUP_IN,
                               .values = roles,
                               .n_values = n_roles}};
    const Query query = {
        .resource = administrator, .filters = filters, .n_filters = ARRAY_N(filters), .limit = 2};
    TRY(reader_select_keys(tx_reader(tx), tx_arena(tx), &query, &keys, &n));
    *ret_left = n > 1 || (n == 1 && !value_equal(keys[0], without_administrator));
    return NULL;
}
