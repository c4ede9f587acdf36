/* Compares the hash of the first administrator with the one seen at the start. The store's memory
 * of changed rows says when to look, so a second without a change costs nothing. */
#include "manager/server/first_password.h"

#include "base/log.h"
#include "manager/server/setup.h"
#include "store/row_values.h"

#define FIRST_ADMINISTRATOR INT64_C(1) /* the model's seed of configuration/administrator */
#define ARENA_BYTES ((size_t)64 * 1024)

void first_password_init(FirstPassword *p, const char *data)
{
    *p = (FirstPassword){.data = data, .arena = arena_new(ARENA_BYTES)};
    p->gone = !setup_has_password(data);
}

void first_password_deinit(FirstPassword *p)
{
    p->arena = arena_free(p->arena);
}

/* An administrator who was deleted has no password any more, either. */
static void compare(FirstPassword *p, const Row *row)
{
    const Str hash = row_text_or_empty(row, FLD_ADMINISTRATOR_PASSWORD);
    if (p->hash.ptr == NULL) {
        p->hash = str_dup(p->arena, hash);
    } else if (!str_equal(p->hash, hash)) {
        setup_forget_password(p->data);
        log_info("the first password was changed, its file is gone");
        p->gone = true;
    }
}

Err *first_password_watch(FirstPassword *p, Arena *a, Store *store, Reader *reader)
{
    const RowName name = {model_at(store_model(store), RES_ADMINISTRATOR),
                          value_integer(FIRST_ADMINISTRATOR)};
    if (p->gone || (p->seq != 0 && store_unchanged_since(store, &name, 1, p->seq))) {
        return NULL;
    }
    const Row *row = NULL;
    Err *e = reader_begin(reader, a, &p->seq);
    if (e == NULL) {
        e = reader_get(reader, a, name.resource, name.key, &row);
        reader_end(reader);
    }
    TRY(e);
    compare(p, row);
    return NULL;
}
