#pragma once

/* A store in a temporary folder and requests led through the stages of rest/, as the server does.
 */

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "manager/rest/rest.h"
#include "store/writer.h"

#define REST_FIXTURE_ALL UINT64_MAX

typedef struct RestFixture {
    Arena *arena; /* for what lives as long as the test */
    Model *model;
    char folder[64];
    Store *store;
    Rest *rest;
    Reader *reader;
    PermissionSet permissions; /* of whom the requests come from */
    RestNext stage;            /* where the last read was done */
    bool fails;                /* transactions are rolled back after all was written */
} RestFixture;

/* Names in lower case and values, by turns; ended by NULL. */
typedef const char *const *RestFixtureHeaders;

static inline Str rest_fixture_header(void *context, Str name)
{
    const RestFixtureHeaders headers = (RestFixtureHeaders)context;
    for (size_t i = 0; headers != NULL && headers[i] != NULL; i += 2) {
        if (str_equal(str_from(headers[i]), name)) {
            return str_from(headers[i + 1]);
        }
    }
    return STR_NONE;
}

static inline void rest_fixture_check(const Err *e)
{
    if (e != NULL) {
        fail_msg("%s (%s) %s", e->text, e->where, e->detail != NULL ? e->detail : "");
    }
}

static inline RestFixture *rest_fixture_with(const RestOptions *rest)
{
    RestFixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    f->arena = arena_new(256 << 20);
    f->permissions = REST_FIXTURE_ALL;
    (void)snprintf(f->folder, sizeof f->folder, "/tmp/rostra-rest-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    const StoreOptions options = {.folder = f->folder};
    rest_fixture_check(
        model_load(f->arena, model_embedded_files, model_n_embedded_files, &f->model));
    rest_fixture_check(store_open(f->arena, f->model, &options, &f->store));
    rest_fixture_check(reader_new(f->arena, f->store, &f->reader));
    f->rest = rest_new(f->store, rest);
    return f;
}

static inline RestFixture *rest_fixture_new(size_t cache_bytes, const ResourceHooks *const hooks[],
                                            size_t n_hooks)
{
    const RestOptions rest = {.cache_bytes = cache_bytes, .hooks = hooks, .n_hooks = n_hooks};
    return rest_fixture_with(&rest);
}

static inline int rest_fixture_remove(const char *path, const struct stat *status, int type,
                                      struct FTW *where)
{
    (void)status;
    (void)type;
    (void)where;
    return remove(path);
}

static inline void rest_fixture_free(RestFixture *f)
{
    f->rest = rest_free(f->rest);
    f->reader = reader_free(f->reader);
    f->store = store_close(f->store);
    f->model = model_free(f->model);
    assert_int_equal(nftw(f->folder, rest_fixture_remove, 8, FTW_DEPTH | FTW_PHYS), 0);
    f->arena = arena_free(f->arena);
    free(f);
}

static inline Err *rest_fixture_run(Tx *tx, WriteRequest *write)
{
    void **context = write->context;
    const RestFixture *f = context[0];
    TRY(rest_write(f->rest, context[1], tx));
    return f->fails ? err(tx_arena(tx), ERR_IO, "The disk is full.") : NULL;
}

static inline RestNext rest_fixture_write(RestFixture *f, RestRequest *request)
{
    void *context[] = {f, request};
    WriteRequest write = {.run = rest_fixture_run,
                          .context = context,
                          .user = "tester",
                          .name = "",
                          .n_objects = rest_write_n_objects(request)};
    int64_t seq = 0;
    const Err *e =
        store_write_wait(f->store, rest_write_file(request), request->arena, &write, &seq);
    return rest_written(f->rest, request, e, seq);
}

static inline void rest_fixture_work(RestFixture *f, RestRequest *request)
{
    RestNext next = rest_work(f->rest, request, false);
    while (next != REST_ANSWERED) {
        f->stage = next;
        switch (next) {
        case REST_READ:
        case REST_READ_POOL:
            rest_read(f->rest, request, f->reader);
            return;
        case REST_PARSE_POOL:
            next = rest_work(f->rest, request, true);
            break;
        case REST_PREPARE:
            next = rest_prepare(f->rest, request, f->reader);
            break;
        case REST_WRITE:
            next = rest_fixture_write(f, request);
            break;
        default:
            fail_msg("stage %d", (int)next);
        }
    }
}

/* target: path and query. The answer's texts live in f->arena; free its body. */
static inline RestAnswer rest_fixture_send(RestFixture *f, const char *method, const char *target,
                                           RestFixtureHeaders headers, const char *body)
{
    Str query = str_from(target);
    const Str path = str_cut(&query, '?');
    RestRequest request = {
        .arena = f->arena,
        .method = str_from(method),
        .path = path,
        .query = query.ptr != NULL ? query : STR(""),
        .request_id = STR(""),
        .header = rest_fixture_header,
        .header_context = (void *)(uintptr_t)headers,
        .body = str_from(body),
        .body_fd = -1,
    };
    f->stage = REST_ANSWERED;
    if (rest_route(f->rest, &request) == REST_GO_ON) {
        request.principal = (Principal){STR("tester"), f->permissions};
        if (rest_authorize(f->rest, &request) == REST_GO_ON) {
            rest_fixture_work(f, &request);
        }
    }
    assert_true(request.answer.status != 0);
    return request.answer;
}

static inline Str rest_fixture_answer_header(const RestAnswer *answer, const char *name)
{
    for (size_t i = 0; i < answer->n_headers; i++) {
        if (str_equal(str_from(answer->headers[i].name), str_from(name))) {
            return answer->headers[i].value;
        }
    }
    return STR_NONE;
}

/* Sends, checks the status, and gives the body as a text that lives in f->arena. */
static inline const char *rest_fixture_text(RestFixture *f, const char *method, const char *target,
                                            const char *body, int status)
{
    RestAnswer answer = rest_fixture_send(f, method, target, NULL, body);
    const char *text = answer.body != NULL ? str_to_cstr(f->arena, buf_str(answer.body)) : "";
    if (answer.status != status) {
        fail_msg("%s %s: %d %s", method, target, answer.status, text);
    }
    answer.body = buf_free(answer.body);
    return text;
}

static inline const char *rest_fixture_get(RestFixture *f, const char *target)
{
    return rest_fixture_text(f, "GET", target, NULL, 200);
}

/* --- rows, past all rules --- */

typedef struct RestFixtureRow {
    Family family;
    const char *file;
    Row *row;
    const Field *links; /* NULL: none */
    const Value *keys;
    size_t n_keys;
    void (*fill)(Arena *a, Row *row, void *context);
    void *context;
    bool update, delete;
} RestFixtureRow;

static inline Err *rest_fixture_store(Tx *tx, WriteRequest *write)
{
    RestFixtureRow *r = write->context;
    const Resource *resource = model_resource(tx_model(tx), r->family, str_from(r->file));
    const Row *old = NULL;
    bool found = false;
    if (r->delete) {
        return tx_delete(tx, resource, r->row->key, &found);
    }
    if (r->update) {
        TRY(reader_get(tx_reader(tx), tx_arena(tx), resource, r->row->key, &old));
        Row *new = row_copy(tx_arena(tx), old);
        r->fill(tx_arena(tx), new, r->context);
        return tx_update(tx, old, new);
    }
    TRY(tx_insert(tx, r->row));
    return r->links != NULL ? tx_set_links(tx, r->links, r->row->key, r->keys, r->n_keys) : NULL;
}

static inline void rest_fixture_commit(RestFixture *f, RestFixtureRow *r)
{
    const Resource *resource = model_resource(f->model, r->family, str_from(r->file));
    WriteRequest write = {
        .run = rest_fixture_store, .context = r, .user = "tester", .name = "", .n_objects = 1};
    int64_t seq = 0;
    rest_fixture_check(store_write_wait(f->store, store_file_of(resource), f->arena, &write, &seq));
}

/* A row with the defaults of its model; the key is left open. */
static inline Row *rest_fixture_row(RestFixture *f, Family family, const char *file)
{
    const Resource *resource = model_resource(f->model, family, str_from(file));
    assert_non_null(resource);
    Row *row = row_new(f->arena, resource);
    for (size_t i = 0; i < resource->n_fields; i++) {
        row->values[i] = resource->fields[i].default_value;
    }
    return row;
}

static inline void rest_fixture_set(Row *row, const char *field, Value value)
{
    const Field *found = resource_field(row->resource, str_from(field));
    assert_non_null(found);
    row->values[found->index] = value;
}

/* Several rows in one commit. */
typedef struct RestFixtureRows {
    Row **rows;
    size_t n;
} RestFixtureRows;

static inline Err *rest_fixture_store_all(Tx *tx, WriteRequest *write)
{
    const RestFixtureRows *all = write->context;
    for (size_t i = 0; i < all->n; i++) {
        TRY(tx_insert(tx, all->rows[i]));
    }
    return NULL;
}

static inline void rest_fixture_insert_all(RestFixture *f, Row *rows[], size_t n)
{
    RestFixtureRows all = {rows, n};
    WriteRequest write = {.run = rest_fixture_store_all,
                          .context = &all,
                          .user = "tester",
                          .name = "",
                          .n_objects = n};
    int64_t seq = 0;
    rest_fixture_check(
        store_write_wait(f->store, store_file_of(rows[0]->resource), f->arena, &write, &seq));
}

static inline void rest_fixture_insert(RestFixture *f, Row *row)
{
    RestFixtureRow r = {.family = row->resource->family,
                        .file = str_to_cstr(f->arena, row->resource->file)};
    r.row = row;
    rest_fixture_commit(f, &r);
}
