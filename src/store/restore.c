/* From a folder with the files of a backup to the store in use. */
#include "store/restore.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "store/check.h"
#include "store/secret_key.h"
#include "store/statement.h"
#include "store/store_file.h"
#include "store/store_private.h"

#define STAGED_NAME "restore.new"
#define READY_NAME "restore.ready"
#define FILES_NAME "files"
#define LOCK_NAME "lock"
#define KEY_NAME "secret.key"
#define KEY_MODE (S_IRUSR | S_IWUSR)
#define KEY_BYTES_MAX 4096
#define REPORT_MAX ((size_t)64 * 1024)
#define SQL_MAX ((size_t)4 * 1024 * 1024)

/* One value, with its secrets opened and sealed again. */
#define VALUE_ARENA_BYTES ((size_t)256 * 1024 * 1024)

static const char *path_in(Arena *a, const char *folder, const char *name)
{
    return str_format(a, "%s/%s", folder, name).ptr;
}

/* --- gathering --- */

Err *store_restore_lock(Arena *a, const char *folder, int *ret_lock)
{
    TRY(file_make_folder(a, folder, S_IRWXU));
    return store_folder_lock(a, folder, ret_lock);
}

void store_restore_unlock(int lock)
{
    (void)close(lock); /* gives the lock back */
}

void store_restore_remove_folder(Arena *a, const char *folder)
{
    if (unlink(path_in(a, folder, LOCK_NAME)) == 0) {
        (void)rmdir(folder); /* what else lies in it keeps it */
    }
}

Err *store_restore_begin(Arena *a, const char *folder, const char **ret_staged)
{
    const char *staged = path_in(a, folder, STAGED_NAME);
    TRY(store_folder_remove(a, staged));
    TRY(file_make_folder(a, staged, S_IRWXU));
    *ret_staged = staged;
    return NULL;
}

void store_restore_drop(Arena *a, const char *folder)
{
    const Err *e = store_folder_remove(a, path_in(a, folder, STAGED_NAME));
    (void)e; /* the next start tries again */
}

/* --- making it fit --- */

/* Both keys while the secrets of a file are sealed anew. */
typedef struct Reseal {
    const SecretKey *from, *to; /* the same: nothing is sealed anew */
    Arena *arena;               /* of one value */
} Reseal;

static Str reseal_value(void *context, Str text)
{
    const Reseal *reseal = context;
    arena_reset(reseal->arena);
    return secret_reseal(reseal->arena, reseal->from, reseal->to, text);
}

/* Statements that look at every text of every table, of whatever model they are. */
static CHECKED Err *put_updates(Db *db, Arena *a, Buf *sql)
{
    Stmt *s = NULL;
    bool row = false;
    TRY(db_prepare(db, a,
                   STR("SELECT t.name, c.name FROM sqlite_schema t, pragma_table_info(t.name) c"
                       " WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND c.pk = 0"
                       " AND c.type = 'TEXT'"),
                   &s));
    TRY(stmt_step(s, a, &row));
    while (row) {
        const Str table = stmt_text(s, 0);
        const Str column = stmt_text(s, 1);
        buf_put_lit(sql, "UPDATE ");
        sql_put_name(sql, table);
        buf_put_lit(sql, " SET ");
        sql_put_name(sql, column);
        buf_put_lit(sql, " = rostra_reseal(");
        sql_put_name(sql, column);
        buf_put_lit(sql, ") WHERE instr(");
        sql_put_name(sql, column);
        buf_put_lit(sql, ", '$~!1$') > 0;\n");
        TRY(stmt_step(s, a, &row));
    }
    buf_put_char(sql, '\0');
    return buf_failed(sql)
               ? err(a, ERR_INVALID, "The backup has more columns than a store may have.")
               : NULL;
}

static Err *renew(void *context, Db *db, Arena *a)
{
    Reseal *reseal = context;
    if (reseal != NULL && !secret_key_equal(reseal->from, reseal->to)) {
        CLEANUP(buf_free) Buf *sql = buf_new(SQL_MAX);
        TRY(secret_key_check_note(reseal->from, db, a));
        TRY(db_add_function(db, a, "rostra_reseal", reseal_value, reseal));
        TRY(put_updates(db, a, sql));
        TRY(db_exec(db, a, sql->data));
        TRY(secret_key_put_note(reseal->to, db, a));
    }
    return store_file_renew_epoch(db, a);
}

