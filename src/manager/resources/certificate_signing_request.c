/* Signing requests: made of a key that is given, made here, or that of the certificate to renew.
 * With the signed certificate, the request becomes a TLS certificate, and names it.
 *
 * The life of one: a POST makes key and request (on the slow pool: an RSA key takes seconds); the
 * administrator carries the request to an authority; a PATCH brings the certificate, which must be
 * of that key, and in the same transaction a tls_certificate is made or renewed. Changing what the
 * request says makes it anew, with the same key unless another kind is asked for. */
#include "pki/signing_request.h"

#include "manager/resources/certificate_fields.h"
#include "manager/resources/sealed_key.h"
#include "manager/resources/tables.h"
#include "pki/key_pair.h"
#include "store/row_values.h"

/* Short names for this file. */
#define CERTIFICATE FLD_CERTIFICATE_SIGNING_REQUEST_CERTIFICATE
#define CSR FLD_CERTIFICATE_SIGNING_REQUEST_CSR
#define KEY FLD_CERTIFICATE_SIGNING_REQUEST_PRIVATE_KEY
#define KEY_TYPE FLD_CERTIFICATE_SIGNING_REQUEST_PRIVATE_KEY_TYPE
#define PASSPHRASE FLD_CERTIFICATE_SIGNING_REQUEST_PRIVATE_KEY_PASSPHRASE
#define RENEWED FLD_CERTIFICATE_SIGNING_REQUEST_TLS_CERTIFICATE

/* --- the request --- */

/* Whether it differs in what the request says besides its key, or there is no request yet. */
static bool says_else(const Row *old, const Row *new)
{
    static const uint16_t fields[] = {
        FLD_CERTIFICATE_SIGNING_REQUEST_AD_COMPATIBLE,
        FLD_CERTIFICATE_SIGNING_REQUEST_ADDITIONAL_SUBJECT_ALT_NAMES,
        FLD_CERTIFICATE_SIGNING_REQUEST_DN,
        FLD_CERTIFICATE_SIGNING_REQUEST_EKU_CLIENT_AUTH,
        FLD_CERTIFICATE_SIGNING_REQUEST_EKU_SERVER_AUTH,
        FLD_CERTIFICATE_SIGNING_REQUEST_SUBJECT_NAME,
    };
    for (size_t i = 0; old != NULL && i < ARRAY_N(fields); i++) {
        if (!value_equal(old->values[fields[i]], new->values[fields[i]])) {
            return true;
        }
    }
    return old == NULL || row_text(old, CSR).len == 0;
}

/* pki/ names the part that it found wrong; without a name it is the key. */
static Str field_at_fault(const Row *row, const Err *e)
{
    const struct {
        Str part;
        uint16_t field;
    } parts[] = {
        {STR(PRIVATE_KEY_PASSPHRASE), PASSPHRASE},
        {STR(SIGNING_REQUEST_NAME), FLD_CERTIFICATE_SIGNING_REQUEST_SUBJECT_NAME},
        {STR(SIGNING_REQUEST_DISTINGUISHED_NAME), FLD_CERTIFICATE_SIGNING_REQUEST_DN},
        {STR(SIGNING_REQUEST_ALT_NAMES),
         FLD_CERTIFICATE_SIGNING_REQUEST_ADDITIONAL_SUBJECT_ALT_NAMES},
    };
    for (size_t i = 0; e->field != NULL && i < ARRAY_N(parts); i++) {
        if (str_equal(parts[i].part, str_from(e->field))) {
            return row_field_name(row, parts[i].field);
        }
    }
    return row_field_name(row, KEY);
}

static CHECKED Err *as_problem(Err *e, const Row *row, Problems *problems)
{
    if (e == NULL || e->kind != ERR_INVALID) {
        return e;
    }
    problems_add(problems, field_at_fault(row, e), "%s", e->text);
    return NULL;
}

