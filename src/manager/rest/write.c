/* The stages of a request that changes things, from its body to its answer; rows themselves are
 * written by apply.c. A hook's or the store's Err rolls back all of the request: whatever is
 * noted in Write meanwhile is set anew by the next run. */
#include "manager/rest/write.h"

#include "base/log.h"
#include "manager/rest/command.h"
#include "manager/rest/dead_ends.h"
#include "manager/rest/etag.h"
#include "manager/rest/render.h"
#include "manager/rest/taken.h"
#include "manager/rest/uri.h"
#include "manager/rest/write_work.h"

/* What is prepared is void when somebody else changes the row before the writer comes to it. Who
 * loses that race so often meets more than chance: a 503 lets the client decide. */
#define PREPARE_TRIES 3

#define OBJECT_MAX ((size_t)1024 * 1024) /* bytes of the JSON that a creation answers with */
#define LOCATION_MAX ((size_t)32 * 1024) /* more than a head with its Host */

static bool is_list(const RestRequest *request)
{
    return request->route.kind == ROUTE_LIST;
}

/* A POST goes to a list, but makes one object. */
bool write_is_alone(const RestRequest *request)
{
    return !is_list(request) || request->method_bit == METHOD_POST;
}

/* A PUT of one object. Where PUT is taken besides what the schema shows, clients mean a PATCH by
 * it. */
static bool is_whole(const RestRequest *request)
{
    return !is_list(request) && request->method_bit == METHOD_PUT &&
           (request->route.resource->also_accepts & METHOD_PUT) == 0;
}

/* --- parsing --- */

CHECKED Err *write_parse_object(const Rest *r, RestRequest *request, const Json *object,
                                const Body *files, bool creating, Write *write, WriteItem *item)
{
    Typing typing = {.arena = request->arena,
                     .problems = &write->problems,
                     .store = r->store,
                     .texts = files != NULL && files->texts,
                     .creating = creating,
                     .whole = is_whole(request)};
    Input *input = NULL;
    TRY(input_read(&typing, request->route.resource, object, files, NULL, &input));
    if (creating) {
        input_check_new(&typing, input, NULL);
    }
    *item = (WriteItem){.input = input, .key = VALUE_NONE};
    return NULL;
}

/* A PUT makes an object that isn't there, under an id that a creation might ask for. */
static bool may_create_at(const Resource *r, Value key)
{
    return r->key_type == KEY_INTEGER && !r->singleton && (r->list_methods & METHOD_POST) != 0 &&
           input_may_choose_key(r, key);
}

static CHECKED Err *parse_one(const Rest *r, RestRequest *request, const Body *body, Write *write)
{
    const Resource *resource = request->route.resource;
    bool creating = is_list(request); /* a PUT may create, too: that turns out inside the writer */
    write->items = ARENA_NEW(request->arena, WriteItem);
    write->n_items = 1;
    write->faulty = write->items;
    TRY(write_parse_object(r, request, body->object, body, creating, write, write->items));
    if (!creating) {
        write->items->input->id = VALUE_NONE; /* the address decides */
        write->items->input->wrong_id = false;
        write->items->key = write->key;
        write->items->whole = is_whole(request);
        write->items->may_create = is_whole(request) && may_create_at(resource, write->key);
    }
    return NULL;
}

static CHECKED Err *parse_body(const Rest *r, RestRequest *request, Write *write)
{
    Body body = {.object = NULL};
    TRY(body_read(request, &body));
    if (is_list(request) && request->method_bit != METHOD_POST) {
        return list_write_parse(r, request, &body, write);
    }
    return parse_one(r, request, &body, write);
}

/* Address and query before the body: a missing object is a 404 whatever the body holds. */
static CHECKED Err *parse_request(const Rest *r, RestRequest *request, Write *write)
{
    const Resource *resource = request->route.resource;
    if (!is_list(request)) {
        if (!uri_key_from_text(request->arena, resource, request->route.id, &write->key)) {
            return err(request->arena, ERR_NOT_FOUND, "There is no such object.");
        }
        write->if_match = request_header(request, STR("if-match"));
    } else if (request->method_bit == METHOD_PUT || request->method_bit == METHOD_DELETE) {
        TRY(list_write_parse_filters(r, request, write));
    }
    if (request->method_bit == METHOD_DELETE) {
        write->deletes_one = !is_list(request);
        return NULL;
    }
    return parse_body(r, request, write);
}