static CHECKED Err *renew_file(Arena *a, const char *path, Reseal *reseal)
{
    CLEANUP(db_close) Db *db = NULL;
    bool empty = true;
    TRY(db_open(a, path, DB_WRITE_DURABLE, 0, &db));
    TRY(store_file_is_empty(db, a, &empty));
    if (empty) {
        return err(a, ERR_INVALID, "The backup holds no store.");
    }
    return store_file_transact(db, a, renew, reseal);
}

static CHECKED Err *renew_files(Arena *a, const char *staged, const SecretKey *from,
                                const SecretKey *to)
{
    CLEANUP(arena_free) Arena *value_arena = arena_new(VALUE_ARENA_BYTES);
    Reseal reseal = {from, to, value_arena};
    TRY(renew_file(a, path_in(a, staged, "config.db"), &reseal));
    const char *history = path_in(a, staged, "history.db");
    return file_exists(history) ? renew_file(a, history, NULL) : NULL;
}

/* Where the key is to lie in the end has to take it: nothing can be refused any more then. */
static CHECKED Err *check_key_folder(Arena *a, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *folder =
        slash == NULL ? "." : str_format(a, "%.*s/", (int)(slash - path), path).ptr;
    return faccessat(AT_FDCWD, folder, W_OK | X_OK, AT_EACCESS) == 0
               ? NULL
               : err(a, ERR_IO, "%s cannot be made: %s.", path, strerrordesc_np(errno));
}

/* The key in force stays. Without one, that of the backup becomes it, in the end: until then it
 * lies beside the new store. */
static CHECKED Err *choose_key(Arena *a, const StoreOptions *options, const char *staged, Str hex,
                               SecretKey **ret_key)
{
    const char *own = path_in(a, options->folder, KEY_NAME);
    const char *path = options->key_file != NULL ? options->key_file : own;
    if (file_exists(path)) {
        const StoreOptions in_force = {.folder = options->folder, .key_file = path};
        return secret_key_open(a, &in_force, false, ret_key);
    }
    TRY(check_key_folder(a, path));
    TRY(file_write_new(a, path_in(a, staged, KEY_NAME), KEY_MODE,
                       str_format(a, "%.*s\n", STR_ARG(hex))));
    return secret_key_from_text(a, hex, ret_key);
}

/* What it lacks will be missed at every start; a smaller fault is no reason to keep it back. */
static CHECKED Err *check(Arena *a, Store *store)
{
    CLEANUP(buf_free) Buf *report = buf_new(REPORT_MAX);
    size_t n_faults = 0;
    TRY(store_check_basis(store, a, report, &n_faults));
    if (n_faults > 0) {
        Err *e = err(a, ERR_INVALID, "The store in the backup doesn't hold together.");
        return err_detail(a, e, "%.*s", STR_ARG(buf_str(report)));
    }
    return NULL;
}

/* Opens it as a store, which migrates it, looks at it, and closes it again. */
static CHECKED Err *migrate(Arena *a, const Model *model, const StoreOptions *options,
                            const char *staged)
{
    const char *own = path_in(a, options->folder, KEY_NAME);
    const char *new = path_in(a, staged, KEY_NAME);
    StoreOptions here = *options;
    here.folder = staged;
    here.key_file = file_exists(new) ? new : options->key_file != NULL ? options->key_file : own;
    CLEANUP(store_close) Store *store = NULL;
    TRY(store_open(a, model, &here, &store));
    return check(a, store);
}

Err *store_restore_adopt(Arena *a, const Model *model, const StoreOptions *options,
                         const char *staged, Str key)
{
    SecretKey *from = NULL;
    SecretKey *to = NULL;
    Err *e = secret_key_from_text(a, key, &from);
    if (e == NULL) {
        e = choose_key(a, options, staged, key, &to);
    }
    if (e == NULL) {
        e = renew_files(a, staged, from, to);
    }
    (void)secret_key_free(from); /* always NULL */
    (void)secret_key_free(to);
    return e != NULL ? e : migrate(a, model, options, staged);
}

