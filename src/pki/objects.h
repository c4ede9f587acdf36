#pragma once

#include <gnutls/x509.h>

#include "pki/certificates.h"
#include "pki/private_key.h"

/* What the handles of private_key.h and certificates.h hold; inside src/pki. */

struct PrivateKey {
    gnutls_x509_privkey_t key;
};

typedef struct Certificate {
    gnutls_x509_crt_t crt; /* owned */
    Str text;              /* its block, in the text that was read */
} Certificate;

struct Certificates {
    size_t n;
    Certificate *items; /* in the arena of the reading */
};

/* SHA-256 of the public key (SubjectPublicKeyInfo): the same for a key and its certificate, in
 * whatever form either was written, which is how they are matched. */
#define PUBLIC_KEY_ID_BYTES 32
bool private_key_public_id(const PrivateKey *key, unsigned char ret_id[PUBLIC_KEY_ID_BYTES]);
