/* Uniqueness, checked at the end of a request.
 *
 * Values are written at once, for nearly always they are free. Where one is taken, the row gets
 * NULL in its place, since NULLs never collide, and the value is parked; at the end of the request
 * it is written for good. So two rows may swap their names, and a new one may take the name of one
 * that the same request deletes afterwards. */
#include "base/utf8.h"
#include "store/tx_private.h"

enum { SQL_BYTES_MAX = 64 * 1024 };

/* --- groups of fields that are unique together, single ones first --- */

static size_t n_groups(const Table *t)
{
    return t->n_unique_fields + t->resource->n_unique_together;
}

static FieldGroup group_at(const Table *t, size_t i)
{
    return i < t->n_unique_fields ? (FieldGroup){.fields = &t->unique_fields[i], .n = 1}
                                  : t->resource->unique_together[i - t->n_unique_fields];
}

/* NULL never collides. */
static bool has_null(FieldGroup group, const Row *row)
{
    for (size_t i = 0; i < group.n; i++) {
        if (value_is_null(row->values[group.fields[i]->index])) {
            return true;
        }
    }
    return false;
}

static Str column_of(Tx *tx, const Field *f)
{
    return f->fold ? str_format(tx->arena, "%.*s__fold", STR_ARG(f->name)) : f->name;
}

static Str search_sql(Tx *tx, const Table *t, FieldGroup group)
{
    CLEANUP(buf_free) Buf *sql = buf_new(SQL_BYTES_MAX);
    buf_put_lit(sql, "SELECT 1 FROM ");
    sql_put_name(sql, t->name);
    buf_put_lit(sql, " WHERE ");
    sql_put_name(sql, t->key_column);
    buf_put_lit(sql, " IS NOT ?1");
    for (size_t i = 0; i < group.n; i++) {
        buf_put_lit(sql, " AND ");
        sql_put_name(sql, column_of(tx, group.fields[i]));
        buf_printf(sql, " = ?%zu", i + 2);
    }
    buf_put_lit(sql, " LIMIT 1");
    MUST(!buf_failed(sql));
    return str_dup(tx->arena, buf_str(sql));
}

/* Whether another row has the values of the group. */
static Err *is_taken(Tx *tx, const Table *t, FieldGroup group, const Row *row, bool *ret_taken)
{
    if (has_null(group, row)) {
        *ret_taken = false;
        return NULL;
    }
    Stmt *s = NULL;
    TRY(db_prepare(tx->db, tx->arena, search_sql(tx, t, group), &s));
    stmt_bind(s, 1, row->key);
    for (size_t i = 0; i < group.n; i++) {
        const Field *f = group.fields[i];
        const Value v = row->values[f->index];
        stmt_bind(s, (int)i + 2,
                  f->fold && v.type == VALUE_TEXT ? value_text(utf8_fold(tx->arena, v.text)) : v);
    }
    bool taken = false;
    TRY(stmt_step(s, tx->arena, &taken));
    stmt_reset(s);
    *ret_taken = taken;
    return NULL;
}

/* --- what a client is told --- */

static Str names_of(Tx *tx, FieldGroup group)
{
    Str names = STR("");
    for (size_t i = 0; i < group.n; i++) {
        const char *between = i == 0 ? "" : i + 1 == group.n ? " and " : ", ";
        names = str_format(tx->arena, "%.*s%s%.*s", STR_ARG(names), between,
                           STR_ARG(str_sentence_case(tx->arena, group.fields[i]->name)));
    }
    return names;
}

static Err *conflict(Tx *tx, const Table *t, Str field, Str names)
{
    Err *e = err_field(tx->arena, ERR_CONFLICT, field, "%.*s with this %.*s already exists.",
                       STR_ARG(str_sentence_case(tx->arena, t->resource->name)), STR_ARG(names));
    e->owner = str_to_cstr(tx->arena, t->resource->name);
    return e;
}

static Err *group_error(Tx *tx, const Table *t, FieldGroup group)
{
    return conflict(tx, t, group.n == 1 ? group.fields[0]->name : STR("__all__"),
                    names_of(tx, group));
}

/* All groups whose values another row has, chained; NULL: none. */
static Err *taken_groups(Tx *tx, const Table *t, const Row *row, Err **ret_first)
{
    Err **last = ret_first;
    for (size_t i = 0; i < n_groups(t); i++) {
        bool taken = false;
        TRY(is_taken(tx, t, group_at(t, i), row, &taken));
        if (taken) {
            Err *e = group_error(tx, t, group_at(t, i));
            *last = e;
            last = &e->next;
        }
    }
    return NULL;
}

Err *tx_unique_key_error(Tx *tx, const Table *t, const Row *row)
{
    Err *first = NULL;
    TRY(taken_groups(tx, t, row, &first));
    Err *e =
        conflict(tx, t, t->resource->key_name, str_sentence_case(tx->arena, t->resource->key_name));
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
    for (size_t i = 0; i < n_groups(t); i++) {
        const FieldGroup group = group_at(t, i);
        bool taken = false;
        TRY(is_taken(tx, t, group, stored, &taken));
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

static Err *write_parked(Tx *tx, const TouchedRow *touched)
{
    const Table *t = touched->table;
    Row *row = NULL;
    TRY(tx_get(tx, tx->arena, t, touched->parent, touched->key, &row));
    MUST(row != NULL); /* a deleted row has nothing parked */
    row->version = tx_version(tx);
    for (size_t i = 0; i < t->n_fields; i++) {
        const uint16_t at = t->fields[i]->index;
        if (touched->parked->fields[at]) {
            row->values[at] = touched->parked->values[at];
        }
    }
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
