#pragma once

#include <gnutls/gnutls.h>
#include <stdbool.h>

#include "base/err.h"
#include "base/str.h"
#include "http/credentials.h"

/* What all TLS sessions of a server have in common: versions, and the key of session tickets. */

typedef struct HttpTls {
    gnutls_priority_t priority;
    gnutls_datum_t ticket_key;
} HttpTls;

CHECKED Err *http_tls_init(Arena *a, HttpTls *tls);
void http_tls_deinit(HttpTls *tls);

/* A server's session with the credentials, which must live longer; NULL without memory. */
gnutls_session_t http_tls_session_new(const HttpTls *tls, HttpCredentials *credentials);

/* DER of the client's verified certificate, within the session; STR_NONE without one. */
Str http_tls_peer_certificate(gnutls_session_t session);

/* GnuTLS takes bytes that it only reads as unsigned and not const. */
gnutls_datum_t http_tls_datum(Str s);

/* In credentials.c: puts them into a session. */
bool http_credentials_use(HttpCredentials *credentials, gnutls_session_t session);
bool http_credentials_ask_client(const HttpCredentials *credentials);
