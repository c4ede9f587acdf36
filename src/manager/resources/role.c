/* Roles: somebody keeps the right to do everything, whichever role is changed or deleted. */
#include "manager/resources/administrator_left.h"
#include "manager/resources/tables.h"

static CHECKED Err *check_left(Tx *tx, Value without_role, Problems *problems)
{
    bool left = true;
    TRY(administrator_left(tx, VALUE_NONE, without_role, &left));
    if (!left) {
        problems_add(problems, STR("__all__"), ADMINISTRATOR_LAST_TEXT);
    }
    return NULL;
}

static Err *after_write(Tx *tx, const Row *old, const Row *new, Problems *problems)
{
    (void)new; /* the rule is about all of them */
    return old == NULL ? NULL : check_left(tx, VALUE_NONE, problems);
}

static Err *before_delete(Tx *tx, const Row *old, Problems *problems)
{
    return check_left(tx, old->key, problems);
}

const ResourceHooks role_hooks = {
    .resource = STR_INIT("role"),
    .after_write = after_write,
    .before_delete = before_delete,
};
