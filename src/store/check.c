/* Whether a store holds together. */
#include "store/check.h"

#include "base/utf8.h"
#include "store/counters.h"
#include "store/secret.h"
#include "store/statement.h"
#include "store/store_file.h"
#include "store/store_private.h"

enum { SQL_BYTES_MAX = 64 * 1024, ROW_ARENA_BYTES = 64 * 1024 * 1024 };

typedef struct Check {
    const Store *store;
    StoreFile file;
    Db *db;
    Arena *arena;
    Buf *report;
    size_t n_faults;
} Check;

static void fault(Check *c, const char *format, ...) PRINTF_LIKE(2, 3);

static void fault(Check *c, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const Str text = str_format_va(c->arena, format, arguments);
    va_end(arguments);
    buf_printf(c->report, "%s: %.*s\n", store_file_name(c->store, c->file), STR_ARG(text));
    c->n_faults++;
}

static Str sql_with_name(Check *c, const char *before, Str name, const char *after)
{
    CLEANUP(buf_free) Buf *sql = buf_new(SQL_BYTES_MAX);
    buf_put_str(sql, str_from(before));
    sql_put_name(sql, name);
    buf_put_str(sql, str_from(after));
    return str_dup(c->arena, buf_str(sql));
}

/* --- SQLite's own checks; indexes hold what is unique --- */

static Err *check_integrity(Check *c)
{
    Stmt *s = NULL;
    bool row = false;
    TRY(db_prepare(c->db, c->arena, STR("PRAGMA integrity_check"), &s));
    TRY(stmt_step(s, c->arena, &row));
    while (row) {
        if (!str_equal(stmt_text(s, 0), STR("ok"))) {
            fault(c, "%.*s", STR_ARG(stmt_text(s, 0)));
        }
        TRY(stmt_step(s, c->arena, &row));
    }
    return NULL;
}

static Err *check_references(Check *c)
{
    Stmt *s = NULL;
    bool row = false;
    TRY(db_prepare(c->db, c->arena, STR("PRAGMA foreign_key_check"), &s));
    TRY(stmt_step(s, c->arena, &row));
    while (row) {
        fault(c, "a row of %.*s refers to nothing in %.*s", STR_ARG(stmt_text(s, 0)),
              STR_ARG(stmt_text(s, 2)));
        TRY(stmt_step(s, c->arena, &row));
    }
    return NULL;
}

/* None of them runs (sqlite.c), but nobody has put them there for that. */
static Err *check_schema(Check *c)
{
    Stmt *s = NULL;
    bool row = false;
    TRY(db_prepare(c->db, c->arena,
                   STR("SELECT type, name FROM sqlite_schema WHERE type IN ('trigger', 'view')"
                       " OR sql LIKE 'CREATE VIRTUAL%' ORDER BY name"),
                   &s));
    TRY(stmt_step(s, c->arena, &row));
    while (row) {
        fault(c, "the %.*s %.*s is not of this program", STR_ARG(stmt_text(s, 0)),
              STR_ARG(stmt_text(s, 1)));
        TRY(stmt_step(s, c->arena, &row));
    }
    return NULL;
}

static Err *count_rows(Check *c, const Table *t, int64_t *ret_n)
{
    return db_int64(c->db, c->arena, sql_with_name(c, "SELECT count(*) FROM ", t->name, ""), 0,
                    ret_n);
}

static Err *check_singleton(Check *c, const Table *t)
{
    int64_t n = 0;
    TRY(count_rows(c, t, &n));
    if (n != 1) {
        fault(c, "%.*s: it has %lld rows instead of its only one", STR_ARG(t->name), (long long)n);
    }
    return NULL;
}

/* --- the log --- */

