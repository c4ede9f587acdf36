/* Reading: snapshots, rows by key, pages, counts. */
#include "store/reader.h"

#include <stdlib.h>

#include "base/utf8.h"
#include "store/positions.h"
#include "store/query_sql.h"
#include "store/search.h"
#include "store/statement.h"
#include "store/store_file.h"
#include "store/store_private.h"
#include "store/table_row.h"
#include "store/unique.h"

/* A query's text. */
#define READER_SQL_BYTES (1024UL * 1024)

enum { PAGE_FIRST_SIZE = 32 };

typedef struct ReaderFile {
    Db *db;     /* NULL until the file is first read */
    bool fixed; /* of a transaction: borrowed, and always has a snapshot */
    bool begun;
    unsigned generation; /* of the substring index */
} ReaderFile;

struct Reader {
    Store *store;
    ReaderFile files[STORE_FILE_N];
    Buf *sql;
    DbWatch watch;    /* borrowed by the connections */
    int64_t limit_us; /* of queries on a transaction, whose connection has no limit else */
};

static Reader *allocate(Store *store)
{
    Reader *r = calloc(1, sizeof *r);
    MUST(r != NULL);
    r->store = store;
    r->limit_us = DB_TIME_LIMIT_US;
    r->sql = buf_new(READER_SQL_BYTES);
    return r;
}

static Err *open_file(Reader *r, Arena *a, StoreFile file)
{
    TRY(store_open_db(r->store, a, file, DB_READ, &r->files[file].db));
    db_set_watch(r->files[file].db, &r->watch);
    return NULL;
}

Err *reader_new(Arena *errors, Store *store, Reader **ret_reader)
{
    CLEANUP(reader_free) Reader *r = allocate(store);
    TRY(open_file(r, errors, STORE_CONFIG));
    *ret_reader = r;
    r = NULL;
    return NULL;
}

Err *reader_new_on(Arena *errors, Store *s, StoreFile file, Db *db, Reader **ret_reader)
{
    (void)errors;
    Reader *r = allocate(s);
    r->files[file] = (ReaderFile){.db = db, .fixed = true, .begun = true};
    *ret_reader = r;
    return NULL;
}

Reader *reader_free(Reader *r)
{
    if (r == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < STORE_FILE_N; i++) {
        if (!r->files[i].fixed) {
            (void)db_close(r->files[i].db);
        }
    }
    (void)buf_free(r->sql);
    free(r);
    return NULL;
}

const Model *reader_model(const Reader *r)
{
    return store_model(reader_store(r));
}

const Store *reader_store(const Reader *r)
{
    return r->store;
}

void reader_set_time_limit(Reader *r, int64_t limit_us)
{
    r->limit_us = limit_us;
}

void reader_set_watch(Reader *r, bool (*is_unwanted)(const void *context), const void *context)
{
    r->watch = (DbWatch){is_unwanted, context};
}

int64_t reader_n_statements(const Reader *r)
{
    int64_t n = 0;
    for (size_t i = 0; i < STORE_FILE_N; i++) {
        n += r->files[i].db != NULL ? db_n_statements(r->files[i].db) : 0;
    }
    return n;
}

/* --- snapshots --- */

Err *reader_begin(Reader *r, Arena *a, int64_t *ret_seq)
{
    (void)a; /* each file's transaction begins when it is first read */
    *ret_seq = atomic_load(&r->store->files[STORE_CONFIG].seq);
    return NULL;
}

static Err *run_fixed(Db *db, Arena *a, const FixedSql *sql)
{
    Stmt *s = NULL;
    TRY(db_prepare_fixed(db, a, sql, &s));
    return stmt_run(s, a);
}

void reader_end(Reader *r)
{
    CLEANUP(arena_free) Arena *a = NULL;
    for (size_t i = 0; i < STORE_FILE_N; i++) {
        ReaderFile *f = &r->files[i];
        if (!f->begun || f->fixed) {
            continue;
        }
        f->begun = false;
        a = a != NULL ? a : arena_new(1024);
        if (run_fixed(f->db, a, &r->store->tables->commit) != NULL) {
            f->db = db_close(f->db); /* the next one begins with a fresh connection */
        }
    }
}

static Err *begin_file(Reader *r, Arena *a, StoreFile file)
{
    ReaderFile *f = &r->files[file];
    const unsigned generation =
        file == STORE_SEARCH && r->store->search != NULL ? search_generation(r->store->search) : 0;
    if (!f->begun && f->generation != generation) {
        f->db = db_close(f->db); /* of a file that is no more */
    }
    if (f->db == NULL) {
        TRY(open_file(r, a, file));
        f->generation = generation;
    }
    if (!f->begun) {
        TRY(run_fixed(f->db, a, &r->store->tables->begin));
        f->begun = true;
    }
    return NULL;
}

