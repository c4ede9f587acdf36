/* Deleting, with all that goes along: rows that can't be without the one deleted, references that
 * become NULL, links. Each of them has its log row, children before their parent. */
#include "store/statement.h"
#include "store/tx_links.h"
#include "store/tx_private.h"
#include "store/tx_touched.h"
#include "store/tx_unique.h"

enum { SQL_BYTES_MAX = 64 * 1024, ROW_ARENA_BYTES = 64 * 1024 * 1024 };

typedef struct Deletion {
    Tx *tx;
    const Table *table;
    const Row *row;
    Arena *scratch; /* of this row, so that a large cascade doesn't hold all rows at once */
} Deletion;

static Err *delete_row(Tx *tx, const Table *t, Value parent, Value key, bool *ret_found);

/* --- rows that refer to it --- */

/* Keys of the rows whose column (quoted by us) has the key of the row. */
static Err *keys_where(const Deletion *d, const Table *t, Str column, int64_t limit,
                       Value **ret_keys, size_t *ret_n)
{
    CLEANUP(buf_free) Buf *sql = buf_new(SQL_BYTES_MAX);
    buf_put_lit(sql, "SELECT ");
    sql_put_name(sql, t->key_column);
    buf_put_lit(sql, " FROM ");
    sql_put_name(sql, t->name);
    buf_put_lit(sql, " WHERE ");
    sql_put_name(sql, column);
    buf_put_lit(sql, " = ?1 ORDER BY ");
    sql_put_name(sql, t->key_column);
    buf_put_lit(sql, " LIMIT ?2");
    Stmt *s = NULL;
    TRY(db_prepare(d->tx->db, d->tx->arena, buf_str(sql), &s));
    stmt_bind(s, 1, d->row->key);
    stmt_bind_int64(s, 2, limit);
    return tx_collect(d->tx, d->scratch, s, ret_keys, ret_n);
}

static Err *delete_referrer(const Deletion *d, const Table *t, const Field *f, Value key)
{
    (void)f;
    bool found = false; /* a cascade may reach a row twice */
    return delete_row(d->tx, t, VALUE_NONE, key, &found);
}

static Err *clear_referrer(const Deletion *d, const Table *t, const Field *f, Value key)
{
    const TouchedRow *touched = tx_touched_find(d->tx, t, VALUE_NONE, key);
    if (touched != NULL && touched->deleted) {
        return NULL; /* itself, or what is being deleted with it */
    }
    CLEANUP(arena_free) Arena *scratch = arena_new(ROW_ARENA_BYTES);
    Row *old = NULL;
    TRY(tx_get(d->tx, scratch, t, VALUE_NONE, key, &old));
    if (old == NULL) {
        return NULL;
    }
    Row *new = row_copy(scratch, old);
    new->values[f->index] = VALUE_NONE;
    return tx_update(d->tx, old, new);
}

static Err *refuse_referrer(const Deletion *d, const Table *t, const Field *f, Value key)
{
    (void)f;
    const TouchedRow *touched = tx_touched_find(d->tx, t, VALUE_NONE, key);
    if (touched != NULL && touched->deleted) {
        return NULL;
    }
    return err(d->tx->arena, ERR_INVALID, "This object is still used by %.*s objects.",
               STR_ARG(t->resource->name));
}

typedef Err *ReferrerFunction(const Deletion *d, const Table *t, const Field *f, Value key);

static Err *each_referrer(const Deletion *d, const Field *f, ReferrerFunction *carry_out)
{
    const Table *t = table_of(d->tx->tables, f->resource);
    if (t->resource == NULL || t->file != d->table->file || t->has_parent) {
        return NULL;
    }
    Value *keys = NULL;
    size_t n = 0;
    TRY(keys_where(d, t, table_column(f), TX_CHANGES_MAX + 1, &keys, &n));
    for (size_t i = 0; i < n; i++) {
        TRY(carry_out(d, t, f, keys[i]));
    }
    return NULL;
}

static Err *each_referring_field(const Deletion *d, OnDelete on_delete, ReferrerFunction *carry_out)
{
    const Resource *r = d->table->resource;
    for (size_t i = 0; i < r->n_referrers; i++) {
        const Field *f = r->referrers[i];
        if (table_is_reference(f) && f->on_delete == on_delete) {
            TRY(each_referrer(d, f, carry_out));
        }
    }
    return NULL;
}

/* --- rows that lie within it --- */

static Err *delete_nested_of(const Deletion *d, const Table *t)
{
    Value *keys = NULL;
    size_t n = 0;
    TRY(keys_where(d, t, STR("_parent"), TX_CHANGES_MAX + 1, &keys, &n));
    for (size_t i = 0; i < n; i++) {
        bool found = false;
        TRY(delete_row(d->tx, t, d->row->key, keys[i], &found));
    }
    return NULL;
}

