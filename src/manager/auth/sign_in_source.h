#pragma once

#include "store/row.h"

/* Where accounts are looked up: `authentication.source`, such as "LDAP+LOCAL". */
typedef struct SignInSource {
    bool local;
    bool ldap;
    bool oidc;
} SignInSource;

/* settings: authentication/1. */
SignInSource sign_in_source(const Row *settings);

/* The same source with local accounts added, as the API writes it. */
Str sign_in_source_with_local(SignInSource source);
