/* Looks at the validity of all certificates, when one has changed and once an hour. */
#include "manager/jobs/certificates.h"

#include "base/datetime.h"
#include "manager/jobs/alarms.h"
#include "pki/certificates.h"
#include "store/changelog.h"
#include "store/row_values.h"

enum { BATCH_CHANGES = 200, BATCH_ROWS = 100 };

#define BATCH_ARENA_BYTES ((size_t)64 * 1024 * 1024)
#define LOOK_EVERY_US (3600 * DATETIME_SECOND_US)
/* A time that is long past, and isn't that of a job that never ran. */
#define AT_ONCE_US 1
#define WARNING_US (CERTIFICATES_WARNING_DAYS * DATETIME_DAY_US)

typedef struct Kind {
    uint16_t resource;
    uint16_t certificate; /* the field that holds it */
    Str alarm;
} Kind;

static const Kind kinds[] = {
    {RES_TLS_CERTIFICATE, FLD_TLS_CERTIFICATE_CERTIFICATE, STR_INIT("tls_certificate_expiring")},
    {RES_CA_CERTIFICATE, FLD_CA_CERTIFICATE_CERTIFICATE, STR_INIT("trustedca_expiring")},
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

/* False if there is nothing to say. The texts lie in `a`. */
static bool judge(Arena *a, const CertificateDescription *c, int64_t now_us, Alarm *ret_alarm)
{
    Alarm alarm = {.level = STR("error"), .instance = str_dup(a, c->subject_name)};
    if (now_us > c->end_us) {
        alarm.details = str_format(a, "The certificate ended on %.*s.", STR_ARG(day(a, c->end_us)));
    } else if (now_us < c->start_us) {
        alarm.details =
            str_format(a, "The certificate begins on %.*s.", STR_ARG(day(a, c->start_us)));
    } else if (now_us > c->end_us - WARNING_US) {
        alarm.level = STR("warning");
        alarm.details = str_format(a, "The certificate ends on %.*s.", STR_ARG(day(a, c->end_us)));
    } else {
        return false;
    }
    *ret_alarm = alarm;
    return true;
}

/* The first of the text, which is the node's own. What can't be read has no validity to tell of. */
static void look_at(Arena *a, Str pem, int64_t now_us, Found *found)
{
    CLEANUP(arena_free) Arena *scratch = arena_new(BATCH_ARENA_BYTES);
    CLEANUP(certificates_free) Certificates *certificates = NULL;
    CertificateDescription description;
    if (found->n == ALARMS_MAX || certificates_read(scratch, pem, &certificates) != NULL ||
        certificates_describe(scratch, certificates, 0, &description) != NULL) {
        return;
    }
    found->n += judge(a, &description, now_us, &found->alarms[found->n]);
}

/* --- all of a kind --- */

static Err *look_at_batch(CertificateAlarms *c, Arena *a, const Kind *kind, const Value keys[],
                          size_t n, int64_t now_us, Found *found)
{
    CLEANUP(arena_free) Arena *scratch = arena_new(BATCH_ARENA_BYTES);
    const Row **rows = ARENA_ARRAY(scratch, const Row *, n);
    Err *e = reader_get_many(c->reader, scratch, model_at(store_model(c->store), kind->resource),
                             keys, n, rows);
    for (size_t i = 0; i < n && e == NULL; i++) {
        look_at(a, row_text(rows[i], kind->certificate), now_us, found);
    }
    return e != NULL ? err_copy(a, e) : NULL;
}

static Err *look_at_all(CertificateAlarms *c, Arena *a, const Kind *kind, int64_t now_us,
                        Found *found)
{
    const Query q = {.resource = model_at(store_model(c->store), kind->resource),
                     .limit = INT64_MAX};
    Value *keys = NULL;
    size_t n = 0;
    TRY(reader_select_keys(c->reader, a, &q, &keys, &n));
    for (size_t i = 0; i < n; i += BATCH_ROWS) {
        TRY(look_at_batch(c, a, kind, keys + i, MIN(n - i, (size_t)BATCH_ROWS), now_us, found));
    }
    return NULL;
}

static Err *set_alarms(CertificateAlarms *c, Arena *a, int64_t now_us)
{
    for (size_t i = 0; i < ARRAY_N(kinds); i++) {
        Found *found = ARENA_NEW(a, Found);
        int64_t seq = 0;
        TRY(reader_begin(c->reader, a, &seq));
        Err *e = look_at_all(c, a, &kinds[i], now_us, found);
        reader_end(c->reader);
        TRY(e);
        TRY(alarms_set(c->store, c->reader, a, kinds[i].alarm, found->alarms, found->n));
    }
    return NULL;
}

/* --- whether --- */

static bool is_certificate(const Resource *r)
{
    return r != NULL && (r->index == RES_TLS_CERTIFICATE || r->index == RES_CA_CERTIFICATE);
}

/* Goes on to the end of a batch of changes; a certificate among them means a look at all. */
static Err *take_changes(CertificateAlarms *c, Arena *a, size_t *ret_n)
{
    Change *changes = NULL;
    TRY(changelog_read_names(c->reader, a, c->seq, BATCH_CHANGES, &changes, ret_n));
    for (size_t i = 0; i < *ret_n; i++) {
        c->next_us = is_certificate(changes[i].resource) ? AT_ONCE_US : c->next_us;
        c->seq = changes[i].seq;
    }
    return NULL;
}

static Err *take_all_changes(CertificateAlarms *c, Arena *a)
{
    int64_t seq = 0;
    Err *e = reader_begin(c->reader, a, &seq);
    for (size_t n = BATCH_CHANGES; n == BATCH_CHANGES && e == NULL;) {
        CLEANUP(arena_free) Arena *scratch = arena_new(BATCH_ARENA_BYTES);
        e = take_changes(c, scratch, &n);
        e = e != NULL ? err_copy(a, e) : NULL;
    }
    reader_end(c->reader);
    return e;
}

Err *certificates_run(void *context, Arena *a, int64_t now_us)
{
    CertificateAlarms *c = context;
    if (c->next_us == 0) {
        c->seq = store_seq(c->store, STORE_CONFIG); /* the first look sees all before it */
    } else if (store_seq(c->store, STORE_CONFIG) != c->seq) {
        TRY(take_all_changes(c, a));
    }
    if (datetime_monotonic_us() < c->next_us) {
        return NULL;
    }
    c->next_us = AT_ONCE_US; /* again if this fails */
    TRY(set_alarms(c, a, now_us));
    c->next_us = datetime_monotonic_us() + LOOK_EVERY_US;
    return NULL;
}
