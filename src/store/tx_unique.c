/* Uniqueness, checked at the end of a request.
 *
 * Values are written at once, for nearly always they are free. Where one is taken, the row gets
 * NULL in its place, since NULLs never collide, and the value is parked; at the end of the request
 * it is written for good. So two rows may swap their names, and a new one may take the name of one
 * that the same request deletes afterwards. */
#include "store/tx_unique.h"

#include "store/tx_private.h"
#include "store/tx_touched.h"
#include "store/unique.h"

/* All groups whose values another row has, chained; NULL: none. */
static Err *taken_groups(Tx *tx, const Table *t, const Row *row, Err **ret_first)
{
    return unique_conflicts(tx->db, tx->arena, t, row, &(UniqueScope){.known = NULL}, ret_first);
}

Err *tx_unique_key_error(Tx *tx, const Table *t, const Row *row)
{
    Err *first = NULL;
    TRY(taken_groups(tx, t, row, &first));
    Err *e = unique_key_conflict(tx->arena, t);
    e->next = first;
    return e;
}

/* --- parking --- */

static Parked *parked_of(Tx *tx, const Table *t, const Row *row)
{
    TouchedRow *touched = tx_touched(tx, t, row->parent, row->key);
    if (touched->parked == NULL) {
        Parked *parked = ARENA_NEW(tx->arena, Parked);
        parked->fields = ARENA_ARRAY(tx->arena, bool, t->resource->n_fields);
        parked->values = ARENA_ARRAY(tx->arena, Value, t->resource->n_fields);
        touched->parked = parked;
    }
    return touched->parked;
}

Err *tx_unique_park(Tx *tx, const Table *t, const Row *row, Row **ret_stored)
{
    Row *stored = row_copy(tx->arena, row);
    for (size_t i = 0; i < unique_n_groups(t); i++) {
        const FieldGroup group = unique_group_at(t, i);
        bool taken = false;
        TRY(unique_is_taken(tx->db, tx->arena, t, group, stored, NULL, &taken));
        if (taken) {
            const uint16_t at = group.fields[group.n - 1]->index; /* one NULL is enough */
            Parked *parked = parked_of(tx, t, row);
            parked->fields[at] = true;
            parked->values[at] = stored->values[at];
            stored->values[at] = VALUE_NONE;
            tx->any_parked = true;
        }
    }
    *ret_stored = stored;
    return NULL;
}

void tx_unique_restore(const Parked *parked, const Table *t, Row *old, Row *new)
{
    for (size_t i = 0; i < t->n_fields; i++) {
        const uint16_t at = t->fields[i]->index;
        if (!parked->fields[at] || !value_is_null(old->values[at])) {
            continue;
        }
        old->values[at] = parked->values[at];
        if (value_is_null(new->values[at])) { /* as it was read */
            new->values[at] = parked->values[at];
        }
    }
}

/* --- the end of the request --- */

/* After a parked value was refused: says which. */
static Err *explain(Tx *tx, const Table *t, const Row *row, Err *e)
{
    if (e->kind != ERR_CONFLICT || db_constraint(tx->db) != DB_CONSTRAINT_UNIQUE) {
        return e;
    }
    Err *first = NULL;
    TRY(taken_groups(tx, t, row, &first));
    return first != NULL ? first : e;
}

/* Makes a row what it is to be in the end; false if nothing of it waits after all: its write failed
 * when its values were parked already. */
static bool put_parked(const TouchedRow *touched, Row *row)
{
    const Table *t = touched->table;
    bool waits = false;
    for (size_t i = 0; i < t->n_fields; i++) {
        const uint16_t at = t->fields[i]->index;
        if (touched->parked->fields[at]) {
            waits = waits || value_is_null(row->values[at]);
            row->values[at] = touched->parked->values[at];
        }
    }
    return waits;
}

static Err *write_parked(Tx *tx, const TouchedRow *touched)
{
    const Table *t = touched->table;
    Row *row = NULL;
    TRY(tx_get(tx, tx->arena, t, touched->parent, touched->key, &row));
    MUST(row != NULL); /* a deleted row has nothing parked, and a failed write ends the request */
    row->version = tx_version(tx);
    (void)put_parked(touched, row); /* always waits */
    Err *e = tx_write_columns(tx, t, row, touched->parked->fields);
    return e == NULL ? NULL : explain(tx, t, row, e);
}

Err *tx_unique_finish(Tx *tx)
{
    for (const TouchedRow *row = tx->first_touched; tx->any_parked && row != NULL;
         row = row->next) {
        if (row->parked != NULL && !row->deleted) {
            TRY(write_parked(tx, row));
        }
    }
    return NULL;
}

Err *tx_conflicts(Tx *tx, Err **ret_first)
{
    Err *first = NULL;
    Err **last = &first;
    for (const TouchedRow *touched = tx->first_touched; tx->any_parked && touched != NULL;
         touched = touched->next) {
        if (touched->parked == NULL || touched->deleted) {
            continue;
        }
        Row *row = NULL;
        TRY(tx_get(tx, tx->arena, touched->table, touched->parent, touched->key, &row));
        if (row != NULL && put_parked(touched, row)) {
            TRY(taken_groups(tx, touched->table, row, last));
        }
        while (*last != NULL) {
            last = &(*last)->next;
        }
    }
    *ret_first = first;
    return NULL;
}
