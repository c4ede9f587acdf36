#pragma once

#include "manager/auth/grant.h"

/* Programs that log in with OAuth2: rows of configuration/oauth2_client. */

typedef struct ApiClient {
    bool found;
    Str public_key; /* PEM; empty: it can't log in */
    int64_t token_life_s;
    Grant grant; /* by its role, or all rights where the settings say so */
} ApiClient;

/* By client_id; inside a snapshot. Errors: ERR_IO. */
CHECKED Err *api_client_read(Reader *reader, Arena *a, Str client_id, ApiClient *ret_client);
