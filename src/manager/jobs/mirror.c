/* Keeps live rows in step with the configuration by the change log. */
#include "manager/jobs/mirror.h"

#include "model/model_ids.h"
#include "store/changelog.h"

/* Rows written in one transaction; changes read at a time. */
enum { BATCH_ROWS = 200 };

/* Memory of a batch. */
#define BATCH_ARENA_BYTES ((size_t)64 * 1024 * 1024)

static const Mirror *const all[] = {&mirror_system_location, &mirror_worker_vm,
                                    &mirror_management_vm, &mirror_licensing};

typedef struct Keys {
    Value *keys;
    size_t n;
} Keys;

/* Rows as they should be, for the writer. */
typedef struct Batch {
    const Mirror *mirror;
    const Value *keys;
    Row **rows; /* NULL: there is none any more */
    size_t n;
} Batch;

/* --- writing --- */

static Err *insert(Tx *tx, const Mirror *m, const Row *row)
{
    TRY(tx_insert(tx, row_copy(tx_arena(tx), row)));
    if (m->statistics == MIRROR_NONE) {
        return NULL;
    }
    const Resource *r = model_at(tx_model(tx), m->statistics);
    Row *statistics = row_new_default(tx_arena(tx), r);
    statistics->key = row->key;
    return tx_insert(tx, statistics);
}

static Err *update(Tx *tx, const Mirror *m, const Row *old, const Row *row)
{
    Row *new = row_copy(tx_arena(tx), old);
    for (size_t i = 0; i < m->n_followed; i++) {
        new->values[m->followed[i]] = row->values[m->followed[i]];
    }
    return tx_update(tx, old, new);
}

static Err *write_batch(Tx *tx, WriteRequest *request)
{
    const Batch *b = request->context;
    const Resource *r = model_at(tx_model(tx), b->mirror->target);
    for (size_t i = 0; i < b->n; i++) {
        const Row *old = NULL;
        bool found = false;
        TRY(reader_get(tx_reader(tx), tx_arena(tx), r, b->keys[i], &old));
        if (b->rows[i] == NULL) {
            TRY(tx_delete(tx, r, b->keys[i], &found));
        } else if (old == NULL) {
            TRY(insert(tx, b->mirror, b->rows[i]));
        } else {
            TRY(update(tx, b->mirror, old, b->rows[i]));
        }
    }
    return NULL;
}

static Err *store_batch(Mirrors *m, Arena *a, Batch *b)
{
    return store_write_as_system(m->store, STORE_LIVE, a, write_batch, b, b->n);
}

/* --- what rows should be --- */

static Err *make_row(Mirrors *m, Arena *a, const Mirror *mirror, const Row *source, Value key,
                     int64_t now_us, Row **ret_row)
{
    const Resource *r = model_at(store_model(m->store), mirror->target);
    Row *row = row_new_default(a, r);
    row->key = key;
    TRY(mirror->fill(m->reader, a, source, row, now_us));
    *ret_row = row;
    return NULL;
}

static Err *refresh_batch(Mirrors *m, Arena *a, const Mirror *mirror, Keys keys, int64_t now_us)
{
    const Row **sources = ARENA_ARRAY(a, const Row *, keys.n);
    const Resource *r = model_at(store_model(m->store), mirror->source);
    if (mirror->fixed_key == 0) {
        TRY(reader_get_many(m->reader, a, r, keys.keys, keys.n, sources));
    }
    Batch b = {mirror, keys.keys, ARENA_ARRAY(a, Row *, keys.n), keys.n};
    for (size_t i = 0; i < keys.n; i++) {
        if (sources[i] != NULL || mirror->fixed_key != 0) {
            TRY(make_row(m, a, mirror, sources[i], keys.keys[i], now_us, &b.rows[i]));
        }
    }
    return store_batch(m, a, &b);
}

static Err *refresh(Mirrors *m, Arena *a, const Mirror *mirror, Keys keys, int64_t now_us)
{
    for (size_t i = 0; i < keys.n; i += BATCH_ROWS) {
        CLEANUP(arena_free) Arena *scratch = arena_new(BATCH_ARENA_BYTES);
        const Keys some = {keys.keys + i, MIN(keys.n - i, (size_t)BATCH_ROWS)};
        Err *e = refresh_batch(m, scratch, mirror, some, now_us);
        if (e != NULL) {
            return err_copy(a, e);
        }
    }
    return NULL;
}

/* --- which rows --- */