static CHECKED Err *write_request(Arena *a, const PrivateKey *key, Row *row, Problems *problems)
{
    const SigningRequest request = {
        .common_name = row_text(row, FLD_CERTIFICATE_SIGNING_REQUEST_SUBJECT_NAME),
        .distinguished_name = row_text(row, FLD_CERTIFICATE_SIGNING_REQUEST_DN),
        .alt_names = row_text(row, FLD_CERTIFICATE_SIGNING_REQUEST_ADDITIONAL_SUBJECT_ALT_NAMES),
        .server_auth = row_true(row, FLD_CERTIFICATE_SIGNING_REQUEST_EKU_SERVER_AUTH),
        .client_auth = row_true(row, FLD_CERTIFICATE_SIGNING_REQUEST_EKU_CLIENT_AUTH),
        .ad_compatible = row_true(row, FLD_CERTIFICATE_SIGNING_REQUEST_AD_COMPATIBLE),
    };
    Str csr = STR_NONE;
    TRY(as_problem(signing_request_make(a, &request, key, &csr), row, problems));
    row->values[CSR] = value_text(csr);
    return NULL;
}

/* --- the key --- */

/* Which kind to make; without a key of one's own, RSA 2048. */
static KeyKind kind_to_make(const Row *row)
{
    return row_is(row, KEY_TYPE, STR("ECDSAP256")) ? KEY_KIND_ECDSA_P256
           : row_is(row, KEY_TYPE, STR("RSA4096")) ? KEY_KIND_RSA_4096
                                                   : KEY_KIND_RSA_2048;
}

static CHECKED Err *make_key(Arena *a, const Row *row, PrivateKey **ret_key)
{
    KeyPair pair;
    TRY(key_pair_make(a, kind_to_make(row), &pair));
    return private_key_read(a, pair.private_pem, STR_NONE, ret_key);
}

static bool is_upload(const Row *row)
{
    return row_is(row, KEY_TYPE, STR("UPLOAD"));
}

/* The key of the certificate to renew is read inside the transaction. */
static bool takes_key_of_renewed(const Row *row)
{
    return is_upload(row) && row_text(row, KEY).len == 0 && !value_is_null(row->values[RENEWED]);
}

/* A given one counts for UPLOAD only; a kept one as long as another kind isn't asked for. */
static CHECKED Err *find_key(const Store *store, Arena *a, const Row *old, Row *new,
                             const Str clear[], PkiRounds *rounds, PrivateKey **ret_key)
{
    const Value kept = old != NULL ? old->values[KEY] : VALUE_NONE;
    const bool is_kind_new =
        old != NULL && !is_upload(new) && !row_is(old, KEY_TYPE, row_text(new, KEY_TYPE));
    if (is_upload(new) && clear[KEY].len > 0) {
        TRY(private_key_read_counted(a, clear[KEY], clear[PASSPHRASE], &rounds->left, ret_key));
    } else if (is_kind_new || (is_upload(new) && value_is_null(new->values[KEY]))) {
        TRY(make_key(a, new, ret_key));
    } else {
        TRY(sealed_key_open(store, a, kept, ret_key));
    }
    if (*ret_key == NULL) {
        TRY(make_key(a, new, ret_key));
    }
    return sealed_key_put(store, a, *ret_key, kept, &new->values[KEY]);
}

/* --- the signed certificate --- */

/* What the TLS certificate gets of it: all but the key, which the request itself has. */
static CHECKED Err *describe_certificate(const Model *model, Arena *a, const PrivateKey *key,
                                         Row *new, Problems *problems)
{
    const Str field = row_field_name(new, CERTIFICATE);
    CLEANUP(certificates_free) Certificates *certificates = NULL;
    TRY(certificate_fields_problem(certificates_read(a, row_text(new, CERTIFICATE), &certificates),
                                   problems, field, STR_NONE));
    const size_t leaf = certificates != NULL ? certificates_of_key(certificates, key) : SIZE_MAX;
    if (leaf == SIZE_MAX) {
        if (certificates != NULL) {
            problems_add(problems, field,
                         "The certificate does not belong to the private key of this request.");
        }
        return NULL;
    }
    Row *described = row_new(a, model_at(model, RES_TLS_CERTIFICATE));
    described->values[FLD_TLS_CERTIFICATE_CERTIFICATE] = new->values[CERTIFICATE];
    new->beside = described;
    return certificate_fields_problem(
        certificate_fields_fill(&certificate_fields_tls, a, certificates, leaf, described),
        problems, field, STR_NONE);
}

