#pragma once

#include "manager/rest/answer.h"
#include "pki/certificates.h"
#include "store/row.h"

/* What is derived from a certificate (names, times, hashes, usage): stored beside it, so that it
 * can be filtered by, and alarms find what is about to expire without parsing anything. Two
 * resources have such fields, under the same names; a third has certificates without them. */

#define CERTIFICATE_FIELD_NONE UINT16_MAX

/* FLD_… of one resource; those that only some have may be CERTIFICATE_FIELD_NONE. */
typedef struct CertificateFields {
    uint16_t certificate;
    uint16_t start_date, end_date;
    uint16_t subject_name, issuer_name;
    uint16_t subject_hash, issuer_hash;
    uint16_t raw_subject, raw_issuer;
    uint16_t key_id, issuer_key_id;
    uint16_t serial_no;
    uint16_t text;
    uint16_t subject_alt_names, server_auth_usage, client_auth_usage;
} CertificateFields;

extern const CertificateFields certificate_fields_tls;
extern const CertificateFields certificate_fields_ca;

/* Fills the derived fields of `row` from certificate i; texts in `a`. Errors: ERR_INVALID (damaged
 * inside). */
CHECKED Err *certificate_fields_fill(const CertificateFields *fields, Arena *a,
                                     const Certificates *certificates, size_t i, Row *row);

/* Takes the certificate and what was derived from it over from another row. */
void certificate_fields_copy(const CertificateFields *fields, const Row *from, Row *to);

/* ERR_INVALID of src/pki becomes a problem of `field`, or of `passphrase` where that is at fault;
 * other errors are handed on. */
CHECKED Err *certificate_fields_problem(Err *e, Problems *problems, Str field, Str passphrase);
