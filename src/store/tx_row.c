/* Rows in and out of a transaction. */
#include "store/statement.h"
#include "store/table_row.h"
#include "store/tx_private.h"
#include "store/tx_touched.h"
#include "store/tx_unique.h"

enum { SQL_BYTES_MAX = 1024 * 1024 };

/* Steps `sql` (Table.select or .exists) to the row of that key, if there is one. */
static Err *step_to(Tx *tx, const Table *t, const FixedSql *sql, Value parent, Value key,
                    Stmt **ret_stmt, bool *ret_found)
{
    Stmt *s = NULL;
    TRY(db_prepare_fixed(tx->db, tx->arena, sql, &s));
    stmt_bind(s, 1, key);
    if (t->has_parent) {
        stmt_bind(s, 2, parent);
    }
    *ret_stmt = s;
    return stmt_step(s, tx->arena, ret_found);
}

Err *tx_get(Tx *tx, Arena *a, const Table *t, Value parent, Value key, Row **ret_row)
{
    Stmt *s = NULL;
    bool found = false;
    TRY(step_to(tx, t, &t->select, parent, key, &s, &found));
    *ret_row = found ? table_row(t, a, s, 0) : NULL;
    stmt_reset(s);
    return NULL;
}

Err *tx_exists(Tx *tx, const Table *t, Value parent, Value key, bool *ret_found)
{
    Stmt *s = NULL;
    bool found = false;
    TRY(step_to(tx, t, &t->exists, parent, key, &s, &found));
    stmt_reset(s);
    *ret_found = found;
    return NULL;
}

static const Table *own_table(const Tx *tx, const Resource *r)
{
    const Table *t = table_of(tx->tables, r);
    MUST(t->resource != NULL && t->file == tx->file);
    return t;
}

/* --- failures --- */

/* After a write failed on a foreign key: says which field leads nowhere. */
static Err *explain_reference(Tx *tx, const Table *t, const Row *row, Err *e)
{
    for (size_t i = 0; i < t->n_fields; i++) {
        const Field *f = t->fields[i];
        const Value v = row->values[f->index];
        if (!table_is_reference(f) || value_is_null(v)) {
            continue;
        }
        bool found = false;
        const Table *target = table_of(tx->tables, f->target);
        if (target->resource != NULL && target->file == t->file) {
            TRY(tx_exists(tx, target, VALUE_NONE, v, &found));
            if (!found) {
                return err_field(tx->arena, ERR_INVALID, f->name,
                                 "The object that this names does not exist.");
            }
        }
    }
    return err_detail(
        tx->arena, err(tx->arena, ERR_INVALID, "The object that this belongs to does not exist."),
        "%s", e->detail);
}

static Err *explain(Tx *tx, const Table *t, const Row *row, Err *e)
{
    return db_constraint(tx->db) == DB_CONSTRAINT_FOREIGN_KEY && e->kind == ERR_CONFLICT
               ? explain_reference(tx, t, row, e)
               : e;
}

static bool is_unique_failure(const Tx *tx, const Err *e)
{
    return e != NULL && e->kind == ERR_CONFLICT && db_constraint(tx->db) == DB_CONSTRAINT_UNIQUE;
}

/* --- new rows --- */

static Err *assign_key(Tx *tx, const Table *t, Row *row)
{
    const Resource *r = t->resource;
    if (!value_is_null(row->key)) {
        return NULL;
    }
    MUST(r->has_key && t->key_type == KEY_INTEGER); /* others are given by the caller */
    if (r->fixed_key != 0) {
        row->key = value_integer(r->fixed_key);
        return NULL;
    }
    ResourceCounters *counters = counters_of(tx->counters, t);
    if (counters->next_id >= COUNTERS_ID_END) {
        return err(tx->arena, ERR_INVALID, "All ids of this resource have been used up.");
    }
    row->key = value_integer(counters->next_id++);
    return NULL;
}

/* So that a key that a client chose isn't made again, also after the row is gone. */
static void note_key(Tx *tx, const Table *t, const Row *row)
{
    ResourceCounters *counters = counters_of(tx->counters, t);
    if (row->key.type == VALUE_INTEGER && row->key.integer >= counters->next_id &&
        row->key.integer < COUNTERS_ID_END) {
        counters->next_id = row->key.integer + 1;
    }
}

static Err *insert_once(Tx *tx, const Table *t, const Row *row)
{
    Stmt *s = NULL;
    TRY(db_prepare_fixed(tx->db, tx->arena, &t->insert, &s));
    table_bind_row(t, tx->arena, s, row);
    return stmt_run(s, tx->arena);
}

