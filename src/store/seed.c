/* The rows of a new store, from the model. */
#include "base/uuid.h"
#include "store/secret.h"
#include "store/secret_key.h"
#include "store/tx_private.h"

enum { UUID_LEN = 36 };

typedef struct Seeding {
    Tx *tx;
    const StoreOptions *options;
} Seeding;

/* --- values --- */

static Value uuid_value(Arena *a)
{
    char *text = arena_alloc(a, UUID_LEN + 1);
    uuid_new(text);
    return value_text((Str){text, UUID_LEN});
}

static bool is_blank(Value v)
{
    return value_is_null(v) || (v.type == VALUE_TEXT && v.text.len == 0);
}

/* What a field has that the seed doesn't name. */
static Value absent_value(const Seeding *s, const Field *f)
{
    if (f->type == FIELD_DATETIME && f->readonly && !f->nullable) {
        return value_integer(s->tx->now_us);
    }
    return f->default_value;
}

static Value generated_value(const Seeding *s, const Field *f, Value v)
{
    switch (f->generated) {
    case GENERATED_NONE:
        return v;
    case GENERATED_ABSENT:
    case GENERATED_BLANK:
        return f->type == FIELD_STRING && is_blank(v) ? uuid_value(s->tx->arena) : v;
    case GENERATED_CREATION:
    case GENERATED_CHANGE:
        return value_is_null(v) ? value_integer(s->tx->now_us) : v;
    }
    return v;
}

static bool is_sealed(const Field *f)
{
    return f->secret == SECRET_MASK || f->secret == SECRET_BLANK;
}

static Err *seed_value(const Seeding *s, const Seed *seed, const SeedValue *v, Value *ret_value)
{
    Value value = v->value;
    if (v->computed.len > 0 && s->options->compute_seed != NULL) {
        TRY(s->options->compute_seed(s->options->context, s->tx->arena, seed, v, &value));
    }
    if (is_sealed(v->field) && value.type == VALUE_TEXT && value.text.len > 0) {
        value = value_text(secret_seal(s->tx->store, s->tx->arena, value.text));
    }
    *ret_value = value;
    return NULL;
}

/* --- rows --- */

static Err *make_row(const Seeding *s, const Resource *r, const Seed *seed, Row **ret_row)
{
    Row *row = row_new(s->tx->arena, r);
    row->key = seed->key;
    for (size_t i = 0; i < r->n_fields; i++) {
        const Field *f = &r->fields[i];
        row->values[i] = f->stored ? absent_value(s, f) : VALUE_NONE;
    }
    for (size_t i = 0; i < seed->n_values; i++) {
        const Field *f = seed->values[i].field;
        if (f->stored) {
            TRY(seed_value(s, seed, &seed->values[i], &row->values[f->index]));
        }
    }
    for (size_t i = 0; i < r->n_fields; i++) {
        if (r->fields[i].stored) {
            row->values[i] = generated_value(s, &r->fields[i], row->values[i]);
        }
    }
    *ret_row = row;
    return NULL;
}

static Err *insert_seeds(const Seeding *s, const Resource *r)
{
    for (size_t i = 0; i < r->n_seeds; i++) {
        Row *row = NULL;
        TRY(make_row(s, r, &r->seeds[i], &row));
        TRY(tx_insert(s->tx, row));
    }
    return NULL;
}

static Err *link_seeds(const Seeding *s, const Resource *r)
{
    for (size_t i = 0; i < r->n_seeds; i++) {
        const Seed *seed = &r->seeds[i];
        for (size_t j = 0; j < seed->n_values; j++) {
            const SeedValue *v = &seed->values[j];
            if (v->n_links > 0) {
                TRY(tx_set_links(s->tx, v->field, seed->key, v->links, v->n_links));
            }
        }
    }
    return NULL;
}

/* Rows before links, and references unchecked until the commit: seeds may name each other in any
 * order. */
static Err *put_seeds(const Seeding *s, const bool wanted[])
{
    const Model *m = s->tx->store->model;
    TRY(db_exec(s->tx->db, s->tx->arena, "PRAGMA defer_foreign_keys = ON"));
    for (size_t i = 0; i < m->n_resources; i++) {
        if (wanted[i]) {
            TRY(insert_seeds(s, &m->resources[i]));
        }
    }
    for (size_t i = 0; i < m->n_resources; i++) {
        if (wanted[i]) {
            TRY(link_seeds(s, &m->resources[i]));
        }
    }
    return tx_request_finish(s->tx);
}

Err *store_seed(Store *s, StoreFile file, Db *db, Arena *a, const StoreOptions *options,
                const bool wanted[], bool logged)
{
    Counters *counters = NULL;
    TRY(counters_load(a, s->tables, file, db, &counters));
    Tx tx = {0};
    tx_init(&tx, s, file, db, counters);
    tx_group_begin(&tx);
    tx.unlogged = !logged;
    tx_request_begin(&tx, a, "system", "");
    const Seeding seeding = {&tx, options};
    Err *e = put_seeds(&seeding, wanted);
    tx_request_end(&tx);
    tx_deinit(&tx);
    TRY(e);
    TRY(counters_write(counters, db, a));
    return file == STORE_CONFIG && logged ? secret_key_note(s, db, a) : NULL;
}
