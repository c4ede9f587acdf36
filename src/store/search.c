/* The thread that keeps the substring index. */
#include "store/search.h"

#include <sodium.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/datetime.h"
#include "base/hex.h"
#include "base/log.h"
#include "base/thread.h"
#include "base/utf8.h"
#include "store/changelog.h"
#include "store/statement.h"
#include "store/store_file.h"

/* How often the thread looks for changes; until then a query reads them from the log. */
#define SEARCH_EVERY_US (INT64_C(200) * 1000)

/* How long it rests after a failure, for which the disk is the likely reason. */
#define SEARCH_REST_US (INT64_C(5) * 1000 * 1000)

/* Changes, or rows of a rebuild, in one transaction. */
enum { SEARCH_PORTION = 1000 };

#define SEARCH_WAL_BYTES (INT64_C(16) * 1024 * 1024)
#define SEARCH_ARENA_BYTES (64UL * 1024 * 1024)
#define SEARCH_SHAPE_MAX ((size_t)1024 * 1024)
enum { SEARCH_CHECKPOINT_MS = 20 };

/* Of what the tables hold: another one wherever utf8_fold() or the tokenizer becomes another. */
enum { SEARCH_FORMAT = 1 };

struct Search {
    Store *store;
    Str shape; /* hash over what is indexed and how */
    Thread thread;

    /* of the thread alone */
    Arena *arena; /* of one portion */
    Db *db;
    Reader *reader;
    bool failing; /* the last portion failed, which was logged */

    _Atomic unsigned generation;

    Mutex lock;
    Condition changed;
    bool stopping;  /* under lock */
    bool asked;     /* under lock: somebody waits for the index to catch up */
    bool damaged;   /* under lock: a reader could not read the file */
    int64_t cursor; /* under lock: changes up to here are in the index; -1: none yet */
};

/* --- the file --- */

typedef Err *FieldVisitor(Search *search, Arena *a, const Field *f);

static Err *each_field(Search *search, Arena *a, FieldVisitor *visit)
{
    const Model *m = search->store->model;
    for (size_t i = 0; i < m->n_resources; i++) {
        for (size_t j = 0; j < m->resources[i].n_fields; j++) {
            const Field *f = &m->resources[i].fields[j];
            if (search_has_index(search->store->tables, f)) {
                TRY(visit(search, a, f));
            }
        }
    }
    return NULL;
}

/* With all by which a migration may change an indexed text, since that is in no log: a field that
 * may no longer be empty gets its default. */
static Str shape_of(const Store *store)
{
    const Model *m = store->model;
    CLEANUP(buf_free) Buf *out = buf_new(SEARCH_SHAPE_MAX);
    buf_printf(out, "%d", SEARCH_FORMAT);
    for (size_t i = 0; i < m->n_resources; i++) {
        for (size_t j = 0; j < m->resources[i].n_fields; j++) {
            const Field *f = &m->resources[i].fields[j];
            if (search_has_index(store->tables, f)) {
                const Str name = search_table_name(store->arena, store->tables, f);
                const Value value = f->default_value;
                buf_printf(out, "\n%.*s %d %.*s", STR_ARG(name), f->nullable,
                           STR_ARG(value.type == VALUE_TEXT ? value.text : STR("")));
            }
        }
    }
    MUST(!buf_failed(out));
    unsigned char hash[crypto_hash_sha256_BYTES];
    (void)crypto_hash_sha256(hash, (const unsigned char *)out->data, out->len);
    return hex_text(store->arena, hash, sizeof hash);
}

static Err *run(const Search *search, Arena *a, Str sql)
{
    return db_exec(search->db, a, str_to_cstr(a, sql));
}

/* Texts are folded by us: FTS5's own folding misses hundreds of letters. Without positions, since
 * the query's condition looks at the text anyway. */
static Err *create_index(Search *search, Arena *a, const Field *f)
{
    const Str name = search_table_name(a, search->store->tables, f);
    return run(search, a,
               str_format(a,
                          "DROP TABLE IF EXISTS \"%.*s\";"
                          "CREATE VIRTUAL TABLE \"%.*s\" USING fts5(text, detail = none,"
                          " columnsize = 0, tokenize = 'trigram case_sensitive 1')",
                          STR_ARG(name), STR_ARG(name)));
}