static Err *insert_with_parking(Tx *tx, const Table *t, const Row *row)
{
    bool taken = false;
    TRY(tx_exists(tx, t, row->parent, row->key, &taken));
    if (taken) {
        return tx_unique_key_error(tx, t, row);
    }
    Row *stored = NULL;
    TRY(tx_unique_park(tx, t, row, &stored));
    return insert_once(tx, t, stored);
}

Err *tx_insert(Tx *tx, Row *row)
{
    const Table *t = own_table(tx, row->resource);
    TRY(assign_key(tx, t, row));
    row->version = tx_version(tx);
    Err *e = insert_once(tx, t, row);
    if (is_unique_failure(tx, e)) {
        e = insert_with_parking(tx, t, row);
    }
    if (e != NULL) {
        return explain(tx, t, row, e);
    }
    note_key(tx, t, row);
    counters_add_row(tx->counters, t, 1);
    TouchedRow *touched = tx_touched(tx, t, row->parent, row->key);
    touched->has_version = true;
    touched->deleted = false;
    TRY(changelog_append(
        tx, &(NewChange){.kind = CHANGE_CREATE, .table = t, .object = row->key, .new_row = row}));
    return tx_raise_targets(tx, t, NULL, row);
}

/* --- changed rows --- */

Err *tx_write_columns(Tx *tx, const Table *t, const Row *row, const bool changed[])
{
    CLEANUP(buf_free) Buf *sql = buf_new(SQL_BYTES_MAX);
    table_put_update(sql, t, changed);
    Stmt *s = NULL;
    TRY(db_prepare(tx->db, tx->arena, buf_str(sql), &s));
    table_bind_row(t, tx->arena, s, row);
    return stmt_run(s, tx->arena);
}

static bool compare(const Table *t, const Row *old, const Row *new, bool changed[])
{
    bool any = false;
    for (size_t i = 0; i < t->n_fields; i++) {
        const size_t at = t->fields[i]->index;
        changed[at] = !value_equal(old->values[at], new->values[at]);
        any = any || changed[at];
    }
    return any;
}

/* Fields that were parked and now get another value are written like all others. */
static void forget_parked(const Table *t, Parked *parked, const bool changed[])
{
    for (size_t i = 0; i < t->n_fields; i++) {
        const size_t at = t->fields[i]->index;
        parked->fields[at] = parked->fields[at] && !changed[at];
    }
}

/* What is parked need not have changed: a group collides by any of its fields. */
static Err *write_with_parked(Tx *tx, const Table *t, const Row *new, const Row *stored,
                              const bool changed[])
{
    bool *columns = ARENA_ARRAY(tx->arena, bool, t->resource->n_fields);
    for (size_t i = 0; i < t->n_fields; i++) {
        const size_t at = t->fields[i]->index;
        columns[at] = changed[at] || !value_equal(new->values[at], stored->values[at]);
    }
    return tx_write_columns(tx, t, stored, columns);
}

static Err *write_changed(Tx *tx, const Table *t, const Row *new, const bool changed[])
{
    Err *e = tx_write_columns(tx, t, new, changed);
    if (is_unique_failure(tx, e)) {
        Row *stored = NULL;
        TRY(tx_unique_park(tx, t, new, &stored));
        e = write_with_parked(tx, t, new, stored, changed);
    }
    return e == NULL ? NULL : explain(tx, t, new, e);
}

static Err *update(Tx *tx, const Table *t, const Row *old, Row *new, const bool changed[])
{
    new->version = tx_version(tx);
    TRY(write_changed(tx, t, new, changed));
    tx_touched(tx, t, new->parent, new->key)->has_version = true;
    TRY(changelog_append(tx, &(NewChange){.kind = CHANGE_UPDATE,
                                          .table = t,
                                          .object = new->key,
                                          .new_row = new,
                                          .old_row = old,
                                          .changed = changed}));
    return tx_raise_targets(tx, t, old, new);
}

Err *tx_update(Tx *tx, const Row *old, Row *new)
{
    const Table *t = own_table(tx, new->resource);
    MUST(value_equal(old->key, new->key));
    TouchedRow *touched = tx_touched_find(tx, t, new->parent, new->key);
    Parked *parked = touched != NULL ? touched->parked : NULL;
    const Row *before = old;
    if (parked != NULL) {
        Row *copy = row_copy(tx->arena, old);
        tx_unique_restore(parked, t, copy, new);
        before = copy;
    }
    bool *changed = ARENA_ARRAY(tx->arena, bool, MAX(t->resource->n_fields, (size_t)1));
    if (!compare(t, before, new, changed)) {
        new->version = old->version;
        return NULL;
    }
    if (parked != NULL) {
        forget_parked(t, parked, changed);
    }
    return update(tx, t, before, new, changed);
}
