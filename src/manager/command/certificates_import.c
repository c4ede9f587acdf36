/* Imports a bundle in one transaction. */
#include "manager/command/certificates_import.h"

#include "manager/resources/certificate_fields.h"
#include "manager/resources/sealed_key.h"
#include "pki/bundle.h"
#include "store/row_values.h"
#include "store/writer.h"

#define BUNDLE FLD_COMMAND_PLATFORM__CERTIFICATES_IMPORT_BUNDLE
#define PASSPHRASE FLD_COMMAND_PLATFORM__CERTIFICATES_IMPORT_PRIVATE_KEY_PASSPHRASE

/* Rows that are read at once. */
#define BATCH_ROWS 20

/* A row to be, and which certificate of the bundle it is. */
typedef struct Import {
    Row *row;
    const CertificateFields *fields;
    size_t certificate;
} Import;

typedef struct Imports {
    const Bundle *bundle;
    Import *items;
    size_t n;
} Imports;

/* --- before the transaction --- */

static CHECKED Err *add(const CommandCall *call, Imports *imports, uint16_t resource,
                        const CertificateFields *fields, size_t certificate)
{
    Arena *a = call->arena;
    const Certificates *certificates = imports->bundle->certificates;
    Row *row = row_new_default(a, model_at(store_model(call->store), resource));
    TRY(certificate_fields_fill(fields, a, certificates, certificate, row));
    row->values[fields->certificate] = value_text(certificates_text(certificates, certificate));
    imports->items[imports->n++] = (Import){row, fields, certificate};
    return NULL;
}

static CHECKED Err *add_tls(const CommandCall *call, Imports *imports, size_t key)
{
    const Bundle *bundle = imports->bundle;
    TRY(add(call, imports, RES_TLS_CERTIFICATE, &certificate_fields_tls, bundle->leaves[key]));
    Row *row = imports->items[imports->n - 1].row;
    return sealed_key_put(call->store, call->arena, bundle->keys[key], VALUE_NONE,
                          &row->values[FLD_TLS_CERTIFICATE_PRIVATE_KEY]);
}

static CHECKED Err *add_ca(const CommandCall *call, Imports *imports, size_t certificate)
{
    const Certificates *certificates = imports->bundle->certificates;
    TRY(add(call, imports, RES_CA_CERTIFICATE, &certificate_fields_ca, certificate));
    imports->items[imports->n - 1].row->values[FLD_CA_CERTIFICATE_TRUSTED_INTERMEDIATE] =
        value_integer(!certificates_is_self_issued(certificates, certificate));
    return NULL;
}

static CHECKED Err *plan(const CommandCall *call, Imports *imports)
{
    const Bundle *bundle = imports->bundle;
    const size_t n = certificates_n(bundle->certificates);
    imports->items = ARENA_ARRAY(call->arena, Import, n + PKI_KEYS_MAX);
    for (size_t i = 0; i < bundle->n_keys; i++) {
        TRY(add_tls(call, imports, i));
    }
    for (size_t i = 0; i < n; i++) {
        if (!bundle_is_leaf(bundle, i)) {
            TRY(add_ca(call, imports, i));
        }
    }
    return NULL;
}

/* --- inside the transaction --- */

static bool holds(Arena *a, const Row *row, const CertificateFields *fields,
                  const Certificates *certificates, size_t i)
{
    CLEANUP(certificates_free) Certificates *kept = NULL;
    const Err *unreadable = certificates_read(a, row_text(row, fields->certificate), &kept);
    for (size_t j = 0; unreadable == NULL && j < certificates_n(kept); j++) {
        if (certificates_equal(kept, j, certificates, i)) {
            return true;
        }
    }
    return false;
}

/* Some of the rows with the same serial number and issuer. */
static CHECKED Err *read_likely(Tx *tx, const Import *import, int64_t offset, const Row ***ret_rows,
                                size_t *ret_n)
{
    const CertificateFields *f = import->fields;
    const Resource *resource = import->row->resource;
    const Filter filters[] = {
        {.field = &resource->fields[f->serial_no],
         .lookup = LOOKUP_EXACT,
         .values = &import->row->values[f->serial_no],
         .n_values = 1},
        {.field = &resource->fields[f->raw_issuer],
         .lookup = LOOKUP_EXACT,
         .values = &import->row->values[f->raw_issuer],
         .n_values = 1},
    };
    const Query query = {.resource = resource,
                         .filters = filters,
                         .n_filters = ARRAY_N(filters),
                         .limit = BATCH_ROWS,
                         .offset = offset};
    return reader_select(tx_reader(tx), tx_arena(tx), &query, ret_rows, ret_n);
}

/* Serial number and issuer make it likely, the certificate itself certain. */
static CHECKED Err *find_known(Tx *tx, const Imports *imports, const Import *import,
                               bool *ret_known)
{
    const Certificates *certificates = imports->bundle->certificates;
    size_t n = BATCH_ROWS;
    *ret_known = false;
    for (int64_t offset = 0; n == BATCH_ROWS && !*ret_known; offset += BATCH_ROWS) {
        const Row **rows = NULL;
        TRY(read_likely(tx, import, offset, &rows, &n));
        for (size_t i = 0; i < n && !*ret_known; i++) {
            *ret_known =
                holds(tx_arena(tx), rows[i], import->fields, certificates, import->certificate);
        }
    }
    return NULL;
}

/* The same certificate may stand in the bundle twice. */
static bool is_repeated(const Imports *imports, size_t item)
{
    const Certificates *certificates = imports->bundle->certificates;
    const Import *import = &imports->items[item];
    for (size_t i = 0; i < item; i++) {
        if (certificates_equal(certificates, imports->items[i].certificate, certificates,
                               import->certificate)) {
            return true;
        }
    }
    return false;
}

static Err *write_rows(Tx *tx, WriteRequest *request)
{
    const Imports *imports = request->context;
    for (size_t i = 0; i < imports->n; i++) {
        const Import *import = &imports->items[i];
        bool known = false;
        TRY(find_known(tx, imports, import, &known));
        if (!known && !is_repeated(imports, i)) {
            TRY(tx_insert(tx, row_copy(tx_arena(tx), import->row)));
        }
    }
    return NULL;
}

static CHECKED Err *import(CommandCall *call, const Bundle *bundle)
{
    Imports imports = {.bundle = bundle};
    int64_t seq = 0;
    TRY(plan(call, &imports));
    WriteRequest request = {.run = write_rows,
                            .context = &imports,
                            .user = str_to_cstr(call->arena, call->principal->name),
                            .name = "",
                            .n_objects = imports.n};
    return store_write_wait(call->store, STORE_CONFIG, call->arena, &request, &seq);
}

Err *certificates_import_run(CommandCall *call)
{
    const Resource *command = call->arguments->resource;
    const Str field = command->fields[BUNDLE].name;
    const Str passphrase = command->fields[PASSPHRASE].name;
    Bundle bundle = {.n_keys = 0};
    MUST(call->files[BUNDLE] != NULL); /* required, and not nullable */
    TRY(certificate_fields_problem(
        bundle_read(call->arena, call->files[BUNDLE]->content, call->clear[PASSPHRASE], &bundle),
        call->problems, field, passphrase));
    if (problems_any(call->problems)) {
        return NULL;
    }
    Err *e = certificate_fields_problem(import(call, &bundle), call->problems, field, passphrase);
    bundle_deinit(&bundle);
    return e;
}
