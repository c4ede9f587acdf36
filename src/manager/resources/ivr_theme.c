/* Themes: their packages are looked at before they are kept, since nodes unpack them. */
#include "manager/resources/package.h"
#include "manager/resources/tables.h"

const ResourceHooks ivr_theme_hooks = {
    .resource = STR_INIT("ivr_theme"),
    .check_file = package_check,
};