/* A call that ends goes from live to history: whoever reads live first can't miss it. The snapshot
 * is taken by the first statement that reads. */
static Err *begin_live_first(Reader *r, Arena *a)
{
    int64_t seq = 0;
    if (r->files[STORE_LIVE].begun) {
        return NULL;
    }
    TRY(begin_file(r, a, STORE_LIVE));
    return db_int64(r->files[STORE_LIVE].db, a, STR("SELECT seq FROM counter"), 0, &seq);
}

Err *reader_db(Reader *r, Arena *a, StoreFile file, Db **ret_db)
{
    if (!r->files[file].begun) {
        if (file == STORE_HISTORY) {
            TRY(begin_live_first(r, a));
        }
        TRY(begin_file(r, a, file));
    }
    *ret_db = r->files[file].db;
    return NULL;
}

Err *reader_connect(Reader *r, Arena *a)
{
    Err *e = NULL;
    for (size_t i = 0; i < STORE_FILE_N && e == NULL; i++) {
        Db *db = NULL;
        int64_t seq = 0;
        if (i == STORE_SEARCH) {
            continue; /* it may not be there yet; its readers go without */
        }
        e = reader_db(r, a, (StoreFile)i, &db);
        if (e == NULL) { /* SQLite opens what belongs to a file when it first reads */
            e = db_int64(db, a, STR("SELECT seq FROM counter"), 0, &seq);
        }
    }
    reader_end(r);
    return e;
}

static const Table *table_at(const Reader *r, const Resource *resource)
{
    const Table *t = table_of(r->store->tables, resource);
    MUST(t->resource != NULL);
    return t;
}

/* --- one row --- */

Err *reader_get(Reader *r, Arena *a, const Resource *resource, Value key, const Row **ret_row)
{
    const Table *t = table_at(r, resource);
    MUST(!t->has_parent);
    Db *db = NULL;
    Stmt *s = NULL;
    bool found = false;
    TRY(reader_db(r, a, t->file, &db));
    TRY(db_prepare_fixed(db, a, &t->select, &s));
    stmt_bind(s, 1, key);
    TRY(stmt_step(s, a, &found));
    *ret_row = found ? table_row(t, a, s, 0) : NULL;
    stmt_reset(s);
    return NULL;
}

Err *reader_read_row(Reader *r, Arena *a, const Resource *resource, Value key, const Row **ret_row)
{
    int64_t seq = 0;
    TRY(reader_begin(r, a, &seq));
    Err *e = reader_get(r, a, resource, key, ret_row);
    reader_end(r);
    return e;
}

static void put_find(Buf *sql, const Table *t, const Field *f)
{
    buf_put_lit(sql, "SELECT ");
    sql_put_name(sql, t->key_column);
    buf_put_lit(sql, " FROM ");
    sql_put_name(sql, t->name);
    buf_printf(sql, " WHERE \"%.*s%s\" = ?1", STR_ARG(table_column(f)), f->fold ? "__fold" : "");
}

Err *reader_find(Reader *r, Arena *a, const Field *unique_field, Value value, Value *ret_key)
{
    const Table *t = table_at(r, unique_field->resource);
    const bool fold = unique_field->fold && value.type == VALUE_TEXT;
    Db *db = NULL;
    Stmt *s = NULL;
    bool found = false;
    TRY(reader_db(r, a, t->file, &db));
    buf_reset(r->sql);
    put_find(r->sql, t, unique_field);
    TRY(db_prepare(db, a, buf_str(r->sql), &s));
    stmt_bind(s, 1, fold ? value_text(utf8_fold(a, value.text)) : value);
    TRY(stmt_step(s, a, &found));
    *ret_key = found ? stmt_value(s, a, 0) : VALUE_NONE;
    stmt_reset(s);
    return NULL;
}

Err *reader_find_row(Reader *r, Arena *a, const Field *unique_field, Value value,
                     const Row **ret_row)
{
    Value key = VALUE_NONE;
    const Row *row = NULL;
    TRY(reader_find(r, a, unique_field, value, &key));
    if (!value_is_null(key)) {
        TRY(reader_get(r, a, unique_field->resource, key, &row));
    }
    *ret_row = row;
    return NULL;
}

