/* Licences: activated at once, nobody outside is asked, and nothing is limited by them. Clients
 * that enter one wait for what the original shows when its licence server has answered, so that is
 * filled in: active, permanent, from today. */
#include <sodium.h>

#include "base/datetime.h"
#include "manager/resources/tables.h"
#include "store/row_values.h"

#define DATE_LEN 10 /* YYYY-MM-DD */

/* As it is copied from a letter, in groups. */
static Str without_blanks(Arena *a, Str text)
{
    char *kept = arena_alloc(a, text.len + 1);
    size_t n = 0;
    for (size_t i = 0; i < text.len; i++) {
        if ((unsigned char)text.ptr[i] > ' ') {
            kept[n++] = text.ptr[i];
        }
    }
    return (Str){kept, n};
}

static Str today(Arena *a, int64_t now_us)
{
    Buf out;
    buf_init(&out, 64);
    datetime_put(&out, now_us, false);
    Str date = str_dup(a, str_slice(buf_str(&out), 0, DATE_LEN));
    buf_deinit(&out);
    return date;
}

static Err *before_write(Tx *tx, const Row *old, Row *new, Problems *problems)
{
    Arena *a = tx_arena(tx);
    if (old != NULL) {
        return NULL;
    }
    Str entitlement = without_blanks(a, row_text(new, FLD_LICENCE_ENTITLEMENT_ID));
    if (entitlement.len == 0) {
        problems_add(problems, row_field_name(new, FLD_LICENCE_ENTITLEMENT_ID),
                     "This field is required.");
        return NULL;
    }
    /* Nine digits, as the original's; one that is taken already fails as not unique. */
    new->key = value_text(str_format(a, "%u", 100000000U + randombytes_uniform(900000000U)));
    new->values[FLD_LICENCE_ENTITLEMENT_ID] = value_text(entitlement);
    new->values[FLD_LICENCE_STATUS] = value_text(STR("ACTIVE"));
    new->values[FLD_LICENCE_FULFILLMENT_TYPE] = value_text(STR("ONLINE"));
    new->values[FLD_LICENCE_LICENSE_TYPE] = value_text(STR("permanent"));
    new->values[FLD_LICENCE_EXPIRATION_DATE] = value_text(STR("permanent"));
    new->values[FLD_LICENCE_START_DATE] = value_text(today(a, tx_now_us(tx)));
    new->values[FLD_LICENCE_CONCURRENT] = value_integer(1);
    new->values[FLD_LICENCE_ACTIVATABLE] = value_integer(1);
    return NULL;
}

const ResourceHooks licence_hooks = {
    .resource = STR_INIT("licence"),
    .before_write = before_write,
};
