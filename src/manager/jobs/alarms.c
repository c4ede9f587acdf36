/* Keeps the alarms of one name in history.db and live.db. */
#include "manager/jobs/alarms.h"

#include "model/keys.h"
#include "store/row_values.h"
#include "store/writer.h"

typedef struct Setting {
    Str name, node;
    const Alarm *wanted;
    size_t n;
    int64_t *keys;      /* of each; 0: not raised yet */
    int64_t *raised_us; /* of each */
} Setting;

/* The number of the alarm's kind: its place among the choices. */
static int64_t identifier_of(const Resource *r, Str name)
{
    const Field *f = &r->fields[FLD_HISTORY_ALARM_NAME];
    size_t i = 0;
    while (i < f->n_choices && !str_equal(f->choices[i].text, name)) {
        i++;
    }
    MUST(i < f->n_choices);
    return (int64_t)i + 1;
}

/* Alarms of the name, in the order in which they were raised. */
static Err *select_alarms(Tx *tx, const Resource *r, const Filter filters[], size_t n_filters,
                          const Row ***ret_rows, size_t *ret_n)
{
    const Query q = {.resource = r,
                     .filters = filters,
                     .n_filters = n_filters,
                     .limit = 2 * (int64_t)ALARMS_MAX};
    return reader_select(tx_reader(tx), tx_arena(tx), &q, ret_rows, ret_n);
}

static Filter by_name(const Field *f, const Value *name)
{
    return (Filter){.field = f, .lookup = LOOKUP_EXACT, .values = name, .n_values = 1};
}

/* --- history --- */

/* Which of the wanted ones an open row is; n: none. */
static size_t find_wanted(const Setting *s, const Row *row)
{
    size_t i = 0;
    while (i < s->n &&
           (s->keys[i] != 0 || !row_is(row, FLD_HISTORY_ALARM_INSTANCE, s->wanted[i].instance))) {
        i++;
    }
    return i;
}

static Err *go_on_or_lower(Tx *tx, Setting *s, const Row *row)
{
    const size_t i = find_wanted(s, row);
    Row *new = row_copy(tx_arena(tx), row);
    if (i == s->n) {
        new->values[FLD_HISTORY_ALARM_TIME_LOWERED] = value_integer(tx_now_us(tx));
    } else {
        s->keys[i] = row->key.integer;
        s->raised_us[i] = row_number(row, FLD_HISTORY_ALARM_TIME_RAISED);
        new->values[FLD_HISTORY_ALARM_LEVEL] = value_text(s->wanted[i].level);
        new->values[FLD_HISTORY_ALARM_DETAILS] = value_text(s->wanted[i].details);
    }
    return tx_update(tx, row, new);
}

static Err *raise_new(Tx *tx, Setting *s, const Resource *r, size_t i)
{
    Row *row = row_new(tx_arena(tx), r);
    row->values[FLD_HISTORY_ALARM_NAME] = value_text(s->name);
    row->values[FLD_HISTORY_ALARM_NODE] = value_text(s->node);
    row->values[FLD_HISTORY_ALARM_IDENTIFIER] = value_integer(identifier_of(r, s->name));
    row->values[FLD_HISTORY_ALARM_LEVEL] = value_text(s->wanted[i].level);
    row->values[FLD_HISTORY_ALARM_INSTANCE] = value_text(s->wanted[i].instance);
    row->values[FLD_HISTORY_ALARM_DETAILS] = value_text(s->wanted[i].details);
    row->values[FLD_HISTORY_ALARM_TIME_RAISED] = value_integer(tx_now_us(tx));
    TRY(tx_insert(tx, row));
    s->keys[i] = row->key.integer;
    s->raised_us[i] = tx_now_us(tx);
    return NULL;
}

static Err *write_history(Tx *tx, WriteRequest *request)
{
    Setting *s = request->context;
    const Resource *r = model_at(tx_model(tx), RES_HISTORY_ALARM);
    const Value name = value_text(s->name);
    const Value yes = value_integer(1);
    const Filter filters[] = {by_name(&r->fields[FLD_HISTORY_ALARM_NAME], &name),
                              {.field = &r->fields[FLD_HISTORY_ALARM_TIME_LOWERED],
                               .lookup = LOOKUP_ISNULL,
                               .values = &yes,
                               .n_values = 1}};
    const Row **rows = NULL;
    size_t n = 0;
    TRY(select_alarms(tx, r, filters, ARRAY_N(filters), &rows, &n));
    for (size_t i = 0; i < s->n; i++) {
        s->keys[i] = 0; /* it may be run again */
    }
    for (size_t i = 0; i < n; i++) {
        TRY(go_on_or_lower(tx, s, rows[i]));
    }
    for (size_t i = 0; i < s->n; i++) {
        if (s->keys[i] == 0) {
            TRY(raise_new(tx, s, r, i));
        }
    }
    return NULL;
}