Err *store_restore_commit(Arena *a, const char *folder)
{
    const char *staged = path_in(a, folder, STAGED_NAME);
    /* Closing the store moved what was written ahead into the files. */
    if (file_exists(path_in(a, staged, "config.db-wal")) ||
        file_exists(path_in(a, staged, "history.db-wal"))) {
        return err(a, ERR_IO, "The restored store could not be closed.");
    }
    TRY(file_sync_folder(a, staged));
    const char *ready = path_in(a, folder, READY_NAME);
    if (rename(staged, ready) != 0) {
        return err(a, ERR_IO, "%s cannot be renamed: %s.", staged, strerrordesc_np(errno));
    }
    /* A rename that a power cut may undo decides nothing. */
    Err *e = file_sync_folder(a, folder);
    /* What can't be taken back is decided. */
    return e != NULL && rename(ready, staged) == 0 ? e : NULL;
}

/* --- moving into place --- */

static CHECKED Err *cannot(Arena *a, const char *path, const char *verb)
{
    return err(a, ERR_IO, "%s cannot be %s: %s.", path, verb, strerrordesc_np(errno));
}

/* The files of a folder that move. */
typedef struct Moving {
    Arena *arena; /* of the errors */
    const char *from;
    DIR *folder; /* from */
    int to;
    bool (*wanted)(Str name);
} Moving;

/* What its entry says of its kind isn't asked: not every file system knows it there. */
static CHECKED Err *move_file(const Moving *m, const char *name)
{
    struct stat info;
    const int from = dirfd(m->folder);
    const bool found = fstatat(from, name, &info, AT_SYMLINK_NOFOLLOW) == 0;
    if (found && !S_ISREG(info.st_mode)) {
        return err(m->arena, ERR_IO, "%s/%s is no file.", m->from, name);
    }
    /* Two names of one file, as a kept store has them: rename() succeeds and leaves both. */
    struct stat there;
    const bool same = found && fstatat(m->to, name, &there, AT_SYMLINK_NOFOLLOW) == 0 &&
                      there.st_dev == info.st_dev && there.st_ino == info.st_ino;
    const bool moved =
        same ? unlinkat(from, name, 0) == 0 : found && renameat(from, name, m->to, name) == 0;
    return moved ? NULL : cannot(m->arena, path_in(m->arena, m->from, name), "moved");
}

/* One reading of the folder; *ret_n: how many were moved. */
static CHECKED Err *move_some(const Moving *m, size_t *ret_n)
{
    size_t n = 0;
    rewinddir(m->folder);
    for (;;) {
        errno = 0;
        /* NOLINTNEXTLINE(concurrency-mt-unsafe): nobody else has this stream */
        const struct dirent *entry = readdir(m->folder);
        if (entry == NULL) {
            break;
        }
        const Str name = str_from(entry->d_name);
        if (m->wanted(name) && !str_equal(name, STR(".")) && !str_equal(name, STR(".."))) {
            TRY(move_file(m, entry->d_name));
            n++;
        }
    }
    *ret_n = n;
    return errno == 0 ? NULL : cannot(m->arena, m->from, "read");
}

/* Until none is left, since the folder is removed then: a reading may miss some while others leave.
 */
static CHECKED Err *move_until_none(const Moving *m)
{
    size_t n = 1;
    while (n > 0) {
        TRY(move_some(m, &n));
    }
    return NULL;
}

