/* Brandings of the web app: their packages are looked at before they are kept, as those of themes.
 */
#include "manager/resources/package.h"
#include "manager/resources/tables.h"

const ResourceHooks webapp_branding_hooks = {
    .resource = STR_INIT("webapp_branding"),
    .check_file = package_check,
};
