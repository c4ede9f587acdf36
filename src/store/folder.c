/* The data folder: its lock, and folders inside of it. */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/store_private.h"

#define FOLDERS_OPEN 8

Err *store_folder_lock(Arena *a, const char *folder, int *ret_lock)
{
    const char *path = str_format(a, "%s/lock", folder).ptr;
    const int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
    if (fd < 0) {
        return err(a, ERR_IO, "%s cannot be opened: %s.", path, strerrordesc_np(errno));
    }
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        const int error = errno;
        (void)close(fd); /* nothing was written */
        return error == EWOULDBLOCK
                   ? err(a, ERR_BUSY, "The data folder %s is in use by another process.", folder)
                   : err(a, ERR_IO, "%s cannot be locked: %s.", path, strerrordesc_np(error));
    }
    *ret_lock = fd;
    return NULL;
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *where)
{
    (void)status;
    (void)type;
    (void)where;
    return remove(path) == 0 || errno == ENOENT ? 0 : -1;
}

Err *store_folder_remove(Arena *a, const char *path)
{
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): only FTW_CHDIR would make it so */
    if (nftw(path, remove_entry, FOLDERS_OPEN, FTW_DEPTH | FTW_PHYS) != 0 && errno != ENOENT) {
        return err(a, ERR_IO, "%s cannot be removed: %s.", path, strerrordesc_np(errno));
    }
    return NULL;
}
