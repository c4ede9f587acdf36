/* Files in DIR/backups and their rows. */
#include "manager/transfer/backup_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/datetime.h"
#include "base/file.h"
#include "base/hex.h"
#include "base/log.h"
#include "base/thread.h"
#include "manager/transfer/backup.h"
#include "model/model_ids.h"
#include "store/files.h"
#include "store/writer.h"

/* Files that are looked at; who keeps more has to look himself. */
#define FOLDER_FILES_MAX 10000
#define NAME_MAX_CHARACTERS 200
#define PART_START ".part-"
#define AUTOMATIC_START STR("rostra_autobackup_")
#define FILE_END ".rostrabak"

/* A file that has a row. */
typedef struct Known {
    char *name; /* owned */
    int64_t size_bytes;
    int64_t changed_us;
} Known;

struct BackupFolder {
    Store *store;
    char *data; /* owned */
    Mutex lock;
    bool making;  /* under lock: a backup; ".part-" is no leftover then */
    Known *known; /* under lock; owned */
    size_t n_known;
};

BackupFolder *backup_folder_new(Store *store, const char *data)
{
    BackupFolder *f = calloc(1, sizeof *f);
    MUST(f != NULL);
    f->store = store;
    f->data = strdup(data);
    f->known = calloc(FOLDER_FILES_MAX, sizeof *f->known);
    MUST(f->data != NULL && f->known != NULL);
    mutex_init(&f->lock);
    return f;
}

BackupFolder *backup_folder_free(BackupFolder *f)
{
    if (f != NULL) {
        for (size_t i = 0; i < f->n_known; i++) {
            free(f->known[i].name);
        }
        free(f->known);
        free(f->data);
        mutex_deinit(&f->lock);
        free(f);
    }
    return NULL;
}

/* --- what is known --- */

static Known *find_locked(const BackupFolder *f, Str name) REQUIRES(f->lock)
{
    for (size_t i = 0; i < f->n_known; i++) {
        if (str_equal(str_from(f->known[i].name), name)) {
            return &f->known[i];
        }
    }
    return NULL;
}

static int64_t changed_us(const struct stat *info)
{
    return (int64_t)info->st_mtim.tv_sec * DATETIME_SECOND_US + info->st_mtim.tv_nsec / 1000;
}

static bool is_known(BackupFolder *f, Str name, const struct stat *info)
{
    mutex_lock(&f->lock);
    const Known *known = find_locked(f, name);
    const bool same = known != NULL && known->size_bytes == info->st_size &&
                      known->changed_us == changed_us(info);
    mutex_unlock(&f->lock);
    return same;
}

/* The names of all, in the arena: they are looked at without the lock. */
static size_t known_names(BackupFolder *f, Arena *a, const char ***ret_names)
{
    mutex_lock(&f->lock);
    const size_t n = f->n_known;
    const char **names = ARENA_ARRAY(a, const char *, n + 1);
    for (size_t i = 0; i < n; i++) {
        names[i] = str_to_cstr(a, str_from(f->known[i].name));
    }
    mutex_unlock(&f->lock);
    *ret_names = names;
    return n;
}

static void forget(BackupFolder *f, Str name)
{
    mutex_lock(&f->lock);
    Known *known = find_locked(f, name);
    if (known != NULL) {
        free(known->name);
        *known = f->known[--f->n_known];
    }
    mutex_unlock(&f->lock);
}

/* Room for one more. Without it a file would be read anew on every look. */
static bool has_room(BackupFolder *f, Str name)
{
    mutex_lock(&f->lock);
    const bool room = f->n_known < FOLDER_FILES_MAX || find_locked(f, name) != NULL;
    mutex_unlock(&f->lock);
    return room;
}

static void note(BackupFolder *f, Str name, const struct stat *info)
{
    mutex_lock(&f->lock);
    Known *known = find_locked(f, name);
    if (known == NULL && f->n_known < FOLDER_FILES_MAX) {
        known = &f->known[f->n_known++];
        known->name = strndup(name.ptr, name.len);
        MUST(known->name != NULL);
    }
    if (known != NULL) {
        known->size_bytes = info->st_size;
        known->changed_us = changed_us(info);
    }
    mutex_unlock(&f->lock);
}

/* --- rows --- */

typedef struct RowWork {
    Row *row; /* NULL: `key` goes */
    Value key;
} RowWork;