/* --- live --- */

static bool is_raised(const Setting *s, Value key)
{
    for (size_t i = 0; i < s->n; i++) {
        if (s->keys[i] == key.integer) {
            return true;
        }
    }
    return false;
}

static Err *put_live(Tx *tx, const Setting *s, const Resource *r, size_t i)
{
    const Row *old = NULL;
    const Value key = value_integer(s->keys[i]);
    TRY(reader_get(tx_reader(tx), tx_arena(tx), r, key, &old));
    Row *row = old != NULL ? row_copy(tx_arena(tx), old) : row_new(tx_arena(tx), r);
    row->values[FLD_STATUS_ALARM_LEVEL] = value_text(s->wanted[i].level);
    row->values[FLD_STATUS_ALARM_DETAILS] = value_text(s->wanted[i].details);
    if (old != NULL) {
        return tx_update(tx, old, row);
    }
    row->key = key;
    row->values[FLD_STATUS_ALARM_NAME] = value_text(s->name);
    row->values[FLD_STATUS_ALARM_NODE] = value_text(s->node);
    row->values[FLD_STATUS_ALARM_IDENTIFIER] =
        value_integer(identifier_of(model_at(tx_model(tx), RES_HISTORY_ALARM), s->name));
    row->values[FLD_STATUS_ALARM_INSTANCE] = value_text(s->wanted[i].instance);
    row->values[FLD_STATUS_ALARM_TIME_RAISED] = value_integer(s->raised_us[i]);
    row->values[FLD_STATUS_ALARM_ACKNOWLEDGED] = value_integer(0);
    return tx_insert(tx, row);
}

static Err *write_live(Tx *tx, WriteRequest *request)
{
    const Setting *s = request->context;
    const Resource *r = model_at(tx_model(tx), RES_STATUS_ALARM);
    const Value name = value_text(s->name);
    const Filter filter = by_name(&r->fields[FLD_STATUS_ALARM_NAME], &name);
    const Row **rows = NULL;
    size_t n = 0;
    TRY(select_alarms(tx, r, &filter, 1, &rows, &n));
    for (size_t i = 0; i < n; i++) {
        bool found = is_raised(s, rows[i]->key);
        if (!found) {
            TRY(tx_delete(tx, r, rows[i]->key, &found));
        }
    }
    for (size_t i = 0; i < s->n; i++) {
        TRY(put_live(tx, s, r, i));
    }
    return NULL;
}

/* --- together --- */

static Err *write(Store *store, StoreFile file, Arena *a, Setting *s,
                  Err *(*run)(Tx *tx, WriteRequest *request))
{
    return store_write_as_system(store, file, a, run, s, s->n + 1);
}

/* Of this machine, as it is configured. */
static Err *read_node(Reader *reader, Arena *a, Str *ret_node)
{
    const Row *row = NULL;
    TRY(reader_read_row(reader, a, model_at(reader_model(reader), RES_MANAGEMENT_VM),
                        value_integer(OWN_MANAGEMENT_VM_KEY), &row));
    *ret_node = row_text_or_empty(row, FLD_MANAGEMENT_VM_ADDRESS);
    return NULL;
}

Err *alarms_set(Store *store, Reader *reader, Arena *a, Str name, const Alarm wanted[], size_t n)
{
    const size_t n_kept = MIN(n, (size_t)ALARMS_MAX);
    Setting s = {.name = name,
                 .wanted = wanted,
                 .n = n_kept,
                 .keys = ARENA_ARRAY(a, int64_t, n_kept + 1),
                 .raised_us = ARENA_ARRAY(a, int64_t, n_kept + 1)};
    TRY(read_node(reader, a, &s.node));
    TRY(write(store, STORE_HISTORY, a, &s, write_history));
    return write(store, STORE_LIVE, a, &s, write_live);
}
