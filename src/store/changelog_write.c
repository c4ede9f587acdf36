/* Writing the change log. */
#include "base/json_write.h"
#include "store/statement.h"
#include "store/tx_private.h"

/* What a row of the log takes besides its two texts, roughly, with its share of the index. */
enum { ROW_OVERHEAD_BYTES = 200 };

/* --- rows as JSON --- */

/* The stored fields, which are in alphabetical order; changed: NULL for all. */
static void put_row(Buf *out, const Table *t, const Row *row, const bool changed[])
{
    bool first = true;
    buf_put_char(out, '{');
    for (size_t i = 0; i < t->n_fields; i++) {
        const Field *f = t->fields[i];
        if (changed == NULL || changed[f->index]) {
            json_put_comma(out, &first);
            json_put_name(out, f->name);
            json_put_value(out, row->values[f->index]);
        }
    }
    buf_put_char(out, '}');
}

static Err *put_values(Tx *tx, const NewChange *c)
{
    buf_reset(&tx->new_values);
    buf_reset(&tx->old_values);
    if (c->new_row != NULL) {
        put_row(&tx->new_values, c->table, c->new_row, c->changed);
    }
    if (c->old_row != NULL) {
        put_row(&tx->old_values, c->table, c->old_row, c->changed);
    }
    if (c->kind == CHANGE_UPDATE && c->new_row == NULL) { /* only touched */
        buf_put_lit(&tx->new_values, "{}");
        buf_put_lit(&tx->old_values, "{}");
    }
    return buf_failed(&tx->new_values) || buf_failed(&tx->old_values)
               ? err(tx->arena, ERR_LIMIT, "The object is too large.")
               : NULL;
}

/* --- appending --- */

static Err *number_change(Tx *tx)
{
    if (tx->n_changes >= TX_CHANGES_MAX) {
        return err(tx->arena, ERR_INVALID,
                   "One request can change at most 100,000 objects, counting what goes along with "
                   "them; split it into several.");
    }
    tx->n_changes++;
    const int64_t seq = ++tx->counters->now.seq;
    if (tx->first_seq == 0) {
        tx->first_seq = seq;
    }
    return NULL;
}

static void bind_text_or_null(Stmt *s, int parameter, Str text)
{
    if (text.len > 0) {
        stmt_bind_text(s, parameter, text);
    } else {
        stmt_bind_null(s, parameter);
    }
}

static Err *insert_change(Tx *tx, const NewChange *c)
{
    Stmt *s = NULL;
    TRY(db_prepare(tx->db, tx->arena,
                   STR("INSERT INTO change_log (seq, tag, time, who, request, kind, resource, "
                       "object, field, other, model_version, new, old)"
                       " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)"),
                   &s));
    stmt_bind_int64(s, 1, tx->counters->now.seq);
    stmt_bind_int64(s, 2, tx->tag);
    stmt_bind_int64(s, 3, tx->now_us);
    stmt_bind_text(s, 4, tx->user);
    stmt_bind_text(s, 5, tx->request);
    stmt_bind_int64(s, 6, c->kind);
    stmt_bind_text(s, 7, c->table->name);
    stmt_bind(s, 8, c->object);
    bind_text_or_null(s, 9, c->field != NULL ? c->field->name : STR_NONE);
    stmt_bind(s, 10, c->other);
    stmt_bind_int64(s, 11, tx->store->model->version);
    bind_text_or_null(s, 12, buf_str(&tx->new_values));
    bind_text_or_null(s, 13, buf_str(&tx->old_values));
    return stmt_run(s, tx->arena);
}

Err *changelog_append(Tx *tx, const NewChange *change)
{
    if (tx->unlogged) {
        return NULL;
    }
    TRY(number_change(tx));
    if (tx->file != STORE_CONFIG) {
        return NULL;
    }
    TRY(put_values(tx, change));
    tx->counters->now.log_bytes +=
        (int64_t)(tx->new_values.len + tx->old_values.len) + ROW_OVERHEAD_BYTES;
    return insert_change(tx, change);
}

/* --- cutting --- */

typedef struct Front {
    int64_t last_seq; /* of the changes to go; 0: none */
    int64_t n;
    int64_t bytes;
} Front;

static Err *find_front(Tx *tx, int64_t before_us, int64_t over_bytes, int64_t limit, Front *front)
{
    Stmt *s = NULL;
    TRY(db_prepare(tx->db, tx->arena,
                   STR("SELECT seq, time, ifnull(length(CAST(new AS BLOB)), 0) + "
                       "ifnull(length(CAST(old AS BLOB)), 0)"
                       " FROM change_log WHERE seq < ?1 ORDER BY seq LIMIT ?2"),
                   &s));
    stmt_bind_int64(s, 1, tx->counters->now.seq);
    stmt_bind_int64(s, 2, limit);
    bool row = false;
    TRY(stmt_step(s, tx->arena, &row));
    while (row && (stmt_int64(s, 1) < before_us || front->bytes < over_bytes)) {
        front->last_seq = stmt_int64(s, 0);
        front->n++;
        front->bytes += stmt_int64(s, 2) + ROW_OVERHEAD_BYTES;
        TRY(stmt_step(s, tx->arena, &row));
    }
    stmt_reset(s);
    return NULL;
}

Err *changelog_trim(Tx *tx, int64_t age_us, int64_t bytes, int64_t limit, int64_t *ret_n)
{
    Numbers *now = &tx->counters->now;
    Front front = {0};
    TRY(find_front(tx, tx->now_us - age_us, now->log_bytes - bytes, limit, &front));
    if (front.n > 0) {
        Stmt *s = NULL;
        TRY(db_prepare(tx->db, tx->arena, STR("DELETE FROM change_log WHERE seq <= ?1"), &s));
        stmt_bind_int64(s, 1, front.last_seq);
        TRY(stmt_run(s, tx->arena));
        now->log_bytes = MAX(now->log_bytes - front.bytes, (int64_t)0);
    }
    *ret_n = front.n;
    return NULL;
}