/* The certificate comes with this write. One that was there already was taken up then. */
static bool is_signed_now(const Row *old, const Row *new)
{
    const Str certificate = row_text(new, CERTIFICATE);
    return certificate.len > 0 && (old == NULL || !row_is(old, CERTIFICATE, certificate));
}

/* The key of the certificate to renew isn't read here: it may be changed before the writer comes to
 * this request, and only the row of the request itself is compared. */
static Err *prepare(const Store *store, Arena *a, const Row *old, Row *new, const Str clear[],
                    PkiRounds *rounds, Problems *problems)
{
    CLEANUP(private_key_free) PrivateKey *key = NULL;
    if (old == NULL && takes_key_of_renewed(new)) {
        return NULL;
    }
    const Value before = old != NULL ? old->values[KEY] : VALUE_NONE;
    TRY(as_problem(find_key(store, a, old, new, clear, rounds, &key), new, problems));
    if (key == NULL || problems_any(problems)) {
        return NULL;
    }
    if (says_else(old, new) || !value_equal(before, new->values[KEY])) {
        TRY(write_request(a, key, new, problems));
    }
    return is_signed_now(old, new) ? describe_certificate(store_model(store), a, key, new, problems)
                                   : NULL;
}

/* --- inside the transaction --- */

/* Quick enough for the writer, and rare: a signature of a key that was checked before. A
 * certificate in the same body can only be of a request that was made elsewhere. */
static CHECKED Err *use_key_of_renewed(Tx *tx, Row *new, Problems *problems)
{
    Arena *a = tx_arena(tx);
    const Row *renewed = NULL;
    CLEANUP(private_key_free) PrivateKey *key = NULL;
    TRY(reader_get(tx_reader(tx), a, model_at(tx_model(tx), RES_TLS_CERTIFICATE),
                   new->values[RENEWED], &renewed));
    if (renewed == NULL) {
        return NULL; /* the store tells */
    }
    new->values[KEY] = renewed->values[FLD_TLS_CERTIFICATE_PRIVATE_KEY];
    TRY(as_problem(sealed_key_open_checked(tx_store(tx), a, new->values[KEY], &key), new,
                   problems));
    if (key == NULL) {
        if (!problems_any(problems)) {
            problems_add(problems, row_field_name(new, RENEWED), "It has no private key.");
        }
        return NULL;
    }
    TRY(write_request(a, key, new, problems));
    return is_signed_now(NULL, new) ? describe_certificate(tx_model(tx), a, key, new, problems)
                                    : NULL;
}

/* The certificate to renew gets the new one; without such, it becomes one of its own. */
static CHECKED Err *complete(Tx *tx, Row *request)
{
    Arena *a = tx_arena(tx);
    const Resource *resource = model_at(tx_model(tx), RES_TLS_CERTIFICATE);
    const Row *renewed = NULL;
    if (!value_is_null(request->values[RENEWED])) {
        TRY(reader_get(tx_reader(tx), a, resource, request->values[RENEWED], &renewed));
    }
    Row *row = renewed != NULL ? row_copy(a, renewed) : row_new_default(a, resource);
    certificate_fields_copy(&certificate_fields_tls, request->beside, row);
    row->values[FLD_TLS_CERTIFICATE_PRIVATE_KEY] = request->values[KEY];
    if (renewed != NULL) {
        return tx_update(tx, renewed, row);
    }
    TRY(tx_insert(tx, row));
    request->values[RENEWED] = row->key;
    return NULL;
}

static Err *before_write(Tx *tx, const Row *old, Row *new, Problems *problems)
{
    if (old == NULL && takes_key_of_renewed(new)) {
        TRY(use_key_of_renewed(tx, new, problems));
    }
    return new->beside != NULL && !problems_any(problems) ? complete(tx, new) : NULL;
}

const ResourceHooks certificate_signing_request_hooks = {
    .resource = STR_INIT("certificate_signing_request"),
    .prepare = prepare,
    .before_write = before_write,
};
