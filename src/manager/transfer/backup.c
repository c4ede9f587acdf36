/* What goes into a backup. */
#include "manager/transfer/backup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/datetime.h"
#include "base/file.h"
#include "base/uuid.h"
#include "manager/transfer/backup_names.h"
#include "store/backup.h"
#include "store/files.h"

typedef struct Backup {
    const Store *store;
    Arena *arena;
    const char *data;
    BackupWriter *writer;
} Backup;

static Err *failed(Arena *a, const char *path, int error)
{
    return err(a, ERR_IO, "%s cannot be read: %s.", path, strerrordesc_np(error));
}

/* --- one file --- */

/* The size comes before the bytes, in eight of them, the lowest first: whoever restores can refuse
 * what has no room before he writes any of it, and notices a file that was cut. */
static CHECKED Err *put_head(const Backup *b, Str name, uint64_t size)
{
    char head[8 + BACKUP_NAME_MAX];
    for (size_t i = 0; i < 8; i++) {
        head[i] = (char)(unsigned char)(size >> (8 * i));
    }
    memcpy(head + 8, name.ptr, name.len);
    return backup_writer_put(b->writer, b->arena, BACKUP_RECORD_FILE, (Str){head, 8 + name.len});
}

/* As many bytes as the head says: what is appended meanwhile doesn't come along, and a file that
 * got shorter fails the backup rather than being filled up. */
static CHECKED Err *put_data(const Backup *b, int fd, const char *path, uint64_t size)
{
    char data[BACKUP_CONTENT_MAX];
    while (size > 0) {
        const ssize_t n = read(fd, data, MIN(size, (uint64_t)sizeof data));
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return failed(b->arena, path, n < 0 ? errno : ENODATA);
        }
        TRY(backup_writer_put(b->writer, b->arena, BACKUP_RECORD_DATA, (Str){data, (size_t)n}));
        size -= (uint64_t)n;
    }
    return NULL;
}

static CHECKED Err *put_open_file(const Backup *b, int fd, const char *path, Str name)
{
    struct stat info;
    if (fstat(fd, &info) != 0) {
        return failed(b->arena, path, errno);
    }
    if (!S_ISREG(info.st_mode)) {
        return NULL;
    }
    TRY(put_head(b, name, (uint64_t)info.st_size));
    return put_data(b, fd, path, (uint64_t)info.st_size);
}

/* What was removed meanwhile nobody refers to. */
static CHECKED Err *put_file(const Backup *b, const char *path, Str name)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) {
        return errno == ENOENT ? NULL : failed(b->arena, path, errno);
    }
    Err *e = put_open_file(b, fd, path, name);
    (void)close(fd); /* only read */
    return e;
}

/* --- the store --- */

/* The copy loses its name at once, so that nothing is left of it if this is cut short. */
static CHECKED Err *put_database(const Backup *b, StoreFile file, Str name)
{
    char uuid[37];
    uuid_new(uuid);
    const Str part = str_format(b->arena, ".part-%.8s.db", uuid);
    const char *path = files_backup_path(b->store, b->arena, part);
    TRY(file_make_folder(b->arena, files_backup_folder(b->store, b->arena), S_IRWXU));
    TRY(store_backup_file(b->store, b->arena, file, path));
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    const int error = errno;
    (void)unlink(path); /* it was just made */
    if (fd < 0) {
        return failed(b->arena, path, error);
    }
    Err *e = put_open_file(b, fd, path, name);
    (void)close(fd); /* only read */
    return e;
}

/* --- folders --- */

/* The files of a folder whose names, behind `prefix`, a backup may hold. */
static CHECKED Err *put_folder(const Backup *b, const char *path, const char *prefix)
{
    DIR *folder = opendir(path);
    if (folder == NULL) {
        return errno == ENOENT ? NULL : failed(b->arena, path, errno);
    }
    Err *e = NULL;
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): nobody else has this stream */
    for (struct dirent *entry = readdir(folder); e == NULL && entry != NULL;
         /* NOLINTNEXTLINE(concurrency-mt-unsafe): as above */
         entry = readdir(folder)) {
        char name[BACKUP_NAME_MAX + 1];
        char file[PATH_MAX];
        const int len = snprintf(name, sizeof name, "%s%s", prefix, entry->d_name);
        const int path_len = snprintf(file, sizeof file, "%s/%s", path, entry->d_name);
        if (len < (int)sizeof name && path_len < (int)sizeof file &&
            backup_name_folder(str_from(name)) == BACKUP_FOLDER_PLAIN) {
            e = put_file(b, file, str_from(name));
        }
    }
    (void)closedir(folder); /* only read */
    return e;
}

/* The databases come before the files: a row that is copied names a file that is there already, and
 * one that becomes unused meanwhile stays a day (jobs/files.c), longer than a copy takes. The other
 * way round, a file could be put after its folder was read and its row still be copied. */
static CHECKED Err *put_all(const Backup *b)
{
    char key[STORE_KEY_CHARS + 1];
    store_backup_key(b->store, key);
    Err *e = backup_writer_put(b->writer, b->arena, BACKUP_RECORD_KEY, str_from(key));
    sodium_memzero(key, sizeof key);
    TRY(e);
    TRY(put_database(b, STORE_CONFIG, STR("config.db")));
    TRY(put_database(b, STORE_HISTORY, STR("history.db")));
    TRY(put_folder(b, b->data, "keys/"));
    TRY(put_folder(b, str_format(b->arena, "%s/files", b->data).ptr, "files/"));
    return backup_writer_put(b->writer, b->arena, BACKUP_RECORD_END, STR(""));
}

Err *backup_write(const Store *store, Arena *a, const char *data, int fd, Str passphrase,
                  BackupKind kind, BackupMade *ret_made)
{
    BackupHeader header = {
        .kind = kind, .created_us = datetime_now_us(), .model = store_model(store)->version};
    (void)snprintf(header.version, sizeof header.version, "%s", ROSTRA_VERSION);
    CLEANUP(backup_writer_free) BackupWriter *writer = NULL;
    TRY(backup_writer_new(a, fd, passphrase, &header, &writer));
    const Backup backup = {store, a, data, writer};
    TRY(put_all(&backup));
    if (fsync(fd) != 0 && errno != EINVAL && errno != EROFS) { /* a pipe has nothing to sync */
        return err(a, ERR_IO, "The backup cannot be written: %s.", strerrordesc_np(errno));
    }
    *ret_made = (BackupMade){backup_writer_size(writer), backup_writer_hash(writer, a)};
    return NULL;
}