static void answer_error_of(RestRequest *request, const Err *e)
{
    answer_failure(&request->answer, request->arena, request->route.resource->name, e);
}

/* Commands, and actions on objects that are never there: upgrades in stages (wire 12.4) are refused
 * when they are opened, so nothing is below an upgrade_request. */
static RestNext parse_action(const Rest *r, RestRequest *request)
{
    Body body = {.object = NULL};
    if (request->route.resource->parent != NULL) {
        answer_empty(&request->answer, 404);
        return REST_ANSWERED;
    }
    RestNext next = REST_ANSWERED;
    const Err *e = body_read(request, &body);
    if (e != NULL) {
        answer_error_of(request, e);
    } else {
        next = command_parse(r, request, &body);
    }
    if (next == REST_ANSWERED) {
        body_release(request);
    }
    return next;
}

/* Whether a faulty object's answer depends on rows: what it gives may be taken, or it may be gone.
 */
static bool needs_look(const WriteItem *item)
{
    return taken_is_possible(item->input) || dead_ends_are_possible(item->input) ||
           !value_is_null(item->key);
}

/* The body's mapping is kept only for write_prepare(), which reads the files in it. */
RestNext write_parse(const Rest *r, RestRequest *request, bool large_here)
{
    if (!large_here && body_is_large(request, WRITE_PARSE_HERE_BYTES)) {
        return REST_PARSE_POOL;
    }
    if (request->route.kind == ROUTE_COMMAND || request->route.resource->parent != NULL) {
        return parse_action(r, request);
    }
    Write *write = ARENA_NEW(request->arena, Write);
    request->work = write;
    problems_init(&write->problems, request->arena);
    const Err *e = parse_request(r, request, write);
    bool faulty = e != NULL || problems_any(&write->problems);
    if (e == NULL && faulty && needs_look(write->faulty)) {
        body_release(request);
        return REST_READ_POOL;
    }
    if (!faulty && write_needs_prepare(r, request, write)) {
        return REST_PREPARE;
    }
    body_release(request);
    if (!faulty) {
        return REST_WRITE;
    }
    if (e != NULL) {
        answer_error_of(request, e);
    } else {
        answer_problems(&request->answer, request->route.resource->name, &write->problems);
    }
    return REST_ANSWERED;
}

/* *ret_gone is set where the object to be changed isn't there. */
static CHECKED Err *note_taken(const RestRequest *request, Reader *reader, Write *write,
                               bool *ret_gone)
{
    const WriteItem *item = write->faulty;
    const Row *old = NULL, *row = NULL;
    const Taken taken = {.reader = reader,
                         .arena = request->arena,
                         .problems = &write->problems,
                         .set = request->principal.permissions};
    if (!value_is_null(item->key)) {
        TRY(reader_get(reader, request->arena, request->route.resource, item->key, &old));
        if (old == NULL && !item->may_create) {
            *ret_gone = true;
            return NULL;
        }
        if (old == NULL && write->n_prepared == 0) { /* write_prepare() looked itself */
            const Typing typing = {.arena = request->arena, .problems = &write->problems};
            input_check_new(&typing, item->input, NULL);
        }
    }
    if (!write->changes_others) {
        TRY(taken_merge(reader, request->arena, item->input, old, &row));
        TRY(taken_note(&taken, item->input, row, old));
    }
    return dead_ends_note(reader, request->arena, &write->problems, item->input, true,
                          !write_is_alone(request));
}

bool write_note_taken(const RestRequest *request, Reader *reader, Write *write)
{
    int64_t seq = 0;
    bool gone = false;
    Err *e = reader_begin(reader, request->arena, &seq);
    if (e == NULL) {
        e = note_taken(request, reader, write, &gone);
        reader_end(reader);
    }
    if (e != NULL) {
        log_debug("Unique values of a refused body weren't looked for. error=\"%s\"", e->text);
    }
    return !gone;
}

void write_refuse(RestRequest *request, Reader *reader)
{
    Write *write = request->work;
    if (write_note_taken(request, reader, write)) {
        answer_problems(&request->answer, request->route.resource->name, &write->problems);
    } else {
        answer_empty(&request->answer, 404);
    }
}

