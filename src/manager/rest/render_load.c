/* Rows that other rows show. A page of rooms names few themes, so their keys are made distinct
 * first, and each theme is read once. */
#include "manager/rest/render_load.h"

#include <stdlib.h>

static int compare_keys(const void *a, const void *b)
{
    return value_compare_keys(*(const Value *)a, *(const Value *)b);
}

/* The distinct keys that a to-one has in these rows, sorted. */
static size_t distinct_keys(const Field *f, const Row *const rows[], size_t n, Value keys[])
{
    size_t n_keys = 0;
    for (size_t i = 0; i < n; i++) {
        const Value key = rows[i]->values[f->index];
        if (!value_is_null(key)) {
            keys[n_keys++] = key;
        }
    }
    if (n_keys == 0) {
        return 0;
    }
    qsort(keys, n_keys, sizeof keys[0], compare_keys);
    size_t n_distinct = 1;
    for (size_t i = 1; i < n_keys; i++) {
        if (!value_equal(keys[i], keys[n_distinct - 1])) {
            keys[n_distinct++] = keys[i];
        }
    }
    return n_distinct;
}

static Err *load_to_one(const Field *f, Reader *reader, Arena *a, const Row *const rows[], size_t n,
                        Loaded *loaded)
{
    Value *keys = ARENA_ARRAY(a, Value, n);
    const size_t n_keys = distinct_keys(f, rows, n, keys);
    const Row **found = ARENA_ARRAY(a, const Row *, n_keys);
    loaded->to_one = ARENA_ARRAY(a, const Row *, n);
    if (n_keys == 0) {
        return NULL;
    }
    TRY(reader_get_many(reader, a, f->target, keys, n_keys, found));
    for (size_t i = 0; i < n; i++) {
        const Value key = rows[i]->values[f->index];
        if (!value_is_null(key)) {
            const Value *at = bsearch(&key, keys, n_keys, sizeof keys[0], compare_keys);
            MUST(at != NULL);
            loaded->to_one[i] = found[at - keys];
        }
    }
    return NULL;
}

static Err *load_one(const Field *f, Reader *reader, Arena *a, const Row *const rows[],
                     const Value owners[], size_t n, PermissionSet set, Loaded *loaded)
{
    const bool objects = f->embed != NULL && permission_set_has(set, f->target->permission_view);
    if (f->kind == RELATION_TO_ONE) {
        return objects ? load_to_one(f, reader, a, rows, n, loaded) : NULL;
    }
    if (objects) {
        loaded->rows = ARENA_ARRAY(a, RelatedRows, n);
        return reader_related_rows(reader, a, f, owners, n, loaded->rows);
    }
    loaded->keys = ARENA_ARRAY(a, Related, n);
    return reader_related(reader, a, f, owners, n, loaded->keys);
}

Err *render_load(const RenderPlan *plan, Reader *reader, Arena *a, const Row *const rows[],
                 size_t n, PermissionSet set, Loaded ret_loaded[])
{
    Value *owners = ARENA_ARRAY(a, Value, n);
    for (size_t i = 0; i < n; i++) {
        owners[i] = rows[i]->key;
    }
    for (size_t i = 0; i < plan->n_loads; i++) {
        ret_loaded[i] = (Loaded){.to_one = NULL};
        TRY(load_one(plan->loads[i], reader, a, rows, owners, n, set, &ret_loaded[i]));
    }
    return NULL;
}