static Err *write_row(Tx *tx, WriteRequest *request)
{
    const RowWork *work = request->context;
    const Resource *r = model_at(tx_model(tx), RES_SYSTEM_BACKUP);
    const Row *old = NULL;
    bool found = false;
    if (work->row == NULL) {
        return tx_delete(tx, r, work->key, &found);
    }
    TRY(reader_get(tx_reader(tx), tx_arena(tx), r, work->key, &old));
    Row *row = row_copy(tx_arena(tx), work->row);
    return old == NULL ? tx_insert(tx, row) : tx_update(tx, old, row);
}

static CHECKED Err *store_row(BackupFolder *f, Arena *a, RowWork *work)
{
    return store_write_as_system(f->store, STORE_LIVE, a, write_row, work, 1);
}

static CHECKED Err *put_row(BackupFolder *f, Arena *a, Str name, const BackupHeader *header,
                            int64_t size_bytes, Str sum)
{
    Row *row = row_new(a, model_at(store_model(f->store), RES_SYSTEM_BACKUP));
    const Value version = value_text(str_dup(a, str_from(header->version)));
    row->key = value_text(name);
    row->values[FLD_SYSTEM_BACKUP_FILENAME] = row->key;
    row->values[FLD_SYSTEM_BACKUP_BUILD] = version;
    row->values[FLD_SYSTEM_BACKUP_VERSION] = version;
    row->values[FLD_SYSTEM_BACKUP_DATE] = value_integer(header->created_us);
    row->values[FLD_SYSTEM_BACKUP_SIZE] = value_integer(size_bytes);
    row->values[FLD_SYSTEM_BACKUP_SHA256SUM] = value_text(sum);
    row->values[FLD_SYSTEM_BACKUP_TYPE] =
        value_text(header->kind == BACKUP_AUTOMATIC ? STR("auto") : STR("manual"));
    RowWork work = {row, row->key};
    return store_row(f, a, &work);
}

/* --- looking --- */

static ssize_t read_some(int fd, void *data, size_t size)
{
    ssize_t n = 0;
    do {
        n = read(fd, data, size);
    } while (n < 0 && errno == EINTR);
    return n;
}

/* Head and sum of an open file; *ret_sum is empty if it is no backup. Reading all of it may take
 * minutes, which is why only another size or time makes us do it again. */
static CHECKED Err *read_backup(Arena *a, int fd, BackupHeader *ret_header, Str *ret_sum)
{
    unsigned char data[BACKUP_CONTENT_MAX];
    unsigned char digest[crypto_hash_sha256_BYTES];
    crypto_hash_sha256_state state;
    (void)crypto_hash_sha256_init(&state); /* can't fail */
    bool begun = false;
    for (ssize_t n = 0; (n = read_some(fd, data, sizeof data)) != 0; begun = true) {
        if (n < 0) {
            return err(a, ERR_IO, "A backup cannot be read: %s.", strerrordesc_np(errno));
        }
        if (!begun &&
            (n < BACKUP_HEADER_BYTES || backup_header_read(a, data, ret_header) != NULL)) {
            return NULL;
        }
        (void)crypto_hash_sha256_update(&state, data, (size_t)n); /* can't fail */
    }
    if (begun) {
        (void)crypto_hash_sha256_final(&state, digest); /* can't fail */
        *ret_sum = hex_text(a, digest, sizeof digest);
    }
    return NULL;
}

static CHECKED Err *look_at_open(BackupFolder *f, Arena *a, Str name, int fd)
{
    struct stat info;
    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode) || is_known(f, name, &info)) {
        return NULL;
    }
    if (!has_room(f, name)) {
        log_warning("the folder of backups is full file=%.*s most=%d", STR_ARG(name),
                    FOLDER_FILES_MAX);
        return NULL;
    }
    BackupHeader header;
    Str sum = STR_NONE;
    TRY(read_backup(a, fd, &header, &sum));
    if (sum.len == 0) {
        return NULL;
    }
    TRY(put_row(f, a, name, &header, info.st_size, sum));
    note(f, name, &info);
    return NULL;
}

/* Not through a link, which could lead anywhere, and without waiting for whoever would write into a
 * pipe of that name. */
static CHECKED Err *look_at(BackupFolder *f, Arena *a, Str name)
{
    const int fd =
        open(files_backup_path(f->store, a, name), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0) {
        return NULL; /* gone, or nothing that we may read */
    }
    Err *e = look_at_open(f, a, name, fd);
    (void)close(fd); /* only read */
    return e;
}

