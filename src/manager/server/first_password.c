/* Compares the hash of the first administrator with the one seen at the start. */
#include "manager/server/first_password.h"

#include "base/log.h"
#include "manager/server/setup.h"
#include "store/row_values.h"

#define FIRST_ADMINISTRATOR INT64_C(1)
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

Err *first_password_watch(FirstPassword *p, Store *store, Reader *reader)
{
    const RowName name = {model_at(store_model(store), RES_ADMINISTRATOR),
                          value_integer(FIRST_ADMINISTRATOR)};
    if (p->gone || (p->seq != 0 && store_unchanged_since(store, &name, 1, p->seq))) {
        return NULL;
    }
    CLEANUP(arena_free) Arena *a = arena_new(ARENA_BYTES);
    const Row *row = NULL;
    Err *e = reader_begin(reader, a, &p->seq);
    if (e == NULL) {
        e = reader_get(reader, a, name.resource, name.key, &row);
        reader_end(reader);
    }
    if (e != NULL) {
        return err(p->arena, e->kind, "%s", e->text);
    }
    compare(p, row);
    return NULL;
}
