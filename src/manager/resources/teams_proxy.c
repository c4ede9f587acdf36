/* Teams Connectors: each has an event hub of its own, whose id the original makes when the
 * connector is made, and clients write into what they deploy. */
#include <sodium.h>

#include "manager/resources/tables.h"
#include "store/row_values.h"

#define ID_BYTES 20 /* 28 characters */

static Err *before_write(Tx *tx, const Row *old, Row *new, Problems *problems)
{
    (void)old;
    (void)problems;
    unsigned char id[ID_BYTES];
    size_t size = sodium_base64_ENCODED_LEN(ID_BYTES, sodium_base64_VARIANT_ORIGINAL);
    if (row_text(new, FLD_TEAMS_PROXY_EVENTHUB_ID).len > 0) {
        return NULL;
    }
    char *text = arena_alloc(tx_arena(tx), size);
    randombytes_buf(id, sizeof id);
    (void)sodium_bin2base64(text, size, id, sizeof id, sodium_base64_VARIANT_ORIGINAL);
    new->values[FLD_TEAMS_PROXY_EVENTHUB_ID] = value_text((Str){text, size - 1});
    return NULL;
}

const ResourceHooks teams_proxy_hooks = {
    .resource = STR_INIT("teams_proxy"),
    .before_write = before_write,
};
