/* Links between rows: both sides of a field, the versions they raise, the log. */
#include "store/tx_links.h"

#include <stdlib.h>

#include "store/statement.h"
#include "store/tx_private.h"
#include "store/tx_touched.h"

/* --- keys in order --- */

static int compare_for_sort(const void *a, const void *b)
{
    return value_compare_keys(*(const Value *)a, *(const Value *)b);
}

/* Sorted and without doubles. */
static Value *sort_keys(Arena *a, const Value keys[], size_t *n)
{
    Value *sorted = ARENA_ARRAY(a, Value, MAX(*n, (size_t)1));
    if (*n == 0) {
        return sorted;
    }
    memcpy(sorted, keys, *n * sizeof *keys);
    qsort(sorted, *n, sizeof *sorted, compare_for_sort);
    size_t kept = 1;
    for (size_t i = 1; i < *n; i++) {
        if (value_compare_keys(sorted[i], sorted[kept - 1]) != 0) {
            sorted[kept++] = sorted[i];
        }
    }
    *n = kept;
    return sorted;
}

/* --- reading --- */

static void grow(Arena *a, Value **values, size_t n, size_t *size)
{
    if (n < *size) {
        return;
    }
    *size = MAX((size_t)16, *size * 2);
    Value *larger = ARENA_ARRAY(a, Value, *size);
    if (n > 0) {
        memcpy(larger, *values, n * sizeof **values);
    }
    *values = larger;
}

Err *tx_collect(Tx *tx, Arena *a, Stmt *s, Value **ret_values, size_t *ret_n)
{
    Value *values = NULL;
    size_t n = 0;
    size_t size = 0;
    bool row = false;
    TRY(stmt_step(s, tx->arena, &row));
    while (row) {
        grow(a, &values, n, &size);
        values[n++] = stmt_value(s, a, 0);
        TRY(stmt_step(s, tx->arena, &row));
    }
    *ret_values = values;
    *ret_n = n;
    return NULL;
}

Err *tx_linked_keys(Tx *tx, Arena *a, const LinkTable *l, bool naming, Value key, Value **ret_keys,
                    size_t *ret_n)
{
    Stmt *s = NULL;
    TRY(db_prepare_fixed(tx->db, tx->arena, naming ? &l->targets_of_owner : &l->owners_of_target,
                         &s));
    stmt_bind(s, 1, key);
    return tx_collect(tx, a, s, ret_keys, ret_n);
}

/* --- changing --- */

static Err *write_pair(Tx *tx, const LinkTable *l, Value owner, Value target, bool linked)
{
    Stmt *s = NULL;
    TRY(db_prepare_fixed(tx->db, tx->arena, linked ? &l->insert : &l->delete, &s));
    stmt_bind(s, 1, owner);
    stmt_bind(s, 2, target);
    return stmt_run(s, tx->arena);
}

Err *tx_link(Tx *tx, const LinkTable *l, Value owner, Value target, bool linked)
{
    const Table *owners = table_of(tx->tables, l->field->resource);
    const Table *targets = table_of(tx->tables, l->field->target);
    TRY(write_pair(tx, l, owner, target, linked));
    (void)tx_touched(tx, owners, VALUE_NONE, owner); /* versions rise at the end */
    if (l->field->shown_by != NULL || l->field->target->has_computed) {
        (void)tx_touched(tx, targets, VALUE_NONE, target);
    }
    return changelog_append(tx, &(NewChange){.kind = linked ? CHANGE_LINK : CHANGE_UNLINK,
                                             .table = owners,
                                             .object = owner,
                                             .field = l->field,
                                             .other = target});
}

typedef struct LinkSide {
    const LinkTable *table;
    const Field *field; /* of this side */
    Value key;          /* of the row on this side */
} LinkSide;

static Err *change(Tx *tx, const LinkSide *side, Value other, bool linked)
{
    const bool naming = field_owns_links(side->field);
    Err *e =
        tx_link(tx, side->table, naming ? side->key : other, naming ? other : side->key, linked);
    if (e != NULL && e->kind == ERR_CONFLICT) {
        e = err_field(tx->arena, ERR_INVALID, side->field->name,
                      "An object that this names does not exist.");
    }
    return e;
}

/* Both are sorted. Takes out of `a` what isn't in `b`, in this direction. */
static Err *change_difference(Tx *tx, const LinkSide *side, const Value a[], size_t n_a,
                              const Value b[], size_t n_b, bool linked)
{
    size_t at = 0;
    for (size_t i = 0; i < n_a; i++) {
        while (at < n_b && value_compare_keys(b[at], a[i]) < 0) {
            at++;
        }
        if (at == n_b || value_compare_keys(b[at], a[i]) != 0) {
            TRY(change(tx, side, a[i], linked));
        }
    }
    return NULL;
}

Err *tx_set_links(Tx *tx, const Field *links, Value owner, const Value keys[], size_t n)
{
    const Table *t = table_of(tx->tables, links->resource);
    MUST(t->resource != NULL && t->file == tx->file && t->links[links->index] != NULL);
    const LinkSide side = {t->links[links->index], links, owner};
    const Value *wanted = sort_keys(tx->arena, keys, &n);
    Value *present = NULL;
    size_t n_present = 0;
    TRY(tx_linked_keys(tx, tx->arena, side.table, field_owns_links(links), owner, &present,
                       &n_present));
    TRY(change_difference(tx, &side, present, n_present, wanted, n, false));
    return change_difference(tx, &side, wanted, n, present, n_present, true);
}
