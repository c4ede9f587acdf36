/* Certificates of servers: what is derived from them, and which nodes show them. Text and key
 * belong together, whichever of the two a request changes; both are looked at on the slow pool,
 * since a key may be locked by a passphrase that takes seconds. server/certificate.h puts the
 * Management Node's own in place. */
#include "manager/resources/certificate_fields.h"
#include "manager/resources/node_names.h"
#include "manager/resources/sealed_key.h"
#include "manager/resources/tables.h"
#include "store/row_values.h"

static const NodeNames nodes = {
    .nodes = FLD_TLS_CERTIFICATE_NODES,
    .of_management_vm = FLD_MANAGEMENT_VM_TLS_CERTIFICATE,
    .of_worker_vm = FLD_WORKER_VM_TLS_CERTIFICATE,
    .as_addresses = false,
};

static bool changes(const Row *old, const Row *new, uint16_t field)
{
    return old == NULL || !value_equal(old->values[field], new->values[field]);
}

/* The key that is given, else the one that is kept. */
static CHECKED Err *read_key(const Store *store, Arena *a, const Row *new, const Str clear[],
                             PkiRounds *rounds, PrivateKey **ret_key)
{
    const Str given = clear[FLD_TLS_CERTIFICATE_PRIVATE_KEY];
    return given.len > 0
               ? private_key_read_counted(a, given,
                                          clear[FLD_TLS_CERTIFICATE_PRIVATE_KEY_PASSPHRASE],
                                          &rounds->left, ret_key)
               : sealed_key_open(store, a, new->values[FLD_TLS_CERTIFICATE_PRIVATE_KEY], ret_key);
}

/* Where the two don't fit, the one that is new is at fault; of both, the key. */
static CHECKED Err *fill(Arena *a, const Certificates *certificates, const PrivateKey *key,
                         bool is_key_new, Row *new, Problems *problems)
{
    const size_t leaf = certificates_of_key(certificates, key);
    if (leaf == SIZE_MAX) {
        problems_add(problems,
                     row_field_name(new, is_key_new ? FLD_TLS_CERTIFICATE_PRIVATE_KEY
                                                    : FLD_TLS_CERTIFICATE_CERTIFICATE),
                     "The private key does not belong to the certificate.");
        return NULL;
    }
    return certificate_fields_problem(
        certificate_fields_fill(&certificate_fields_tls, a, certificates, leaf, new), problems,
        row_field_name(new, FLD_TLS_CERTIFICATE_CERTIFICATE), STR_NONE);
}

static Err *prepare(const Store *store, Arena *a, const Row *old, Row *new, const Str clear[],
                    PkiRounds *rounds, Problems *problems)
{
    const bool is_key_new = changes(old, new, FLD_TLS_CERTIFICATE_PRIVATE_KEY);
    CLEANUP(private_key_free) PrivateKey *key = NULL;
    CLEANUP(certificates_free) Certificates *certificates = NULL;
    if (!is_key_new && !changes(old, new, FLD_TLS_CERTIFICATE_CERTIFICATE)) {
        return NULL;
    }
    TRY(certificate_fields_problem(
        certificates_read(a, row_text(new, FLD_TLS_CERTIFICATE_CERTIFICATE), &certificates),
        problems, row_field_name(new, FLD_TLS_CERTIFICATE_CERTIFICATE), STR_NONE));
    TRY(certificate_fields_problem(
        read_key(store, a, new, clear, rounds, &key), problems,
        row_field_name(new, FLD_TLS_CERTIFICATE_PRIVATE_KEY),
        row_field_name(new, FLD_TLS_CERTIFICATE_PRIVATE_KEY_PASSPHRASE)));
    if (key == NULL && !problems_any(problems)) {
        problems_add(problems, row_field_name(new, FLD_TLS_CERTIFICATE_PRIVATE_KEY),
                     "This field is required.");
    }
    if (certificates == NULL || key == NULL) {
        return NULL; /* told */
    }
    TRY(fill(a, certificates, key, is_key_new, new, problems));
    return is_key_new ? sealed_key_put(store, a, key,
                                       old != NULL ? old->values[FLD_TLS_CERTIFICATE_PRIVATE_KEY]
                                                   : VALUE_NONE,
                                       &new->values[FLD_TLS_CERTIFICATE_PRIVATE_KEY])
                      : NULL;
}

static Err *compute(Reader *reader, Arena *a, Row *rows[], size_t n)
{
    return node_names_compute(&nodes, reader, a, rows, n);
}

static Err *after_write(Tx *tx, const Row *old, const Row *new, Problems *problems)
{
    (void)old; /* the list is compared with what the nodes say */
    return node_names_write(&nodes, tx, new, problems);
}

const ResourceHooks tls_certificate_hooks = {
    .resource = STR_INIT("tls_certificate"),
    .prepare = prepare,
    .prepare_most = 20, /* of which each may take seconds */
    .after_write = after_write,
    .also_changes = node_names_resources,
    .n_also_changes = NODE_NAMES_RESOURCES_N,
    .compute = compute,
};
