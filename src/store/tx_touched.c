/* Which rows a request changed, and whose versions must rise with them.
 *
 * Every row of a request gets the same version, the number of the request's first change: so a row
 * that was written already needs no second write when something that it shows changes later in the
 * same request. */
#include "store/tx_touched.h"

#include "store/statement.h"
#include "store/tx_links.h"
#include "store/tx_private.h"
#include "store/versions.h"

static bool is_row(const TouchedRow *row, const Table *t, Value parent, Value key)
{
    return row->table == t && value_equal(row->key, key) &&
           (!t->has_parent || value_equal(row->parent, parent));
}

static uint64_t hash_of(const Table *t, Value key)
{
    return (value_hash_key(key) ^ (uint64_t)t->resource->index << 48) *
           UINT64_C(0x9e3779b97f4a7c15);
}

TouchedRow *tx_touched_find(const Tx *tx, const Table *t, Value parent, Value key)
{
    HashNode *n = hash_table_first(&tx->touched, hash_of(t, key));
    for (; n != NULL; n = hash_table_next_same(n)) {
        TouchedRow *row = CONTAINER_OF(n, TouchedRow, node);
        if (is_row(row, t, parent, key)) {
            return row;
        }
    }
    return NULL;
}

TouchedRow *tx_touched(Tx *tx, const Table *t, Value parent, Value key)
{
    TouchedRow *row = tx_touched_find(tx, t, parent, key);
    if (row != NULL) {
        return row;
    }
    row = ARENA_NEW(tx->arena, TouchedRow);
    row->table = t;
    row->parent = t->has_parent ? value_dup(tx->arena, parent) : VALUE_NONE;
    row->key = value_dup(tx->arena, key);
    *(tx->last_touched != NULL ? &tx->last_touched->next : &tx->first_touched) = row;
    tx->last_touched = row;
    hash_table_insert(&tx->touched, &row->node, hash_of(t, key));
    return row;
}

Err *tx_touch(Tx *tx, const Resource *r, Value key)
{
    const Table *t = table_of(tx->tables, r);
    MUST(t->resource != NULL && t->file == tx->file && !t->has_parent);
    (void)tx_touched(tx, t, VALUE_NONE, key); /* its version rises at the end */
    return NULL;
}

/* --- rows that show others --- */

static void raise(Tx *tx, const Table *target, Value key)
{
    if (!value_is_null(key)) {
        (void)tx_touched(tx, target, VALUE_NONE, key); /* its version rises at the end */
    }
}

static void raise_to_one(Tx *tx, const Table *t, const Field *f, const Row *old, const Row *new)
{
    const Table *target = table_of(tx->tables, f->target);
    if (target->resource == NULL || target->file != t->file) {
        return; /* versions of another file are another count */
    }
    const Value old_key = old != NULL ? old->values[f->index] : VALUE_NONE;
    const Value new_key = new != NULL ? new->values[f->index] : VALUE_NONE;
    const bool moved = !value_equal(old_key, new_key);
    if (f->target->has_computed || (moved && f->shown_by != NULL)) {
        raise(tx, target, old_key);
        raise(tx, target, new_key);
    }
}

/* Computed fields may be worked out from any row that is linked. */
static Err *raise_linked(Tx *tx, const Table *t, const Field *f, Value key)
{
    const Table *target = table_of(tx->tables, f->target);
    Value *keys = NULL;
    size_t n = 0;
    TRY(tx_linked_keys(tx, tx->arena, t->links[f->index], field_owns_links(f), key, &keys, &n));
    for (size_t i = 0; i < n; i++) {
        raise(tx, target, keys[i]);
    }
    return NULL;
}

Err *tx_raise_targets(Tx *tx, const Table *t, const Row *old, const Row *new)
{
    for (size_t i = 0; i < t->n_fields; i++) {
        if (table_is_reference(t->fields[i])) {
            raise_to_one(tx, t, t->fields[i], old, new);
        }
    }
    if (old == NULL || new == NULL) {
        return NULL; /* linking and unlinking raise by themselves */
    }
    for (size_t i = 0; i < t->resource->n_fields; i++) {
        const Field *f = &t->resource->fields[i];
        if (t->links[i] != NULL && f->target->has_computed) {
            TRY(raise_linked(tx, t, f, new->key));
        }
    }
    return NULL;
}

/* --- the end of the request --- */

static Err *set_version(Tx *tx, const TouchedRow *row)
{
    Stmt *s = NULL;
    TRY(db_prepare_fixed(tx->db, tx->arena, &row->table->set_version, &s));
    stmt_bind(s, 1, row->key);
    stmt_bind_int64(s, 2, tx_version(tx));
    if (row->table->has_parent) {
        stmt_bind(s, 3, row->parent);
    }
    return stmt_run(s, tx->arena);
}

/* A request that does nothing but touch rows makes a change of each: a version is the number of a
 * change. */
static Err *log_touched(Tx *tx)
{
    for (TouchedRow *row = tx->first_touched; row != NULL; row = row->next) {
        bool found = false;
        TRY(tx_exists(tx, row->table, row->parent, row->key, &found));
        if (found) {
            TRY(changelog_append(
                tx, &(NewChange){.kind = CHANGE_UPDATE, .table = row->table, .object = row->key}));
        }
    }
    return NULL;
}

Err *tx_touched_finish(Tx *tx)
{
    if (tx->first_seq == 0) {
        TRY(log_touched(tx));
    }
    for (const TouchedRow *row = tx->first_touched; row != NULL && tx->first_seq != 0;
         row = row->next) {
        if (!row->has_version && !row->deleted) {
            TRY(set_version(tx, row));
        }
    }
    return NULL;
}
