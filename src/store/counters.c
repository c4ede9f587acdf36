/* The numbers that a file keeps beside its rows. */
#include "store/counters.h"

#include "store/statement.h"

static size_t n_resources(const Counters *c)
{
    return c->tables->model->n_resources;
}

static Numbers numbers_new(Arena *a, size_t n)
{
    return (Numbers){.resources = ARENA_ARRAY(a, ResourceCounters, MAX(n, (size_t)1))};
}

static void copy(Numbers *to, const Numbers *from, size_t n)
{
    to->seq = from->seq;
    to->log_bytes = from->log_bytes;
    memcpy(to->resources, from->resources, n * sizeof *to->resources);
}

static void take_state(Counters *c, Str name, int64_t next_id, int64_t n_rows)
{
    if (str_equal(name, COUNTERS_LOG)) {
        c->now.log_bytes = n_rows;
        return;
    }
    const Table *t = tables_find(c->tables, name);
    if (t != NULL && t->file == c->file) { /* else what an older model had */
        *counters_of(c, t) = (ResourceCounters){.next_id = next_id, .n_rows = n_rows};
    }
}

static Err *load_states(Counters *c, Db *db, Arena *a)
{
    Stmt *s = NULL;
    TRY(db_prepare(db, a, STR("SELECT resource, next_id, n_rows FROM resource_state"), &s));
    bool row = false;
    TRY(stmt_step(s, a, &row));
    while (row) {
        take_state(c, stmt_text(s, 0), stmt_int64(s, 1), stmt_int64(s, 2));
        TRY(stmt_step(s, a, &row));
    }
    return NULL;
}

Err *counters_load(Arena *a, const Tables *tables, StoreFile file, Db *db, Counters **ret_counters)
{
    Counters *c = ARENA_NEW(a, Counters);
    c->tables = tables;
    c->file = file;
    const size_t n = n_resources(c);
    c->now = numbers_new(a, n);
    c->saved = numbers_new(a, n);
    c->committed = numbers_new(a, n);
    c->rows_changed = ARENA_ARRAY(a, bool, n);
    for (size_t i = 0; i < n; i++) {
        c->now.resources[i].next_id = 1;
    }
    TRY(db_int64(db, a, STR("SELECT seq FROM counter WHERE id = 1"), 0, &c->now.seq));
    TRY(load_states(c, db, a));
    counters_save(c);
    counters_note_commit(c);
    *ret_counters = c;
    return NULL;
}

void counters_add_row(Counters *c, const Table *t, int n)
{
    counters_of(c, t)->n_rows += n;
    c->rows_changed[t->resource->index] = true;
}

bool counters_take_changed(Counters *c, size_t resource_index)
{
    const bool changed = c->rows_changed[resource_index];
    c->rows_changed[resource_index] = false;
    return changed;
}

void counters_save(Counters *c)
{
    copy(&c->saved, &c->now, n_resources(c));
}

void counters_restore(Counters *c)
{
    copy(&c->now, &c->saved, n_resources(c));
}

static Err *write_state(Db *db, Arena *errors, Str name, int64_t next_id, int64_t n_rows)
{
    Stmt *s = NULL;
    TRY(db_prepare(db, errors,
                   STR("INSERT INTO resource_state (resource, next_id, n_rows) VALUES (?1, ?2, ?3)"
                       " ON CONFLICT (resource) DO UPDATE SET next_id = ?2, n_rows = ?3"),
                   &s));
    stmt_bind_text(s, 1, name);
    stmt_bind_int64(s, 2, next_id);
    stmt_bind_int64(s, 3, n_rows);
    return stmt_run(s, errors);
}

static Err *write_seq(Db *db, Arena *errors, int64_t seq)
{
    Stmt *s = NULL;
    TRY(db_prepare(db, errors, STR("UPDATE counter SET seq = ?1 WHERE id = 1"), &s));
    stmt_bind_int64(s, 1, seq);
    return stmt_run(s, errors);
}

Err *counters_write(Counters *c, Db *db, Arena *errors)
{
    if (c->now.seq != c->committed.seq) {
        TRY(write_seq(db, errors, c->now.seq));
    }
    if (c->now.log_bytes != c->committed.log_bytes) {
        TRY(write_state(db, errors, COUNTERS_LOG, 0, c->now.log_bytes));
    }
    for (size_t i = 0; i < n_resources(c); i++) {
        const ResourceCounters *now = &c->now.resources[i];
        const ResourceCounters *before = &c->committed.resources[i];
        if (now->next_id != before->next_id || now->n_rows != before->n_rows) {
            TRY(write_state(db, errors, c->tables->tables[i].name, now->next_id, now->n_rows));
        }
    }
    return NULL;
}

void counters_note_commit(Counters *c)
{
    copy(&c->committed, &c->now, n_resources(c));
}

void counters_note_rollback(Counters *c)
{
    copy(&c->now, &c->committed, n_resources(c));
}
