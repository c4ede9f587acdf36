/* Objects by key or row, in portions that bound the memory used. Within one, cached and rendered
 * bodies are put into a buffer as they come, and copied from there in the order asked for. */
#include "manager/rest/objects.h"

#include "base/json_write.h"

/* Rows of one portion; far above what RENDER_ROWS_MAX rows take. */
static const size_t portion_bytes = (size_t)1 << 30;

/* What all portions have in common. */
typedef struct Portions {
    const Rest *rest;
    Reader *reader;
    const Resource *resource;
    PermissionSet set;
    int64_t seq;
    Buf *out;
    bool first; /* no object was written yet */
} Portions;

bool objects_are_cacheable(const Rest *r, const Resource *resource)
{
    return r->cache != NULL && store_file_of(resource) == STORE_CONFIG;
}

static CacheKey cache_key(const Portions *p, Value key)
{
    return (CacheKey){p->resource, key, render_rights(p->rest, p->resource, p->set)};
}

/* The first name is that of the object itself. */
static void keep(const Portions *p, const Buf *bodies, const Rendered *object)
{
    if (objects_are_cacheable(p->rest, p->resource) && !buf_failed(bodies)) {
        const CacheKey key = cache_key(p, object->names[0].key);
        const Str body = str_slice(buf_str(bodies), object->start, object->end);
        cache_put(p->rest->cache, &key, body, object->tag, object->names, object->n_names, p->seq);
    }
}

static void append(Portions *p, const Buf *bodies, const Rendered *object)
{
    json_put_comma(p->out, &p->first);
    buf_put_str(p->out, str_slice(buf_str(bodies), object->start, object->end));
}

/* Takes what the cache has; the others' indexes go to missing[]. */
static size_t take_cached(const Portions *p, const Value keys[], size_t n, Buf *bodies,
                          Rendered objects[], size_t missing[])
{
    size_t n_missing = 0;
    for (size_t i = 0; i < n; i++) {
        const CacheKey key = cache_key(p, keys[i]);
        objects[i].start = bodies->len;
        if (!cache_get(p->rest->cache, &key, p->seq, bodies, &objects[i].tag)) {
            missing[n_missing++] = i;
        }
        objects[i].end = bodies->len;
    }
    return n_missing;
}

/* Reads and renders those at missing[]; those that don't exist stay empty. */
static Err *render_missing(const Portions *p, Arena *a, const Value keys[], const size_t missing[],
                           size_t n_missing, Buf *bodies, Rendered objects[])
{
    Value *wanted = ARENA_ARRAY(a, Value, n_missing);
    const Row **rows = ARENA_ARRAY(a, const Row *, n_missing);
    Rendered *rendered = ARENA_ARRAY(a, Rendered, n_missing);
    for (size_t i = 0; i < n_missing; i++) {
        wanted[i] = keys[missing[i]];
    }
    TRY(reader_get_many(p->reader, a, p->resource, wanted, n_missing, rows));
    size_t n_found = 0;
    size_t *at = ARENA_ARRAY(a, size_t, n_missing);
    for (size_t i = 0; i < n_missing; i++) {
        if (rows[i] != NULL) {
            at[n_found] = missing[i];
            rows[n_found++] = rows[i];
        }
    }
    if (n_found == 0) {
        return NULL;
    }
    TRY(render_rows(p->rest, p->reader, a, p->resource, rows, n_found, p->set, bodies, rendered));
    for (size_t i = 0; i < n_found; i++) {
        objects[at[i]] = rendered[i];
        keep(p, bodies, &rendered[i]);
    }
    return NULL;
}

static Err *put_keys(Portions *p, Arena *a, const Value keys[], size_t n, bool ret_missing[])
{
    CLEANUP(buf_free) Buf *bodies = buf_new(SIZE_MAX);
    Rendered *objects = ARENA_ARRAY(a, Rendered, n);
    size_t *missing = ARENA_ARRAY(a, size_t, n);
    size_t n_missing = n;
    if (objects_are_cacheable(p->rest, p->resource)) {
        n_missing = take_cached(p, keys, n, bodies, objects, missing);
    } else {
        for (size_t i = 0; i < n; i++) {
            missing[i] = i;
        }
    }
    if (n_missing > 0) {
        TRY(render_missing(p, a, keys, missing, n_missing, bodies, objects));
    }
    for (size_t i = 0; i < n; i++) {
        const bool found = objects[i].end > objects[i].start;
        if (found) {
            append(p, bodies, &objects[i]);
        }
        if (ret_missing != NULL) {
            ret_missing[i] = !found;
        }
    }
    return NULL;
}

static Err *put_rows(Portions *p, Arena *a, const Row *const rows[], size_t n)
{
    CLEANUP(buf_free) Buf *bodies = buf_new(SIZE_MAX);
    Rendered *objects = ARENA_ARRAY(a, Rendered, n);
    TRY(render_rows(p->rest, p->reader, a, p->resource, rows, n, p->set, bodies, objects));
    for (size_t i = 0; i < n; i++) {
        append(p, bodies, &objects[i]);
    }
    return NULL;
}

Err *objects_put(const Rest *r, Reader *reader, Arena *a, const Resource *resource,
                 PermissionSet set, int64_t seq, const Value keys[], size_t n, Buf *out,
                 bool ret_missing[])
{
    Portions p = {r, reader, resource, set, seq, out, true};
    if (n <= RENDER_ROWS_MAX) {
        return n > 0 ? put_keys(&p, a, keys, n, ret_missing) : NULL;
    }
    CLEANUP(arena_free) Arena *own = arena_new(portion_bytes);
    for (size_t at = 0; at < n; at += RENDER_ROWS_MAX) {
        arena_reset(own);
        const Err *e = put_keys(&p, own, &keys[at], MIN(n - at, (size_t)RENDER_ROWS_MAX),
                                ret_missing != NULL ? &ret_missing[at] : NULL);
        if (e != NULL) {
            return err_copy(a, e);
        }
    }
    return NULL;
}

Err *objects_put_rows(const Rest *r, Reader *reader, Arena *a, const Resource *resource,
                      PermissionSet set, const Row *const rows[], size_t n, Buf *out)
{
    Portions p = {r, reader, resource, set, 0, out, true};
    CLEANUP(arena_free) Arena *own = arena_new(portion_bytes);
    for (size_t at = 0; at < n; at += RENDER_ROWS_MAX) {
        arena_reset(own);
        const Err *e = put_rows(&p, own, &rows[at], MIN(n - at, (size_t)RENDER_ROWS_MAX));
        if (e != NULL) {
            return err_copy(a, e);
        }
    }
    return NULL;
}

Err *objects_put_row(const Rest *r, Reader *reader, Arena *a, const Row *row, PermissionSet set,
                     int64_t seq, Buf *out, CacheTag *ret_tag)
{
    const Portions p = {r, reader, row->resource, set, seq, out, true};
    Rendered object = {.start = 0};
    TRY(render_rows(r, reader, a, row->resource, &row, 1, set, out, &object));
    keep(&p, out, &object);
    *ret_tag = object.tag;
    return NULL;
}
