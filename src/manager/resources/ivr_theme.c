/* Themes: their packages. */
#include "manager/resources/package.h"
#include "manager/resources/tables.h"

const ResourceHooks ivr_theme_hooks = {
    .resource = STR_INIT("ivr_theme"),
    .check_file = package_check,
};
