/* The token of the gateway to Google Meet (a singleton): clients send a chain and its key, and read
 * back the leaf, the rest, and an empty chain. So the chain is an input only; what is stored are
 * its parts, and an empty chain in a body changes nothing. */
#include "manager/resources/certificate_fields.h"
#include "manager/resources/sealed_key.h"
#include "manager/resources/tables.h"
#include "store/row_values.h"

#define CHAIN FLD_GMS_GATEWAY_TOKEN_CERTIFICATE
#define LEAF FLD_GMS_GATEWAY_TOKEN_LEAF_CERTIFICATE
#define REST FLD_GMS_GATEWAY_TOKEN_INTERMEDIATE_CERTIFICATE
#define KEY FLD_GMS_GATEWAY_TOKEN_PRIVATE_KEY

/* At the field that is new: the other one was good before. */
static void tell_misfit(const Row *new, uint16_t field, Problems *problems)
{
    problems_add(problems, row_field_name(new, field),
                 "The private key does not belong to the certificate.");
}

/* All but the leaf, in the order of the text; null if there is no more. */
static Value rest_of(Arena *a, const Certificates *certificates, size_t leaf)
{
    Str rest = STR("");
    for (size_t i = 0; i < certificates_n(certificates); i++) {
        if (i != leaf) {
            rest = str_format(a, "%.*s%.*s", STR_ARG(rest),
                              STR_ARG(certificates_text(certificates, i)));
        }
    }
    return rest.len > 0 ? value_text(rest) : VALUE_NONE;
}

/* The leaf is the certificate of the key, wherever it stands (wire 9.5); without a key, the first.
 */
static void split(Arena *a, const Certificates *certificates, const PrivateKey *key,
                  bool is_key_new, Row *new, Problems *problems)
{
    const size_t leaf = key != NULL ? certificates_of_key(certificates, key) : 0;
    if (leaf == SIZE_MAX) {
        tell_misfit(new, is_key_new ? KEY : CHAIN, problems);
        return;
    }
    new->values[LEAF] = value_text(certificates_text(certificates, leaf));
    new->values[REST] = rest_of(a, certificates, leaf);
    new->values[CHAIN] = value_text(STR(""));
    /* What the gateway grants to whoever has a certificate; clients expect it with one. */
    new->values[FLD_GMS_GATEWAY_TOKEN_SUPPORTS_DIRECT_GUEST_JOIN] = value_integer(1);
}

/* A new key beside the certificate that is there. */
static CHECKED Err *check_leaf(Arena *a, const PrivateKey *key, const Row *new, Problems *problems)
{
    CLEANUP(certificates_free) Certificates *certificates = NULL;
    if (key == NULL || row_text(new, LEAF).len == 0) {
        return NULL;
    }
    TRY(certificates_read(a, row_text(new, LEAF), &certificates));
    if (certificates_of_key(certificates, key) == SIZE_MAX) {
        tell_misfit(new, KEY, problems);
    }
    return NULL;
}

static Err *prepare(const Store *store, Arena *a, const Row *old, Row *new, const Str clear[],
                    PkiRounds *rounds, Problems *problems)
{
    (void)rounds; /* it opens nothing with a passphrase */
    const Value kept = old != NULL ? old->values[KEY] : VALUE_NONE;
    const bool is_key_new = clear[KEY].len > 0 && !value_equal(kept, new->values[KEY]);
    const Str chain = row_text(new, CHAIN);
    CLEANUP(private_key_free) PrivateKey *key = NULL;
    CLEANUP(certificates_free) Certificates *certificates = NULL;
    if (!is_key_new && chain.len == 0) {
        return NULL;
    }
    TRY(certificate_fields_problem(is_key_new ? private_key_read(a, clear[KEY], STR_NONE, &key)
                                              : sealed_key_open(store, a, new->values[KEY], &key),
                                   problems, row_field_name(new, KEY), row_field_name(new, KEY)));
    if (chain.len > 0) {
        TRY(certificate_fields_problem(certificates_read(a, chain, &certificates), problems,
                                       row_field_name(new, CHAIN), STR_NONE));
    }
    if (problems_any(problems)) {
        return NULL;
    }
    if (certificates != NULL) {
        split(a, certificates, key, is_key_new, new, problems);
    } else {
        TRY(check_leaf(a, key, new, problems));
    }
    return is_key_new ? sealed_key_put(store, a, key, kept, &new->values[KEY]) : NULL;
}

const ResourceHooks gms_gateway_token_hooks = {
    .resource = STR_INIT("gms_gateway_token"),
    .prepare = prepare,
};
