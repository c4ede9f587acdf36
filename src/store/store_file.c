/* One file of the store: making it, and what it says of itself. */
#include "store/store_file.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/statement.h"
#include "store/store_private.h"
#include "store/table_ddl.h"

/* Of the tables that every file has; another number means another layout of these. */
enum { STORE_FORMAT = 1 };

/* All CREATE statements of a file. */
#define CREATE_LIMIT_BYTES (4UL * 1024 * 1024)

const char *store_file_name(const Store *s, StoreFile file)
{
    const char *slash = strrchr(s->files[file].path, '/');
    return slash != NULL ? slash + 1 : s->files[file].path;
}

/* A search reads few pages of the index, and every reader has a connection to it. */
#define SEARCH_CACHE "PRAGMA cache_size = -1000"

Err *store_open_db(const Store *s, Arena *a, StoreFile file, DbMode mode, Db **ret_db)
{
    CLEANUP(db_close) Db *db = NULL;
    TRY(db_open(a, s->files[file].path, mode, s->tables->n_slots, &db));
    if (file == STORE_SEARCH && mode == DB_READ) {
        TRY(db_exec(db, a, SEARCH_CACHE));
    }
    *ret_db = db;
    db = NULL;
    return NULL;
}

Err *store_file_remove(const Store *s, StoreFile file, Arena *a)
{
    static const char *const suffixes[] = {"", "-wal", "-shm"};
    for (size_t i = 0; i < ARRAY_N(suffixes); i++) {
        const Str path = str_format(a, "%s%s", s->files[file].path, suffixes[i]);
        if (unlink(path.ptr) != 0 && errno != ENOENT) {
            return err(a, ERR_IO, "%s cannot be removed: %s.", path.ptr, strerrordesc_np(errno));
        }
    }
    return NULL;
}

Err *store_file_is_empty(Db *db, Arena *a, bool *ret_empty)
{
    int64_t n = 0;
    TRY(db_int64(db, a, STR("SELECT count(*) FROM sqlite_schema WHERE name = 'meta'"), 0, &n));
    *ret_empty = n == 0;
    return NULL;
}

Err *store_file_transact(Db *db, Arena *a, Err *(*run)(void *context, Db *db, Arena *a),
                         void *context)
{
    TRY(db_exec(db, a, "BEGIN IMMEDIATE"));
    Err *e = run(context, db, a);
    if (e == NULL) {
        e = db_exec(db, a, "COMMIT");
    }
    if (e != NULL && db_in_transaction(db)) {
        Err *undone = db_exec(db, a, "ROLLBACK");
        (void)undone; /* closing the connection undoes it, too */
    }
    return e;
}

/* --- meta --- */

Err *store_file_put_meta(Db *db, Arena *a, Str name, Value value)
{
    Stmt *s = NULL;
    TRY(db_prepare(db, a, STR("INSERT OR REPLACE INTO meta (name, value) VALUES (?1, ?2)"), &s));
    stmt_bind_text(s, 1, name);
    stmt_bind(s, 2, value);
    return stmt_run(s, a);
}

Err *store_file_get_meta(Db *db, Arena *a, Str name, Value *ret_value)
{
    Stmt *s = NULL;
    TRY(db_prepare(db, a, STR("SELECT value FROM meta WHERE name = ?1"), &s));
    stmt_bind_text(s, 1, name);
    bool row = false;
    TRY(stmt_step(s, a, &row));
    *ret_value = row ? stmt_value(s, a, 0) : VALUE_NONE;
    stmt_reset(s);
    return NULL;
}

Err *store_file_stamp(const Model *model, Db *db, Arena *a)
{
    TRY(store_file_put_meta(db, a, STR("format"), value_integer(STORE_FORMAT)));
    TRY(store_file_put_meta(db, a, STR("model_version"), value_integer(model->version)));
    TRY(store_file_put_meta(db, a, STR("shape_hash"), value_text(model->shape_hash)));
    return store_file_renew_epoch(db, a);
}

Err *store_file_renew_epoch(Db *db, Arena *a)
{
    return db_exec(db, a,
                   "INSERT OR REPLACE INTO meta (name, value)"
                   " VALUES ('epoch', lower(hex(randomblob(8))))");
}

