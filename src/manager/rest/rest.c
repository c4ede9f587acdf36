/* The stages of a request, as far as reading and writing have them in common: what comes before
 * either, and the fork between them. Reads go on in read.c, all else in write.c. */
#include "manager/rest/rest.h"

#include <stdlib.h>

#include "manager/rest/body.h"
#include "manager/rest/cache.h"
#include "manager/rest/context.h"
#include "manager/rest/etag.h"
#include "manager/rest/media_type.h"
#include "manager/rest/read.h"
#include "manager/rest/render.h"
#include "manager/rest/write.h"
#include "model/model_ids.h"

#define REST_ARENA_BYTES ((size_t)64 * 1024)

/* Of wire 1.8. A body of JSON is held in memory, and its tree takes several times that; ten
 * thousand rooms with their aliases take some 10 MiB. What holds files is spooled to the disk by
 * the server, so its limit is that of a backup to be restored. */
static const size_t body_max = (size_t)16 << 20;
static const size_t list_body_max = (size_t)64 << 20;
static const size_t multipart_body_max = (size_t)8 << 30;

/* --- life --- */

/* Names of the model, looked up once: a hook of a resource that isn't there is our own mistake. */
static void find_hooks(Rest *r)
{
    for (size_t i = 0; i < r->options.n_hooks; i++) {
        const ResourceHooks *hooks = r->options.hooks[i];
        const Resource *resource = model_resource(r->model, hooks->family, hooks->resource);
        MUST(resource != NULL);
        r->hooks[resource->index] = hooks;
    }
}

static void find_commands(Rest *r)
{
    for (size_t i = 0; i < r->options.n_commands; i++) {
        for (const CommandEntry *c = r->options.commands[i]; c->run != NULL; c++) {
            r->commands[c->command] = c;
        }
    }
}

static void find_epochs(Rest *r)
{
    for (size_t i = 0; i < STORE_FILE_N; i++) {
        r->epochs[i] = etag_epoch(r->arena, r->store, (StoreFile)i);
    }
}

Rest *rest_new(Store *store, const RestOptions *options)
{
    Rest *r = calloc(1, sizeof *r);
    MUST(r != NULL);
    r->store = store;
    r->model = store_model(store);
    r->options = *options;
    r->arena = arena_new(REST_ARENA_BYTES);
    find_epochs(r);
    r->router = router_new(r->model);
    r->hooks = calloc(r->model->n_resources, sizeof(const ResourceHooks *));
    r->commands = calloc(r->model->n_resources, sizeof(const CommandEntry *));
    MUST(r->hooks != NULL && r->commands != NULL);
    find_hooks(r);
    find_commands(r);
    r->download_permission = model_at(r->model, RES_SYSTEM_BACKUP)->permission_detail;
    r->plans = render_plans_new(r);
    r->cache = options->cache_bytes > 0 ? cache_new(store, options->cache_bytes) : NULL;
    return r;
}

Rest *rest_free(Rest *r)
{
    if (r != NULL) {
        r->cache = cache_free(r->cache);
        r->plans = render_plans_free(r->plans);
        r->router = router_free(r->router);
        r->arena = arena_free(r->arena);
        free(r->hooks);
        free(r->commands);
        free(r);
    }
    return NULL;
}

/* --- before the login --- */

/* HEAD counts as GET everywhere but in the sending of the body. 0: no method of the API. */
static unsigned method_bit_of(Str method)
{
    static const struct {
        Str name;
        Method bit;
    } methods[] = {
        {STR_INIT("GET"), METHOD_GET},       {STR_INIT("HEAD"), METHOD_GET},
        {STR_INIT("POST"), METHOD_POST},     {STR_INIT("PUT"), METHOD_PUT},
        {STR_INIT("DELETE"), METHOD_DELETE}, {STR_INIT("PATCH"), METHOD_PATCH},
    };
    for (size_t i = 0; i < ARRAY_N(methods); i++) {
        if (str_equal(methods[i].name, method)) {
            return methods[i].bit;
        }
    }
    return 0;
}

