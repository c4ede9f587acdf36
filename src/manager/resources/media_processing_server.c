/* Media processing servers: each has a key pair of its own, of which the public half is shown, for
 * the server to know us by. Made once, and never given out. */
#include "manager/resources/tables.h"
#include "pki/key_pair.h"
#include "store/row_values.h"
#include "store/secret.h"

static Err *prepare(const Store *store, Arena *a, const Row *old, Row *new, const Str clear[],
                    PkiRounds *rounds, Problems *problems)
{
    (void)rounds; /* it opens nothing with a passphrase */
    (void)old;    /* a row of an older version may have none, too */
    (void)clear;
    (void)problems;
    if (row_text(new, FLD_MEDIA_PROCESSING_SERVER_PRIVATE_JWT_KEY).len > 0) {
        return NULL;
    }
    KeyPair pair;
    TRY(key_pair_make(a, KEY_KIND_ECDSA_P256, &pair));
    new->values[FLD_MEDIA_PROCESSING_SERVER_PRIVATE_JWT_KEY] =
        value_text(secret_seal(store, a, pair.private_pem));
    new->values[FLD_MEDIA_PROCESSING_SERVER_PUBLIC_JWT_KEY] = value_text(pair.public_pem);
    return NULL;
}

const ResourceHooks media_processing_server_hooks = {
    .resource = STR_INIT("media_processing_server"),
    .prepare = prepare,
};
