/* PATCH, PUT and DELETE of lists (wire 8.3, 8.4): the documented way to make thousands of rooms in
 * one request, and the quickest way to lose them. All or nothing, in one transaction; here a body
 * without "objects", a member that is no object, or a filter that isn't understood is refused,
 * never read over. */
#include "manager/rest/uri.h"
#include "manager/rest/write.h"
#include "manager/rest/write_work.h"

/* Without resource_uri it is new; with one, it is changed as PATCH does, or brought back under its
 * key if it is gone. An "id" alone doesn't say which object is meant: it is the key of a new one.
 */
static CHECKED Err *read_object(const Rest *r, RestRequest *request, const Json *object,
                                Write *write, WriteItem *item)
{
    if (object->type != JSON_OBJECT) {
        return err(request->arena, ERR_INVALID, "The members of 'objects' must be objects.");
    }
    const Json *uri = json_member(object, STR("resource_uri"));
    bool is_new = uri == NULL || uri->type != JSON_STRING || uri->text.len == 0;
    TRY(write_parse_object(r, request, object, NULL, is_new, write, item));
    if (item->input->foreign_uri) {
        return err(request->arena, ERR_INVALID,
                   "A resource_uri in 'objects' is no address of an object of this resource.");
    }
    item->key = item->input->uri_key;
    item->may_create = true;
    return NULL;
}

static CHECKED Err *read_objects(const Rest *r, RestRequest *request, const Json *objects,
                                 Write *write)
{
    if (objects == NULL || objects->type != JSON_ARRAY) {
        return err(request->arena, ERR_INVALID, "The body needs a list 'objects'.");
    }
    if (objects->n > WRITE_OBJECTS_MAX) {
        return err(request->arena, ERR_INVALID, "At most %d objects in one request.",
                   WRITE_OBJECTS_MAX);
    }
    write->items = ARENA_ARRAY(request->arena, WriteItem, objects->n);
    for (const Json *object = objects->first; object != NULL; object = object->next) {
        TRY(read_object(r, request, object, write, &write->items[write->n_items]));
        write->n_items++;
        if (problems_any(&write->problems)) {
            write->faulty = &write->items[write->n_items - 1];
            return NULL; /* the first bad object decides */
        }
    }
    return NULL;
}

static CHECKED Err *read_deletions(RestRequest *request, const Json *list, Write *write)
{
    if (list == NULL || list->type == JSON_NULL) {
        return NULL;
    }
    if (list->type != JSON_ARRAY) {
        return err(request->arena, ERR_INVALID, "'deleted_objects' must be a list of addresses.");
    }
    write->deletions = ARENA_ARRAY(request->arena, Value, list->n);
    for (const Json *uri = list->first; uri != NULL; uri = uri->next) {
        if (uri->type != JSON_STRING ||
            !uri_parse(request->arena, request->route.resource, uri->text,
                       &write->deletions[write->n_deletions])) {
            return err(request->arena, ERR_INVALID,
                       "'deleted_objects' must hold addresses of objects of this resource.");
        }
        write->n_deletions++;
    }
    return NULL;
}

/* Whether anything is addressed that may be there already. */
static bool changes_others(const Json *objects, const Write *write)
{
    bool changes = write->deletes_matching || write->n_deletions > 0;
    for (const Json *object = objects->first; object != NULL && !changes; object = object->next) {
        changes = object->type == JSON_OBJECT && json_member(object, STR("resource_uri")) != NULL;
    }
    return changes;
}

CHECKED Err *list_write_parse(const Rest *r, RestRequest *request, const Body *body, Write *write)
{
    const Json *objects = json_member(body->object, STR("objects"));
    TRY(read_objects(r, request, objects, write));
    if (request->method_bit == METHOD_PATCH) {
        TRY(read_deletions(request, json_member(body->object, STR("deleted_objects")), write));
    }
    write->changes_others = changes_others(objects, write);
    return NULL;
}

CHECKED Err *list_write_parse_filters(const Rest *r, RestRequest *request, Write *write)
{
    (void)r;
    FilterRules rules = {.set = request->principal.permissions, .strict = true};
    write->deletes_matching = true;
    return filters_parse(request->arena, request->route.resource, &rules, request->parameters,
                         request->n_parameters, &write->filters);
}

/* Each is looked at again: a deletion may have taken others of the list along. */
static CHECKED Err *delete_all(Apply *a, const Resource *resource, const Value keys[], size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const Row *row = NULL;
        TRY(reader_get(tx_reader(a->tx), a->arena, resource, keys[i], &row));
        if (row != NULL) {
            TRY(apply_delete(a, row));
        }
    }
    return NULL;
}

/* The filters are opened for each run: compiled expressions aren't kept while the request waits for
 * the writer. */
CHECKED Err *list_write_delete_matching(Apply *a, const Resource *resource, Write *write)
{
    Value *keys = NULL;
    size_t n = 0;
    TRY(filters_open(a->arena, &write->filters));
    Query query = {.resource = resource,
                   .filters = write->filters.filters,
                   .n_filters = write->filters.n,
                   .limit = INT64_MAX};
    Err *e = reader_select_keys(tx_reader(a->tx), a->arena, &query, &keys, &n);
    filters_close(&write->filters);
    TRY(e);
    return delete_all(a, resource, keys, n);
}
