/* Commands on the platform itself. */
#include "manager/command/certificates_import.h"
#include "manager/command/tables.h"
#include "model/model_ids.h"

/* Upgrades come through the package manager of the machine. */
static Err *refuse_package(CommandCall *call)
{
    command_problem(call, call->entry->subject, STR("This system is upgraded by its packages."));
    return NULL;
}

static Err *refuse_cloud_node(CommandCall *call)
{
    command_problem(call, call->entry->subject, STR("This system starts no cloud nodes."));
    return NULL;
}

const CommandEntry platform_commands[] = {
    {.command = RES_COMMAND_PLATFORM__CERTIFICATES_IMPORT, .run = certificates_import_run},
    {.command = RES_COMMAND_PLATFORM__SOFTWARE_BUNDLE,
     .subject = FLD_COMMAND_PLATFORM__SOFTWARE_BUNDLE_PACKAGE,
     .run = refuse_package},
    {.command = RES_COMMAND_PLATFORM__UPGRADE,
     .subject = FLD_COMMAND_PLATFORM__UPGRADE_PACKAGE,
     .run = refuse_package},
    {.command = RES_UPGRADE, .subject = FLD_UPGRADE_PACKAGE, .run = refuse_package},
    {.command = RES_COMMAND_PLATFORM__START_CLOUDNODE,
     .subject = FLD_COMMAND_PLATFORM__START_CLOUDNODE_INSTANCE_ID,
     .run = refuse_cloud_node},
    {.run = NULL},
};
