/* Local accounts: the last one that may do everything stays, enabled and with its right. Passwords
 * are hashed by rest/ (`secret: hash`), not here. */
#include "manager/auth/account_stamp.h"
#include "manager/resources/administrator_left.h"
#include "manager/resources/tables.h"

static Err *before_write(Tx *tx, const Row *old, Row *new, Problems *problems)
{
    (void)tx;
    (void)problems;
    if (old != NULL) {
        account_stamp_administrator_written(old, new);
    }
    return NULL;
}

/* After the write, so that the roles are those that the request has linked. */
static Err *after_write(Tx *tx, const Row *old, const Row *new, Problems *problems)
{
    (void)new; /* the rule is about all of them */
    bool left = true;
    if (old != NULL) {
        TRY(administrator_left(tx, VALUE_NONE, VALUE_NONE, &left));
    }
    if (!left) {
        problems_add(problems, STR("__all__"), ADMINISTRATOR_LAST_TEXT);
    }
    return NULL;
}

static Err *before_delete(Tx *tx, const Row *old, Problems *problems)
{
    bool left = true;
    TRY(administrator_left(tx, old->key, VALUE_NONE, &left));
    if (!left) {
        problems_add(problems, STR("__all__"), ADMINISTRATOR_LAST_TEXT);
    }
    return NULL;
}

const ResourceHooks administrator_hooks = {
    .resource = STR_INIT("administrator"),
    .before_write = before_write,
    .after_write = after_write,
    .before_delete = before_delete,
};