static Str upper(Arena *a, Str s)
{
    char *copy = str_to_cstr(a, s);
    for (size_t i = 0; i < s.len; i++) {
        if (copy[i] >= 'a' && copy[i] <= 'z') {
            copy[i] = (char)(copy[i] - 'a' + 'A');
        }
    }
    return (Str){copy, s.len};
}

/* Old HTTP libraries can't send a PATCH, so they POST and name it in a header (wire 1.4). */
static void read_method(RestRequest *request)
{
    const Str override = str_trim(request_header(request, STR("x-http-method-override")));
    if (override.len > 0) {
        request->method = upper(request->arena, override);
    }
    request->head = str_equal(request->method, STR("HEAD"));
    request->method_bit = method_bit_of(request->method);
}

/* Runs of slashes collapse: a path with two in front would lead to another host. */
static Str canonical(RestRequest *request)
{
    CLEANUP(buf_free) Buf *out = buf_new(SIZE_MAX);
    for (size_t i = 0; i < request->path.len; i++) {
        if (request->path.ptr[i] != '/' || i == 0 || request->path.ptr[i - 1] != '/') {
            buf_put_char(out, request->path.ptr[i]);
        }
    }
    buf_put_char(out, '/');
    if (request->query.len > 0) {
        buf_put_char(out, '?');
        buf_put_str(out, request->query);
    }
    return str_dup(request->arena, buf_str(out));
}

/* Scripts GET without the final slash and follow the redirect (wire 1.3). A redirected POST would
 * be sent again as a GET, and its 200 would look like success. */
static void answer_missing_slash(RestRequest *request)
{
    if (request->method_bit == METHOD_GET) {
        answer_empty(&request->answer, 301);
        answer_add_header(&request->answer, request->arena, "Location", canonical(request));
    } else {
        answer_error(&request->answer, request->arena, 404,
                     STR("The final slash of the path is missing."));
    }
}

/* Our own addition: a file that was made on request is fetched below the object that tells of it,
 * where the resource's hooks know of one. */
static bool has_download(const Rest *r, const Resource *resource)
{
    const ResourceHooks *hooks = rest_hooks_of(r, resource);
    return hooks != NULL && hooks->render_download != NULL;
}

/* The order is that of wire 1.4: OPTIONS is answered for every address, a redirect comes before
 * 405, and a POST to an object, which schemas list for the command line client's sake, is a 501. */
RestNext rest_route(const Rest *r, RestRequest *request)
{
    bool slash = false;
    if (!router_match(r->router, request->arena, request->path, &request->route, &slash) ||
        (request->route.download && !has_download(r, request->route.resource))) {
        answer_empty(&request->answer, 404);
        return REST_ANSWERED;
    }
    read_method(request);
    const unsigned methods = route_methods(&request->route);
    if (str_equal(request->method, STR("OPTIONS"))) {
        answer_methods(&request->answer, request->arena, 200,
                       route_method_list(request->arena, methods));
    } else if (!slash) {
        answer_missing_slash(request);
    } else if (((methods | route_also_accepts(&request->route)) & request->method_bit) == 0) {
        answer_methods(&request->answer, request->arena, 405,
                       route_method_list(request->arena, methods));
    } else if (request->route.kind == ROUTE_DETAIL && request->method_bit == METHOD_POST) {
        answer_empty(&request->answer, 501);
    } else {
        return REST_GO_ON;
    }
    return REST_ANSWERED;
}

/* --- before the body --- */

/* By the rights that the model names for the resource (wire 11.4). A schema needs only a login:
 * clients read all of them before they do anything. */
