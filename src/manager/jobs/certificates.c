/* Looks at the validity of all certificates, when one has changed and once an hour. */
#include "manager/jobs/certificates.h"

#include "base/datetime.h"
#include "manager/jobs/alarms.h"
#include "store/changelog.h"
#include "store/row_values.h"

enum { BATCH_ROWS = 20 };

#define BATCH_ARENA_BYTES ((size_t)64 * 1024 * 1024)
#define LOOK_EVERY_US (3600 * DATETIME_SECOND_US)
/* A time that is long past, and isn't that of a job that never ran. */
#define AT_ONCE_US 1
#define WARNING_US (CERTIFICATES_WARNING_DAYS * DATETIME_DAY_US)

typedef struct Kind {
    uint16_t resource;
    uint16_t subject_name; /* fields: what was read of it when it was stored */
    uint16_t start_date;
    uint16_t end_date;
    Str alarm;
} Kind;

static const Kind kinds[] = {
    {RES_TLS_CERTIFICATE, FLD_TLS_CERTIFICATE_SUBJECT_NAME, FLD_TLS_CERTIFICATE_START_DATE,
     FLD_TLS_CERTIFICATE_END_DATE, STR_INIT("tls_certificate_expiring")},
    {RES_CA_CERTIFICATE, FLD_CA_CERTIFICATE_SUBJECT_NAME, FLD_CA_CERTIFICATE_START_DATE,
     FLD_CA_CERTIFICATE_END_DATE, STR_INIT("trustedca_expiring")},
};

typedef struct Found {
    Alarm alarms[ALARMS_MAX];
    size_t n;
} Found;

/* --- one certificate --- */

static Str day(Arena *a, int64_t time_us)
{
    const DatetimeParts parts = datetime_parts(time_us);
    return str_format(a, "%04d-%02d-%02d", parts.year, parts.month, parts.day);
}

/* The row's validity is at fault. The texts lie in `a`. */
static Alarm judge(Arena *a, const Kind *kind, const Row *row, int64_t now_us)
{
    const int64_t start_us = row->values[kind->start_date].integer;
    const int64_t end_us = row->values[kind->end_date].integer;
    Alarm alarm = {.level = STR("error"),
                   .instance = str_dup(a, row_text_or_empty(row, kind->subject_name))};
    if (now_us > end_us) {
        alarm.details = str_format(a, "The certificate ended on %.*s.", STR_ARG(day(a, end_us)));
    } else if (now_us < start_us) {
        alarm.details = str_format(a, "The certificate begins on %.*s.", STR_ARG(day(a, start_us)));
    } else {
        alarm.level = STR("warning");
        alarm.details = str_format(a, "The certificate ends on %.*s.", STR_ARG(day(a, end_us)));
    }
    return alarm;
}

/* --- all of a kind --- */

static Err *get_batch(CertificateAlarms *c, Arena *a, const Kind *kind, const Value keys[],
                      size_t n, const Row **rows)
{
    int64_t seq = 0;
    TRY(reader_begin(c->reader, a, &seq));
    Err *e = reader_get_many(c->reader, a, model_at(store_model(c->store), kind->resource), keys, n,
                             rows);
    reader_end(c->reader);
    return e;
}

/* Rows that have gone in the meantime are none. */
static Err *look_at_batch(CertificateAlarms *c, Arena *a, const Kind *kind, const Value keys[],
                          size_t n, int64_t now_us, Found *found)
{
    CLEANUP(arena_free) Arena *scratch = arena_new(BATCH_ARENA_BYTES);
    const Row **rows = ARENA_ARRAY(scratch, const Row *, n);
    Err *e = get_batch(c, scratch, kind, keys, n, rows);
    for (size_t i = 0; i < n && e == NULL; i++) {
        if (rows[i] != NULL) {
            found->alarms[found->n++] = judge(a, kind, rows[i], now_us);
        }
    }
    return e != NULL ? err_copy(a, e) : NULL;
}

static Err *select_keys(CertificateAlarms *c, Arena *a, const Query *q, Value **ret_keys,
                        size_t *ret_n)
{
    int64_t seq = 0;
    TRY(reader_begin(c->reader, a, &seq));
    Err *e = reader_select_keys(c->reader, a, q, ret_keys, ret_n);
    reader_end(c->reader);
    return e;
}

