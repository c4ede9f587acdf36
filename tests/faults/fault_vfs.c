/* A VFS that fails when told to.
 *
 * For the power cut it remembers, for each file, what every unsynced write replaced. */
#include "fault_vfs.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/thread.h"

enum { FILES_MAX = 64 };

/* What was in a file before a write that isn't synced. */
typedef struct Undo Undo;
struct Undo {
    Undo *next;
    sqlite3_int64 offset;
    sqlite3_int64 size_before; /* of the file */
    int len;                   /* of what was there, at most what was written */
    unsigned char bytes[];
};

typedef struct FaultFile {
    sqlite3_file base;
    FaultVfs *vfs;
    const char *name;    /* SQLite's, as long as the file is open */
    Undo *undo;          /* newest first */
    sqlite3_file real[]; /* as large as the VFS below says */
} FaultFile;

struct FaultVfs {
    sqlite3_vfs vfs;
    sqlite3_io_methods methods;
    sqlite3_vfs *below;
    Mutex lock;
    Condition changed;
    /* under lock */
    FaultFile *files[FILES_MAX];
    FaultKind kind;
    int until; /* operations of its sort */
    bool struck;
    int64_t n_writes;
};

static FaultFile *self(sqlite3_file *f)
{
    return (FaultFile *)f;
}

/* --- what is lost at a power cut --- */

static void remember(FaultFile *f, int len, sqlite3_int64 offset)
{
    sqlite3_int64 size = 0;
    Undo *u = calloc(1, sizeof *u + (size_t)len);
    MUST(u != NULL && f->real->pMethods->xFileSize(f->real, &size) == SQLITE_OK);
    u->offset = offset;
    u->size_before = size;
    u->len = size <= offset ? 0 : (int)MIN((sqlite3_int64)len, size - offset);
    MUST(u->len == 0 || f->real->pMethods->xRead(f->real, u->bytes, u->len, offset) == SQLITE_OK);
    u->next = f->undo;
    f->undo = u;
}

static void forget(FaultFile *f)
{
    while (f->undo != NULL) {
        Undo *next = f->undo->next;
        free(f->undo);
        f->undo = next;
    }
}

static void lose(FaultFile *f)
{
    for (const Undo *u = f->undo; u != NULL; u = u->next) {
        MUST(u->len == 0 ||
             f->real->pMethods->xWrite(f->real, u->bytes, u->len, u->offset) == SQLITE_OK);
        MUST(f->real->pMethods->xTruncate(f->real, u->size_before) == SQLITE_OK);
    }
}

static _Noreturn void cut_power_locked(FaultVfs *v)
{
    for (size_t i = 0; i < FILES_MAX; i++) {
        if (v->files[i] != NULL) {
            lose(v->files[i]);
        }
    }
    _exit(FAULT_EXIT_POWER_CUT);
}

/* --- when it strikes --- */

/* The fault that this operation meets; FAULT_NONE nearly always. */
static FaultKind strike_locked(FaultVfs *v, bool is_sync)
{
    if (v->kind == FAULT_NONE ||
        (v->kind != FAULT_POWER_CUT && (v->kind == FAULT_SYNC) != is_sync)) {
        return FAULT_NONE;
    }
    if (v->until > 1) {
        v->until--;
        return FAULT_NONE;
    }
    const FaultKind kind = v->kind;
    v->struck = true;
    v->kind = kind == FAULT_FULL ? FAULT_FULL : FAULT_NONE;
    if (kind == FAULT_POWER_CUT) {
        cut_power_locked(v);
    }
    return kind;
}

static int write_locked(FaultFile *f, const void *bytes, int len, sqlite3_int64 offset)
{
    switch (strike_locked(f->vfs, false)) {
    case FAULT_WRITE_IO:
        return SQLITE_IOERR_WRITE;
    case FAULT_FULL:
        return SQLITE_FULL;
    case FAULT_WRITE_SHORT:
        remember(f, len / 2, offset);
        (void)f->real->pMethods->xWrite(f->real, bytes, len / 2, offset);
        return SQLITE_FULL;
    default:
        remember(f, len, offset);
        f->vfs->n_writes++;
        return f->real->pMethods->xWrite(f->real, bytes, len, offset);
    }
}