StoreFile write_file(const RestRequest *request)
{
    return store_file_of(request->route.resource);
}

/* How many a list deletion finds isn't known yet: it counts as one. */
size_t write_n_objects(const RestRequest *request)
{
    const Write *write = request->work;
    size_t n = write->n_deletions + 1;
    for (size_t i = 0; i < write->n_items; i++) {
        n += input_n_objects(write->items[i].input);
    }
    return n;
}

/* --- the answer to a creation --- */

/* Clients take the key from it, or use it as it is as the value of a relation (wire 7); two of
 * older versions need scheme and host. */
static void add_location(const Rest *r, RestRequest *request, const Row *row)
{
    Buf out;
    buf_init(&out, LOCATION_MAX);
    Str host = request_header(request, STR("host"));
    if (r->options.absolute_location && host.len > 0) {
        buf_printf(&out, "https://%.*s", STR_ARG(host));
    }
    uri_put(&out, row->resource, row->key);
    answer_add_header(&request->answer, request->arena, "Location", buf_str(&out));
    buf_deinit(&out);
}

/* The object, with secrets that no other answer shows. */
static CHECKED Err *render_object(const Apply *a, RestRequest *request, const Row *row)
{
    Rendered object;
    Buf *body = buf_new(OBJECT_MAX);
    answer_json(&request->answer, 201, body);
    answer_add_header(&request->answer, request->arena, "Cache-Control", STR("no-store"));
    return render_rows(a->rest, tx_reader(a->tx), a->arena, row->resource, &row, 1, a->set, body,
                       &object);
}

/* Mostly nothing: a body of a 201 would be parsed by clients that expect none (wire 7). */
static CHECKED Err *render_created(const Apply *a, RestRequest *request, const Row *row)
{
    const ResourceHooks *hooks = rest_hooks_of(a->rest, row->resource);
    RestAnswer *answer = &request->answer;
    if (hooks != NULL && hooks->render_created != NULL) {
        TRY(hooks->render_created(a->tx, request->arena, row, answer));
    } else if (row->resource->has_once) {
        TRY(render_object(a, request, row));
    }
    return answer->body != NULL && buf_failed(answer->body)
               ? err(a->arena, ERR_INTERNAL, "The answer is larger than any may be.")
               : NULL;
}

/* Complete before the commit, so that nothing is left to go wrong after it. A list has no such
 * answer. */
static CHECKED Err *answer_created(const Apply *a, RestRequest *request, const Row *row)
{
    if (!write_is_alone(request)) {
        return NULL;
    }
    TRY(render_created(a, request, row));
    if (request->answer.status == 0) {
        answer_empty(&request->answer, 201);
        answer_add_header(&request->answer, request->arena, "Vary", STR(ANSWER_VARY));
    }
    request->answer.status = 201;
    add_location(a->rest, request, row);
    return NULL;
}

/* --- writing --- */

/* RFC 9110 13.1.1. Inside the transaction, so that nobody comes between the look and the write. */
static CHECKED Err *check_if_match(Apply *a, const RestRequest *request, Write *write,
                                   const Row *row)
{
    if (write->if_match.ptr == NULL) {
        return NULL;
    }
    const Str epoch = a->rest->epochs[write_file(request)];
    write->precondition_failed = row == NULL || !etag_match(write->if_match, epoch, row->version);
    return write->precondition_failed
               ? err(a->arena, ERR_CONFLICT, "The object was changed meanwhile.")
               : NULL;
}

static CHECKED Err *write_item(Apply *a, RestRequest *request, Write *write, WriteItem *item)
{
    const Resource *resource = request->route.resource;
    const Row *old = NULL, *row = NULL;
    if (!value_is_null(item->key)) {
        TRY(reader_get(tx_reader(a->tx), a->arena, resource, item->key, &old));
        if (old == NULL && !item->may_create) {
            return err(a->arena, ERR_NOT_FOUND, "There is no such object.");
        }
    }
    item->gone = old == NULL; /* perhaps by this request: the list may replace what there was */
    TRY(check_if_match(a, request, write, old));
    if (old != NULL) {
        return apply_update(a, old, item->input, item->whole, NULL, VALUE_NONE, item->prepared,
                            &row);
    }
    TRY(apply_create(a, item->input, item->key, NULL, VALUE_NONE, item->prepared, &row));
    return answer_created(a, request, row);
}

