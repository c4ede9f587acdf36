/* Reading the change log. */
#include "store/changelog.h"

#include "store/statement.h"
#include "store/store_private.h"

enum { CHANGES_FIRST_SIZE = 32, BATCH_CHANGES = 200 };

#define BATCH_ARENA_BYTES ((size_t)64 * 1024 * 1024)

#define COLUMNS "seq, tag, time, who, request, kind, resource, object, field, other, model_version"
#define AFTER " FROM change_log WHERE seq > ?1 ORDER BY seq LIMIT ?2"

static const Str read_sql = STR_INIT("SELECT " COLUMNS ", new, old" AFTER);
static const Str read_names_sql = STR_INIT("SELECT " COLUMNS ", NULL, NULL" AFTER);

static Change change_under(const Store *store, Arena *a, Stmt *s)
{
    const Table *t = tables_find(store->tables, stmt_text(s, 6));
    Change c = {.seq = stmt_int64(s, 0),
                .tag = stmt_int64(s, 1),
                .time_us = stmt_int64(s, 2),
                .user = str_dup(a, stmt_text(s, 3)),
                .request = str_dup(a, stmt_text(s, 4)),
                .kind = (ChangeKind)stmt_int64(s, 5),
                .resource = t != NULL ? t->resource : NULL,
                .object = stmt_value(s, a, 7),
                .other = stmt_value(s, a, 9),
                .model_version = stmt_int64(s, 10),
                .new_values = str_dup(a, stmt_text(s, 11)),
                .old_values = str_dup(a, stmt_text(s, 12))};
    c.field =
        t != NULL && !stmt_is_null(s, 8) ? resource_field(t->resource, stmt_text(s, 8)) : NULL;
    return c;
}

/* An array in the arena that grows by doubling. */
static void grow(Arena *a, Change **changes, size_t n, size_t *size)
{
    if (n < *size) {
        return;
    }
    *size = MAX(*size * 2, (size_t)CHANGES_FIRST_SIZE);
    Change *larger = ARENA_ARRAY(a, Change, *size);
    if (n > 0) {
        memcpy(larger, *changes, n * sizeof *larger);
    }
    *changes = larger;
}

static Err *read_changes(Reader *r, Arena *a, Str sql, int64_t after_seq, int64_t limit,
                         Change **ret_changes, size_t *ret_n)
{
    Db *db = NULL;
    Stmt *s = NULL;
    Change *changes = NULL;
    size_t n = 0;
    size_t size = 0;
    bool row = false;
    TRY(reader_db(r, a, STORE_CONFIG, &db));
    TRY(db_prepare(db, a, sql, &s));
    stmt_bind_int64(s, 1, after_seq);
    stmt_bind_int64(s, 2, limit);
    TRY(stmt_step(s, a, &row));
    while (row) {
        grow(a, &changes, n, &size);
        changes[n++] = change_under(reader_store(r), a, s);
        TRY(stmt_step(s, a, &row));
    }
    *ret_changes = changes;
    *ret_n = n;
    return NULL;
}

Err *changelog_read(Reader *r, Arena *a, int64_t after_seq, int64_t limit, Change **ret_changes,
                    size_t *ret_n)
{
    return read_changes(r, a, read_sql, after_seq, limit, ret_changes, ret_n);
}

Err *changelog_read_names(Reader *r, Arena *a, int64_t after_seq, int64_t limit,
                          Change **ret_changes, size_t *ret_n)
{
    return read_changes(r, a, read_names_sql, after_seq, limit, ret_changes, ret_n);
}

static Err *take_batch(Reader *r, Arena *a, int64_t *seq, ChangeBatch *take, void *context,
                       size_t *ret_n)
{
    Change *changes = NULL;
    size_t n = 0;
    TRY(changelog_read_names(r, a, *seq, BATCH_CHANGES, &changes, &n));
    if (n > 0) {
        TRY(take(context, a, changes, n));
        *seq = changes[n - 1].seq;
    }
    *ret_n = n;
    return NULL;
}

Err *changelog_follow(Reader *r, Arena *a, int64_t *seq, ChangeBatch *take, void *context)
{
    for (size_t n = BATCH_CHANGES; n == BATCH_CHANGES;) {
        CLEANUP(arena_free) Arena *scratch = arena_new(BATCH_ARENA_BYTES);
        const Err *e = take_batch(r, scratch, seq, take, context, &n);
        if (e != NULL) {
            return err_copy(a, e);
        }
    }
    return NULL;
}

Err *changelog_first_seq(Reader *r, Arena *a, int64_t *ret_seq)
{
    Db *db = NULL;
    TRY(reader_db(r, a, STORE_CONFIG, &db));
    return db_int64(db, a, STR("SELECT min(seq) FROM change_log"), 0, ret_seq);
}
