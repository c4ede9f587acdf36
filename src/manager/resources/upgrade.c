/* Upgrades come through the package manager of the machine. */
#include "manager/resources/row_values.h"
#include "manager/resources/tables.h"

static void check(const Row *old, const Row *new, const Str clear[], Problems *problems)
{
    (void)old;
    (void)clear;
    problems_add(problems, row_field_name(new, FLD_UPGRADE_PACKAGE),
                 "This system is upgraded by its packages.");
}

const ResourceHooks upgrade_hooks = {
    .resource = STR_INIT("upgrade"),
    .check = check,
};
