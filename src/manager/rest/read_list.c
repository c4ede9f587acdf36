/* Lists: filters, order and page into one query, its count and its rows into one envelope. The page
 * is read by keys where the cache may hold the objects, else by whole rows. */
#include "manager/rest/read_list.h"

#include "manager/rest/etag.h"
#include "manager/rest/filters.h"
#include "manager/rest/objects.h"
#include "manager/rest/order.h"
#include "manager/rest/page.h"
#include "manager/rest/uri.h"

/* Bytes of an answer: 10,000 rooms with some aliases take 20 MiB. Beyond, a smaller page is to be
 * asked for. */
static const size_t list_max = (size_t)512 << 20;

typedef struct ListWork {
    const Resource *rows; /* whose rows are shown */
    Query query;
    FilterList filters;
    Page page;
    Value parent; /* of a nested resource: key of its parent */
} ListWork;

/* What the tag of a list depends on besides the rows: FNV's way of mixing what was asked and by
 * which rights. Two questions of one hash would have to be asked by the same client. */
static uint64_t question_of(const RestRequest *request)
{
    uint64_t hash = str_hash(request->query);
    hash = hash * UINT64_C(0x100000001b3) ^ str_hash(request->route.parent_id);
    hash = hash * UINT64_C(0x100000001b3) ^ request->route.resource->index;
    return hash * UINT64_C(0x100000001b3) ^ request->principal.permissions;
}

static Str tag_of(const Rest *r, const RestRequest *request, int64_t seq)
{
    const StoreFile file = store_file_of(request->route.resource);
    return etag_of_list(request->arena, r->epochs[file], seq, question_of(request));
}

/* Nested rows have either a relation to their parent or its key beside their own. */
static void narrow_to_parent(RestRequest *request, ListWork *work)
{
    const Field *parent_field = request->route.resource->parent_field;
    if (parent_field == NULL) {
        work->query.parent = work->parent;
        return;
    }
    Filter *filters = ARENA_ARRAY(request->arena, Filter, work->filters.n + 1);
    Regex **regexes = ARENA_ARRAY(request->arena, Regex *, work->filters.n + 1);
    for (size_t i = 0; i < work->filters.n; i++) {
        filters[i] = work->filters.filters[i];
    }
    filters[work->filters.n] = (Filter){
        .field = parent_field, .lookup = LOOKUP_EXACT, .values = &work->parent, .n_values = 1};
    work->filters = (FilterList){filters, regexes, work->filters.n + 1};
}

static Err *parse(RestRequest *request, ListWork *work)
{
    Arena *a = request->arena;
    const FilterRules rules = {.set = request->principal.permissions, .strict = false};
    Query *q = &work->query;
    q->resource = work->rows;
    TRY(page_parse(a, request->parameters, request->n_parameters, &work->page));
    TRY(filters_parse(a, work->rows, &rules, request->parameters, request->n_parameters,
                      &work->filters));
    TRY(orders_parse(a, work->rows, rules.set, request->parameters, request->n_parameters,
                     &q->orders, &q->n_orders));
    q->limit = work->page.limit;
    q->offset = work->page.offset;
    return NULL;
}

/* True, and answered, if the client has the list as it is now. The answer must not depend on rows:
 * with a tag of this list, its parent was there, and nothing changed since. */
static bool answer_unchanged(const Rest *r, RestRequest *request)
{
    const Str asked = request_header(request, STR("if-none-match"));
    if (asked.len == 0) {
        return false;
    }
    const Str tag = tag_of(r, request, store_seq(r->store, store_file_of(request->route.resource)));
    if (!etag_none_match(asked, tag)) {
        return false;
    }
    answer_not_modified(&request->answer, request->arena, tag);
    return true;
}

RestNext read_list_parse(const Rest *r, RestRequest *request)
{
    const Resource *resource = request->route.resource;
    ListWork *work = ARENA_NEW(request->arena, ListWork);
    request->work = work;
    work->rows = resource->rows_of != NULL ? resource->rows_of : resource;
    const Err *e = parse(request, work);
    if (e != NULL) {
        answer_failure(&request->answer, request->arena, resource->name, e);
        return REST_ANSWERED;
    }
    if (resource->parent != NULL) {
        if (!uri_key_from_text(request->arena, resource->parent, request->route.parent_id,
                               &work->parent)) {
            answer_empty(&request->answer, 404);
            return REST_ANSWERED;
        }
        narrow_to_parent(request, work);
    }
    work->query.filters = work->filters.filters;
    work->query.n_filters = work->filters.n;
    if (answer_unchanged(r, request)) {
        return REST_ANSWERED;
    }
    return query_is_cheap(&work->query) ? REST_READ : REST_READ_POOL;
}

static Err *put_objects(const Rest *r, RestRequest *request, Reader *reader, int64_t seq,
                        const ListWork *work, Buf *body)
{
    Arena *a = request->arena;
    const PermissionSet set = request->principal.permissions;
    size_t n = 0;
    if (objects_are_cacheable(r, work->rows)) {
        Value *keys = NULL;
        TRY(reader_select_keys(reader, a, &work->query, &keys, &n));
        return objects_put(r, reader, a, work->rows, set, seq, keys, n, body, NULL);
    }
    const Row **rows = NULL;
    TRY(reader_select(reader, a, &work->query, &rows, &n));
    return objects_put_rows(r, reader, a, work->rows, set, rows, n, body);
}

static Err *put_list(const Rest *r, RestRequest *request, Reader *reader, int64_t seq,
                     ListWork *work, Buf *body)
{
    CLEANUP(buf_free) Buf *path = buf_new(list_max);
    int64_t total = 0;
    TRY(reader_propose(reader, request->arena, &work->query, &work->query.proposals));
    TRY(reader_count(reader, request->arena, &work->query, &total));
    uri_put_list(path, request->route.resource, request->route.parent_id);
    buf_put_lit(body, "{\"meta\": ");
    page_put_meta(body, buf_str(path), request->parameters, request->n_parameters, work->page,
                  total);
    buf_put_lit(body, ", \"objects\": [");
    if (total > work->page.offset) {
        TRY(put_objects(r, request, reader, seq, work, body));
    }
    buf_put_lit(body, "]}");
    return buf_failed(body) ? err(request->arena, ERR_INVALID,
                                  "The page is too large: ask for fewer objects at once.")
                            : NULL;
}

/* A nested list of a parent that isn't there is a 404, an empty one is a list (wire 13.4). */
static Err *parent_exists(RestRequest *request, Reader *reader, const ListWork *work,
                          bool *ret_exists)
{
    const Row *parent = NULL;
    if (request->route.resource->parent != NULL) {
        TRY(reader_get(reader, request->arena, request->route.resource->parent, work->parent,
                       &parent));
    }
    *ret_exists = request->route.resource->parent == NULL || parent != NULL;
    return NULL;
}

Err *read_list_run(const Rest *r, RestRequest *request, Reader *reader, int64_t seq)
{
    ListWork *work = request->work;
    bool exists = false;
    TRY(parent_exists(request, reader, work, &exists));
    if (!exists) {
        answer_empty(&request->answer, 404);
        return NULL;
    }
    CLEANUP(buf_free) Buf *body = buf_new(list_max);
    Err *e = filters_open(request->arena, &work->filters);
    if (e == NULL) {
        e = put_list(r, request, reader, seq, work, body);
    }
    filters_close(&work->filters);
    TRY(e);
    answer_json(&request->answer, 200, body);
    body = NULL;
    answer_add_header(&request->answer, request->arena, "ETag", tag_of(r, request, seq));
    return NULL;
}
