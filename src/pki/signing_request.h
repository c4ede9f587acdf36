#pragma once

#include "pki/private_key.h"

/* Requests for certificates (PKCS#10, RFC 2986), to be signed by an authority of the user's. The
 * key stays here; the request holds its public half and proves, by its signature, that we have it.
 */

typedef struct SigningRequest {
    Str common_name;
    Str distinguished_name; /* as subject_name.h says, or just a common name; empty: common_name */
    Str alt_names;          /* hosts, addresses, mailboxes between commas; OpenSSL's "DNS:" etc. */
    bool server_auth;       /* purposes asked for */
    bool client_auth;
    bool ad_compatible; /* with the name of the template that Microsoft's authorities want */
} SigningRequest;

/* Err.field of what is at fault. */
#define SIGNING_REQUEST_NAME "name"
#define SIGNING_REQUEST_DISTINGUISHED_NAME "distinguished_name"
#define SIGNING_REQUEST_ALT_NAMES "alt_names"

/* Most alternative names, the common name counted in. */
#define SIGNING_REQUEST_ALT_NAMES_MAX 200

/* Makes one, signed with the key, as PEM; the common name is among its alternative names if it is a
 * host name. Any thread; a long RSA key takes some milliseconds. Errors: ERR_INVALID with one of
 * the fields above, ERR_IO. */
CHECKED Err *signing_request_make(Arena *a, const SigningRequest *request, const PrivateKey *key,
                                  Str *ret_pem);