static Err *check_log(Check *c, int64_t seq)
{
    Stmt *s = NULL;
    bool row = false;
    TRY(db_prepare(c->db, c->arena, STR("SELECT count(*), min(seq), max(seq) FROM change_log"),
                   &s));
    TRY(stmt_step(s, c->arena, &row));
    const int64_t n = stmt_int64(s, 0);
    const int64_t first = stmt_int64(s, 1);
    const int64_t last = stmt_int64(s, 2);
    stmt_reset(s);
    if (n > 0 && last - first + 1 != n) {
        fault(c, "the change log has gaps");
    }
    if (c->file == STORE_CONFIG && last != seq) {
        fault(c, "the change log ends at %lld, the counter says %lld", (long long)last,
              (long long)seq);
    }
    return NULL;
}

/* --- tables --- */

static Err *check_version(Check *c, const Table *t, int64_t seq)
{
    int64_t newest = 0;
    TRY(db_int64(c->db, c->arena,
                 sql_with_name(c, "SELECT ifnull(max(\"_version\"), 0) FROM ", t->name, ""), 0,
                 &newest));
    if (newest > seq) {
        fault(c, "%.*s: a row has version %lld, the last change was %lld", STR_ARG(t->name),
              (long long)newest, (long long)seq);
    }
    return NULL;
}

static Err *check_count(Check *c, const Table *t, const ResourceCounters *counters)
{
    int64_t n = 0;
    TRY(count_rows(c, t, &n));
    if (n != counters->n_rows) {
        fault(c, "%.*s: it has %lld rows, the kept count is %lld", STR_ARG(t->name), (long long)n,
              (long long)counters->n_rows);
    }
    return NULL;
}

static Err *check_next_id(Check *c, const Table *t, const ResourceCounters *counters)
{
    if (t->key_type != KEY_INTEGER || !t->resource->has_key || t->has_parent) {
        return NULL;
    }
    CLEANUP(buf_free) Buf *sql = buf_new(SQL_BYTES_MAX);
    buf_put_lit(sql, "SELECT count(*) FROM ");
    sql_put_name(sql, t->name);
    buf_put_lit(sql, " WHERE ");
    sql_put_name(sql, t->key_column);
    buf_printf(sql, " >= %lld AND ", (long long)counters->next_id);
    sql_put_name(sql, t->key_column);
    buf_printf(sql, " < %lld", (long long)COUNTERS_ID_END);
    int64_t n = 0;
    TRY(db_int64(c->db, c->arena, str_dup(c->arena, buf_str(sql)), 0, &n));
    if (n > 0) {
        fault(c, "%.*s: the next id, %lld, is not above all that were given", STR_ARG(t->name),
              (long long)counters->next_id);
    }
    return NULL;
}

static bool is_sealed(const Field *f)
{
    return f->secret == SECRET_MASK || f->secret == SECRET_BLANK;
}

/* Errors of secret_open() are faults here. */
static void check_secret(Check *c, Arena *a, const Table *t, const Field *f, Str stored)
{
    Str clear = STR_NONE;
    const Err *e = stored.len > 0 ? secret_open(c->store, a, stored, &clear) : NULL;
    if (e != NULL) {
        fault(c, "%.*s: %.*s: %s (%s)", STR_ARG(t->name), STR_ARG(f->name), e->text, e->detail);
    }
}

static Err *check_secrets(Check *c, const Table *t, const Field *f)
{
    CLEANUP(buf_free) Buf *sql = buf_new(SQL_BYTES_MAX);
    CLEANUP(arena_free) Arena *scratch = arena_new(ROW_ARENA_BYTES);
    buf_put_lit(sql, "SELECT ");
    sql_put_name(sql, table_column(f));
    buf_put_lit(sql, " FROM ");
    sql_put_name(sql, t->name);
    Stmt *s = NULL;
    bool row = false;
    TRY(db_prepare(c->db, c->arena, buf_str(sql), &s));
    TRY(stmt_step(s, c->arena, &row));
    while (row) {
        check_secret(c, scratch, t, f, stmt_text(s, 0));
        arena_reset(scratch);
        TRY(stmt_step(s, c->arena, &row));
    }
    return NULL;
}