static Err *check_age(const Store *s, Db *db, Arena *a)
{
    Value format = VALUE_NONE;
    Value version = VALUE_NONE;
    TRY(store_file_get_meta(db, a, STR("format"), &format));
    TRY(store_file_get_meta(db, a, STR("model_version"), &version));
    if (format.type != VALUE_INTEGER || version.type != VALUE_INTEGER) {
        return err(a, ERR_IO, "The store is damaged.");
    }
    if (format.integer > STORE_FORMAT || version.integer > s->model->version) {
        return err(a, ERR_INVALID,
                   "The store was written by a newer version of this program (format %lld, model "
                   "%lld; this one knows %d and %lld): install that version, or restore a backup.",
                   (long long)format.integer, (long long)version.integer, STORE_FORMAT,
                   (long long)s->model->version);
    }
    return NULL;
}

Err *store_file_is_current(const Store *s, Db *db, Arena *a, bool *ret_current)
{
    TRY(check_age(s, db, a));
    Value hash = VALUE_NONE;
    TRY(store_file_get_meta(db, a, STR("shape_hash"), &hash));
    *ret_current = value_equal(hash, value_text(s->model->shape_hash));
    return NULL;
}

Err *store_file_load(Store *s, StoreFile file, Db *db, Arena *a)
{
    Value epoch = VALUE_NONE;
    Value remade = VALUE_NONE;
    int64_t seq = 0;
    TRY(store_file_get_meta(db, a, STR("epoch"), &epoch));
    TRY(store_file_get_meta(db, a, STR("remade"), &remade));
    TRY(db_int64(db, a, STR("SELECT seq FROM counter WHERE id = 1"), -1, &seq));
    if (epoch.type != VALUE_TEXT || seq < 0) {
        return err(a, ERR_IO, "The store is damaged.");
    }
    s->files[file].epoch = str_dup(s->arena, epoch.text);
    s->files[file].remade_us = remade.type == VALUE_INTEGER ? remade.integer : 0;
    atomic_store(&s->files[file].seq, seq);
    return NULL;
}

/* --- creation --- */

Err *store_file_put_state(Db *db, Arena *a, const Table *t)
{
    Stmt *s = NULL;
    TRY(db_prepare(db, a,
                   STR("INSERT INTO resource_state (resource, next_id, n_rows) VALUES (?1, 1, 0)"),
                   &s));
    stmt_bind_text(s, 1, t->name);
    return stmt_run(s, a);
}

Err *store_file_create_tables(const Store *s, StoreFile file, Db *db, Arena *a, bool *wanted)
{
    const Tables *all = s->tables;
    CLEANUP(buf_free) Buf *sql = buf_new(CREATE_LIMIT_BYTES);
    tables_put_internal(sql);
    for (size_t i = 0; i < s->model->n_resources; i++) {
        const Table *t = &all->tables[i];
        wanted[i] = t->resource != NULL && t->file == file;
        if (wanted[i]) {
            table_put_create(sql, t, t->name);
            table_put_indexes(sql, t);
        }
    }
    for (size_t i = 0; i < all->n_links; i++) {
        if (all->links[i].file == file) {
            link_table_put_create(sql, all, &all->links[i]);
            link_table_put_index(sql, &all->links[i]);
        }
    }
    buf_put_char(sql, '\0');
    MUST(!buf_failed(sql));
    TRY(db_exec(db, a, sql->data));
    for (size_t i = 0; i < s->model->n_resources; i++) {
        if (wanted[i]) {
            TRY(store_file_put_state(db, a, &all->tables[i]));
        }
    }
    return NULL;
}

/* --- numbers --- */

static int64_t size_of_file(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 ? info.st_size : -1;
}

void store_file_numbers(const Store *s, Arena *a, StoreFile file, StoreFileNumbers *ret_numbers)
{
    const StoreFileState *state = &s->files[file];
    *ret_numbers = (StoreFileNumbers){
        .name = store_file_name(s, file),
        .bytes = size_of_file(state->path),
        .written_ahead_bytes = size_of_file(str_format(a, "%s-wal", state->path).ptr),
        .n_waiting = state->writer != NULL ? writer_n_waiting(state->writer) : 0,
    };
}

const char *store_folder(const Store *s)
{
    return s->folder;
}
