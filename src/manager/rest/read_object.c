/* One object: from the cache on the loop, without a look into the store; else a row by its key,
 * which is quick enough for the loop, too. */
#include "manager/rest/read_object.h"

#include "manager/rest/etag.h"
#include "manager/rest/objects.h"
#include "manager/rest/uri.h"

/* More than any object can be: all its texts have limits. */
static const size_t object_max = (size_t)256 << 20;

typedef struct ObjectWork {
    Value key;
} ObjectWork;

/* 200, or 304 if the client has it. Takes `body` over. */
static void answer_object(const Rest *r, RestRequest *request, Buf *body, CacheTag tag)
{
    const Str epoch = r->epochs[store_file_of(request->route.resource)];
    const Str etag = etag_of_object(request->arena, epoch, tag);
    const Str asked = request_header(request, STR("if-none-match"));
    if (etag_none_match(asked, etag)) {
        (void)buf_free(body); /* always NULL */
        answer_not_modified(&request->answer, request->arena, etag);
    } else {
        answer_json(&request->answer, 200, body);
        answer_add_header(&request->answer, request->arena, "ETag", etag);
    }
}

/* Answers that aren't the JSON of the row are made anew each time. */
static bool is_plain(const Rest *r, const Route *route)
{
    const ResourceHooks *hooks = rest_hooks_of(r, route->resource);
    return !route->download && (hooks == NULL || hooks->render_detail == NULL);
}

/* Files: of a backup, which is one (wire 9.5), or below an object that tells of one. */
static Err *render_other(const Rest *r, RestRequest *request, const Row *row)
{
    const ResourceHooks *hooks = rest_hooks_of(r, request->route.resource);
    Err *(*render)(const Store *store, Arena *a, const Row *row, RestAnswer *answer) =
        hooks == NULL             ? NULL
        : request->route.download ? hooks->render_download
                                  : hooks->render_detail;
    return render != NULL ? render(r->store, request->arena, row, &request->answer)
                          : err(request->arena, ERR_NOT_FOUND, "There is no file.");
}

RestNext read_object_parse(const Rest *r, RestRequest *request)
{
    const Resource *resource = request->route.resource;
    ObjectWork *work = ARENA_NEW(request->arena, ObjectWork);
    request->work = work;
    if (!uri_key_from_text(request->arena, resource, request->route.id, &work->key)) {
        answer_empty(&request->answer, 404);
        return REST_ANSWERED;
    }
    if (!objects_are_cacheable(r, resource) || !is_plain(r, &request->route)) {
        return REST_READ;
    }
    const CacheKey key = {resource, work->key,
                          render_rights(r, resource, request->principal.permissions)};
    CLEANUP(buf_free) Buf *body = buf_new(object_max);
    CacheTag tag = {0, 0};
    if (!cache_get(r->cache, &key, INT64_MAX, body, &tag)) {
        return REST_READ;
    }
    Buf *found = body;
    body = NULL;
    answer_object(r, request, found, tag);
    return REST_ANSWERED;
}

Err *read_object_run(const Rest *r, RestRequest *request, Reader *reader, int64_t seq)
{
    const Resource *resource = request->route.resource;
    const ObjectWork *work = request->work;
    const Row *row = NULL;
    TRY(reader_get(reader, request->arena, resource, work->key, &row));
    if (row == NULL) {
        answer_empty(&request->answer, 404);
        return NULL;
    }
    if (!is_plain(r, &request->route)) {
        return render_other(r, request, row);
    }
    CLEANUP(buf_free) Buf *body = buf_new(object_max);
    CacheTag tag = {0, 0};
    TRY(objects_put_row(r, reader, request->arena, row, request->principal.permissions, seq, body,
                        &tag));
    if (buf_failed(body)) {
        return err(request->arena, ERR_INTERNAL, "An object is larger than any may be.");
    }
    Buf *rendered = body;
    body = NULL;
    answer_object(r, request, rendered, tag);
    return NULL;
}
