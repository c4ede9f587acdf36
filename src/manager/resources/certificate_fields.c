/* Columns of certificates: which column of either resource gets which part of a description. */
#include "manager/resources/certificate_fields.h"

#include "store/row_values.h"

const CertificateFields certificate_fields_tls = {
    .certificate = FLD_TLS_CERTIFICATE_CERTIFICATE,
    .start_date = FLD_TLS_CERTIFICATE_START_DATE,
    .end_date = FLD_TLS_CERTIFICATE_END_DATE,
    .subject_name = FLD_TLS_CERTIFICATE_SUBJECT_NAME,
    .issuer_name = FLD_TLS_CERTIFICATE_ISSUER_NAME,
    .subject_hash = FLD_TLS_CERTIFICATE_SUBJECT_HASH,
    .issuer_hash = FLD_TLS_CERTIFICATE_ISSUER_HASH,
    .raw_subject = FLD_TLS_CERTIFICATE_RAW_SUBJECT,
    .raw_issuer = FLD_TLS_CERTIFICATE_RAW_ISSUER,
    .key_id = FLD_TLS_CERTIFICATE_KEY_ID,
    .issuer_key_id = FLD_TLS_CERTIFICATE_ISSUER_KEY_ID,
    .serial_no = FLD_TLS_CERTIFICATE_SERIAL_NO,
    .text = FLD_TLS_CERTIFICATE_TEXT,
    .subject_alt_names = FLD_TLS_CERTIFICATE_SUBJECT_ALT_NAMES,
    .server_auth_usage = FLD_TLS_CERTIFICATE_SERVER_AUTH_USAGE,
    .client_auth_usage = FLD_TLS_CERTIFICATE_CLIENT_AUTH_USAGE,
};

const CertificateFields certificate_fields_ca = {
    .certificate = FLD_CA_CERTIFICATE_CERTIFICATE,
    .start_date = FLD_CA_CERTIFICATE_START_DATE,
    .end_date = FLD_CA_CERTIFICATE_END_DATE,
    .subject_name = FLD_CA_CERTIFICATE_SUBJECT_NAME,
    .issuer_name = FLD_CA_CERTIFICATE_ISSUER_NAME,
    .subject_hash = FLD_CA_CERTIFICATE_SUBJECT_HASH,
    .issuer_hash = FLD_CA_CERTIFICATE_ISSUER_HASH,
    .raw_subject = FLD_CA_CERTIFICATE_RAW_SUBJECT,
    .raw_issuer = FLD_CA_CERTIFICATE_RAW_ISSUER,
    .key_id = FLD_CA_CERTIFICATE_KEY_ID,
    .issuer_key_id = FLD_CA_CERTIFICATE_ISSUER_KEY_ID,
    .serial_no = FLD_CA_CERTIFICATE_SERIAL_NO,
    .text = FLD_CA_CERTIFICATE_TEXT,
    .subject_alt_names = CERTIFICATE_FIELD_NONE,
    .server_auth_usage = CERTIFICATE_FIELD_NONE,
    .client_auth_usage = CERTIFICATE_FIELD_NONE,
};

static Value text_or_null(Str text)
{
    return text.ptr != NULL ? value_text(text) : VALUE_NONE;
}

static void fill_names(const CertificateFields *f, const CertificateDescription *d, Row *row)
{
    row->values[f->subject_name] = value_text(d->subject_name);
    row->values[f->issuer_name] = value_text(d->issuer_name);
    row->values[f->subject_hash] = value_text(d->subject_hash);
    row->values[f->issuer_hash] = value_text(d->issuer_hash);
    row->values[f->raw_subject] = value_text(d->raw_subject);
    row->values[f->raw_issuer] = value_text(d->raw_issuer);
}

Err *certificate_fields_fill(const CertificateFields *fields, Arena *a,
                             const Certificates *certificates, size_t i, Row *row)
{
    const CertificateFields *f = fields;
    CertificateDescription d;
    TRY(certificates_describe(a, certificates, i, &d));
    fill_names(f, &d, row);
    row->values[f->start_date] = value_integer(d.start_us);
    row->values[f->end_date] = value_integer(d.end_us);
    row->values[f->key_id] = text_or_null(d.key_id);
    row->values[f->issuer_key_id] = text_or_null(d.issuer_key_id);
    row->values[f->serial_no] = value_text(d.serial_no);
    row->values[f->text] = value_text(d.text);
    if (f->subject_alt_names != CERTIFICATE_FIELD_NONE) {
        row->values[f->subject_alt_names] = value_text(d.subject_alt_names);
        row->values[f->server_auth_usage] = value_integer(d.server_auth);
        row->values[f->client_auth_usage] = value_integer(d.client_auth);
    }
    return NULL;
}

void certificate_fields_copy(const CertificateFields *fields, const Row *from, Row *to)
{
    const CertificateFields *f = fields;
    const uint16_t all[] = {
        f->certificate,
        f->start_date,
        f->end_date,
        f->subject_name,
        f->issuer_name,
        f->subject_hash,
        f->issuer_hash,
        f->raw_subject,
        f->raw_issuer,
        f->key_id,
        f->issuer_key_id,
        f->serial_no,
        f->text,
        f->subject_alt_names,
        f->server_auth_usage,
        f->client_auth_usage,
    };
    for (size_t i = 0; i < ARRAY_N(all); i++) {
        if (all[i] != CERTIFICATE_FIELD_NONE) {
            to->values[all[i]] = from->values[all[i]];
        }
    }
}

Err *certificate_fields_problem(Err *e, Problems *problems, Str field, Str passphrase)
{
    if (e == NULL || e->kind != ERR_INVALID) {
        return e;
    }
    problems_add(problems, e->field != NULL ? passphrase : field, "%s", e->text);
    return NULL;
}
