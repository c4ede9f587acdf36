/* Sessions of GnuTLS as this server wants them. */
#include "http/tls.h"

#include <string.h>

/* GnuTLS doesn't begin a renegotiation, and one that the client begins is refused where records are
 * read. Early data stays off since GNUTLS_ENABLE_EARLY_DATA isn't given. */
static const char priorities[] = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2";

Err *http_tls_init(Arena *a, HttpTls *tls)
{
    *tls = (HttpTls){0};
    int result = gnutls_priority_init(&tls->priority, priorities, NULL);
    if (result == 0) {
        result = gnutls_session_ticket_key_generate(&tls->ticket_key);
    }
    if (result != 0) {
        return err(a, ERR_IO, "TLS can't be set up: %s", gnutls_strerror(result));
    }
    return NULL;
}

void http_tls_deinit(HttpTls *tls)
{
    if (tls->priority != NULL) {
        gnutls_priority_deinit(tls->priority);
    }
    if (tls->ticket_key.data != NULL) {
        gnutls_memset(tls->ticket_key.data, 0, tls->ticket_key.size);
        gnutls_free(tls->ticket_key.data);
    }
    *tls = (HttpTls){0};
}

gnutls_datum_t http_tls_datum(Str s)
{
    gnutls_datum_t datum = {.size = (unsigned)s.len};
    memcpy(&datum.data, &s.ptr, sizeof datum.data);
    return datum;
}

static bool set_up(const HttpTls *tls, HttpCredentials *credentials, gnutls_session_t session)
{
    const gnutls_datum_t protocol = http_tls_datum(STR("http/1.1"));
    if (gnutls_priority_set(session, tls->priority) != 0 ||
        !http_credentials_use(credentials, session) ||
        gnutls_alpn_set_protocols(session, &protocol, 1, 0) != 0) {
        return false;
    }
    /* A ticket would outlive the removal of a client's certificate. GnuTLS derives a key for some
     * hours each from this one, and takes tickets under the last one, too. */
    return http_credentials_ask_client(credentials) ||
           gnutls_session_ticket_enable_server(session, &tls->ticket_key) == 0;
}

gnutls_session_t http_tls_session_new(const HttpTls *tls, HttpCredentials *credentials)
{
    gnutls_session_t session = NULL;
    if (gnutls_init(&session, GNUTLS_SERVER | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL) != 0) {
        return NULL;
    }
    if (!set_up(tls, credentials, session)) {
        gnutls_deinit(session);
        return NULL;
    }
    return session;
}

Str http_tls_peer_certificate(gnutls_session_t session)
{
    unsigned n = 0;
    const gnutls_datum_t *certificates = gnutls_certificate_get_peers(session, &n);
    if (certificates == NULL || n == 0) {
        return STR_NONE;
    }
    return (Str){(const char *)certificates[0].data, certificates[0].size};
}