Err *reader_conflicts(Reader *r, Arena *a, const ConflictQuery *q, Err **ret_first)
{
    const Table *t = table_at(r, q->row->resource);
    const UniqueScope scope = {.known = q->known, .siblings = q->siblings};
    Err *first = NULL;
    Db *db = NULL;
    TRY(reader_db(r, a, t->file, &db));
    TRY(unique_conflicts(db, a, t, q->row, &scope, &first));
    if (q->is_new && !value_is_null(q->row->key)) {
        const Row *stored = NULL;
        TRY(reader_get(r, a, q->row->resource, q->row->key, &stored));
        if (stored != NULL) {
            Err *e = unique_key_conflict(a, t);
            e->next = first;
            first = e;
        }
    }
    *ret_first = first;
    return NULL;
}

/* --- pages --- */

void reader_note_damage(Reader *r)
{
    const ReaderFile *f = &r->files[STORE_SEARCH];
    if (f->db != NULL && db_is_damaged(f->db)) {
        search_report_damage(r->store->search, f->generation);
    }
}

/* Not within a transaction that writes: there the rows are looked at. */
Err *reader_propose(Reader *r, Arena *a, const Query *q, const Str **ret_proposals)
{
    const size_t n = MIN(q->n_filters, (size_t)QUERY_FILTERS_MAX);
    Str *proposals = ARENA_ARRAY(a, Str, n + 1);
    for (size_t i = 0; i < n && !r->files[STORE_CONFIG].fixed; i++) {
        TRY(search_propose(r, a, &q->filters[i], &proposals[i]));
    }
    *ret_proposals = proposals;
    return NULL;
}

static Err *prepare_query(Reader *r, Arena *a, const Query *q, QueryWhat what, Stmt **ret_stmt)
{
    const Table *t = table_at(r, q->resource);
    Db *db = NULL;
    QuerySql sql = {0};
    if (q->n_filters > QUERY_FILTERS_MAX) {
        return err(a, ERR_INVALID, "Too many filters.");
    }
    const Str *proposals = q->proposals;
    if (proposals == NULL) {
        TRY(reader_propose(r, a, q, &proposals));
    }
    TRY(reader_db(r, a, t->file, &db));
    buf_reset(r->sql);
    TRY(query_to_sql(r->store->tables, a, q, what, proposals, r->sql, &sql));
    TRY(db_prepare(db, a, sql.text, ret_stmt));
    query_bind(&sql, *ret_stmt);
    return NULL;
}

/* Rows or keys, as they come. */
typedef struct Page {
    const Row **rows;
    Value *keys;
    size_t n, size;
} Page;

static void page_grow(Page *p, Arena *a)
{
    const size_t size = MAX(p->size * 2, (size_t)PAGE_FIRST_SIZE);
    Value *keys = ARENA_ARRAY(a, Value, size);
    const Row **rows = ARENA_ARRAY(a, const Row *, size);
    for (size_t i = 0; i < p->n; i++) {
        keys[i] = p->keys[i];
        rows[i] = p->rows[i];
    }
    *p = (Page){rows, keys, p->n, size};
}

static Err *step_through(Reader *r, Arena *a, const Query *q, QueryWhat what, Page *ret_page)
{
    const Table *t = table_at(r, q->resource);
    Stmt *s = NULL;
    Page page = {0};
    bool found = false;
    TRY(prepare_query(r, a, q, what, &s));
    page_grow(&page, a);
    TRY(stmt_step(s, a, &found));
    while (found) {
        if (page.n == page.size) {
            page_grow(&page, a);
        }
        if (what == QUERY_ROWS) {
            page.rows[page.n++] = table_row(t, a, s, 0);
        } else {
            page.keys[page.n++] = stmt_value(s, a, 0);
        }
        TRY(stmt_step(s, a, &found));
    }
    *ret_page = page;
    return NULL;
}

/* --- the way to an offset --- */

/* Whether rows are walked over in key order. Snapshots of a transaction see what nobody knows. */
static bool goes_by_key(const Reader *r, const Query *q)
{
    const Table *t = table_at(r, q->resource);
    return q->offset >= POSITIONS_STEP && q->n_filters == 0 && q->n_orders == 0 &&
           t->file == STORE_CONFIG && t->key_type == KEY_INTEGER && !t->has_parent &&
           !r->files[STORE_CONFIG].fixed && r->store->positions != NULL;
}

/* Rows whose key is at least *from, which lies beside it; NULL: all. */
static Query rows_from(const Query *q, const Filter *from)
{
    Query rest = *q;
    rest.filters = from;
    rest.n_filters = from != NULL ? 1 : 0;
    rest.proposals = NULL;
    return rest;
}