/* Names that can stand in an address and in a header. */
static bool is_name(Str name)
{
    for (size_t i = 0; i < name.len; i++) {
        if (name.ptr[i] <= ' ' || name.ptr[i] > '~' || name.ptr[i] == '"' || name.ptr[i] == '\\') {
            return false;
        }
    }
    return name.len > 0 && name.len <= NAME_MAX_CHARACTERS && name.ptr[0] != '.';
}

/* Calls `visit` for every entry of the folder. */
static CHECKED Err *each_entry(BackupFolder *f, Arena *a,
                               Err *(*visit)(BackupFolder *f, Arena *a, Str name))
{
    const char *path = files_backup_folder(f->store, a);
    DIR *folder = opendir(path);
    if (folder == NULL) {
        return errno == ENOENT
                   ? NULL
                   : err(a, ERR_IO, "%s cannot be read: %s.", path, strerrordesc_np(errno));
    }
    Err *e = NULL;
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): nobody else has this stream */
    for (struct dirent *entry = readdir(folder); e == NULL && entry != NULL;
         /* NOLINTNEXTLINE(concurrency-mt-unsafe): as above */
         entry = readdir(folder)) {
        e = visit(f, a, str_from(entry->d_name));
    }
    (void)closedir(folder); /* only read */
    return e;
}

static bool is_making(BackupFolder *f)
{
    mutex_lock(&f->lock);
    const bool making = f->making;
    mutex_unlock(&f->lock);
    return making;
}

static Err *visit_entry(BackupFolder *f, Arena *a, Str name)
{
    if (is_name(name)) {
        return look_at(f, a, name);
    }
    if (str_starts_with(name, STR(PART_START)) && !is_making(f)) {
        (void)unlink(files_backup_path(f->store, a, name)); /* tried again */
    }
    return NULL;
}

/* A file is forgotten only after its row is gone: what fails here is tried again. */
static CHECKED Err *drop_missing(BackupFolder *f, Arena *a)
{
    const char **names = NULL;
    const size_t n = known_names(f, a, &names);
    for (size_t i = 0; i < n; i++) {
        const Str name = str_from(names[i]);
        if (!file_exists(files_backup_path(f->store, a, name))) {
            RowWork work = {NULL, value_text(name)};
            TRY(store_row(f, a, &work));
            forget(f, name);
        }
    }
    return NULL;
}

Err *backup_folder_run(void *folder, Arena *a, int64_t now_us)
{
    (void)now_us;
    TRY(drop_missing(folder, a));
    return each_entry(folder, a, visit_entry);
}

/* --- making --- */

/* rostra_backup_2026-11-25_13-02-59_123456.rostrabak: names sort by time. */
static Str new_name(Arena *a, BackupKind kind)
{
    const DatetimeParts t = datetime_parts(datetime_now_us());
    return str_format(a, "rostra_%s_%04d-%02d-%02d_%02d-%02d-%02d_%06d" FILE_END,
                      kind == BACKUP_AUTOMATIC ? "autobackup" : "backup", t.year, t.month, t.day,
                      t.hour, t.minute, t.second, t.microsecond);
}

/* What makes a file that has its name one that lasts and is listed. */
static CHECKED Err *list_file(BackupFolder *f, Arena *a, const unsigned char head[], Str name,
                              const BackupMade *made)
{
    BackupHeader header;
    TRY(backup_header_read(a, head, &header));
    TRY(file_sync_folder(a, files_backup_folder(f->store, a)));
    return put_row(f, a, name, &header, made->size_bytes, made->sha256);
}

/* From an open file to one with its name. After a failure there is none under that name. */
static CHECKED Err *finish_file(BackupFolder *f, Arena *a, int fd, const char *part, Str name,
                                const BackupMade *made)
{
    struct stat info;
    unsigned char head[BACKUP_HEADER_BYTES];
    const char *path = files_backup_path(f->store, a, name);
    if (fstat(fd, &info) != 0 || pread(fd, head, sizeof head, 0) != (ssize_t)sizeof head ||
        rename(part, path) != 0) {
        return err(a, ERR_IO, "The backup cannot be written: %s.", strerrordesc_np(errno));
    }
    Err *e = list_file(f, a, head, name, made);
    note(f, name, &info); /* also else: the folder's job removes the row, if there is one */
    if (e != NULL) {
        (void)unlink(path); /* nobody is to find what was told as failed */
    }
    return e;
}