static Err *all_keys(Mirrors *m, Arena *a, uint16_t resource, Keys *ret_keys)
{
    const Query q = {.resource = model_at(store_model(m->store), resource), .limit = INT64_MAX};
    return reader_select_keys(m->reader, a, &q, &ret_keys->keys, &ret_keys->n);
}

static Keys fixed_key(Arena *a, const Mirror *mirror)
{
    const Keys keys = {ARENA_ARRAY(a, Value, 1), 1};
    keys.keys[0] = value_integer(mirror->fixed_key);
    return keys;
}

/* Those that are there, then those that should be. */
static Err *refresh_all(Mirrors *m, Arena *a, const Mirror *mirror, int64_t now_us)
{
    if (mirror->fixed_key != 0) {
        return refresh(m, a, mirror, fixed_key(a, mirror), now_us);
    }
    Keys keys = {NULL, 0};
    TRY(all_keys(m, a, mirror->target, &keys));
    TRY(refresh(m, a, mirror, keys, now_us));
    TRY(all_keys(m, a, mirror->source, &keys));
    return refresh(m, a, mirror, keys, now_us);
}

/* The objects of a resource that the changes name, each once. */
static Keys changed_keys(Arena *a, const Resource *r, const Change changes[], size_t n)
{
    Keys found = {ARENA_ARRAY(a, Value, n + 1), 0};
    for (size_t i = 0; i < n; i++) {
        bool known = changes[i].resource != r;
        for (size_t k = 0; k < found.n && !known; k++) {
            known = value_equal(found.keys[k], changes[i].object);
        }
        if (!known) {
            found.keys[found.n++] = changes[i].object;
        }
    }
    return found;
}

/* The sources that lead to one of these. */
static Err *refresh_via(Mirrors *m, Arena *a, const Mirror *mirror, Keys targets, int64_t now_us)
{
    const Resource *r = model_at(store_model(m->store), mirror->source);
    const Filter filter = {.field = &r->fields[mirror->via],
                           .lookup = LOOKUP_IN,
                           .values = targets.keys,
                           .n_values = targets.n};
    const Query q = {.resource = r, .filters = &filter, .n_filters = 1, .limit = INT64_MAX};
    Keys keys = {NULL, 0};
    TRY(reader_select_keys(m->reader, a, &q, &keys.keys, &keys.n));
    return refresh(m, a, mirror, keys, now_us);
}

static Err *take_changes_of(Mirrors *m, Arena *a, const Mirror *mirror, const Change changes[],
                            size_t n, int64_t now_us)
{
    const Resource *r = model_at(store_model(m->store), mirror->source);
    Keys keys = changed_keys(a, r, changes, n);
    if (keys.n > 0) {
        keys = mirror->fixed_key != 0 ? fixed_key(a, mirror) : keys;
        TRY(refresh(m, a, mirror, keys, now_us));
    }
    if (mirror->via == MIRROR_NONE) {
        return NULL;
    }
    keys = changed_keys(a, r->fields[mirror->via].target, changes, n);
    return keys.n > 0 ? refresh_via(m, a, mirror, keys, now_us) : NULL;
}

typedef struct Following {
    Mirrors *mirrors;
    int64_t now_us;
} Following;

static Err *take_changes(void *context, Arena *a, const Change changes[], size_t n)
{
    const Following *f = context;
    for (size_t i = 0; i < ARRAY_N(all); i++) {
        TRY(take_changes_of(f->mirrors, a, all[i], changes, n, f->now_us));
    }
    return NULL;
}

/* --- the job --- */

static Err *make_all(Mirrors *m, Arena *a, int64_t seq, int64_t now_us)
{
    for (size_t i = 0; i < ARRAY_N(all); i++) {
        TRY(refresh_all(m, a, all[i], now_us));
    }
    m->seq = seq;
    m->made = true;
    return NULL;
}

static Err *follow(Mirrors *m, Arena *a, int64_t seq, int64_t now_us)
{
    int64_t first_seq = 0;
    TRY(changelog_first_seq(m->reader, a, &first_seq));
    if (!m->made || first_seq > m->seq + 1) { /* the start, or what the log no longer knows */
        return make_all(m, a, seq, now_us);
    }
    Following following = {m, now_us};
    return changelog_follow(m->reader, a, &m->seq, take_changes, &following);
}

Err *mirrors_run(void *context, Arena *a, int64_t now_us)
{
    Mirrors *m = context;
    int64_t seq = 0;
    if (m->made && store_seq(m->store, STORE_CONFIG) == m->seq) {
        return NULL;
    }
    TRY(reader_begin(m->reader, a, &seq));
    Err *e = follow(m, a, seq, now_us);
    reader_end(m->reader);
    return e;
}
