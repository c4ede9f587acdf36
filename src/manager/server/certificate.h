#pragma once

#include "http/credentials.h"
#include "store/reader.h"

/* The certificate that the API's listeners answer with: that of management_vm/1, with the issuers
 * that stand beside it or are trusted intermediates among the ca_certificates, or one made for the
 * purpose where there is none. Of the main thread, which looks once a second.
 *
 * Whatever a client does to that row, the API must stay reachable, or nobody could mend it
 * (wire 9.6: a live test deletes the certificate that is in use): so a certificate is tried before
 * it is put in place, and one that can't be used leaves the last one there. */

typedef struct ServerCertificate ServerCertificate;

/* The store, the reader and the folder must outlive it. */
ServerCertificate *server_certificate_new(Store *store, Reader *reader, const char *data);
ServerCertificate *server_certificate_free(ServerCertificate *c);
DEFINE_CLEANUP(ServerCertificate, server_certificate_free);

/* Credentials of the certificate as it is stored now; NULL: what was given last still holds. One
 * that can't be used is logged and changes nothing, so that the API stays reachable; the first time
 * one of its own takes its place. Also writes DIR/management.pem, the certificate for clients to
 * verify. After a failure that may pass, the next look tries again. Changes of other resources cost
 * the reading of their names. Errors: ERR_IO of the store. */
CHECKED Err *server_certificate_look(ServerCertificate *c, Arena *a,
                                     HttpCredentials **ret_credentials);