static int file_write(sqlite3_file *file, const void *bytes, int len, sqlite3_int64 offset)
{
    FaultFile *f = self(file);
    mutex_lock(&f->vfs->lock);
    const int code = write_locked(f, bytes, len, offset);
    condition_broadcast(&f->vfs->changed);
    mutex_unlock(&f->vfs->lock);
    return code;
}

static int file_sync(sqlite3_file *file, int flags)
{
    FaultFile *f = self(file);
    mutex_lock(&f->vfs->lock);
    int code = SQLITE_IOERR_FSYNC;
    if (strike_locked(f->vfs, true) == FAULT_NONE) {
        code = f->real->pMethods->xSync(f->real, flags);
        forget(f);
    }
    mutex_unlock(&f->vfs->lock);
    return code;
}

/* What it cuts off is never needed again: SQLite synced what took its place. */
static int file_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    FaultFile *f = self(file);
    mutex_lock(&f->vfs->lock);
    forget(f);
    const int code = f->real->pMethods->xTruncate(f->real, size);
    mutex_unlock(&f->vfs->lock);
    return code;
}

static int file_close(sqlite3_file *file)
{
    FaultFile *f = self(file);
    mutex_lock(&f->vfs->lock);
    for (size_t i = 0; i < FILES_MAX; i++) {
        if (f->vfs->files[i] == f) {
            f->vfs->files[i] = NULL;
        }
    }
    forget(f);
    mutex_unlock(&f->vfs->lock);
    return f->real->pMethods->xClose(f->real);
}

/* --- handed on as it is --- */

static int file_read(sqlite3_file *f, void *bytes, int len, sqlite3_int64 offset)
{
    return self(f)->real->pMethods->xRead(self(f)->real, bytes, len, offset);
}

static int file_size(sqlite3_file *f, sqlite3_int64 *size)
{
    return self(f)->real->pMethods->xFileSize(self(f)->real, size);
}

static int file_lock(sqlite3_file *f, int level)
{
    return self(f)->real->pMethods->xLock(self(f)->real, level);
}

static int file_unlock(sqlite3_file *f, int level)
{
    return self(f)->real->pMethods->xUnlock(self(f)->real, level);
}

static int file_check_lock(sqlite3_file *f, int *reserved)
{
    return self(f)->real->pMethods->xCheckReservedLock(self(f)->real, reserved);
}

static int file_control(sqlite3_file *f, int op, void *argument)
{
    return self(f)->real->pMethods->xFileControl(self(f)->real, op, argument);
}

static int file_sector_size(sqlite3_file *f)
{
    return self(f)->real->pMethods->xSectorSize(self(f)->real);
}

static int file_characteristics(sqlite3_file *f)
{
    return self(f)->real->pMethods->xDeviceCharacteristics(self(f)->real);
}

static int file_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **ret)
{
    return self(f)->real->pMethods->xShmMap(self(f)->real, page, size, extend, ret);
}

static int file_shm_lock(sqlite3_file *f, int offset, int n, int flags)
{
    return self(f)->real->pMethods->xShmLock(self(f)->real, offset, n, flags);
}

static void file_shm_barrier(sqlite3_file *f)
{
    self(f)->real->pMethods->xShmBarrier(self(f)->real);
}

static int file_shm_unmap(sqlite3_file *f, int delete_it)
{
    return self(f)->real->pMethods->xShmUnmap(self(f)->real, delete_it);
}

/* --- opening --- */

