/* Reading several rows by key, and what to-many fields hold: one statement however many there are.
 */
#include <stdlib.h>
#include <string.h>

#include "store/lookup_sql.h"
#include "store/statement.h"
#include "store/store_private.h"
#include "store/table_row.h"

/* Keys as JSON: those of the largest page take far less. */
#define KEYS_LIMIT_BYTES (256UL * 1024 * 1024)

enum { FOUND_FIRST_SIZE = 32 };

/* One row of an answer. */
typedef struct Found {
    size_t owner;
    Value key;
    const Row *row; /* NULL if only keys were asked for */
} Found;

typedef struct FoundList {
    Found *items;
    size_t n, size;
} FoundList;

static Found *add(FoundList *l, Arena *a)
{
    if (l->n == l->size) {
        l->size = MAX(l->size * 2, (size_t)FOUND_FIRST_SIZE);
        Found *more = ARENA_ARRAY(a, Found, l->size);
        if (l->n > 0) {
            memcpy(more, l->items, l->n * sizeof *more);
        }
        l->items = more;
    }
    return &l->items[l->n++];
}

/* Runs a statement of one key, or of many as JSON; its columns are the owner's position, then the
 * key, or a row of t. */
static Err *collect(Db *db, Arena *a, const FixedSql *sql, const Value keys[], size_t n,
                    const Table *t, FoundList *ret_found)
{
    CLEANUP(buf_free) Buf *json = NULL;
    Stmt *s = NULL;
    bool row = false;
    FoundList found = {0};
    TRY(db_prepare_fixed(db, a, sql, &s));
    if (n == 1) {
        stmt_bind(s, 1, keys[0]);
    } else {
        json = buf_new(KEYS_LIMIT_BYTES);
        keys_put_json(json, keys, n);
        stmt_bind_text(s, 1, buf_str(json));
    }
    TRY(stmt_step(s, a, &row));
    while (row) {
        Found *f = add(&found, a);
        f->owner = (size_t)stmt_int64(s, 0);
        f->row = t != NULL ? table_row(t, a, s, 1) : NULL;
        f->key = t != NULL ? f->row->key : stmt_value(s, a, 1);
        TRY(stmt_step(s, a, &row));
    }
    *ret_found = found;
    return NULL;
}

Err *reader_get_many(Reader *r, Arena *a, const Resource *resource, const Value keys[], size_t n,
                     const Row **ret_rows)
{
    const Table *t = table_of(reader_store(r)->tables, resource);
    if (n <= 1) {
        return n == 0 ? NULL : reader_get(r, a, resource, keys[0], &ret_rows[0]);
    }
    Db *db = NULL;
    FoundList found = {0};
    TRY(reader_db(r, a, t->file, &db));
    TRY(collect(db, a, &t->select_many, keys, n, t, &found));
    memset(ret_rows, 0, n * sizeof(Row *));
    for (size_t i = 0; i < found.n; i++) {
        ret_rows[found.items[i].owner] = found.items[i].row;
    }
    return NULL;
}

/* --- to-many fields --- */

static int compare(const void *left, const void *right)
{
    const Found *a = left;
    const Found *b = right;
    if (a->owner != b->owner) {
        return a->owner < b->owner ? -1 : 1;
    }
    return value_compare_keys(a->key, b->key);
}

/* By owner, then key: which they mostly are. */
static void sort(FoundList *l)
{
    for (size_t i = 1; i < l->n; i++) {
        if (compare(&l->items[i - 1], &l->items[i]) > 0) {
            qsort(l->items, l->n, sizeof *l->items, compare);
            return;
        }
    }
}

static Err *find_related(Reader *r, Arena *a, const Field *to_many, const Value owners[], size_t n,
                         bool rows, FoundList *ret_found)
{
    const Table *t = table_of(reader_store(r)->tables, to_many->resource);
    const ManySql *m = t->many[to_many->index];
    MUST(m != NULL);
    if (m->table->file != t->file) {
        return err(a, ERR_INTERNAL, "'%.*s' leads into another file.", STR_ARG(to_many->name));
    }
    Db *db = NULL;
    const FixedSql *one = rows ? &m->rows_of_one : &m->keys_of_one;
    const FixedSql *each = rows ? &m->rows_of_each : &m->keys_of_each;
    TRY(reader_db(r, a, t->file, &db));
    TRY(collect(db, a, n == 1 ? one : each, owners, n, rows ? m->table : NULL, ret_found));
    sort(ret_found);
    return NULL;
}

Err *reader_related(Reader *r, Arena *a, const Field *to_many, const Value owners[], size_t n,
                    Related *ret_related)
{
    FoundList found = {0};
    if (n > 0) {
        TRY(find_related(r, a, to_many, owners, n, false, &found));
    }
    Value *keys = ARENA_ARRAY(a, Value, MAX(found.n, (size_t)1));
    size_t at = 0;
    for (size_t i = 0; i < n; i++) {
        const size_t first = at;
        for (; at < found.n && found.items[at].owner == i; at++) {
            keys[at] = found.items[at].key;
        }
        ret_related[i] = (Related){&keys[first], at - first};
    }
    return NULL;
}

Err *reader_related_rows(Reader *r, Arena *a, const Field *to_many, const Value owners[], size_t n,
                         RelatedRows *ret_related)
{
    FoundList found = {0};
    if (n > 0) {
        TRY(find_related(r, a, to_many, owners, n, true, &found));
    }
    const Row **rows = ARENA_ARRAY(a, const Row *, MAX(found.n, (size_t)1));
    size_t at = 0;
    for (size_t i = 0; i < n; i++) {
        const size_t first = at;
        for (; at < found.n && found.items[at].owner == i; at++) {
            rows[at] = found.items[at].row;
        }
        ret_related[i] = (RelatedRows){&rows[first], at - first};
    }
    return NULL;
}
