/* Unpacks a backup beside the store. */
#include "manager/transfer/restore.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "manager/transfer/backup_names.h"
#include "store/files.h"
#include "store/restore.h"

enum { SIZE_BYTES = 8 };

/* The file that is being unpacked. */
typedef struct Unpacking {
    Arena *arena;       /* of the errors */
    Arena *file_arena;  /* of one file's path */
    const char *staged; /* folder */
    int fd;             /* -1: none */
    uint64_t missing;   /* bytes of it that are still to come */
    bool has_configuration;
} Unpacking;

static Err *damaged(Arena *a)
{
    return err(a, ERR_INVALID, "The backup is damaged.");
}

static Err *failed(const Unpacking *u)
{
    return err(u->arena, ERR_IO, "The backup cannot be unpacked: %s.", strerrordesc_np(errno));
}

static CHECKED Err *write_data(const Unpacking *u, Str data)
{
    while (data.len > 0) {
        const ssize_t n = write(u->fd, data.ptr, data.len);
        if (n < 0 && errno != EINTR) {
            return failed(u);
        }
        data = str_slice(data, (size_t)MAX(n, 0), data.len);
    }
    return NULL;
}

/* The file at hand is complete, or there is none. Synced one by one: after the rename that decides
 * there is no way back to the backup, so all of it must be on the disk before. */
static CHECKED Err *end_file(Unpacking *u)
{
    if (u->fd < 0) {
        return NULL;
    }
    if (u->missing > 0) {
        return damaged(u->arena);
    }
    const int fd = u->fd;
    const bool synced = fsync(fd) == 0;
    Err *e = synced ? NULL : failed(u);
    u->fd = -1;
    return close(fd) == 0 || !synced ? e : failed(u);
}

/* The store in use, if there is one, writes to the same disk meanwhile. */
static CHECKED Err *check_room(const Unpacking *u)
{
    Err *e = files_check_room_in(u->arena, u->staged, u->missing);
    return e != NULL ? err_wrap(u->arena, e, "The backup cannot be unpacked") : NULL;
}

static CHECKED Err *begin_file(Unpacking *u, Str content)
{
    TRY(end_file(u));
    const Str name = str_slice(content, SIZE_BYTES, content.len);
    if (content.len <= SIZE_BYTES || backup_name_folder(name) == BACKUP_FOLDER_NONE) {
        return damaged(u->arena);
    }
    u->missing = 0;
    for (size_t i = 0; i < SIZE_BYTES; i++) {
        u->missing |= (uint64_t)(unsigned char)content.ptr[i] << (8 * i);
    }
    arena_reset(u->file_arena);
    TRY(check_room(u));
    const Str path = backup_name_path(name);
    const char *file = str_format(u->file_arena, "%s/%.*s", u->staged, STR_ARG(path)).ptr;
    u->fd = open(file, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (u->fd < 0) {
        return errno == EEXIST ? damaged(u->arena) : failed(u);
    }
    u->has_configuration |= str_equal(name, STR("config.db"));
    return NULL;
}

static CHECKED Err *take_data(Unpacking *u, Str data)
{
    if (u->fd < 0 || data.len > u->missing) {
        return damaged(u->arena);
    }
    u->missing -= data.len;
    return write_data(u, data);
}

static CHECKED Err *unpack_all(Unpacking *u, BackupReader *reader)
{
    BackupRecord record = {BACKUP_RECORD_KEY, STR_NONE};
    while (record.type != BACKUP_RECORD_END) {
        TRY(backup_reader_next(reader, u->arena, &record));
        switch (record.type) {
        case BACKUP_RECORD_FILE:
            TRY(begin_file(u, record.content));
            break;
        case BACKUP_RECORD_DATA:
            TRY(take_data(u, record.content));
            break;
        case BACKUP_RECORD_END:
            TRY(end_file(u));
            break;
        case BACKUP_RECORD_KEY: /* once, at the start */
        case BACKUP_RECORD_N:
            return damaged(u->arena);
        }
    }
    return u->has_configuration ? NULL : damaged(u->arena);
}

Err *restore_unpack(Arena *a, const char *folder, BackupReader *reader)
{
    const char *files = str_format(a, "%s/files", folder).ptr;
    TRY(file_make_folder(a, files, S_IRWXU));
    CLEANUP(arena_free) Arena *file_arena = arena_new(PATH_MAX);
    Unpacking u = {.arena = a, .file_arena = file_arena, .staged = folder, .fd = -1};
    Err *e = unpack_all(&u, reader);
    if (u.fd >= 0) {
        (void)close(u.fd); /* it failed already */
    }
    TRY(e);
    return file_sync_folder(a, files);
}

/* Writes are held before the rename, not after: one that was answered in between would be told as
 * stored and lie in the store that goes. They stay held after a success, until the program starts
 * anew. in_use: the store that is to be replaced, if it is open. */
static CHECKED Err *commit(Arena *a, Store *in_use, const char *folder)
{
    if (in_use == NULL) {
        return store_restore_commit(a, folder);
    }
    store_hold_writes(in_use);
    Err *e = store_restore_commit(a, folder);
    if (e != NULL) {
        store_allow_writes(in_use);
    }
    return e;
}

static CHECKED Err *stage(Arena *a, const Model *model, const StoreOptions *options, Store *in_use,
                          BackupReader *reader)
{
    const char *staged = NULL;
    TRY(store_restore_begin(a, options->folder, &staged));
    TRY(restore_unpack(a, staged, reader));
    TRY(store_restore_adopt(a, model, options, staged, backup_reader_key(reader)));
    return commit(a, in_use, options->folder);
}

static CHECKED Err *run(Arena *a, const Model *model, const StoreOptions *options, Store *in_use,
                        BackupSource source, Str passphrase)
{
    CLEANUP(backup_reader_free) BackupReader *reader = NULL;
    TRY(backup_reader_new(a, source, passphrase, model->version, &reader));
    Err *e = stage(a, model, options, in_use, reader);
    if (e != NULL) {
        store_restore_drop(a, options->folder);
    }
    return e;
}

Err *restore_run(Arena *a, const Model *model, const StoreOptions *options, BackupSource source,
                 Str passphrase)
{
    return run(a, model, options, NULL, source, passphrase);
}

/* --- the store in use --- */

void restore_gate_init(RestoreGate *g, Store *store, const StoreOptions *options)
{
    *g = (RestoreGate){.store = store, .options = *options};
    mutex_init(&g->lock);
}

void restore_gate_deinit(RestoreGate *g)
{
    mutex_deinit(&g->lock);
}

Err *restore_gate_run(RestoreGate *g, Arena *a, BackupSource source, Str passphrase)
{
    mutex_lock(&g->lock);
    const bool busy = g->closed; /* the folder of an attempt is one for all */
    g->closed = true;
    mutex_unlock(&g->lock);
    if (busy) {
        return err(a, ERR_BUSY, "Another backup is being restored.");
    }
    Err *e = run(a, store_model(g->store), &g->options, g->store, source, passphrase);
    if (e != NULL) {
        mutex_lock(&g->lock);
        g->closed = false;
        mutex_unlock(&g->lock);
    }
    return e;
}
