#pragma once

#include "base/buf.h"
#include "pki/private_key.h"

/* The certificates (X.509, RFC 5280) of a PEM text, in its order: what they say, whose key they are
 * of, who issued whom. Nothing here says that one is to be trusted; a chain is put together by
 * names and key identifiers, and its signatures are left to whoever verifies it.
 *
 * Immutable once read: several threads may ask the same Certificates. Freed by the caller. */

typedef struct Certificates Certificates;

/* Texts stay in `a`, which must outlive it. Any thread. Errors: ERR_INVALID (none in it, damaged,
 * too many or too large, a private key among them: what is shown to everybody must not hold one),
 * ERR_IO. */
CHECKED Err *certificates_read(Arena *a, Str text, Certificates **ret_certificates);

/* The same of a text that may also hold keys and may hold no certificate: a bundle. */
CHECKED Err *certificates_read_bundle(Arena *a, Str text, Certificates **ret_certificates);
Certificates *certificates_free(Certificates *c);
DEFINE_CLEANUP(Certificates, certificates_free);

size_t certificates_n(const Certificates *c);

/* The block as it stands in the text, with its line's end if it has one. */
Str certificates_text(const Certificates *c, size_t i);

/* The first certificate that belongs to the key; SIZE_MAX if there is none. */
size_t certificates_of_key(const Certificates *c, const PrivateKey *key);

/* Whether both are the same, byte for byte. */
bool certificates_equal(const Certificates *a, size_t i, const Certificates *b, size_t j);

/* SHA-256 of the whole certificate, in lower-case hexadecimal. Errors: ERR_IO. */
CHECKED Err *certificates_fingerprint(Arena *a, const Certificates *c, size_t i,
                                      Str *ret_fingerprint);

/* Issued by its own subject, as roots are. */
bool certificates_is_self_issued(const Certificates *c, size_t i);

/* Writes the leaf and its issuers in order, as far as they are among the others of `c` and of
 * `more` (NULL: none), as PEM; nothing unrelated. *ret_complete: the last one is self-issued. */
Str certificates_chain(Arena *a, const Certificates *c, size_t leaf, const Certificates *more,
                       bool *ret_complete);

/* What is shown of a certificate. Names and identifiers are cut to the sizes that fields of the
 * model have; all texts are valid UTF-8 without controls (but line ends in `text`). */
typedef struct CertificateDescription {
    Str subject_name; /* common name, else organisation, else all of the name */
    Str issuer_name;
    Str raw_subject; /* RFC 4514 */
    Str raw_issuer;
    Str subject_hash; /* as OpenSSL names files of authorities: 8 hexadecimal digits; empty for a
                         name that can't be read */
    Str issuer_hash;
    Str serial_no;     /* upper-case hexadecimal */
    Str key_id;        /* lower-case hexadecimal; STR_NONE: the certificate has none */
    Str issuer_key_id; /* likewise */
    int64_t start_us;  /* since 1970 UTC */
    int64_t end_us;
    Str subject_alt_names; /* separated by commas */
    bool server_auth;      /* its purposes allow it, or it names none */
    bool client_auth;
    Str text; /* all of it for people */
} CertificateDescription;

/* Takes milliseconds. Errors: ERR_INVALID (damaged inside, more in it than limits.h says). */
CHECKED Err *certificates_describe(Arena *a, const Certificates *c, size_t i,
                                   CertificateDescription *ret_description);
