/* Brandings: their packages. */
#include "manager/resources/package.h"
#include "manager/resources/tables.h"

const ResourceHooks webapp_branding_hooks = {
    .resource = STR_INIT("webapp_branding"),
    .check_file = package_check,
};
