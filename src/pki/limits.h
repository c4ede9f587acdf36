#pragma once

#include <stddef.h>

/* What is taken of keys and certificates that others made. */

#define PKI_TEXT_MAX_BYTES ((size_t)1024 * 1024) /* of a PEM text or PKCS#12 file */
#define PKI_KEY_MAX_BYTES ((size_t)16 * 1024)    /* of the PEM of a private key */
#define PKI_CERTIFICATES_MAX 500                 /* in one text */
#define PKI_KEYS_MAX 50                          /* in one bundle */
#define PKI_CHAIN_MAX 10                         /* from leaf to root; longer ones are cut */

/* Rounds of the function that makes a key of a passphrase, of all parts of a text or file together,
 * and of all texts of a request.
 * OpenSSL takes 2,048 for each when not told otherwise, GnuTLS 614,400; a million take half a
 * second, and an attacker would write two thousand millions. */
#define PKI_ROUNDS_MAX 5000000

/* What is left of them. */
typedef struct PkiRounds {
    unsigned left;
} PkiRounds;

/* GnuTLS searches an extension anew for each of its parts, some already when it reads: 5,000
 * distribution points took half a second, a megabyte of names would take half a minute. */
#define PKI_CERTIFICATE_MAX_BYTES ((size_t)32 * 1024) /* of its PEM, when it is read */
/* Of one that is described. */
#define PKI_NAME_MAX_BYTES ((size_t)4 * 1024) /* of subject or issuer, in DER */
#define PKI_EXTENSIONS_MAX 64
#define PKI_EXTENSION_MAX_BYTES ((size_t)4 * 1024)  /* of one of them, in DER */
#define PKI_ALT_NAMES_MAX_BYTES ((size_t)16 * 1024) /* the one with alternative names */

#define PKI_RSA_BITS_MIN 1024 /* with shorter ones TLS 1.3 can't sign */
#define PKI_RSA_BITS_MAX 8192
