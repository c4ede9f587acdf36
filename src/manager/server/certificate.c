/* Reads management_vm/1's certificate and makes TLS credentials of it. */
#include "manager/server/certificate.h"

#include "base/file.h"
#include "base/log.h"
#include "manager/server/setup.h"
#include "model/model_ids.h"
#include "store/secret.h"

#define MANAGEMENT_VM_KEY 1

static Err *read_key(const Store *store, Arena *a, const Row *row, ServerCertificate *certificate)
{
    const Value sealed = row->values[FLD_TLS_CERTIFICATE_PRIVATE_KEY];
    if (sealed.type != VALUE_TEXT || sealed.text.len == 0) {
        return NULL;
    }
    TRY(secret_open(store, a, sealed.text, &certificate->key_pem));
    certificate->chain_pem = row->values[FLD_TLS_CERTIFICATE_CERTIFICATE].text;
    return NULL;
}

static Err *read_in_snapshot(Store *store, Reader *reader, Arena *a, ServerCertificate *certificate)
{
    const Model *model = store_model(store);
    const Resource *management_vm = model_at(model, RES_MANAGEMENT_VM);
    const Resource *tls_certificate = model_at(model, RES_TLS_CERTIFICATE);
    const Row *row;
    certificate->depends_on[certificate->n_depends_on++] =
        (RowName){management_vm, value_integer(MANAGEMENT_VM_KEY)};
    TRY(reader_get(reader, a, management_vm, value_integer(MANAGEMENT_VM_KEY), &row));
    if (row == NULL || value_is_null(row->values[FLD_MANAGEMENT_VM_TLS_CERTIFICATE])) {
        return NULL;
    }
    const Value key = row->values[FLD_MANAGEMENT_VM_TLS_CERTIFICATE];
    certificate->depends_on[certificate->n_depends_on++] = (RowName){tls_certificate, key};
    TRY(reader_get(reader, a, tls_certificate, key, &row));
    return row != NULL ? read_key(store, a, row, certificate) : NULL;
}

Err *server_certificate_read(Store *store, Reader *reader, Arena *a,
                             ServerCertificate *ret_certificate)
{
    ServerCertificate certificate = {.n_depends_on = 0};
    TRY(reader_begin(reader, a, &certificate.seq));
    Err *e = read_in_snapshot(store, reader, a, &certificate);
    reader_end(reader);
    if (e == NULL) {
        *ret_certificate = certificate;
    }
    return e;
}

static Err *make_credentials(Arena *a, Str chain_pem, Str key_pem,
                             HttpCredentials **ret_credentials)
{
    const HttpCertificate certificate = {.chain_pem = chain_pem, .key_pem = key_pem};
    return http_credentials_new(a, &certificate, 1, STR_NONE, ret_credentials);
}

Err *server_certificate_use(const ServerCertificate *certificate, Arena *a, const char *data,
                            HttpCredentials **ret_credentials)
{
    Str chain_pem = certificate->chain_pem;
    Str key_pem = certificate->key_pem;
    CLEANUP(http_credentials_free) HttpCredentials *credentials = NULL;
    if (chain_pem.len > 0) {
        const Err *e = make_credentials(a, chain_pem, key_pem, &credentials);
        if (e != NULL) {
            log_error("the certificate of management_vm/1 cannot be used reason=\"%s\"", e->text);
        }
    }
    if (credentials == NULL) {
        TRY(setup_make_certificate(a, &chain_pem, &key_pem));
        TRY(make_credentials(a, chain_pem, key_pem, &credentials));
    }
    TRY(file_write(a, str_format(a, "%s/management.pem", data).ptr, 0644, chain_pem));
    *ret_credentials = credentials;
    credentials = NULL;
    return NULL;
}
