#pragma once

#include "manager/auth/grant.h"

/* Programs that log in with OAuth2: rows of configuration/oauth2_client. Looked up when one asks
 * for a token, and again when the token is used, so that a deleted client is out at once. */

typedef struct ApiClient {
    bool found;
    Str public_key;       /* PEM; empty: it can't log in */
    int64_t token_life_s; /* of all clients alike, by the settings of authentication */
    Grant grant;          /* by its role, or all rights where the settings say so */
} ApiClient;

/* By client_id, any text; inside a snapshot. `found` says whether there is one. Errors: ERR_IO. */
CHECKED Err *api_client_read(Reader *reader, Arena *a, Str client_id, ApiClient *ret_client);
