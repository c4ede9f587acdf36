/* Uploaded files, by their hash. */
#include "store/files.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hex.h"
#include "store/files_private.h"
#include "store/store_private.h"

#define FOLDER_MODE 0700
#define FILE_MODE 0600

const char *files_folder(const Store *s, Arena *a)
{
    return str_format(a, "%s/files", s->folder).ptr;
}

const char *files_path(const Store *s, Arena *a, Str hash)
{
    return str_format(a, "%s/%.*s", files_folder(s, a), STR_ARG(hash)).ptr;
}

/* Whether it is there; then it counts as put now, so that nobody removes it as old. */
static Err *touch(const Store *s, Arena *a, const char *path, bool *ret_found)
{
    int lock = -1;
    TRY(files_lock(s, a, LOCK_SH, &lock));
    const int result = lock >= 0 ? utimensat(AT_FDCWD, path, NULL, 0) : -1;
    const int error = lock >= 0 ? errno : ENOENT;
    files_unlock(lock);
    if (result != 0 && error != ENOENT) {
        return err(a, ERR_IO, "%s cannot be written: %s.", path, strerrordesc_np(error));
    }
    *ret_found = result == 0;
    return NULL;
}

Err *files_check_room(const Store *s, Arena *a, uint64_t size_bytes)
{
    return files_check_room_in(a, s->folder, size_bytes);
}

Err *files_check_room_in(Arena *a, const char *folder, uint64_t size_bytes)
{
    struct statvfs disk;
    if (statvfs(folder, &disk) != 0) {
        return err(a, ERR_IO, "%s cannot be written: %s.", folder, strerrordesc_np(errno));
    }
    const uint64_t free_bytes = (uint64_t)disk.f_bavail * disk.f_frsize;
    return free_bytes >= FILES_FREE_BYTES && free_bytes - FILES_FREE_BYTES >= size_bytes
               ? NULL
               : err(a, ERR_IO, "There is no room on the disk for a file of this size.");
}

Err *files_put(const Store *s, Arena *a, Str content, Str *ret_hash)
{
    unsigned char digest[crypto_hash_sha256_BYTES];
    (void)crypto_hash_sha256(digest, (const unsigned char *)content.ptr, content.len);
    Str hash = hex_text(a, digest, sizeof digest);
    const char *path = files_path(s, a, hash);
    bool found = false;
    TRY(touch(s, a, path, &found));
    if (found) { /* perhaps put just now by another request, which hasn't synced yet */
        TRY(file_sync_folder(a, files_folder(s, a)));
    } else {
        TRY(files_check_room(s, a, content.len));
        TRY(file_make_folder(a, files_folder(s, a), FOLDER_MODE));
        TRY(file_write(a, path, FILE_MODE, content));
    }
    *ret_hash = hash;
    return NULL;
}

Err *files_head(const Store *s, Arena *a, Str hash, size_t n_bytes, Str *ret_head)
{
    char *head = arena_alloc(a, n_bytes);
    const int fd = open(files_path(s, a, hash), O_RDONLY | O_CLOEXEC);
    const ssize_t n = fd < 0 ? -1 : pread(fd, head, n_bytes, 0);
    const char *reason = n < 0 ? strerrordesc_np(errno) : "";
    if (fd >= 0) {
        (void)close(fd); /* only read */
    }
    if (n < 0) {
        return err_detail(a, err(a, ERR_IO, "An uploaded file cannot be read."), "%s: %s",
                          files_path(s, a, hash), reason);
    }
    *ret_head = (Str){head, (size_t)n};
    return NULL;
}

/* --- what was made for people --- */

static const char *in_folder(Arena *a, const char *folder, Str name)
{
    return str_format(a, "%s/%.*s", folder, STR_ARG(name)).ptr;
}

const char *files_backup_folder(const Store *s, Arena *a)
{
    return in_folder(a, s->folder, STR("backups"));
}

const char *files_backup_path(const Store *s, Arena *a, Str name)
{
    return in_folder(a, files_backup_folder(s, a), name);
}

const char *files_snapshot_folder(const Store *s, Arena *a)
{
    return in_folder(a, s->folder, STR("snapshots"));
}

const char *files_snapshot_path(const Store *s, Arena *a, Str name)
{
    return in_folder(a, files_snapshot_folder(s, a), name);
}
