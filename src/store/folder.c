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

static Err *refuse_busy(Arena *a, const char *folder)
{
    return err(a, ERR_BUSY, "The data folder %s is in use by another process.", folder);
}

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
                   ? refuse_busy(a, folder)
                   : err(a, ERR_IO, "%s cannot be locked: %s.", path, strerrordesc_np(error));
    }
    *ret_lock = fd;
    return NULL;
}

/* A shared lock for a moment, which two who look at once both get. */
Err *store_check_idle(Arena *a, const char *folder)
{
    const int fd =
        open(str_format(a, "%s/lock", folder).ptr, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0) {
        return NULL; /* whoever opens the store says why it can't */
    }
    const bool busy = flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    (void)close(fd); /* gives the lock back */
    return busy ? refuse_busy(a, folder) : NULL;
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
