/* Trusted authorities: what is derived from their certificates. The first certificate of the text
 * counts; a bundle is for command/platform/certificates_import, which makes a row of each. */
#include "manager/resources/certificate_fields.h"
#include "manager/resources/tables.h"
#include "store/row_values.h"

static CHECKED Err *fill(Arena *a, Row *row)
{
    CLEANUP(certificates_free) Certificates *certificates = NULL;
    TRY(certificates_read(a, row_text(row, FLD_CA_CERTIFICATE_CERTIFICATE), &certificates));
    return certificate_fields_fill(&certificate_fields_ca, a, certificates, 0, row);
}

static Err *prepare(const Store *store, Arena *a, const Row *old, Row *new, const Str clear[],
                    PkiRounds *rounds, Problems *problems)
{
    (void)rounds; /* it opens nothing with a passphrase */
    (void)store;  /* there are no secrets */
    (void)clear;
    if (old != NULL && row_is(old, FLD_CA_CERTIFICATE_CERTIFICATE,
                              row_text(new, FLD_CA_CERTIFICATE_CERTIFICATE))) {
        return NULL;
    }
    return certificate_fields_problem(
        fill(a, new), problems, row_field_name(new, FLD_CA_CERTIFICATE_CERTIFICATE), STR_NONE);
}

const ResourceHooks ca_certificate_hooks = {
    .resource = STR_INIT("ca_certificate"),
    .prepare = prepare,
};
