/* Keeps the store that a restored one is about to replace. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "store/files.h"
#include "store/store_private.h"

#define KEPT_NAME "replaced"
#define GATHERED_NAME "replaced.new"
#define MARK_NAME "kept"
#define MARK_MODE (S_IRUSR | S_IWUSR)

static const char *path_in(Arena *a, const char *folder, const char *name)
{
    return str_format(a, "%s/%s", folder, name).ptr;
}

/* --- what was written ahead --- */

static CHECKED Err *fold_file(Arena *a, const char *path)
{
    if (!file_exists(path) || !file_exists(str_format(a, "%s-wal", path).ptr)) {
        return NULL;
    }
    Db *db = NULL;
    TRY(db_open(a, path, DB_WRITE_DURABLE, 0, &db));
    (void)db_close(db); /* the last one to close it writes the log into the file */
    return file_exists(str_format(a, "%s-wal", path).ptr)
               ? err(a, ERR_IO, "%s cannot be written.", path)
               : NULL;
}

Err *store_restore_fold(Arena *a, const char *folder)
{
    TRY(fold_file(a, path_in(a, folder, "history.db")));
    return fold_file(a, path_in(a, folder, "config.db"));
}

/* --- links --- */

static bool is_of_store(Str name)
{
    static const char *const databases[] = {"config.db", "config.db-wal", "history.db",
                                            "history.db-wal"};
    for (size_t i = 0; i < ARRAY_N(databases); i++) {
        if (str_equal(name, str_from(databases[i]))) {
            return true;
        }
    }
    return str_ends_with(name, STR(".key")) || str_ends_with(name, STR(".pem"));
}

static bool is_any(Str name)
{
    (void)name;
    return true;
}

/* Another name for a file; what isn't one is left out, as "." and ".." are. */
static CHECKED Err *link_file(Arena *a, const char *from, const char *to)
{
    struct stat info;
    if (lstat(from, &info) != 0 || !S_ISREG(info.st_mode)) {
        return NULL;
    }
    return link(from, to) == 0
               ? NULL
               : err(a, ERR_IO, "%s cannot be linked: %s.", from, strerrordesc_np(errno));
}

static CHECKED Err *link_entries(Arena *a, DIR *folder, const char *from, const char *to,
                                 bool (*wanted)(Str name))
{
    CLEANUP(arena_free) Arena *paths = arena_new(2 * PATH_MAX);
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): nobody else has this stream */
    for (const struct dirent *entry = readdir(folder); entry != NULL;
         /* NOLINTNEXTLINE(concurrency-mt-unsafe): as above */
         entry = readdir(folder)) {
        if (wanted(str_from(entry->d_name))) {
            arena_reset(paths);
            const char *old = path_in(paths, from, entry->d_name);
            TRY(link_file(a, old, path_in(paths, to, entry->d_name)));
        }
    }
    return NULL;
}

static CHECKED Err *link_all(Arena *a, const char *from, const char *to, bool (*wanted)(Str name))
{
    DIR *folder = opendir(from);
    if (folder == NULL) {
        return errno == ENOENT
                   ? NULL
                   : err(a, ERR_IO, "%s cannot be read: %s.", from, strerrordesc_np(errno));
    }
    TRY(file_make_folder(a, to, S_IRWXU));
    Err *e = link_entries(a, folder, from, to, wanted);
    (void)closedir(folder); /* only read */
    return e != NULL ? e : file_sync_folder(a, to);
}

/* --- keeping --- */

/* The one before goes first: its room may be what is missing. */
static CHECKED Err *gather(Arena *a, const char *folder, const char *gathered)
{
    const char *kept = path_in(a, folder, KEPT_NAME);
    TRY(store_folder_remove(a, gathered)); /* of an attempt that was cut short */
    TRY(store_folder_remove(a, kept));
    TRY(files_check_room_in(a, folder, 0));
    const Err *unfolded = store_restore_fold(a, folder);
    (void)unfolded; /* a damaged store is kept as it is, with its logs */
    TRY(link_all(a, folder, gathered, is_of_store));
    TRY(link_all(a, path_in(a, folder, "files"), path_in(a, gathered, "files"), is_any));
    if (rename(gathered, kept) != 0) {
        return err(a, ERR_IO, "%s cannot be renamed: %s.", gathered, strerrordesc_np(errno));
    }
    return file_sync_folder(a, folder);
}

Err *store_restore_keep(Arena *a, const char *folder, const char *ready)
{
    const char *mark = path_in(a, ready, MARK_NAME);
    if (file_exists(mark)) {
        return NULL;
    }
    /* Without the one in `ready`, a program that knew no mark has moved it: the old one is gone. */
    if (file_exists(path_in(a, folder, "config.db")) &&
        file_exists(path_in(a, ready, "config.db"))) {
        const char *gathered = path_in(a, folder, GATHERED_NAME);
        const Err *e = gather(a, folder, gathered);
        if (e != NULL) {
            log_warning("the replaced store is not kept reason=\"%s\"", e->text);
            const Err *left = store_folder_remove(a, gathered);
            (void)left; /* the next restore tries again */
        }
    }
    return file_write_new(a, mark, MARK_MODE, STR(""));
}
