/* The hash over all that decides how rows look in their tables: a store made by a model of another
 * hash must be migrated. What only decides which values are taken (bounds, choices, help) isn't in
 * it: a change of these needs no migration. */
#include <sodium.h>

#include "base/buf.h"
#include "base/hex.h"
#include "model/loading.h"

static void put_field(Buf *out, const Field *f)
{
    if (!f->stored && !field_owns_links(f)) {
        return;
    }
    buf_printf(out, "  %.*s type=%d nullable=%d secret=%d unique=%d fold=%d index=%d kind=%d",
               STR_ARG(f->name), (int)f->type, f->nullable, (int)f->secret, f->unique, f->fold,
               f->indexed, (int)f->kind);
    if (f->target != NULL) {
        buf_printf(out, " target=%.*s/%.*s", STR_ARG(family_name(f->target->family)),
                   STR_ARG(f->target->file));
    }
    buf_put_char(out, '\n');
}

static void put_resource(Buf *out, const Resource *r)
{
    buf_printf(out, "%.*s/%.*s", STR_ARG(family_name(r->family)), STR_ARG(r->file));
    if (r->has_key) {
        buf_printf(out, " key=%.*s:%d", STR_ARG(r->key_name), (int)r->key_type);
    }
    if (r->parent != NULL) {
        buf_printf(out, " parent=%.*s", STR_ARG(r->parent->file));
    }
    buf_printf(out, " live=%d\n", r->live);
    for (size_t i = 0; i < r->n_fields; i++) {
        put_field(out, &r->fields[i]);
    }
    for (size_t i = 0; i < r->n_unique_together; i++) {
        buf_put_lit(out, "  together");
        for (size_t k = 0; k < r->unique_together[i].n; k++) {
            buf_printf(out, " %.*s", STR_ARG(r->unique_together[i].fields[k]->name));
        }
        buf_put_char(out, '\n');
    }
}

Str model_shape_hash(Arena *a, const Model *m)
{
    Buf shape;
    buf_init(&shape, SIZE_MAX);
    for (size_t i = 0; i < m->n_resources; i++) {
        if (resource_has_table(&m->resources[i])) {
            put_resource(&shape, &m->resources[i]);
        }
    }
    unsigned char hash[crypto_hash_sha256_BYTES];
    (void)crypto_hash_sha256(hash, (const unsigned char *)shape.data, shape.len);
    buf_deinit(&shape);
    return hex_text(a, hash, sizeof hash);
}
