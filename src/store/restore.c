/* From a folder with the files of a backup to the store in use. */
#include "store/restore.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "store/secret_key.h"
#include "store/statement.h"
#include "store/store_file.h"
#include "store/store_private.h"

#define STAGED_NAME "restore.new"
#define READY_NAME "restore.ready"
#define FILES_NAME "files"
#define KEY_NAME "secret.key"
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
    return NULL;
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

/* The key in force stays. Without one, that of the backup becomes it: beside the store with it, or
 * where the options say, before it is needed. */
static CHECKED Err *choose_key(Arena *a, const StoreOptions *options, const char *staged, Str hex,
                               SecretKey **ret_key)
{
    const char *own = path_in(a, options->folder, KEY_NAME);
    const char *path = options->key_file != NULL ? options->key_file : own;
    if (file_exists(path)) {
        const StoreOptions in_force = {.folder = options->folder, .key_file = path};
        return secret_key_open(a, &in_force, false, ret_key);
    }
    const char *target = options->key_file != NULL ? path : path_in(a, staged, KEY_NAME);
    TRY(file_write_new(a, target, S_IRUSR | S_IWUSR, str_format(a, "%.*s\n", STR_ARG(hex))));
    return secret_key_from_text(a, hex, ret_key);
}

/* Opens it as a store, which migrates it, and closes it again. */
static CHECKED Err *migrate(Arena *a, const Model *model, const StoreOptions *options,
                            const char *staged)
{
    const char *own = path_in(a, options->folder, KEY_NAME);
    const char *new = path_in(a, staged, KEY_NAME);
    StoreOptions here = *options;
    here.folder = staged;
    here.key_file = options->key_file != NULL ? options->key_file : file_exists(new) ? new : own;
    CLEANUP(store_close) Store *store = NULL;
    return store_open(a, model, &here, &store);
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
    if (rename(staged, path_in(a, folder, READY_NAME)) != 0) {
        return err(a, ERR_IO, "%s cannot be renamed: %s.", staged, strerrordesc_np(errno));
    }
    return file_sync_folder(a, folder);
}

/* --- moving into place --- */

static CHECKED Err *move(Arena *a, const char *from, const char *to)
{
    return rename(from, to) == 0
               ? NULL
               : err(a, ERR_IO, "%s cannot be moved: %s.", from, strerrordesc_np(errno));
}

/* Moves every regular file of a folder for which `wanted` says so. */
static CHECKED Err *move_all(Arena *a, const char *from, const char *to, bool (*wanted)(Str name))
{
    DIR *folder = opendir(from);
    if (folder == NULL) {
        return errno == ENOENT
                   ? NULL
                   : err(a, ERR_IO, "%s cannot be read: %s.", from, strerrordesc_np(errno));
    }
    Err *e = NULL;
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): nobody else has this stream */
    for (struct dirent *entry = readdir(folder); e == NULL && entry != NULL;
         /* NOLINTNEXTLINE(concurrency-mt-unsafe): as above */
         entry = readdir(folder)) {
        if (entry->d_type == DT_REG && wanted(str_from(entry->d_name))) {
            e = move(a, path_in(a, from, entry->d_name), path_in(a, to, entry->d_name));
        }
    }
    (void)closedir(folder); /* only read */
    return e;
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

static CHECKED Err *remove_database(Arena *a, const char *folder, const char *name, bool all)
{
    static const char *const suffixes[] = {"-wal", "-shm", ""};
    for (size_t i = 0; i < (all ? 3 : 2); i++) {
        const Str path = str_format(a, "%s/%s%s", folder, name, suffixes[i]);
        if (unlink(path.ptr) != 0 && errno != ENOENT) {
            return err(a, ERR_IO, "%s cannot be removed: %s.", path.ptr, strerrordesc_np(errno));
        }
    }
    return NULL;
}

/* What SQLite keeps beside the old file must be gone before the new one lies there. */
static CHECKED Err *move_database(Arena *a, const char *ready, const char *folder, const char *name)
{
    const char *from = path_in(a, ready, name);
    if (!file_exists(from)) {
        return NULL; /* moved before this program was stopped */
    }
    TRY(remove_database(a, folder, name, false));
    return move(a, from, path_in(a, folder, name));
}

static CHECKED Err *finish(Arena *a, const char *ready, const char *folder)
{
    const char *files = path_in(a, ready, FILES_NAME);
    if (file_exists(files)) {
        TRY(file_make_folder(a, path_in(a, folder, FILES_NAME), S_IRWXU));
        TRY(move_all(a, files, path_in(a, folder, FILES_NAME), is_any));
        TRY(file_sync_folder(a, path_in(a, folder, FILES_NAME)));
    }
    TRY(move_all(a, ready, folder, is_key));
    TRY(move_database(a, ready, folder, "history.db"));
    TRY(move_database(a, ready, folder, "config.db"));
    TRY(remove_database(a, folder, "auth.db", true));
    TRY(remove_database(a, folder, "search.db", true));
    if (unlink(path_in(a, folder, "initial-password")) != 0 && errno != ENOENT) {
        return err(a, ERR_IO, "%s/initial-password cannot be removed: %s.", folder,
                   strerrordesc_np(errno));
    }
    TRY(file_sync_folder(a, folder));
    TRY(store_folder_remove(a, ready));
    return file_sync_folder(a, folder);
}

Err *store_restore_finish(Arena *a, const char *folder)
{
    const char *ready = path_in(a, folder, READY_NAME);
    TRY(store_folder_remove(a, path_in(a, folder, STAGED_NAME)));
    return file_exists(ready) ? finish(a, ready, folder) : NULL;
}
