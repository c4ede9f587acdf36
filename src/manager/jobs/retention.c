/* Cuts history to its limits. */
#include "manager/jobs/retention.h"

#include "base/datetime.h"
#include "base/log.h"
#include "model/keys.h"
#include "store/row_values.h"

/* How far a limit may be passed. Cutting at every row that comes would make each page of a client
 * that lists by offset skip rows, and cost a transaction a call. */
enum { SLACK_PERCENT = 5 };

/* A look at the numbers of rows. By the monotonic clock, as all pauses here: only what is old is
 * told by the wall clock. */
#define LOOK_EVERY_US (60 * DATETIME_SECOND_US)

#define HOUR_US (3600 * DATETIME_SECOND_US)
#define SCRATCH_BYTES ((size_t)64 * 1024 * 1024)

const RetentionLimits retention_limits = {
    .conferences = 10000,
    .others = 100000,
    .rest_us = HOUR_US,
    .steady_us = HOUR_US,
    .budget_us = 2 * DATETIME_SECOND_US,
    .portion = 100,
};

typedef struct Rule {
    uint16_t resource;
    uint16_t time;    /* the end of a row */
    uint16_t part_of; /* rows that this to-one leads from are part of another; NO_FIELD: none is */
} Rule;

#define NO_FIELD UINT16_MAX

static const Rule rules[RETENTION_RULES] = {
    {RES_HISTORY_CONFERENCE, FLD_HISTORY_CONFERENCE_END_TIME, NO_FIELD},
    {RES_HISTORY_PARTICIPANT, FLD_HISTORY_PARTICIPANT_END_TIME, FLD_HISTORY_PARTICIPANT_CONFERENCE},
    {RES_HISTORY_BACKPLANE, FLD_HISTORY_BACKPLANE_END_TIME, FLD_HISTORY_BACKPLANE_CONFERENCE},
    {RES_HISTORY_REGISTRATION_ALIAS, FLD_HISTORY_REGISTRATION_ALIAS_END_TIME, NO_FIELD},
    {RES_HISTORY_ALARM, FLD_HISTORY_ALARM_TIME_LOWERED, NO_FIELD},
    {RES_HISTORY_WORKERVM_STATUS_EVENT, FLD_HISTORY_WORKERVM_STATUS_EVENT_TIME_CHANGED, NO_FIELD},
};

/* One step of the job. */
typedef struct Step {
    Retention *retention;
    int64_t deadline_us;
    int64_t before_us; /* what ended before goes; INT64_MIN: age doesn't count */
} Step;

typedef struct Keys {
    Value *keys;
    size_t n;
} Keys;

static bool is_late(const Step *s)
{
    return datetime_monotonic_us() >= s->deadline_us;
}

/* --- asking; the keys lie in `a` --- */

static Err *select_keys(const Step *s, Arena *a, const Query *q, Keys *ret_keys)
{
    int64_t seq = 0;
    TRY(reader_begin(s->retention->reader, a, &seq));
    Err *e = reader_select_keys(s->retention->reader, a, q, &ret_keys->keys, &ret_keys->n);
    reader_end(s->retention->reader);
    return e;
}

static Err *count_rows(const Step *s, Arena *a, const Query *q, int64_t *ret_n)
{
    int64_t seq = 0;
    TRY(reader_begin(s->retention->reader, a, &seq));
    Err *e = reader_count(s->retention->reader, a, q, ret_n);
    reader_end(s->retention->reader);
    return e;
}

static Err *read_max_age(Retention *r, Arena *a, int64_t *ret_days)
{
    const Row *global = NULL;
    TRY(reader_read_row(r->reader, a, model_at(store_model(r->store), RES_GLOBAL),
                        value_integer(SINGLETON_KEY), &global));
    *ret_days = row_number(global, FLD_GLOBAL_LOGS_MAX_AGE);
    return NULL;
}

/* --- removing --- */

typedef struct Removal {
    const Resource *resource;
    Keys keys;
} Removal;

