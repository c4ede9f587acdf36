/* Backups by schedule need a passphrase: nobody is there to give one when they are made. */
#include "manager/resources/tables.h"
#include "store/row_values.h"

static void check(const Row *old, const Row *new, const Str clear[], Problems *problems)
{
    (void)old;   /* the rule is about what it becomes */
    (void)clear; /* the sealed text tells whether there is one */
    if (row_true(new, FLD_AUTOBACKUP_AUTOBACKUP_ENABLED) &&
        row_text(new, FLD_AUTOBACKUP_AUTOBACKUP_PASSPHRASE).len == 0) {
        problems_add(problems, row_field_name(new, FLD_AUTOBACKUP_AUTOBACKUP_PASSPHRASE),
                     "A passphrase is needed to make backups.");
    }
}

const ResourceHooks autobackup_hooks = {
    .resource = STR_INIT("autobackup"),
    .check = check,
};
