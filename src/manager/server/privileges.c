/* From root to the owner of the data folder: groups first, since only root may leave them. */
#include "manager/server/privileges.h"

#include <errno.h>
#include <grp.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

Err *privileges_drop(Arena *a, const char *folder)
{
    struct stat status;
    if (geteuid() != 0 || stat(folder, &status) != 0 || status.st_uid == 0) {
        return NULL;
    }
    if (setgroups(0, NULL) != 0 || setgid(status.st_gid) != 0 || setuid(status.st_uid) != 0) {
        return err(a, ERR_IO, "Cannot become the owner of %s: %s.", folder, strerrordesc_np(errno));
    }
    return NULL;
}