static void enter(FaultVfs *v, FaultFile *f)
{
    mutex_lock(&v->lock);
    size_t i = 0;
    while (i < FILES_MAX && v->files[i] != NULL) {
        i++;
    }
    MUST(i < FILES_MAX);
    v->files[i] = f;
    mutex_unlock(&v->lock);
}

static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *ret)
{
    FaultVfs *v = vfs->pAppData;
    FaultFile *f = self(file);
    f->base.pMethods = NULL;
    f->vfs = v;
    f->name = name != NULL ? name : "";
    f->undo = NULL;
    const int code = v->below->xOpen(v->below, name, f->real, flags, ret);
    if (code == SQLITE_OK) {
        f->base.pMethods = &v->methods;
        enter(v, f);
    }
    return code;
}

FaultVfs *fault_vfs_install(void)
{
    FaultVfs *v = calloc(1, sizeof *v);
    MUST(v != NULL);
    v->below = sqlite3_vfs_find("unix");
    MUST(v->below != NULL);
    mutex_init(&v->lock);
    condition_init(&v->changed);
    v->vfs = *v->below; /* all else works on the VFS below, by paths */
    v->vfs.pNext = NULL;
    v->vfs.zName = "fault";
    v->vfs.pAppData = v;
    v->vfs.szOsFile = (int)sizeof(FaultFile) + v->below->szOsFile;
    v->vfs.xOpen = vfs_open;
    v->methods = (sqlite3_io_methods){.iVersion = 2,
                                      .xClose = file_close,
                                      .xRead = file_read,
                                      .xWrite = file_write,
                                      .xTruncate = file_truncate,
                                      .xSync = file_sync,
                                      .xFileSize = file_size,
                                      .xLock = file_lock,
                                      .xUnlock = file_unlock,
                                      .xCheckReservedLock = file_check_lock,
                                      .xFileControl = file_control,
                                      .xSectorSize = file_sector_size,
                                      .xDeviceCharacteristics = file_characteristics,
                                      .xShmMap = file_shm_map,
                                      .xShmLock = file_shm_lock,
                                      .xShmBarrier = file_shm_barrier,
                                      .xShmUnmap = file_shm_unmap};
    MUST(sqlite3_vfs_register(&v->vfs, 1) == SQLITE_OK);
    return v;
}

/* --- what the tests ask --- */

void fault_vfs_arm(FaultVfs *v, FaultKind kind, int nth)
{
    mutex_lock(&v->lock);
    v->kind = kind;
    v->until = nth;
    v->struck = false;
    mutex_unlock(&v->lock);
}

void fault_vfs_disarm(FaultVfs *v)
{
    mutex_lock(&v->lock);
    v->kind = FAULT_NONE;
    mutex_unlock(&v->lock);
}

bool fault_vfs_struck(FaultVfs *v)
{
    mutex_lock(&v->lock);
    const bool struck = v->struck;
    mutex_unlock(&v->lock);
    return struck;
}

static bool ends_with(const char *name, const char *end)
{
    const size_t len = strlen(name);
    const size_t end_len = strlen(end);
    return len >= end_len && strcmp(name + len - end_len, end) == 0;
}

bool fault_vfs_has_unsynced(FaultVfs *v, const char *name_end)
{
    bool found = false;
    mutex_lock(&v->lock);
    for (size_t i = 0; i < FILES_MAX; i++) {
        const FaultFile *f = v->files[i];
        found = found || (f != NULL && f->undo != NULL && ends_with(f->name, name_end));
    }
    mutex_unlock(&v->lock);
    return found;
}

int64_t fault_vfs_n_writes(FaultVfs *v)
{
    mutex_lock(&v->lock);
    const int64_t n = v->n_writes;
    mutex_unlock(&v->lock);
    return n;
}

void fault_vfs_wait_for_writes(FaultVfs *v, int64_t n_writes)
{
    mutex_lock(&v->lock);
    while (v->n_writes <= n_writes) {
        condition_wait(&v->changed, &v->lock);
    }
    mutex_unlock(&v->lock);
}
