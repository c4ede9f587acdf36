/* The life of a transaction: groups, and the requests in them. */
#include <sodium.h>

#include "base/datetime.h"
#include "store/statement.h"
#include "store/tx_private.h"
#include "store/tx_touched.h"
#include "store/tx_unique.h"

void tx_init(Tx *tx, const Store *store, StoreFile file, Db *db, Counters *counters)
{
    *tx =
        (Tx){.store = store, .tables = store->tables, .file = file, .db = db, .counters = counters};
    hash_table_init(&tx->touched);
    buf_init(&tx->new_values, TX_VALUES_BYTES);
    buf_init(&tx->old_values, TX_VALUES_BYTES);
}

void tx_deinit(Tx *tx)
{
    hash_table_deinit(&tx->touched);
    buf_deinit(&tx->new_values);
    buf_deinit(&tx->old_values);
}

static Err *run_sql(Tx *tx, Arena *errors, Str sql)
{
    Stmt *s = NULL;
    TRY(db_prepare(tx->db, errors, sql, &s));
    return stmt_run(s, errors);
}

/* --- the group --- */

void tx_group_begin(Tx *tx)
{
    tx->now_us = datetime_now_us();
    randombytes_buf(&tx->tag, sizeof tx->tag);
}

Err *tx_begin(Tx *tx, Arena *errors)
{
    tx_group_begin(tx);
    return run_sql(tx, errors, STR("BEGIN IMMEDIATE"));
}

Err *tx_commit(Tx *tx, Arena *errors)
{
    TRY(run_sql(tx, errors, STR("COMMIT")));
    counters_note_commit(tx->counters);
    return NULL;
}

Err *tx_roll_back(Tx *tx, Arena *errors)
{
    counters_note_rollback(tx->counters);
    return db_in_transaction(tx->db) ? run_sql(tx, errors, STR("ROLLBACK")) : NULL;
}

/* --- a request --- */

void tx_request_begin(Tx *tx, Arena *arena, const char *user, const char *request)
{
    tx->arena = arena;
    tx->user = str_from(user);
    tx->request = str_from(request);
    tx->first_seq = 0;
    tx->n_changes = 0;
    tx->any_parked = false;
}

Err *tx_request_finish(Tx *tx)
{
    TRY(tx_unique_finish(tx));
    return tx_touched_finish(tx);
}

void tx_request_end(Tx *tx)
{
    hash_table_deinit(&tx->touched); /* its elements lie in the request's arena */
    tx->first_touched = tx->last_touched = NULL;
    tx->arena = NULL;
}

Err *tx_savepoint(Tx *tx, Arena *errors)
{
    counters_save(tx->counters);
    return run_sql(tx, errors, STR("SAVEPOINT request"));
}

Err *tx_savepoint_keep(Tx *tx, Arena *errors)
{
    return run_sql(tx, errors, STR("RELEASE request"));
}

Err *tx_savepoint_undo(Tx *tx, Arena *errors)
{
    counters_restore(tx->counters);
    TRY(run_sql(tx, errors, STR("ROLLBACK TO request")));
    return run_sql(tx, errors, STR("RELEASE request"));
}

int64_t tx_version(const Tx *tx)
{
    if (tx->unlogged) {
        return tx->counters->now.seq;
    }
    return tx->first_seq != 0 ? tx->first_seq : tx->counters->now.seq + 1;
}

/* --- what a request's run may ask --- */

Arena *tx_arena(Tx *tx)
{
    return tx->arena;
}

Reader *tx_reader(Tx *tx)
{
    return tx->reader;
}

const Model *tx_model(const Tx *tx)
{
    return tx->store->model;
}

const Store *tx_store(const Tx *tx)
{
    return tx->store;
}

size_t tx_n_changes(const Tx *tx)
{
    return tx->n_changes;
}

int64_t tx_n_rows(const Tx *tx, const Resource *r)
{
    return tx->counters->now.resources[r->index].n_rows;
}

int64_t tx_now_us(const Tx *tx)
{
    return tx->now_us;
}