/* Those that all of the filters choose. No snapshot is held for longer than a batch. */
static Err *look_at_some(CertificateAlarms *c, Arena *a, const Kind *kind, const Filter filters[],
                         size_t n_filters, int64_t now_us, Found *found)
{
    const Query q = {.resource = model_at(store_model(c->store), kind->resource),
                     .filters = filters,
                     .n_filters = n_filters,
                     .limit = (int64_t)(ALARMS_MAX - found->n)};
    Value *keys = NULL;
    size_t n = 0;
    TRY(select_keys(c, a, &q, &keys, &n));
    for (size_t i = 0; i < n; i += BATCH_ROWS) {
        TRY(look_at_batch(c, a, kind, keys + i, MIN(n - i, (size_t)BATCH_ROWS), now_us, found));
    }
    return NULL;
}

/* By what was stored of them: reading the certificates themselves again would take long. */
static Err *look_at_all(CertificateAlarms *c, Arena *a, const Kind *kind, int64_t now_us,
                        Found *found)
{
    const Resource *r = model_at(store_model(c->store), kind->resource);
    const Value now = value_integer(now_us);
    const Value soon = value_integer(now_us + WARNING_US);
    const Filter ends_soon = {
        .field = &r->fields[kind->end_date], .lookup = LOOKUP_LT, .values = &soon, .n_values = 1};
    const Filter begins_later[] = {
        {.field = &r->fields[kind->end_date], .lookup = LOOKUP_GTE, .values = &soon, .n_values = 1},
        {.field = &r->fields[kind->start_date], .lookup = LOOKUP_GT, .values = &now, .n_values = 1},
    };
    TRY(look_at_some(c, a, kind, &ends_soon, 1, now_us, found));
    return look_at_some(c, a, kind, begins_later, ARRAY_N(begins_later), now_us, found);
}

static Err *set_alarms(CertificateAlarms *c, Arena *a, int64_t now_us)
{
    for (size_t i = 0; i < ARRAY_N(kinds); i++) {
        Found *found = ARENA_NEW(a, Found);
        TRY(look_at_all(c, a, &kinds[i], now_us, found));
        TRY(alarms_set(c->store, c->reader, a, kinds[i].alarm, found->alarms, found->n));
    }
    return NULL;
}

/* --- whether --- */

static bool is_certificate(const Resource *r)
{
    return r != NULL && (r->index == RES_TLS_CERTIFICATE || r->index == RES_CA_CERTIFICATE);
}

/* A certificate among them means a look at all. */
static Err *take_changes(void *context, Arena *a, const Change changes[], size_t n)
{
    CertificateAlarms *c = context;
    (void)a; /* nothing is made */
    for (size_t i = 0; i < n; i++) {
        c->next_us = is_certificate(changes[i].resource) ? AT_ONCE_US : c->next_us;
    }
    return NULL;
}

static Err *take_all_changes(CertificateAlarms *c, Arena *a)
{
    int64_t seq = 0;
    TRY(reader_begin(c->reader, a, &seq));
    Err *e = changelog_follow(c->reader, a, &c->seq, take_changes, c);
    reader_end(c->reader);
    return e;
}

static bool has_jumped(CertificateAlarms *c, int64_t now_us)
{
    const int64_t steady_us = c->clock.steady_us;
    (void)steady_clock_look(&c->clock, now_us, datetime_monotonic_us(), 0);
    return c->clock.steady_us != steady_us;
}

Err *certificates_run(void *context, Arena *a, int64_t now_us)
{
    CertificateAlarms *c = context;
    const bool jumped = has_jumped(c, now_us);
    if (c->next_us == 0) {
        c->seq = store_seq(c->store, STORE_CONFIG); /* the first look sees all before it */
    } else if (store_seq(c->store, STORE_CONFIG) != c->seq) {
        TRY(take_all_changes(c, a));
    }
    if (!jumped && datetime_monotonic_us() < c->next_us) {
        return NULL;
    }
    c->next_us = AT_ONCE_US; /* again if this fails */
    TRY(set_alarms(c, a, now_us));
    c->next_us = datetime_monotonic_us() + LOOK_EVERY_US;
    return NULL;
}
