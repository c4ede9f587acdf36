/* Opening and closing the store. */
#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "store/positions.h"
#include "store/search.h"
#include "store/secret_key.h"
#include "store/store_file.h"
#include "store/store_private.h"

/* Tables and their SQL take a few MiB. */
#define STORE_ARENA_BYTES (256UL * 1024 * 1024)

static const char *const file_names[STORE_FILE_N] = {
    [STORE_CONFIG] = "config.db", [STORE_HISTORY] = "history.db", [STORE_AUTH] = "auth.db",
    [STORE_LIVE] = "live.db",     [STORE_SEARCH] = "search.db",
};

static char *path_in(Arena *a, const char *folder, const char *name)
{
    return str_to_cstr(a, str_format(a, "%s/%s", folder, name));
}

static Err *refuse_missing(Arena *a, const char *folder)
{
    return err(a, ERR_INVALID,
               "There is no store in %s: name the folder that has it with --data; serve and init "
               "make a new one.",
               folder);
}

Err *store_check_exists(Arena *a, const char *folder)
{
    if (file_exists(path_in(a, folder, file_names[STORE_CONFIG])) ||
        store_restore_is_ready(a, folder)) {
        return NULL;
    }
    return faccessat(AT_FDCWD, folder, X_OK, AT_EACCESS) != 0 && errno == EACCES
               ? err(a, ERR_IO, "%s cannot be opened: %s.", folder, strerrordesc_np(errno))
               : refuse_missing(a, folder);
}

/* --- the files --- */

/* Who starts the store can look after the file; nobody else is told of it. */
static Err *name_file(const Store *s, Arena *a, StoreFile file, const Err *e)
{
    return err(a, e->kind, "%s: %s (%s)", s->files[file].path, e->text,
               e->detail != NULL ? e->detail : "no reason is known");
}

static Err *open_file(Store *s, Arena *a, StoreFile file, const StoreOptions *options)
{
    CLEANUP(db_close) Db *db = NULL;
    bool is_new = false;
    const DbMode mode = file == STORE_LIVE ? DB_WRITE_VOLATILE : DB_WRITE_DURABLE;
    Err *e = store_open_db(s, a, file, mode, &db);
    if (e == NULL) {
        e = store_file_is_empty(db, a, &is_new);
    }
    if (e != NULL) {
        return name_file(s, a, file, e);
    }
    if (file == STORE_CONFIG) {
        if (is_new && options->existing) {
            return refuse_missing(a, options->folder); /* a first start didn't get to its end */
        }
        s->is_new = is_new;
        TRY(secret_key_open(a, options, is_new, &s->secret_key));
    }
    TRY(is_new ? store_file_create(s, file, db, a, options)
               : store_file_migrate(s, file, db, a, options));
    TRY(store_file_load(s, file, db, a));
    Db *handed_over = db;
    db = NULL;
    return writer_start(a, s, file, handed_over, &s->files[file].writer);
}

/* Links on the way to the folder are followed once, here: SQLite refuses them where it opens files,
 * as it should inside of the folder. */
static Err *find_paths(Store *s, Arena *a)
{
    char *folder = realpath(s->folder, NULL);
    if (folder == NULL) {
        return err(a, ERR_IO, "%s cannot be found: %s.", s->folder, strerrordesc_np(errno));
    }
    s->folder = str_to_cstr(s->arena, str_from(folder));
    free(folder);
    for (size_t i = 0; i < STORE_FILE_N; i++) {
        s->files[i].path = path_in(s->arena, s->folder, file_names[i]);
    }
    return NULL;
}

/* The order: nothing of the folder is touched before its lock is held; a restored store takes its
 * place before any file is opened; the search index comes last, since it is made from config.db. */
static Err *open_all(Store *s, Arena *a, const StoreOptions *options)
{
    static const StoreFile order[] = {STORE_CONFIG, STORE_HISTORY, STORE_AUTH, STORE_LIVE};
    if (options->existing) {
        TRY(store_check_exists(a, s->folder));
    }
    TRY(file_make_folder(a, s->folder, S_IRWXU));
    TRY(find_paths(s, a));
    TRY(store_folder_lock(a, s->folder, &s->lock_fd));
    TRY(file_remove_leftovers(a, s->folder));
    TRY(store_restore_finish(a, s->folder, options->key_file));
    /* What nodes reported to a process that is gone is no longer true. */
    TRY(store_file_remove(s, STORE_LIVE, a));
    for (size_t i = 0; i < ARRAY_N(order); i++) {
        TRY(open_file(s, a, order[i], options));
    }
    TRY(search_start(a, s));
    return file_sync_folder(a, s->folder);
}

Err *store_open(Arena *errors, const Model *model, const StoreOptions *options, Store **ret_store)
{
    Store *s = calloc(1, sizeof *s);
    MUST(s != NULL);
    s->arena = arena_new(STORE_ARENA_BYTES);
    s->model = model;
    s->lock_fd = -1;
    s->folder = str_to_cstr(s->arena, str_from(options->folder));
    s->tables = tables_new(s->arena, model);
    s->positions = positions_new(model->n_resources);
    Err *e = open_all(s, errors, options);
    if (e != NULL) {
        (void)store_close(s);
        return e;
    }
    *ret_store = s;
    return NULL;
}

Store *store_close(Store *s)
{
    if (s == NULL) {
        return NULL;
    }
    s->search = search_stop(s->search);
    for (size_t i = 0; i < STORE_FILE_N; i++) {
        s->files[i].writer = writer_stop(s->files[i].writer);
    }
    s->positions = positions_free(s->positions);
    s->secret_key = secret_key_free(s->secret_key);
    if (s->lock_fd >= 0) {
        (void)close(s->lock_fd); /* gives the lock back */
    }
    (void)arena_free(s->arena);
    free(s);
    return NULL;
}

/* --- what it is --- */

const Model *store_model(const Store *s)
{
    return s->model;
}

bool store_is_new(const Store *s)
{
    return s->is_new;
}

int64_t store_migrated_from(const Store *s)
{
    return s->migrated_from;
}

Str store_epoch(const Store *s, StoreFile file)
{
    return s->files[file].epoch;
}

int64_t store_remade_us(const Store *s, StoreFile file)
{
    return s->files[file].remade_us;
}

int64_t store_seq(const Store *s, StoreFile file)
{
    return atomic_load(&s->files[file].seq);
}