/* A number with its tag, which says the same after a migration, though that has a new epoch. */
typedef struct Cursor {
    int64_t seq; /* -1: none */
    int64_t tag; /* 0: the log has no such row */
} Cursor;

static Err *read_tag(Db *config, Arena *a, Cursor *cursor)
{
    Stmt *s = NULL;
    bool row = false;
    TRY(db_prepare(config, a, STR("SELECT tag FROM change_log WHERE seq = ?1"), &s));
    stmt_bind_int64(s, 1, cursor->seq);
    TRY(stmt_step(s, a, &row));
    cursor->tag = row ? stmt_int64(s, 0) : 0;
    stmt_reset(s);
    return NULL;
}

static Err *set_cursor(const Search *search, Arena *a, Str epoch, const Cursor *cursor)
{
    Stmt *s = NULL;
    TRY(db_prepare(search->db, a,
                   STR("INSERT OR REPLACE INTO progress (id, epoch, shape, seq, tag)"
                       " VALUES (1, ?1, ?2, ?3, ?4)"),
                   &s));
    stmt_bind_text(s, 1, epoch);
    stmt_bind_text(s, 2, search->shape);
    stmt_bind_int64(s, 3, cursor->seq);
    stmt_bind_int64(s, 4, cursor->tag);
    return stmt_run(s, a);
}

static Err *open_file(Search *search, Arena *a)
{
    TRY(store_open_db(search->store, a, STORE_SEARCH, DB_WRITE_DERIVED, &search->db));
    return run(search, a,
               STR("DROP TABLE IF EXISTS cursor;" /* of an older version */
                   "CREATE TABLE IF NOT EXISTS progress (id INTEGER PRIMARY KEY, epoch TEXT,"
                   " shape TEXT, seq INTEGER, tag INTEGER) STRICT"));
}

static Err *remove_file(Search *search, Arena *a)
{
    search->db = db_close(search->db);
    return store_file_remove(search->store, STORE_SEARCH, a);
}

/* --- rows --- */

static Err *put_text(const Search *search, Arena *a, const Field *f, int64_t key, Value text)
{
    const Str name = search_table_name(a, search->store->tables, f);
    Stmt *s = NULL;
    TRY(db_prepare(search->db, a,
                   str_format(a, "DELETE FROM \"%.*s\" WHERE rowid = ?1", STR_ARG(name)), &s));
    stmt_bind_int64(s, 1, key);
    TRY(stmt_run(s, a));
    if (text.type != VALUE_TEXT) {
        return NULL;
    }
    TRY(db_prepare(
        search->db, a,
        str_format(a, "INSERT INTO \"%.*s\" (rowid, text) VALUES (?1, ?2)", STR_ARG(name)), &s));
    stmt_bind_int64(s, 1, key);
    stmt_bind_text(s, 2, utf8_fold(a, text.text));
    return stmt_run(s, a);
}

static bool is_stopping(Search *search)
{
    mutex_lock(&search->lock);
    const bool stopping = search->stopping;
    mutex_unlock(&search->lock);
    return stopping;
}

/* --- rebuilding --- */

typedef struct Portion {
    Search *search;
    const Field *field;
    int64_t after; /* key of the last row seen */
    size_t n;
} Portion;

/* Each portion sees a state of its own: what changes meanwhile comes again by the log. */
static Err *copy_portion(void *context, Db *db, Arena *a)
{
    (void)db;
    Portion *p = context;
    Reader *r = p->search->reader;
    const Table *t = table_of(p->search->store->tables, p->field->resource);
    const Value after = value_integer(p->after);
    const Filter filter = {.lookup = LOOKUP_GT, .values = &after, .n_values = 1};
    const Query q = {
        .resource = t->resource, .filters = &filter, .n_filters = 1, .limit = SEARCH_PORTION};
    const Row **rows = NULL;
    int64_t seq = 0;
    TRY(reader_begin(r, a, &seq));
    Err *e = reader_select(r, a, &q, &rows, &p->n);
    reader_end(r);
    TRY(e);
    for (size_t i = 0; i < p->n; i++) {
        p->after = rows[i]->key.integer;
        TRY(put_text(p->search, a, p->field, p->after, rows[i]->values[p->field->index]));
    }
    return NULL;
}

