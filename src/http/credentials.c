/* Certificates and keys for GnuTLS. */
#include "http/credentials.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "http/tls.h"

struct HttpCredentials {
    atomic_size_t n_owners;
    gnutls_certificate_credentials_t x509;
    bool asks_client;
};

static Err *add_certificate(Arena *a, HttpCredentials *c, const HttpCertificate *certificate)
{
    const gnutls_datum_t chain = http_tls_datum(certificate->chain_pem);
    const gnutls_datum_t key = http_tls_datum(certificate->key_pem);
    const int result =
        gnutls_certificate_set_x509_key_mem2(c->x509, &chain, &key, GNUTLS_X509_FMT_PEM, NULL, 0);
    if (result < 0) {
        return err(a, ERR_INVALID, "The certificate can't be used: %s", gnutls_strerror(result));
    }
    return NULL;
}

static Err *set_client_authorities(Arena *a, HttpCredentials *c, Str pem)
{
    const gnutls_datum_t authorities = http_tls_datum(pem);
    const int n = gnutls_certificate_set_x509_trust_mem(c->x509, &authorities, GNUTLS_X509_FMT_PEM);
    if (n <= 0) {
        return err(a, ERR_INVALID, "There is no certificate of an authority for clients.");
    }
    c->asks_client = true;
    return NULL;
}

Err *http_credentials_new(Arena *a, const HttpCertificate certificates[], size_t n,
                          Str client_authorities_pem, HttpCredentials **ret_credentials)
{
    CLEANUP(http_credentials_free) HttpCredentials *c = calloc(1, sizeof *c);
    MUST(c != NULL && n > 0);
    atomic_init(&c->n_owners, 1);
    MUST(gnutls_certificate_allocate_credentials(&c->x509) == 0);
    for (size_t i = 0; i < n; i++) {
        TRY(add_certificate(a, c, &certificates[i]));
    }
    if (client_authorities_pem.ptr != NULL) {
        TRY(set_client_authorities(a, c, client_authorities_pem));
    }
    *ret_credentials = c;
    c = NULL;
    return NULL;
}

HttpCredentials *http_credentials_share(HttpCredentials *credentials)
{
    (void)atomic_fetch_add_explicit(&credentials->n_owners, 1, memory_order_relaxed);
    return credentials;
}

HttpCredentials *http_credentials_free(HttpCredentials *c)
{
    if (c != NULL && atomic_fetch_sub_explicit(&c->n_owners, 1, memory_order_acq_rel) == 1) {
        gnutls_certificate_free_credentials(c->x509);
        free(c);
    }
    return NULL;
}

bool http_credentials_use(HttpCredentials *credentials, gnutls_session_t session)
{
    if (credentials->asks_client) {
        gnutls_certificate_server_set_request(session, GNUTLS_CERT_REQUIRE);
        gnutls_session_set_verify_cert(session, NULL, 0);
    }
    return gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, credentials->x509) == 0;
}

bool http_credentials_ask_client(const HttpCredentials *credentials)
{
    return credentials->asks_client;
}