static Err *check_folded(Check *c, const Table *t, const Field *f)
{
    CLEANUP(buf_free) Buf *sql = buf_new(SQL_BYTES_MAX);
    CLEANUP(arena_free) Arena *scratch = arena_new(ROW_ARENA_BYTES);
    buf_printf(sql, "SELECT \"%.*s\", \"%.*s__fold\" FROM ", STR_ARG(f->name), STR_ARG(f->name));
    sql_put_name(sql, t->name);
    Stmt *s = NULL;
    bool row = false;
    TRY(db_prepare(c->db, c->arena, buf_str(sql), &s));
    TRY(stmt_step(s, c->arena, &row));
    while (row) {
        if (!str_equal(utf8_fold(scratch, stmt_text(s, 0)), stmt_text(s, 1))) {
            fault(c, "%.*s: a caseless form of %.*s is wrong", STR_ARG(t->name), STR_ARG(f->name));
        }
        arena_reset(scratch);
        TRY(stmt_step(s, c->arena, &row));
    }
    return NULL;
}

static Err *check_table(Check *c, const Table *t, const Counters *counters)
{
    const ResourceCounters *numbers = &counters->now.resources[t->resource->index];
    TRY(check_version(c, t, counters->now.seq));
    TRY(check_count(c, t, numbers));
    TRY(check_next_id(c, t, numbers));
    for (size_t i = 0; i < t->n_fields; i++) {
        if (is_sealed(t->fields[i])) {
            TRY(check_secrets(c, t, t->fields[i]));
        }
    }
    for (size_t i = 0; i < t->n_fold_fields; i++) {
        TRY(check_folded(c, t, t->fold_fields[i]));
    }
    return NULL;
}

/* --- files --- */

static Err *check_basis(Check *c)
{
    TRY(check_integrity(c));
    TRY(check_references(c));
    TRY(check_schema(c));
    if (c->file != STORE_CONFIG) {
        return NULL; /* a provider makes their rows */
    }
    for (size_t i = 0; i < c->store->model->n_resources; i++) {
        const Table *t = &c->store->tables->tables[i];
        if (t->resource != NULL && t->file == c->file && t->resource->singleton) {
            TRY(check_singleton(c, t));
        }
    }
    return NULL;
}

static Err *check_all(Check *c)
{
    Counters *counters = NULL;
    TRY(counters_load(c->arena, c->store->tables, c->file, c->db, &counters));
    TRY(check_basis(c));
    TRY(check_log(c, counters->now.seq));
    for (size_t i = 0; i < c->store->model->n_resources; i++) {
        const Table *t = &c->store->tables->tables[i];
        if (t->resource != NULL && t->file == c->file) {
            TRY(check_table(c, t, counters));
        }
    }
    return NULL;
}

static Err *check_files(Store *s, Arena *a, Err *(*check)(Check *c), Buf *report,
                        size_t *ret_n_faults)
{
    size_t n_faults = 0;
    for (size_t i = 0; i < STORE_FILE_N; i++) {
        if (s->files[i].writer == NULL) {
            continue; /* what can be made anew */
        }
        CLEANUP(db_close) Db *db = NULL;
        TRY(store_open_db(s, a, (StoreFile)i, DB_READ, &db));
        db_set_time_limit(db, 0);
        Check c = {.store = s, .file = (StoreFile)i, .db = db, .arena = a, .report = report};
        TRY(db_exec(db, a, "BEGIN"));
        TRY(check(&c));
        n_faults += c.n_faults;
    }
    *ret_n_faults = n_faults;
    return NULL;
}

Err *store_check(Store *s, Arena *a, Buf *report, size_t *ret_n_faults)
{
    return check_files(s, a, check_all, report, ret_n_faults);
}

Err *store_check_basis(Store *s, Arena *a, Buf *report, size_t *ret_n_faults)
{
    return check_files(s, a, check_basis, report, ret_n_faults);
}
