/* Asking the substring index. */
#include "store/search.h"

#include "base/utf8.h"
#include "store/lookup_sql.h"
#include "store/statement.h"

/* A longer text is looked for by its beginning; the condition sees the rest. */
enum { TRIGRAM = 3, TRIGRAMS_MAX = 24 };

/* Room for so many keys at first. */
enum { KEYS_FIRST = 64 };

#define MATCH_LIMIT_BYTES (64UL * 1024)
#define KEYS_LIMIT_BYTES (4UL * 1024 * 1024)

bool search_has_index(const Tables *tables, const Field *f)
{
    return f->search && f->stored && !f->is_key && f->type == FIELD_STRING &&
           resource_has_table(f->resource) && store_file_of(f->resource) == STORE_CONFIG &&
           table_of(tables, f->resource)->key_type == KEY_INTEGER;
}

Str search_table_name(Arena *a, const Tables *tables, const Field *f)
{
    return str_format(a, "fts_%.*s_%.*s", STR_ARG(table_of(tables, f->resource)->name),
                      STR_ARG(f->name));
}

/* Whether the lookup finds a part of the text that no other index finds faster. */
static bool is_eligible(const Tables *tables, const Filter *f)
{
    if (f->field == NULL || f->count_of != NULL || f->n_values != 1 ||
        f->values[0].type != VALUE_TEXT || !search_has_index(tables, f->field)) {
        return false;
    }
    switch (f->lookup) {
    case LOOKUP_CONTAINS:
    case LOOKUP_ICONTAINS:
    case LOOKUP_ENDSWITH:
    case LOOKUP_IENDSWITH:
        return true;
    case LOOKUP_IEXACT:
    case LOOKUP_ISTARTSWITH:
        return !f->field->fold;
    case LOOKUP_STARTSWITH:
        return !f->field->fold && !f->field->indexed;
    default:
        return false;
    }
}

static void put_trigram(Buf *out, Str trigram)
{
    buf_put_char(out, '"');
    for (size_t i = 0; i < trigram.len; i++) {
        buf_put_str(out, trigram.ptr[i] == '"' ? STR("\"") : STR(""));
        buf_put_char(out, trigram.ptr[i]);
    }
    buf_put_lit(out, "\" ");
}

/* Every three neighbouring characters, all of which must be there. False: it has fewer. */
static bool put_trigrams(Buf *out, Str text)
{
    size_t starts[TRIGRAM + 1] = {0}; /* of the current three, and the end */
    size_t n = 0;
    size_t at = 0;
    while (at < text.len && n < TRIGRAMS_MAX + TRIGRAM) {
        (void)utf8_next(text, &at);
        n++;
        for (size_t i = 0; i < TRIGRAM; i++) {
            starts[i] = starts[i + 1];
        }
        starts[TRIGRAM] = at;
        if (n >= TRIGRAM) {
            put_trigram(out, str_slice(text, starts[0], at));
        }
    }
    return n >= TRIGRAM;
}

typedef struct Proposal {
    Reader *reader;
    Arena *arena;
    const Filter *filter;
    Value *keys;
    size_t n, size; /* at most SEARCH_HITS_MAX + 1 */
} Proposal;

static void add_key(Proposal *p, int64_t key)
{
    if (p->n == p->size) {
        const size_t size = MAX(p->size * 2, (size_t)KEYS_FIRST);
        Value *grown = ARENA_ARRAY(p->arena, Value, size);
        for (size_t i = 0; i < p->n; i++) {
            grown[i] = p->keys[i];
        }
        p->keys = grown;
        p->size = size;
    }
    p->keys[p->n++] = value_integer(key);
}

/* Appends the keys that a statement answers. */
static Err *collect(Proposal *p, Stmt *s)
{
    bool row = false;
    TRY(stmt_step(s, p->arena, &row));
    while (row && p->n <= SEARCH_HITS_MAX) {
        add_key(p, stmt_int64(s, 0));
        TRY(stmt_step(s, p->arena, &row));
    }
    stmt_reset(s);
    return NULL;
}

