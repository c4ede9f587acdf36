#pragma once

#include <stddef.h>

#include "base/err.h"
#include "base/str.h"

/* What a listener shows in TLS handshakes, and whom it lets in: immutable and shared by count, so
 * that a new one can be put in place while connections still use the old one. Any thread. */

typedef struct HttpCredentials HttpCredentials;

typedef struct HttpCertificate {
    Str chain_pem; /* leaf first, then its issuers */
    Str key_pem;   /* unencrypted; wipe it after the call */
} HttpCertificate;

/* certificates[n]: n ≥ 1; chosen by the name that the client asks for (SNI), the first one for
 * unknown names and none.
 * client_authorities_pem: STR_NONE, or who signs certificates that clients must show: without a
 * verified one the handshake fails.
 *
 * Errors: ERR_INVALID (no certificate, no key, they don't fit). */
CHECKED Err *http_credentials_new(Arena *a, const HttpCertificate certificates[], size_t n,
                                  Str client_authorities_pem, HttpCredentials **ret_credentials);

/* Whether a client can connect at all: a handshake in memory, some milliseconds. It can't where the
 * certificate's own rules forbid its use (an authority's that may only sign certificates). Not for
 * credentials that ask for a client's certificate. Errors: ERR_INVALID (it can't), ERR_IO. */
CHECKED Err *http_credentials_try(Arena *a, HttpCredentials *credentials);

HttpCredentials *http_credentials_share(HttpCredentials *credentials);
HttpCredentials *http_credentials_free(HttpCredentials *credentials);
DEFINE_CLEANUP(HttpCredentials, http_credentials_free);