/* Moves every file of a folder for which `wanted` says so, durably. */
static CHECKED Err *move_all(Arena *a, const char *from, const char *to, bool (*wanted)(Str name))
{
    Moving m = {.arena = a, .from = from, .folder = opendir(from), .wanted = wanted};
    if (m.folder == NULL) {
        return errno == ENOENT ? NULL : cannot(a, from, "read");
    }
    m.to = open(to, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    Err *e = m.to >= 0 ? move_until_none(&m) : cannot(a, to, "read");
    if (m.to >= 0) {
        (void)close(m.to); /* synced below */
    }
    (void)closedir(m.folder); /* only read */
    return e != NULL ? e : file_sync_folder(a, to);
}

static bool is_any(Str name)
{
    (void)name;
    return true;
}

/* Keys and certificates. */
static bool is_key(Str name)
{
    return str_ends_with(name, STR(".key")) || str_ends_with(name, STR(".pem"));
}

/* The key of the secrets, if it came along, to where the options say, perhaps on another disk. */
static CHECKED Err *place_key(Arena *a, const char *ready, const char *key_file)
{
    const char *from = path_in(a, ready, KEY_NAME);
    if (key_file == NULL || !file_exists(from)) {
        return NULL;
    }
    Str key = STR_NONE;
    Str there = STR_NONE;
    arena_hold_secrets(a);
    TRY(file_read(a, from, KEY_BYTES_MAX, &key));
    if (!file_exists(key_file)) {
        TRY(file_write_new(a, key_file, KEY_MODE, key));
    }
    TRY(file_read(a, key_file, KEY_BYTES_MAX, &there)); /* perhaps put there before a stop */
    if (!str_equal(str_trim(key), str_trim(there))) {
        return err(a, ERR_INVALID, "%s holds another key than that of the restored store, %s.",
                   key_file, from);
    }
    return unlink(from) == 0 ? NULL : cannot(a, from, "removed");
}

static CHECKED Err *remove_file(Arena *a, const char *folder, const char *name)
{
    const char *path = path_in(a, folder, name);
    return unlink(path) == 0 || errno == ENOENT ? NULL : cannot(a, path, "removed");
}

/* What SQLite keeps beside the old files must be gone, for good, before the new ones lie there,
 * also when a stop came after these had been moved: it would be put into them. */
static CHECKED Err *remove_old_logs(Arena *a, const char *folder)
{
    static const char *const logs[] = {"history.db-wal", "history.db-shm", "config.db-wal",
                                       "config.db-shm"};
    for (size_t i = 0; i < ARRAY_N(logs); i++) {
        TRY(remove_file(a, folder, logs[i]));
    }
    return file_sync_folder(a, folder);
}

/* What goes with the old store. */
static CHECKED Err *remove_others(Arena *a, const char *folder)
{
    static const char *const others[] = {"auth.db-wal",     "auth.db-shm",   "auth.db",
                                         "search.db-wal",   "search.db-shm", "search.db",
                                         "initial-password"};
    for (size_t i = 0; i < ARRAY_N(others); i++) {
        TRY(remove_file(a, folder, others[i]));
    }
    return NULL;
}

static CHECKED Err *move_database(Arena *a, const char *ready, const char *folder, const char *name)
{
    const char *from = path_in(a, ready, name);
    /* Missing: moved before this program was stopped. */
    return rename(from, path_in(a, folder, name)) == 0 || errno == ENOENT
               ? NULL
               : cannot(a, from, "moved");
}

/* Each step may be repeated after a stop, and the order matters: what is kept is linked before
 * anything moves; files come before the rows that name them; config.db is last, since everything
 * else is looked up by it. Nothing that is wanted is left in `ready` when it is removed: each step
 * fails otherwise. */
static CHECKED Err *finish(Arena *a, const char *ready, const char *folder, const char *key_file)
{
    const char *files = path_in(a, folder, FILES_NAME);
    TRY(store_restore_fold(a, ready)); /* only a kept store that was damaged has logs there */
    TRY(store_restore_keep(a, folder, ready));
    TRY(file_make_folder(a, files, S_IRWXU));
    TRY(move_all(a, path_in(a, ready, FILES_NAME), files, is_any));
    TRY(place_key(a, ready, key_file));
    TRY(move_all(a, ready, folder, is_key));
    TRY(remove_old_logs(a, folder));
    TRY(move_database(a, ready, folder, "history.db"));
    TRY(move_database(a, ready, folder, "config.db"));
    TRY(remove_others(a, folder));
    TRY(file_sync_folder(a, folder));
    TRY(store_folder_remove(a, ready));
    return file_sync_folder(a, folder);
}

bool store_restore_is_ready(Arena *a, const char *folder)
{
    return file_exists(path_in(a, folder, READY_NAME));
}

Err *store_restore_finish(Arena *a, const char *folder, const char *key_file)
{
    const char *ready = path_in(a, folder, READY_NAME);
    TRY(store_folder_remove(a, path_in(a, folder, STAGED_NAME)));
    return file_exists(ready) ? finish(a, ready, folder, key_file) : NULL;
}
