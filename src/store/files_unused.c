/* Files that nothing names any more.
 *
 * A file is put before its row is committed, so a file that no row names may be about to be named.
 * Only what was put long ago is looked at; and since what is put again isn't written again, putting
 * touches it, under a lock on the folder that removing takes, too. */
#include "store/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/datetime.h"
#include "base/hash_table.h"
#include "store/files_private.h"
#include "store/statement.h"
#include "store/store_private.h"

enum { HASH_CHARS = 64, SQL_BYTES_MAX = 4096, NS_PER_US = 1000 };

static Err *failed(Arena *a, const char *path, int error)
{
    const char *reason = strerrordesc_np(error);
    return err(a, ERR_IO, "%s cannot be tidied: %s.", path, reason != NULL ? reason : "");
}

/* --- the lock and the time of a file --- */

Err *files_lock(const Store *s, Arena *a, int how, int *ret_lock)
{
    const char *folder = files_folder(s, a);
    const int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT) {
        *ret_lock = -1;
        return NULL;
    }
    int locked = -1;
    do {
        locked = fd < 0 ? -1 : flock(fd, how);
    } while (fd >= 0 && locked != 0 && errno == EINTR);
    if (locked != 0) {
        Err *e = failed(a, folder, errno);
        files_unlock(fd);
        return e;
    }
    *ret_lock = fd;
    return NULL;
}

void files_unlock(int lock)
{
    if (lock >= 0) {
        (void)close(lock);
    }
}

static int64_t put_us(const struct stat *info)
{
    return info->st_mtim.tv_sec * DATETIME_SECOND_US + info->st_mtim.tv_nsec / NS_PER_US;
}

static bool is_old(const struct stat *info, int64_t before_us)
{
    return S_ISREG(info->st_mode) && put_us(info) < before_us;
}

/* --- removing --- */

static Err *remove_old(int folder, Arena *a, const char *name, int64_t before_us, bool *ret_removed)
{
    struct stat info;
    *ret_removed = false;
    if (fstatat(folder, name, &info, AT_SYMLINK_NOFOLLOW) != 0) {
        return errno == ENOENT ? NULL : failed(a, name, errno);
    }
    if (!is_old(&info, before_us)) {
        return NULL;
    }
    if (unlinkat(folder, name, 0) != 0) {
        return failed(a, name, errno);
    }
    *ret_removed = true;
    return NULL;
}

Err *files_remove(const Store *s, Arena *a, Str name, int64_t before_us, bool *ret_removed)
{
    int lock = -1;
    bool removed = false;
    TRY(files_lock(s, a, LOCK_EX, &lock));
    Err *e = lock >= 0 ? remove_old(lock, a, str_to_cstr(a, name), before_us, &removed) : NULL;
    files_unlock(lock);
    *ret_removed = removed;
    return e;
}

/* --- what lies in the folder --- */

typedef struct Found {
    HashNode node;
    Str name;
    bool used;
} Found;

typedef struct Unused {
    Reader *reader;
    Arena *arena;
    HashTable table; /* Found, by name */
    size_t n_unused;
} Unused;

static void add_entry(Unused *u, int folder, const char *name, int64_t before_us)
{
    struct stat info;
    if (u->table.n == FILES_LOOKED_AT_MAX ||
        fstatat(folder, name, &info, AT_SYMLINK_NOFOLLOW) != 0 || !is_old(&info, before_us)) {
        return; /* or gone meanwhile */
    }
    Found *found = ARENA_NEW(u->arena, Found);
    found->name = str_dup(u->arena, str_from(name));
    u->n_unused++;
    hash_table_insert(&u->table, &found->node, str_hash(found->name));
}

static Err *list_folder(Unused *u, int64_t before_us)
{
    const char *path = files_folder(reader_store(u->reader), u->arena);
    DIR *folder = opendir(path);
    if (folder == NULL) {
        return errno == ENOENT ? NULL : failed(u->arena, path, errno);
    }
    const struct dirent *entry;
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): each thread has a stream of its own */
    while ((entry = readdir(folder)) != NULL) {
        add_entry(u, dirfd(folder), entry->d_name, before_us);
    }
    (void)closedir(folder);
    return NULL;
}