static CHECKED Err *delete_one(Apply *a, const RestRequest *request, Write *write, Value key,
                               bool must_be_there)
{
    const Row *row = NULL;
    TRY(reader_get(tx_reader(a->tx), a->arena, request->route.resource, key, &row));
    if (row == NULL) {
        return must_be_there ? err(a->arena, ERR_NOT_FOUND, "There is no such object.") : NULL;
    }
    TRY(check_if_match(a, request, write, row));
    return row->resource->singleton ? apply_empty(a, row) : apply_delete(a, row);
}

/* The order of wire 8.3 and 8.4. It doesn't matter to uniqueness, which the store looks at when all
 * is done: a new object may have the name of one that is deleted after it. */
static CHECKED Err *run_all(Apply *a, RestRequest *request, Write *write)
{
    if (write->deletes_one) {
        return delete_one(a, request, write, write->key, true);
    }
    if (write->deletes_matching) {
        TRY(list_write_delete_matching(a, request->route.resource, write));
    }
    for (size_t i = 0; i < write->n_items; i++) {
        TRY(write_item(a, request, write, &write->items[i]));
    }
    for (size_t i = 0; i < write->n_deletions; i++) {
        TRY(delete_one(a, request, write, write->deletions[i], false));
    }
    return NULL;
}

/* What isn't unique is told together with all else. */
static CHECKED Err *add_conflicts(Apply *a, const RestRequest *request, Err *e)
{
    Err *first = NULL;
    if (apply_go_on(a, e) != NULL) {
        return e;
    }
    TRY(tx_conflicts(a->tx, &first));
    taken_note_conflicts(a->problems, request->route.resource, first);
    return e == NULL && first != NULL ? apply_faulty(a) : e;
}

CHECKED Err *write_run(const Rest *r, RestRequest *request, Tx *tx)
{
    Write *write = request->work;
    problems_init(&write->problems, request->arena);
    answer_clear(&request->answer); /* of a run before */
    write->precondition_failed = false;
    write->deleted = NULL;
    Apply apply = {.rest = r,
                   .tx = tx,
                   .arena = tx_arena(tx),
                   .problems = &write->problems,
                   .set = request->principal.permissions,
                   .alone = write_is_alone(request),
                   .settled = !write->changes_others,
                   .deleted = &write->deleted,
                   .kept = request->arena};
    Err *e = run_all(&apply, request, write);
    write->stale = apply.stale;
    return apply.alone ? add_conflicts(&apply, request, e) : e;
}

/* --- answering --- */

/* By the first that holds: a conflict of the whole list, found at the end of the transaction, names
 * its field, but no problem was noted for it. */
static void answer_failed(RestRequest *request, Write *write, const Err *e)
{
    Str name = request->route.resource->name;
    if (write->precondition_failed) {
        answer_error(&request->answer, request->arena, 412, str_from(e->text));
    } else if (e->kind == ERR_INVALID && problems_any(&write->problems)) {
        answer_problems(&request->answer, name, &write->problems);
    } else if (e->kind == ERR_CONFLICT && e->field != NULL) {
        problems_init(&write->problems, request->arena);
        taken_note_conflicts(&write->problems, request->route.resource, e);
        answer_problems(&request->answer, name, &write->problems);
    } else {
        answer_error_of(request, e);
    }
}

/* The body of a creation was made before the commit. */
static void finish_stored(const Rest *r, RestRequest *request, const Write *write)
{
    for (const Deleted *d = write->deleted; d != NULL; d = d->next) {
        d->hooks->after_delete(r->store, request->arena, d->key);
    }
    if (request->answer.status == 0) {
        answer_empty(&request->answer, request->method_bit == METHOD_PATCH ? 202 : 204);
    }
}

RestNext write_finish(const Rest *r, RestRequest *request, const Err *e, int64_t seq)
{
    Write *write = request->work;
    (void)seq; /* tells nothing that the answer shows */
    if (e == NULL) {
        finish_stored(r, request, write);
        return REST_ANSWERED;
    }
    answer_clear(&request->answer);
    if (write->stale && e->kind == ERR_BUSY && write->n_prepared < PREPARE_TRIES) {
        return REST_PREPARE;
    }
    answer_failed(request, write, e);
    return REST_ANSWERED;
}