static bool is_permitted(const Rest *r, const RestRequest *request)
{
    const PermissionSet set = request->principal.permissions;
    const Resource *resource = request->route.resource;
    if (request->route.kind == ROUTE_SCHEMA || request->route.kind == ROUTE_SCHEMA_INDEX) {
        return true;
    }
    if (!permission_set_has(set, r->model->use_api)) {
        return false;
    }
    if (resource == NULL) {
        return true;
    }
    if (request->method_bit == METHOD_GET) {
        const Permission to_download =
            request->route.download ? r->download_permission : PERMISSION_NONE;
        return permission_set_has(set, resource->permission_view) &&
               permission_set_has(set, to_download) &&
               (request->route.kind != ROUTE_DETAIL ||
                permission_set_has(set, resource->permission_detail));
    }
    return resource_may_be_changed(resource, set);
}

/* Whether a body means anything: one that comes with a GET or DELETE is read over (wire 1.5, 8). */
static bool has_body(const RestRequest *request)
{
    return (request->method_bit & (METHOD_POST | METHOD_PUT | METHOD_PATCH)) != 0;
}

RestNext rest_authorize(const Rest *r, RestRequest *request)
{
    if (!is_permitted(r, request)) {
        answer_error(&request->answer, request->arena, 403,
                     STR("You do not have the permission for this."));
        return REST_ANSWERED;
    }
    const Err *e =
        form_parse(request->arena, request->query, &request->parameters, &request->n_parameters);
    if (e != NULL) {
        answer_error(&request->answer, request->arena, 400, str_from(e->text));
    } else if (!answer_format_available(request)) {
        answer_error(&request->answer, request->arena, 406,
                     STR("This format is not available. Ask for JSON."));
    } else if (has_body(request) && body_type_of(request) == BODY_REFUSED) {
        answer_error(&request->answer, request->arena, 415,
                     str_format(request->arena,
                                "A body of this Content-Type is not taken here: send %.*s.",
                                STR_ARG(body_types_text(request))));
    } else {
        return REST_GO_ON;
    }
    return REST_ANSWERED;
}

size_t rest_body_limit(const Rest *r, const RestRequest *request)
{
    (void)r; /* the limits are the same for every Rest */
    if (!has_body(request)) {
        return body_max;
    }
    const BodyType type = body_type_of(request);
    const bool with_files = type == BODY_MULTIPART || type == BODY_RAW;
    if (with_files && body_takes_files(request->route.resource)) {
        return multipart_body_max;
    }
    const bool list = request->route.kind == ROUTE_LIST && request->method_bit != METHOD_POST;
    return list ? list_body_max : body_max;
}

/* --- the work itself --- */

RestNext rest_work(const Rest *r, RestRequest *request, bool large_here)
{
    return request->method_bit == METHOD_GET ? read_parse(r, request)
                                             : write_parse(r, request, large_here);
}

void rest_read(const Rest *r, RestRequest *request, Reader *reader)
{
    if (request->method_bit == METHOD_GET) {
        read_run(r, request, reader);
    } else {
        write_refuse(request, reader);
    }
}

/* Commands keep something else in request->work than other writes do. */
bool rest_prepares_passwords(const RestRequest *request)
{
    return request->route.kind != ROUTE_COMMAND && write_prepares_passwords(request);
}

RestNext rest_prepare(const Rest *r, RestRequest *request, Reader *reader)
{
    return write_prepare(r, request, reader);
}

StoreFile rest_write_file(const RestRequest *request)
{
    return write_file(request);
}

size_t rest_write_n_objects(const RestRequest *request)
{
    return write_n_objects(request);
}

Err *rest_write(const Rest *r, RestRequest *request, Tx *tx)
{
    return write_run(r, request, tx);
}

RestNext rest_written(const Rest *r, RestRequest *request, const Err *e, int64_t seq)
{
    return write_finish(r, request, e, seq);
}

void rest_release(RestRequest *request)
{
    body_release(request);
    request->answer.body = buf_free(request->answer.body);
}