static Err *check_wal(Search *search, Arena *a)
{
    int64_t bytes = 0;
    bool done = false;
    return db_wal_bytes(search->db) < SEARCH_WAL_BYTES
               ? NULL
               : db_checkpoint(search->db, a, DB_CHECKPOINT_RESTART, SEARCH_CHECKPOINT_MS, &bytes,
                               &done);
}

static Err *copy_field(Search *search, Arena *a, const Field *f)
{
    Portion p = {search, f, INT64_MIN, SEARCH_PORTION};
    while (p.n == SEARCH_PORTION && !is_stopping(search)) {
        arena_reset(a);
        TRY(store_file_transact(search->db, a, copy_portion, &p));
        TRY(check_wal(search, a));
    }
    return NULL;
}

static Err *read_newest(Search *search, Arena *a, Cursor *cursor)
{
    Db *config = NULL;
    int64_t seq = 0;
    TRY(reader_begin(search->reader, a, &seq));
    cursor->seq = seq;
    Err *e = reader_db(search->reader, a, STORE_CONFIG, &config);
    if (e == NULL) {
        e = read_tag(config, a, cursor);
    }
    reader_end(search->reader);
    return e;
}

static Err *rebuild(Search *search, Arena *a)
{
    const Store *s = search->store;
    const Cursor none = {.seq = -1};
    Cursor newest = none;
    TRY(read_newest(search, a, &newest)); /* before the first row is read */
    TRY(set_cursor(search, a, STR(""), &none));
    TRY(each_field(search, a, create_index));
    TRY(each_field(search, a, copy_field));
    return is_stopping(search) ? NULL
                               : set_cursor(search, a, s->files[STORE_CONFIG].epoch, &newest);
}

/* --- following the log --- */

typedef struct Step {
    Search *search;
    int64_t cursor; /* in, out */
} Step;

typedef struct Touched {
    const Table *table;
    int64_t key;
} Touched;

/* Whether a row of the log can have changed an indexed text. What an update changed is looked
 * through for the field's name, which may stand in a text as well; of others it is empty. */
static bool may_change_index(const Tables *tables, const Table *t, Str updated)
{
    for (size_t i = 0; t != NULL && i < t->n_fields; i++) {
        const Field *f = t->fields[i];
        if (search_has_index(tables, f) &&
            (updated.len == 0 || str_find_str(updated, f->name) != SIZE_MAX)) {
            return true;
        }
    }
    return false;
}

/* Rows that a portion of the log names, and the number up to which it goes. */
static Err *read_portion(const Step *step, Arena *a, Db *db, Touched *ret_rows, size_t *ret_n,
                         int64_t *ret_seq)
{
    const Tables *tables = step->search->store->tables;
    Stmt *s = NULL;
    bool row = false;
    size_t n = 0;
    size_t n_read = 0;
    int64_t last = step->cursor;
    int64_t newest = 0;
    TRY(db_int64(db, a, STR("SELECT seq FROM counter"), 0, &newest));
    TRY(db_prepare(
        db, a,
        STR("SELECT seq, resource, object, CASE kind WHEN ?3 THEN coalesce(new, '{}') END"
            " FROM change_log WHERE seq > ?1 ORDER BY seq LIMIT ?2"),
        &s));
    stmt_bind_int64(s, 1, step->cursor);
    stmt_bind_int64(s, 2, SEARCH_PORTION);
    stmt_bind_int64(s, 3, CHANGE_UPDATE);
    TRY(stmt_step(s, a, &row));
    while (row) {
        last = stmt_int64(s, 0);
        ret_rows[n].table = tables_find(tables, stmt_text(s, 1));
        ret_rows[n].key = stmt_int64(s, 2);
        n += may_change_index(tables, ret_rows[n].table, stmt_text(s, 3));
        n_read++;
        TRY(stmt_step(s, a, &row));
    }
    *ret_n = n;
    *ret_seq = n_read < SEARCH_PORTION ? newest : last;
    return NULL;
}

static Err *update_row(const Search *search, Arena *a, const Touched *touched)
{
    const Table *t = touched->table;
    const Row *row = NULL;
    bool is_read = false;
    for (size_t i = 0; i < t->n_fields; i++) {
        const Field *f = t->fields[i];
        if (!search_has_index(search->store->tables, f)) {
            continue;
        }
        if (!is_read) {
            TRY(reader_get(search->reader, a, t->resource, value_integer(touched->key), &row));
            is_read = true;
        }
        TRY(put_text(search, a, f, touched->key, row != NULL ? row->values[f->index] : VALUE_NONE));
    }
    return NULL;
}

