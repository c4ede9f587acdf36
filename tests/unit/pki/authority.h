#pragma once

#include <time.h>

#include "base/arena.h"
#include "base/str.h"

/* Certificates for the tests, signed by each other. */

typedef struct Issued {
    Str certificate; /* PEM */
    Str key;         /* PKCS#8, P-256 */
} Issued;

typedef struct Order {
    const char *dn;       /* RFC 4514 */
    const Issued *issuer; /* NULL: by itself */
    const char *host;     /* alternative name; NULL: none */
    const char *purpose;  /* GNUTLS_KP_…; NULL: none */
    unsigned usage;       /* GNUTLS_KEY_…; 0: none said */
    bool is_authority;
    time_t start, end; /* 0: yesterday, tomorrow */
} Order;

Issued authority_issue(Arena *a, const Order *order);
