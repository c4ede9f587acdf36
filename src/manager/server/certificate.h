#pragma once

#include "http/credentials.h"
#include "store/reader.h"

/* The certificate that the API's listeners answer with: that of management_vm/1, or one made for
 * the purpose where there is none. */

typedef struct ServerCertificate {
    Str chain_pem;
    Str key_pem;
    RowName depends_on[2]; /* management_vm/1 and the certificate */
    size_t n_depends_on;
    int64_t seq; /* the state it was read from */
} ServerCertificate;

/* Reads it; chain_pem is empty where management_vm/1 names none or it can't be used (logged). Texts
 * in `a`. Errors: ERR_IO of the store. */
CHECKED Err *server_certificate_read(Store *store, Reader *reader, Arena *a,
                                     ServerCertificate *ret_certificate);

/* Credentials of it, or of a self-signed one for this machine; also writes DIR/management.pem, the
 * certificate for clients to verify. */
CHECKED Err *server_certificate_use(const ServerCertificate *certificate, Arena *a,
                                    const char *data, HttpCredentials **ret_credentials);