static Err *remove_rows(Tx *tx, WriteRequest *request)
{
    const Removal *r = request->context;
    bool found = false; /* somebody else may have removed it */
    for (size_t i = 0; i < r->keys.n; i++) {
        TRY(tx_delete(tx, r->resource, r->keys.keys[i], &found));
    }
    return NULL;
}

static Err *remove_in_one(const Step *s, Arena *a, const Resource *r, Keys keys)
{
    Removal removal = {r, keys};
    return store_write_as_system(s->retention->store, STORE_HISTORY, a, remove_rows, &removal,
                                 keys.n);
}

/* A row takes along what refers to it, so it goes only when there is no more than a portion of
 * that.
 * `*ret_done` is false if the time was over before; something was removed then, so that the next
 * run comes further. */
static Err *thin_out(const Step *s, Arena *a, const Field *to_one, Value key, bool *ret_done);

static Err *thin_row(const Step *s, Arena *a, const Resource *r, Value key, bool *ret_done)
{
    bool done = true;
    for (size_t i = 0; i < r->n_referrers && done; i++) {
        if (r->referrers[i]->on_delete == ON_DELETE_CASCADE && r->referrers[i]->stored &&
            resource_has_table(r->referrers[i]->resource)) {
            TRY(thin_out(s, a, r->referrers[i], key, &done));
        }
    }
    *ret_done = done;
    return NULL;
}

/* Removes all but less than a portion of the rows that refer to this one, a portion at a time. */
static Err *thin_out(const Step *s, Arena *a, const Field *to_one, Value key, bool *ret_done)
{
    const Filter filter = {.field = to_one, .lookup = LOOKUP_EXACT, .values = &key, .n_values = 1};
    const Query q = {.resource = to_one->resource,
                     .filters = &filter,
                     .n_filters = 1,
                     .limit = s->retention->limits->portion};
    bool done = true;
    bool more = true;
    while (done && more) {
        Keys parts = {NULL, 0};
        TRY(select_keys(s, a, &q, &parts));
        more = (int64_t)parts.n == q.limit;
        for (size_t i = 0; more && done && i < parts.n; i++) {
            TRY(thin_row(s, a, to_one->resource, parts.keys[i], &done));
        }
        if (more && done) {
            TRY(remove_in_one(s, a, to_one->resource, parts));
            done = !is_late(s);
        }
    }
    *ret_done = done;
    return NULL;
}

/* *ret_n: how many went before the time was over. */
static Err *remove_all(const Step *s, Arena *a, const Resource *r, Keys keys, size_t *ret_n)
{
    bool done = true;
    size_t n = 0;
    if (r->n_referrers == 0) {
        n = keys.n;
        TRY(remove_in_one(s, a, r, keys));
    }
    while (n < keys.n && done) {
        TRY(thin_row(s, a, r, keys.keys[n], &done));
        if (done) {
            TRY(remove_in_one(s, a, r, (Keys){&keys.keys[n++], 1}));
            done = !is_late(s);
        }
    }
    s->retention->n_removed += (int64_t)n;
    *ret_n = n;
    return NULL;
}

/* Removes the oldest that the query finds, at most a portion; *ret_more: there may be others, or it
 * was late. */
static Err *remove_oldest(const Step *s, Arena *errors, Query q, int64_t most, size_t *ret_n,
                          bool *ret_more)
{
    CLEANUP(arena_free) Arena *a = arena_new(SCRATCH_BYTES);
    Keys keys = {NULL, 0};
    q.limit = MIN(most, s->retention->limits->portion);
    Err *e = select_keys(s, a, &q, &keys);
    *ret_n = 0;
    if (e == NULL && keys.n > 0) {
        e = remove_all(s, a, q.resource, keys, ret_n);
    }
    *ret_more = keys.n > 0;
    return e != NULL ? err_copy(errors, e) : NULL;
}

/* --- a rule --- */