static Err *follow_within(Step *step, Arena *a)
{
    Db *config = NULL;
    Touched *rows = ARENA_ARRAY(a, Touched, SEARCH_PORTION + 1);
    size_t n = 0;
    TRY(reader_db(step->search->reader, a, STORE_CONFIG, &config));
    TRY(read_portion(step, a, config, rows, &n, &step->cursor));
    for (size_t i = 0; i < n; i++) {
        TRY(update_row(step->search, a, &rows[i]));
    }
    Cursor cursor = {.seq = step->cursor};
    TRY(read_tag(config, a, &cursor));
    return set_cursor(step->search, a, step->search->store->files[STORE_CONFIG].epoch, &cursor);
}

static Err *follow(void *context, Db *db, Arena *a)
{
    (void)db;
    Step *step = context;
    int64_t seq = 0;
    TRY(reader_begin(step->search->reader, a, &seq));
    Err *e = follow_within(step, a);
    reader_end(step->search->reader);
    return e;
}

/* --- the thread --- */

/* *ret_known: the log goes on from there. */
static Err *is_in_log(Search *search, Arena *a, const Cursor *cursor, bool same_epoch,
                      bool *ret_known)
{
    Db *config = NULL;
    int64_t newest = 0;
    int64_t first = 0;
    Cursor found = {.seq = cursor->seq};
    TRY(reader_db(search->reader, a, STORE_CONFIG, &config));
    TRY(db_int64(config, a, STR("SELECT seq FROM counter"), 0, &newest));
    TRY(db_int64(config, a, STR("SELECT seq FROM change_log ORDER BY seq LIMIT 1"), 1, &first));
    TRY(read_tag(config, a, &found));
    *ret_known = cursor->seq <= newest && first <= cursor->seq + 1 &&
                 (same_epoch || (found.tag != 0 && found.tag == cursor->tag));
    return NULL;
}

/* The cursor of an index that can be followed up; -1 if it must be made anew. */
static Err *find_cursor(Search *search, Arena *a, int64_t *ret_cursor)
{
    const Str epoch = search->store->files[STORE_CONFIG].epoch;
    Stmt *s = NULL;
    bool row = false;
    bool known = false;
    int64_t seq = 0;
    TRY(db_prepare(search->db, a, STR("SELECT seq, tag, epoch FROM progress WHERE shape = ?1"),
                   &s));
    stmt_bind_text(s, 1, search->shape);
    TRY(stmt_step(s, a, &row));
    const Cursor cursor = {row ? stmt_int64(s, 0) : -1, row ? stmt_int64(s, 1) : 0};
    const bool same_epoch = row && str_equal(stmt_text(s, 2), epoch);
    stmt_reset(s);
    if (cursor.seq >= 0) {
        TRY(reader_begin(search->reader, a, &seq));
        Err *e = is_in_log(search, a, &cursor, same_epoch, &known);
        reader_end(search->reader);
        TRY(e);
    }
    if (known && !same_epoch) { /* a migration was in between; readers look at the epoch alone */
        TRY(set_cursor(search, a, epoch, &cursor));
    }
    *ret_cursor = known ? cursor.seq : -1;
    return NULL;
}

static void publish(Search *search, int64_t cursor)
{
    mutex_lock(&search->lock);
    search->cursor = cursor;
    condition_broadcast(&search->changed);
    mutex_unlock(&search->lock);
}

/* Brings the index up to the newest change. */
static Err *catch_up(Search *search, Arena *a)
{
    Step step = {search, -1};
    TRY(find_cursor(search, a, &step.cursor));
    if (step.cursor < 0) {
        TRY(rebuild(search, a));
        TRY(find_cursor(search, a, &step.cursor));
    }
    int64_t before = -1;
    while (step.cursor >= 0 && step.cursor != before && !is_stopping(search) &&
           step.cursor < store_seq(search->store, STORE_CONFIG)) {
        before = step.cursor;
        arena_reset(a);
        TRY(store_file_transact(search->db, a, follow, &step));
        TRY(check_wal(search, a));
    }
    publish(search, step.cursor);
    return NULL;
}

