/* Identity providers: their addresses hold the object's own UUID, which clients don't know before
 * it is made and therefore write as zeros. */
#include "manager/resources/tables.h"
#include "store/row_values.h"

#define PLACEHOLDER STR("00000000-0000-0000-0000-000000000000")

static Value with_uuid(Arena *a, Str text, Str uuid)
{
    size_t at = str_find_str(text, PLACEHOLDER);
    while (at != SIZE_MAX) {
        Str before = str_slice(text, 0, at);
        Str after = str_slice(text, at + PLACEHOLDER.len, text.len);
        text = str_format(a, "%.*s%.*s%.*s", STR_ARG(before), STR_ARG(uuid), STR_ARG(after));
        at = str_find_str(text, PLACEHOLDER);
    }
    return value_text(text);
}

/* Here rather than in `prepare`, since it costs nothing, and the UUID is there by now. All fields
 * that are URLs, by their format: a new one needs no line here (wire 7). */
static Err *before_write(Tx *tx, const Row *old, Row *new, Problems *problems)
{
    (void)old;
    (void)problems;
    Str uuid = row_text(new, FLD_IDENTITY_PROVIDER_UUID);
    if (uuid.len == 0 || str_equal(uuid, PLACEHOLDER)) {
        return NULL;
    }
    for (size_t i = 0; i < new->resource->n_fields; i++) {
        const Field *f = &new->resource->fields[i];
        if (f->format == FORMAT_URL &&
            str_find_str(row_text(new, f->index), PLACEHOLDER) != SIZE_MAX) {
            new->values[i] = with_uuid(tx_arena(tx), row_text(new, f->index), uuid);
        }
    }
    return NULL;
}

const ResourceHooks identity_provider_hooks = {
    .resource = STR_INIT("identity_provider"),
    .before_write = before_write,
};