static Err *cut_by_age(const Step *s, Arena *a, const Rule *rule, const Query *all)
{
    const Value before = value_integer(s->before_us);
    Filter filters[2] = {{.field = &all->resource->fields[rule->time],
                          .lookup = LOOKUP_LT,
                          .values = &before,
                          .n_values = 1}};
    Query q = *all;
    for (size_t i = 0; i < all->n_filters; i++) {
        filters[i + 1] = all->filters[i];
    }
    q.filters = filters;
    q.n_filters = all->n_filters + 1;
    size_t n = 0;
    bool more = true;
    do {
        TRY(remove_oldest(s, a, q, INT64_MAX, &n, &more));
    } while (more && !is_late(s));
    return NULL;
}

static Err *cut_by_number(const Step *s, Arena *a, const Query *all, int64_t most, bool *cutting)
{
    int64_t over = 0;
    TRY(count_rows(s, a, all, &over));
    over -= most;
    *cutting = over > 0 && (*cutting || over > most * SLACK_PERCENT / 100);
    for (bool late = false; *cutting && !late; late = is_late(s)) {
        size_t n = 0;
        bool more = true;
        TRY(remove_oldest(s, a, *all, over, &n, &more));
        over -= (int64_t)n;
        *cutting = over > 0 && more;
    }
    return NULL;
}

static Err *apply(const Step *s, Arena *a, size_t at)
{
    Retention *retention = s->retention;
    const Rule *rule = &rules[at];
    const Resource *r = model_at(store_model(retention->store), rule->resource);
    const Value yes = value_integer(1);
    const Filter alone = {.field = rule->part_of != NO_FIELD ? &r->fields[rule->part_of] : NULL,
                          .lookup = LOOKUP_ISNULL,
                          .values = &yes,
                          .n_values = 1};
    const Order oldest_first = {.field = &r->fields[rule->time]};
    const Query all = {.resource = r,
                       .filters = &alone,
                       .n_filters = alone.field != NULL,
                       .orders = &oldest_first,
                       .n_orders = 1,
                       .limit = INT64_MAX};
    if (s->before_us != INT64_MIN) {
        TRY(cut_by_age(s, a, rule, &all));
    }
    return cut_by_number(s, a, &all,
                         rule->resource == RES_HISTORY_CONFERENCE ? retention->limits->conferences
                                                                  : retention->limits->others,
                         &retention->cutting[at]);
}

/* --- the job --- */

/* A clock that jumps forward would make all history old at once, and what is removed doesn't come
 * back when it is set right: age counts only after the clock has run an hour without a jump, which
 * gives whoever set it the time to notice. Numbers of rows count always. */
static Err *begin_step(Retention *r, Arena *a, int64_t now_us, Step *ret_step)
{
    const int64_t monotonic_us = datetime_monotonic_us();
    const bool steady = steady_clock_look(&r->clock, now_us, monotonic_us, r->limits->steady_us);
    int64_t days = 0;
    TRY(read_max_age(r, a, &days));
    *ret_step =
        (Step){.retention = r,
               .deadline_us = monotonic_us + r->limits->budget_us,
               .before_us = days > 0 && steady ? now_us - days * DATETIME_DAY_US : INT64_MIN};
    return NULL;
}

Err *retention_run(void *context, Arena *a, int64_t now_us)
{
    Retention *r = context;
    if (datetime_monotonic_us() < r->next_us) {
        return NULL;
    }
    Step step = {.retention = r};
    TRY(begin_step(r, a, now_us, &step));
    for (size_t i = 0; i < ARRAY_N(rules); i++) {
        TRY(apply(&step, a, i));
    }
    if (is_late(&step)) {
        return NULL; /* the next run goes on */
    }
    if (r->n_removed > 0) {
        log_info("old history was removed rows=%lld", (long long)r->n_removed);
    }
    r->next_us = datetime_monotonic_us() + (r->n_removed > 0 ? r->limits->rest_us : LOOK_EVERY_US);
    r->n_removed = 0;
    return NULL;
}