static Err *delete_nested(const Deletion *d)
{
    const Model *m = d->tx->store->model;
    for (size_t i = 0; i < m->n_resources; i++) {
        const Table *t = &d->tx->tables->tables[i];
        if (t->resource != NULL && t->resource->parent == d->table->resource) {
            TRY(delete_nested_of(d, t));
        }
    }
    return NULL;
}

/* --- links --- */

static Err *unlink_all_of(const Deletion *d, const LinkTable *l, bool naming)
{
    Value *keys = NULL;
    size_t n = 0;
    TRY(tx_linked_keys(d->tx, d->scratch, l, naming, d->row->key, &keys, &n));
    for (size_t i = 0; i < n; i++) {
        const Value owner = naming ? d->row->key : keys[i];
        TRY(tx_link(d->tx, l, owner, naming ? keys[i] : d->row->key, false));
    }
    return NULL;
}

static Err *unlink_all(const Deletion *d)
{
    const Resource *r = d->table->resource;
    for (size_t i = 0; i < d->tx->tables->n_links; i++) {
        const LinkTable *l = &d->tx->tables->links[i];
        if (l->field->resource == r) {
            TRY(unlink_all_of(d, l, true));
        }
        if (l->field->target == r) {
            TRY(unlink_all_of(d, l, false));
        }
    }
    return NULL;
}

/* --- the row itself --- */

static Err *refuse_protected(Tx *tx, const Row *row)
{
    const Seed *seed = resource_seed(row->resource, row->key);
    return seed != NULL && seed->protected_against != SEED_FREE
               ? err(tx->arena, ERR_INVALID, "This built-in object cannot be deleted.")
               : NULL;
}

static Err *remove_row(const Deletion *d)
{
    const Table *t = d->table;
    Stmt *s = NULL;
    TRY(db_prepare_fixed(d->tx->db, d->tx->arena, &t->delete, &s));
    stmt_bind(s, 1, d->row->key);
    if (t->has_parent) {
        stmt_bind(s, 2, d->row->parent);
    }
    TRY(stmt_run(s, d->tx->arena));
    counters_add_row(d->tx->counters, t, -1);
    TRY(changelog_append(
        d->tx,
        &(NewChange){.kind = CHANGE_DELETE, .table = t, .object = d->row->key, .old_row = d->row}));
    return tx_raise_targets(d->tx, t, d->row, NULL);
}

static Err *delete_with_all(const Deletion *d)
{
    TRY(refuse_protected(d->tx, d->row));
    TouchedRow *touched =
        tx_touched(d->tx, d->table, d->row->parent, d->row->key); /* stops circles */
    touched->deleted = true;
    touched->has_version = false;
    TRY(each_referring_field(d, ON_DELETE_CASCADE, delete_referrer));
    TRY(each_referring_field(d, ON_DELETE_REFUSE, refuse_referrer));
    TRY(each_referring_field(d, ON_DELETE_NULL, clear_referrer));
    TRY(delete_nested(d));
    TRY(unlink_all(d));
    return remove_row(d);
}

/* The row as it was before the request parked some of its values. */
static void restore_parked(const Deletion *d, Row *row)
{
    TouchedRow *touched = tx_touched_find(d->tx, d->table, row->parent, row->key);
    if (touched != NULL && touched->parked != NULL) {
        tx_unique_restore(touched->parked, d->table, row, row);
        touched->parked = NULL;
    }
}

static Err *delete_row(Tx *tx, const Table *t, Value parent, Value key, bool *ret_found)
{
    CLEANUP(arena_free) Arena *scratch = arena_new(ROW_ARENA_BYTES);
    const TouchedRow *touched = tx_touched_find(tx, t, parent, key);
    Row *row = NULL;
    if (touched == NULL || !touched->deleted) {
        TRY(tx_get(tx, scratch, t, parent, key, &row));
    }
    if (row == NULL) {
        *ret_found = false;
        return NULL;
    }
    const Deletion d = {.tx = tx, .table = t, .row = row, .scratch = scratch};
    restore_parked(&d, row);
    TRY(delete_with_all(&d));
    *ret_found = true;
    return NULL;
}

Err *tx_delete(Tx *tx, const Resource *r, Value key, bool *ret_found)
{
    const Table *t = table_of(tx->tables, r);
    MUST(t->resource != NULL && t->file == tx->file && !t->has_parent);
    return delete_row(tx, t, VALUE_NONE, key, ret_found);
}

Err *tx_delete_nested(Tx *tx, const Resource *r, Value parent, Value key, bool *ret_found)
{
    const Table *t = table_of(tx->tables, r);
    MUST(t->resource != NULL && t->file == tx->file && t->has_parent);
    return delete_row(tx, t, parent, key, ret_found);
}