static bool take_damage(Search *search)
{
    mutex_lock(&search->lock);
    const bool damaged = search->damaged;
    search->damaged = false;
    mutex_unlock(&search->lock);
    return damaged;
}

/* Readers see by the generation that they have the old file. */
static Err *make_anew(Search *search, Arena *a)
{
    log_warning("substring index damaged, made anew");
    TRY(remove_file(search, a));
    TRY(open_file(search, a));
    atomic_fetch_add(&search->generation, 1);
    return catch_up(search, a);
}

static Err *keep_up(Search *search, Arena *a, bool damaged)
{
    if (search->db == NULL) { /* the last time it could not be opened again */
        return make_anew(search, a);
    }
    Err *e = damaged ? NULL : catch_up(search, a);
    return damaged || (e != NULL && db_is_damaged(search->db)) ? make_anew(search, a) : e;
}

static bool wait(Search *search)
{
    mutex_lock(&search->lock);
    if (!search->stopping && !search->asked) {
        (void)condition_wait_until(&search->changed, &search->lock,
                                   datetime_monotonic_us() +
                                       (search->failing ? SEARCH_REST_US : SEARCH_EVERY_US));
    }
    search->asked = false;
    const bool going_on = !search->stopping;
    mutex_unlock(&search->lock);
    return going_on;
}

static void *run_thread(void *context)
{
    Search *search = context;
    int64_t done = -1;
    do {
        const int64_t seq = store_seq(search->store, STORE_CONFIG);
        const bool damaged = take_damage(search);
        if (seq == done && !damaged) {
            continue;
        }
        arena_reset(search->arena);
        const Err *e = keep_up(search, search->arena, damaged);
        if (e != NULL && !search->failing) {
            log_warning("substring index not kept up, searches look at every row: %s detail=\"%s\"",
                        e->text, e->detail != NULL ? e->detail : "");
        }
        search->failing = e != NULL;
        done = e == NULL ? seq : -1;
    } while (wait(search));
    return NULL;
}

/* --- */

static Search *search_free(Search *search)
{
    search->reader = reader_free(search->reader);
    search->db = db_close(search->db);
    search->arena = arena_free(search->arena);
    condition_deinit(&search->changed);
    mutex_deinit(&search->lock);
    free(search);
    return NULL;
}

static Err *start(Search *search, Arena *a)
{
    if (open_file(search, a) != NULL) { /* derived: made anew */
        TRY(remove_file(search, a));
        TRY(open_file(search, a));
    }
    TRY(reader_new(a, search->store, &search->reader));
    return thread_start(&search->thread, "search", run_thread, search)
               ? NULL
               : err(a, ERR_IO, "No thread can be started.");
}

Err *search_start(Arena *a, Store *s)
{
    Search *search = calloc(1, sizeof *search);
    MUST(search != NULL);
    search->store = s;
    search->shape = shape_of(s);
    search->cursor = -1;
    search->arena = arena_new(SEARCH_ARENA_BYTES);
    mutex_init(&search->lock);
    condition_init(&search->changed);
    s->search = search; /* the thread reads it */
    Err *e = start(search, a);
    if (e != NULL) {
        s->search = search_free(search);
    }
    return e;
}

Search *search_stop(Search *search)
{
    if (search == NULL) {
        return NULL;
    }
    mutex_lock(&search->lock);
    search->stopping = true;
    condition_broadcast(&search->changed);
    mutex_unlock(&search->lock);
    thread_join(search->thread);
    return search_free(search);
}

unsigned search_generation(const Search *search)
{
    return atomic_load(&search->generation);
}

void search_report_damage(Search *search, unsigned generation)
{
    mutex_lock(&search->lock);
    if (generation == atomic_load(&search->generation) && !search->damaged) {
        search->damaged = true;
        search->cursor = -1;
    }
    mutex_unlock(&search->lock);
}

void search_wait(Search *search)
{
    const int64_t seq = store_seq(search->store, STORE_CONFIG);
    mutex_lock(&search->lock);
    while (search->cursor < seq && !search->stopping) {
        search->asked = true;
        condition_broadcast(&search->changed);
        condition_wait(&search->changed, &search->lock);
    }
    mutex_unlock(&search->lock);
}
