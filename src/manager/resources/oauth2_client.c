/* Programs that log in with OAuth2: their keys are made here, and only the public half is kept. The
 * private one is shown once, in the answer to the creation (`secret: once`, wire 11.3): it has no
 * column, so the value that is set here goes no further than that answer. */
#include "manager/resources/tables.h"
#include "pki/key_pair.h"
#include "store/row_values.h"

static Err *prepare(const Store *store, Arena *a, const Row *old, Row *new, const Str clear[],
                    PkiRounds *rounds, Problems *problems)
{
    (void)rounds; /* it opens nothing with a passphrase */
    (void)store;
    (void)clear;
    (void)problems;
    if (old != NULL) {
        return NULL;
    }
    KeyPair pair;
    TRY(key_pair_make(a, KEY_KIND_ECDSA_P256, &pair));
    new->values[FLD_OAUTH2_CLIENT_PRIVATE_KEY_JWT] = value_text(pair.private_pem);
    new->values[FLD_OAUTH2_CLIENT_PUBLIC_KEY] = value_text(pair.public_pem);
    return NULL;
}

const ResourceHooks oauth2_client_hooks = {
    .resource = STR_INIT("oauth2_client"),
    .prepare = prepare,
};
