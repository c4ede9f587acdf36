#pragma once

#include "base/err.h"
#include "base/str.h"

/* New private keys, with the public half. */

typedef enum KeyKind { KEY_KIND_ECDSA_P256, KEY_KIND_RSA_2048, KEY_KIND_RSA_4096 } KeyKind;

typedef struct KeyPair {
    Str private_pem; /* PKCS#8, unencrypted: "-----BEGIN PRIVATE KEY-----" */
    Str public_pem;  /* SubjectPublicKeyInfo: "-----BEGIN PUBLIC KEY-----" */
} KeyPair;

/* Makes a pair; texts in `a`. Any thread; P-256 takes a millisecond, RSA 4096 up to some seconds:
 * for the slow pool. Errors: ERR_IO (the library fails). */
CHECKED Err *key_pair_make(Arena *a, KeyKind kind, KeyPair *ret_pair);