/* The key POSITIONS_STEP rows on. */
static Err *step_on(Reader *r, Arena *a, const Query *q, const Filter *from, Value *ret_key)
{
    Query one = rows_from(q, from);
    one.limit = 1;
    one.offset = POSITIONS_STEP;
    Page page = {0};
    TRY(step_through(r, a, &one, QUERY_KEYS, &page));
    *ret_key = page.n > 0 ? page.keys[0] : VALUE_NONE;
    return NULL;
}

/* The same page, asked for from a row nearer to it. */
static Err *skip_known(Reader *r, Arena *a, Query *q)
{
    Positions *p = r->store->positions;
    const size_t wanted = (size_t)MIN(q->offset / POSITIONS_STEP, (int64_t)POSITIONS_MAX);
    Db *db = NULL;
    int64_t seq = 0;
    TRY(reader_db(r, a, STORE_CONFIG, &db));
    TRY(db_int64(db, a, STR("SELECT seq FROM counter"), 0, &seq));
    if (seq > atomic_load(&r->store->files[STORE_CONFIG].seq)) {
        return NULL; /* the writer hasn't said yet what came and went */
    }
    Value *key = ARENA_NEW(a, Value);
    Filter *from = ARENA_NEW(a, Filter);
    *from = (Filter){.lookup = LOOKUP_GTE, .values = key, .n_values = 1};
    int64_t known = 0;
    size_t n = positions_find(p, q->resource, seq, wanted, &known);
    *key = value_integer(known);
    while (n < wanted) {
        Value next = VALUE_NONE;
        TRY(step_on(r, a, q, n > 0 ? from : NULL, &next));
        if (value_is_null(next)) {
            break; /* the offset is beyond the end */
        }
        *key = next;
        n++;
        positions_add(p, q->resource, seq, n, next.integer);
    }
    const int64_t skipped = (int64_t)n * POSITIONS_STEP;
    *q = rows_from(q, n > 0 ? from : NULL);
    q->offset -= skipped;
    return NULL;
}

/* What a client asks for has a limit on a writer's thread, too; the writer's own work has none. */
static void limit_time(Reader *r, const Query *q, bool limited)
{
    const ReaderFile *f = &r->files[table_at(r, q->resource)->file];
    if (f->fixed) {
        db_set_time_limit(f->db, limited ? r->limit_us : 0);
    }
}

static Err *read_page(Reader *r, Arena *a, const Query *q, QueryWhat what, Page *ret_page)
{
    Query nearer = *q;
    if (goes_by_key(r, q)) {
        TRY(skip_known(r, a, &nearer));
    }
    limit_time(r, q, true);
    Err *e = step_through(r, a, &nearer, what, ret_page);
    limit_time(r, q, false);
    return e;
}

Err *reader_select(Reader *r, Arena *a, const Query *q, const Row ***ret_rows, size_t *ret_n)
{
    Page page = {0};
    TRY(read_page(r, a, q, QUERY_ROWS, &page));
    *ret_rows = page.rows;
    *ret_n = page.n;
    return NULL;
}

Err *reader_select_keys(Reader *r, Arena *a, const Query *q, Value **ret_keys, size_t *ret_n)
{
    Page page = {0};
    TRY(read_page(r, a, q, QUERY_KEYS, &page));
    *ret_keys = page.keys;
    *ret_n = page.n;
    return NULL;
}

static Err *kept_count(Reader *r, Arena *a, const Table *t, int64_t *ret_n)
{
    Db *db = NULL;
    Stmt *s = NULL;
    bool found = false;
    TRY(reader_db(r, a, t->file, &db));
    TRY(db_prepare(db, a, STR("SELECT n_rows FROM resource_state WHERE resource = ?1"), &s));
    stmt_bind_text(s, 1, t->name);
    TRY(stmt_step(s, a, &found));
    *ret_n = found ? stmt_int64(s, 0) : 0;
    stmt_reset(s);
    return NULL;
}

static Err *count_rows(Reader *r, Arena *a, const Query *q, int64_t *ret_n)
{
    Stmt *s = NULL;
    bool found = false;
    TRY(prepare_query(r, a, q, QUERY_COUNT, &s));
    TRY(stmt_step(s, a, &found));
    *ret_n = found ? stmt_int64(s, 0) : 0;
    stmt_reset(s);
    return NULL;
}

Err *reader_count(Reader *r, Arena *a, const Query *q, int64_t *ret_n)
{
    const Table *t = table_at(r, q->resource);
    const bool kept = !r->files[t->file].fixed; /* the writer writes them before its commit */
    if (kept && q->n_filters == 0 && value_is_null(q->parent)) {
        return kept_count(r, a, t, ret_n);
    }
    limit_time(r, q, true);
    Err *e = count_rows(r, a, q, ret_n);
    limit_time(r, q, false);
    return e;
}