/* --- what is named --- */

static void mark(Unused *u, Str name)
{
    for (HashNode *node = hash_table_first(&u->table, str_hash(name)); node != NULL;
         node = hash_table_next_same(node)) {
        Found *found = CONTAINER_OF(node, Found, node);
        if (!found->used && str_equal(found->name, name)) {
            found->used = true;
            u->n_unused--;
        }
    }
}

static bool is_hexadecimal(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

/* Whatever has the form of a hash. */
static void mark_names_in(Unused *u, Str text)
{
    size_t from = 0;
    for (size_t i = 0; i <= text.len; i++) {
        if (i < text.len && is_hexadecimal(text.ptr[i])) {
            continue;
        }
        if (i - from == HASH_CHARS) {
            mark(u, str_slice(text, from, i));
        }
        from = i + 1;
    }
}

/* Texts of the first columns of a statement that is bound. */
static Err *mark_rows(Unused *u, Stmt *s, int n_columns)
{
    bool row = false;
    TRY(stmt_step(s, u->arena, &row));
    while (row) {
        for (int i = 0; i < n_columns; i++) {
            mark_names_in(u, stmt_text(s, i));
        }
        TRY(stmt_step(s, u->arena, &row));
    }
    return NULL;
}

static Err *mark_column(Unused *u, const Table *t, const Field *f)
{
    Db *db = NULL;
    Stmt *s = NULL;
    CLEANUP(buf_free) Buf *sql = buf_new(SQL_BYTES_MAX);
    buf_put_lit(sql, "SELECT ");
    sql_put_name(sql, table_column(f));
    buf_put_lit(sql, " FROM ");
    sql_put_name(sql, t->name);
    TRY(reader_db(u->reader, u->arena, t->file, &db));
    TRY(db_prepare(db, u->arena, buf_str(sql), &s));
    return mark_rows(u, s, 1);
}

static Err *mark_log(Unused *u, const Table *t)
{
    Db *db = NULL;
    Stmt *s = NULL;
    TRY(reader_db(u->reader, u->arena, STORE_CONFIG, &db));
    TRY(db_prepare(db, u->arena, STR("SELECT new, old FROM change_log WHERE resource = ?1"), &s));
    stmt_bind_text(s, 1, t->name);
    return mark_rows(u, s, 2);
}

static Err *mark_table(Unused *u, const Table *t, bool log)
{
    for (size_t i = 0; i < t->n_fields; i++) {
        if (t->fields[i]->type != FIELD_FILE) {
            continue;
        }
        TRY(log ? mark_log(u, t) : mark_column(u, t, t->fields[i]));
        if (log) {
            return NULL; /* all its columns at once */
        }
    }
    return NULL;
}

static Err *mark_all(Unused *u, bool log)
{
    const Store *s = reader_store(u->reader);
    for (size_t i = 0; i < s->model->n_resources && u->n_unused > 0; i++) {
        const Table *t = &s->tables->tables[i];
        if (t->resource != NULL) {
            TRY(mark_table(u, t, log));
        }
    }
    return NULL;
}

/* --- together --- */

static void collect(const Unused *u, Str **ret_names, size_t *ret_n)
{
    Str *names = ARENA_ARRAY(u->arena, Str, u->n_unused + 1);
    size_t n = 0;
    for (HashNode *node = hash_table_any(&u->table, NULL); node != NULL;
         node = hash_table_any(&u->table, node)) {
        const Found *found = CONTAINER_OF(node, Found, node);
        if (!found->used) {
            names[n++] = found->name;
        }
    }
    *ret_names = names;
    *ret_n = n;
}

static Err *find(Unused *u, int64_t before_us)
{
    TRY(list_folder(u, before_us)); /* before the snapshot: what is named later was put later */
    TRY(mark_all(u, false));
    return mark_all(u, true);
}

Err *files_find_unused(Reader *r, Arena *a, int64_t before_us, Str **ret_names, size_t *ret_n)
{
    Unused u = {.reader = r, .arena = a};
    hash_table_init(&u.table);
    Err *e = find(&u, before_us);
    if (e == NULL) {
        collect(&u, ret_names, ret_n);
    }
    hash_table_deinit(&u.table);
    return e;
}