static CHECKED Err *make(BackupFolder *f, Arena *a, Str passphrase, BackupKind kind, Str *ret_name)
{
    const Str name = new_name(a, kind);
    const Str part_name = str_format(a, PART_START "%.*s", STR_ARG(name));
    const char *part = files_backup_path(f->store, a, part_name);
    TRY(file_make_folder(a, files_backup_folder(f->store, a), S_IRWXU));
    const int fd = open(part, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (fd < 0) {
        return err(a, ERR_IO, "The backup cannot be written: %s.", strerrordesc_np(errno));
    }
    BackupMade made;
    Err *e = backup_write(f->store, a, f->data, fd, passphrase, kind, &made);
    if (e == NULL) {
        e = finish_file(f, a, fd, part, name, &made);
    }
    (void)close(fd); /* synced */
    if (e != NULL) {
        (void)unlink(part); /* half a backup is none */
        return e;
    }
    log_info("made a backup file=%.*s size=%lld", STR_ARG(name), (long long)made.size_bytes);
    *ret_name = name;
    return NULL;
}

static CHECKED Err *begin_making(BackupFolder *f, Arena *a)
{
    mutex_lock(&f->lock);
    const bool busy = f->making;
    f->making = true;
    mutex_unlock(&f->lock);
    return busy ? err(a, ERR_BUSY, "Another backup is being made.") : NULL;
}

static void end_making(BackupFolder *f)
{
    mutex_lock(&f->lock);
    f->making = false;
    mutex_unlock(&f->lock);
}

Err *backup_folder_make(BackupFolder *f, Arena *a, Str passphrase, BackupKind kind, Str *ret_name)
{
    TRY(begin_making(f, a));
    Err *e = make(f, a, passphrase, kind, ret_name);
    end_making(f);
    return e;
}

Err *backup_folder_write(BackupFolder *f, Arena *a, int fd, Str passphrase)
{
    BackupMade made;
    TRY(begin_making(f, a));
    Err *e = backup_write(f->store, a, f->data, fd, passphrase, BACKUP_MANUAL, &made);
    end_making(f);
    return e;
}

/* --- pruning --- */

static int compare_names(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* Automatic ones are told by their names, which sort by time. */
static size_t automatic_names(BackupFolder *f, Arena *a, const char ***ret_names)
{
    const char **names = NULL;
    const size_t n_known = known_names(f, a, &names);
    size_t n = 0;
    for (size_t i = 0; i < n_known; i++) {
        if (str_starts_with(str_from(names[i]), AUTOMATIC_START)) {
            names[n++] = names[i];
        }
    }
    qsort(names, n, sizeof *names, compare_names);
    *ret_names = names;
    return n;
}

/* How many names are not of a time to come. */
static size_t count_past(Arena *a, const char *const names[], size_t n)
{
    const char *now = new_name(a, BACKUP_AUTOMATIC).ptr;
    size_t n_past = 0;
    while (n_past < n && strcmp(names[n_past], now) <= 0) {
        n_past++;
    }
    return n_past;
}

int64_t backup_folder_newest(BackupFolder *f)
{
    int64_t newest_us = 0;
    mutex_lock(&f->lock);
    for (size_t i = 0; i < f->n_known; i++) {
        if (str_starts_with(str_from(f->known[i].name), AUTOMATIC_START)) {
            newest_us = MAX(newest_us, f->known[i].changed_us);
        }
    }
    mutex_unlock(&f->lock);
    return newest_us;
}

Err *backup_folder_prune(BackupFolder *f, Arena *a, size_t kept)
{
    const char **names = NULL;
    const size_t n = automatic_names(f, a, &names);
    const size_t n_past = count_past(a, names, n);
    for (size_t i = 0; i + kept < n; i++) {
        /* Those that were made while the clock was ahead go first: they are older than any that is
         * made from now on, whatever their names say. */
        const Str name = str_from(names[(n_past + i) % n]);
        const char *path = files_backup_path(f->store, a, name);
        if (unlink(path) != 0 && errno != ENOENT) {
            return err(a, ERR_IO, "%s cannot be removed: %s.", path, strerrordesc_np(errno));
        }
    }
    return drop_missing(f, a);
}
