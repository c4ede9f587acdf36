/* Fills derived fields of certificates after the fact: hooks don't run for the seeds of a new
 * store, nor did they in versions that had none. */
#include "manager/resources/derived.h"

#include "manager/resources/certificate_fields.h"
#include "manager/resources/sealed_key.h"
#include "store/row_values.h"
#include "store/writer.h"

#define ROWS_MAX 1000 /* at one start */

typedef struct Derived {
    const Row **old;
    Row **new;
    size_t n;
} Derived;

/* The certificate of the key, where there is a key; else the first. */
static CHECKED Err *find_leaf(const Store *store, Arena *a, const Certificates *certificates,
                              const Row *row, size_t *ret_leaf)
{
    CLEANUP(private_key_free) PrivateKey *key = NULL;
    if (row->resource->index != RES_TLS_CERTIFICATE) {
        return NULL;
    }
    TRY(sealed_key_open(store, a, row->values[FLD_TLS_CERTIFICATE_PRIVATE_KEY], &key));
    const size_t leaf = key != NULL ? certificates_of_key(certificates, key) : SIZE_MAX;
    if (leaf != SIZE_MAX) {
        *ret_leaf = leaf;
    }
    return NULL;
}

static CHECKED Err *fill_row(const Store *store, Arena *a, const CertificateFields *fields,
                             Row *row)
{
    CLEANUP(certificates_free) Certificates *certificates = NULL;
    size_t leaf = 0;
    TRY(certificates_read(a, row_text(row, fields->certificate), &certificates));
    const Err *e = find_leaf(store, a, certificates, row, &leaf);
    (void)e; /* an older version took keys that can't be read: then the first one it is */
    return certificate_fields_fill(fields, a, certificates, leaf, row);
}

/* Those whose text is empty: it never is when it was derived. */
static CHECKED Err *find_rows(const Store *store, Reader *reader, Arena *a, uint16_t resource,
                              const CertificateFields *fields, Derived *derived)
{
    const Resource *r = model_at(store_model(store), resource);
    const Value empty = value_text(STR(""));
    const Filter filter = {
        .field = &r->fields[fields->text], .lookup = LOOKUP_EXACT, .values = &empty, .n_values = 1};
    const Query query = {.resource = r, .filters = &filter, .n_filters = 1, .limit = ROWS_MAX};
    const Row **rows = NULL;
    size_t n = 0;
    TRY(reader_select(reader, a, &query, &rows, &n));
    for (size_t i = 0; i < n; i++) {
        Row *new = row_copy(a, rows[i]);
        if (fill_row(store, a, fields, new) == NULL) { /* else it is no certificate */
            derived->old[derived->n] = rows[i];
            derived->new[derived->n++] = new;
        }
    }
    return NULL;
}

static CHECKED Err *find_all(const Store *store, Reader *reader, Arena *a, Derived *derived)
{
    TRY(find_rows(store, reader, a, RES_TLS_CERTIFICATE, &certificate_fields_tls, derived));
    return find_rows(store, reader, a, RES_CA_CERTIFICATE, &certificate_fields_ca, derived);
}

static Err *write_rows(Tx *tx, WriteRequest *request)
{
    const Derived *derived = request->context;
    for (size_t i = 0; i < derived->n; i++) {
        TRY(tx_update(tx, derived->old[i], row_copy(tx_arena(tx), derived->new[i])));
    }
    return NULL;
}

Err *derived_fill(Store *store, Reader *reader, Arena *a)
{
    int64_t seq = 0;
    Derived derived = {
        .old = ARENA_ARRAY(a, const Row *, (size_t)2 * ROWS_MAX),
        .new = ARENA_ARRAY(a, Row *, (size_t)2 * ROWS_MAX),
    };
    TRY(reader_begin(reader, a, &seq));
    Err *e = find_all(store, reader, a, &derived);
    reader_end(reader);
    TRY(e);
    if (derived.n == 0) {
        return NULL;
    }
    /* Nobody else writes yet, so that the rows are still the same. */
    return store_write_as_system(store, STORE_CONFIG, a, write_rows, &derived, derived.n);
}