/* Hits, and in the same snapshot the cursor; -1 while the index isn't of this store. */
static Err *ask_index(Proposal *p, Str match, int64_t *ret_cursor)
{
    const Store *store = reader_store(p->reader);
    const Str name = search_table_name(p->arena, store->tables, p->filter->field);
    Db *db = NULL;
    Stmt *s = NULL;
    bool row = false;
    TRY(reader_db(p->reader, p->arena, STORE_SEARCH, &db));
    TRY(db_prepare(db, p->arena, STR("SELECT seq FROM progress WHERE epoch = ?1"), &s));
    stmt_bind_text(s, 1, store->files[STORE_CONFIG].epoch);
    TRY(stmt_step(s, p->arena, &row));
    *ret_cursor = row ? stmt_int64(s, 0) : -1;
    stmt_reset(s);
    if (!row) {
        return NULL;
    }
    TRY(db_prepare(db, p->arena,
                   str_format(p->arena,
                              "SELECT rowid FROM \"%.*s\" WHERE \"%.*s\" MATCH ?1 LIMIT %d",
                              STR_ARG(name), STR_ARG(name), SEARCH_HITS_MAX + 1),
                   &s));
    stmt_bind_text(s, 1, match);
    return collect(p, s);
}

/* Rows that this snapshot of config.db has changed since; *ret_known = false where the log doesn't
 * say: it was cut, or the snapshot is older than the index. */
static Err *add_changed(Proposal *p, int64_t cursor, bool *ret_known)
{
    const Tables *tables = reader_store(p->reader)->tables;
    Db *db = NULL;
    Stmt *s = NULL;
    int64_t first = 0;
    int64_t seq = 0;
    TRY(reader_db(p->reader, p->arena, STORE_CONFIG, &db));
    TRY(db_int64(db, p->arena, STR("SELECT seq FROM counter"), 0, &seq));
    TRY(db_int64(db, p->arena, STR("SELECT seq FROM change_log ORDER BY seq LIMIT 1"), 1, &first));
    *ret_known = cursor <= seq && first <= cursor + 1;
    if (!*ret_known || cursor == seq) {
        return NULL;
    }
    TRY(db_prepare(db, p->arena,
                   STR("SELECT DISTINCT object FROM change_log"
                       " WHERE seq > ?1 AND +resource = ?2 LIMIT ?3"),
                   &s));
    stmt_bind_int64(s, 1, cursor);
    stmt_bind_text(s, 2, table_of(tables, p->filter->field->resource)->name);
    stmt_bind_int64(s, 3, SEARCH_HITS_MAX + 1);
    return collect(p, s);
}

static Err *propose(Proposal *p, Str match, Str *ret_keys)
{
    int64_t cursor = -1;
    bool known = false;
    TRY(ask_index(p, match, &cursor));
    if (cursor < 0 || p->n > SEARCH_HITS_MAX) {
        return NULL;
    }
    TRY(add_changed(p, cursor, &known));
    if (known && p->n <= SEARCH_HITS_MAX) {
        CLEANUP(buf_free) Buf *json = buf_new(KEYS_LIMIT_BYTES);
        keys_put_json(json, p->keys, p->n);
        *ret_keys = str_dup(p->arena, buf_str(json));
    }
    return NULL;
}

Err *search_propose(Reader *r, Arena *a, const Filter *f, Str *ret_keys)
{
    const Store *store = reader_store(r);
    *ret_keys = STR_NONE;
    if (store->search == NULL || !is_eligible(store->tables, f)) {
        return NULL;
    }
    CLEANUP(buf_free) Buf *match = buf_new(MATCH_LIMIT_BYTES);
    if (!put_trigrams(match, utf8_fold(a, f->values[0].text)) || buf_failed(match)) {
        return NULL;
    }
    Proposal p = {.reader = r, .arena = a, .filter = f};
    const Err *e = propose(&p, buf_str(match), ret_keys);
    if (e != NULL && e->kind == ERR_INVALID) {
        return err(a, ERR_INVALID, "%s", e->text); /* the time limit */
    }
    if (e != NULL) {
        reader_note_damage(r);
    }
    return NULL; /* an index that can't be read is none: every row is looked at */
}
