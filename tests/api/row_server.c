/* A rostrad whose history and live rows the tests write themselves, as Conferencing Nodes would
 * report them: the product's handler, REST stages and store over HTTPS, but no jobs, so that
 * nothing else writes live rows.
 *
 *     row_server --data DIR --listen ADDR:PORT serve
 *
 * Each line of standard input is one request to the store, answered by a line on standard output,
 * "ok" or what was wrong:
 *     {"resource": "history/participant", "rows": [{"id": "…", "start_time": "…"}, …]}
 *     {"resource": "status/participant", "delete": ["…", …]}       "delete": "all" empties it
 * A row names its fields as the API does, times as texts, relations by key; "_parent" is the key of
 * a nested row's parent. What isn't named has the default of its field. At the end of the input it
 * stops. */
#include <gnutls/gnutls.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/datetime.h"
#include "base/json.h"
#include "manager/command/command.h"
#include "manager/resources/resources.h"
#include "manager/server/certificate.h"
#include "manager/server/handler.h"
#include "manager/server/open.h"
#include "manager/server/setup.h"

#define ARENA_BYTES ((size_t)1024 * 1024 * 1024)

enum { POOL_THREADS = 2, POOL_JOBS = 256 };

typedef struct RowServer {
    Options options;
    Opened opened;
    Handler handler;
    HttpServer *http;
    size_t listener;
} RowServer;

/* --- rows --- */

static Err *value_of(Arena *a, const Field *f, const Json *json, Value *ret_value)
{
    int64_t number = 0;
    switch (json->type) {
    case JSON_NULL:
        *ret_value = VALUE_NONE;
        return NULL;
    case JSON_TRUE:
    case JSON_FALSE:
        *ret_value = value_integer(json->type == JSON_TRUE);
        return NULL;
    case JSON_NUMBER:
        *ret_value = f != NULL && f->type == FIELD_FLOAT ? value_float(strtod(json->text.ptr, NULL))
                     : json_to_int64(json, &number)      ? value_integer(number)
                                                         : VALUE_NONE;
        return NULL;
    case JSON_STRING:
        if (f == NULL || f->type != FIELD_DATETIME) {
            *ret_value = value_text(json->text);
            return NULL;
        }
        *ret_value = VALUE_NONE;
        if (datetime_parse(json->text, &number)) {
            *ret_value = value_integer(number);
            return NULL;
        }
        return err(a, ERR_INVALID, "No time: %.*s", STR_ARG(json->text));
    default:
        *ret_value = value_text(json->text); /* lists and dictionaries are stored as JSON */
        return NULL;
    }
}

static Row *default_row(Tx *tx, const Resource *r)
{
    Row *row = row_new(tx_arena(tx), r);
    for (size_t i = 0; i < r->n_fields; i++) {
        const Field *f = &r->fields[i];
        row->values[i] = f->stored ? f->default_value : VALUE_NONE;
        if (f->stored && f->type == FIELD_DATETIME && !f->nullable) {
            row->values[i] = value_integer(tx_now_us(tx));
        }
    }
    return row;
}

static Err *set_member(Arena *a, Row *row, const Json *member)
{
    const Field *f = resource_field(row->resource, member->name);
    if (str_equal(member->name, STR("_parent"))) {
        return value_of(a, NULL, member, &row->parent);
    }
    if (f == NULL || (!f->stored && !f->is_key)) {
        return err(a, ERR_INVALID, "No field %.*s", STR_ARG(member->name));
    }
    return value_of(a, f, member, f->is_key ? &row->key : &row->values[f->index]);
}

static Err *insert_row(Tx *tx, const Resource *r, const Json *object)
{
    Row *row = default_row(tx, r);
    for (const Json *member = object->first; member != NULL; member = member->next) {
        TRY(set_member(tx_arena(tx), row, member));
    }
    return tx_insert(tx, row);
}

static Err *delete_all(Tx *tx, const Resource *r)
{
    const Query q = {.resource = r, .limit = INT64_MAX};
    Value *keys = NULL;
    size_t n = 0;
    bool found = false;
    TRY(reader_select_keys(tx_reader(tx), tx_arena(tx), &q, &keys, &n));
    for (size_t i = 0; i < n; i++) {
        TRY(tx_delete(tx, r, keys[i], &found));
    }
    return NULL;
}

static Err *delete_row(Tx *tx, const Resource *r, const Json *key)
{
    Value value = VALUE_NONE;
    bool found = false;
    TRY(value_of(tx_arena(tx), NULL, key, &value));
    TRY(tx_delete(tx, r, value, &found));
    return found ? NULL : err(tx_arena(tx), ERR_NOT_FOUND, "There is no such row");
}

/* --- requests --- */

typedef struct RowRequest {
    const Resource *resource;
    const Json *rows;
    const Json *keys;
} RowRequest;

static Err *carry_out(Tx *tx, WriteRequest *write)
{
    const RowRequest *request = write->context;
    const Json *rows = request->rows != NULL ? request->rows->first : NULL;
    const Json *keys = request->keys != NULL ? request->keys->first : NULL;
    for (; rows != NULL; rows = rows->next) {
        TRY(insert_row(tx, request->resource, rows));
    }
    for (; keys != NULL; keys = keys->next) {
        TRY(delete_row(tx, request->resource, keys));
    }
    return request->keys != NULL && json_is_string(request->keys, STR("all"))
               ? delete_all(tx, request->resource)
               : NULL;
}

static const Resource *resource_named(const Model *m, Str name)
{
    const Str family = str_cut(&name, '/');
    return model_resource(m, str_equal(family, STR("history")) ? FAMILY_HISTORY : FAMILY_STATUS,
                          name);
}

static Err *take_line(RowServer *s, Arena *a, Str line)
{
    Json *json = NULL;
    TRY(json_parse(a, line, &json_limits_default, &json));
    const Json *name = json_member(json, STR("resource"));
    RowRequest request = {.rows = json_member(json, STR("rows")),
                          .keys = json_member(json, STR("delete"))};
    request.resource = name != NULL ? resource_named(s->opened.model, name->text) : NULL;
    if (request.resource == NULL || !resource_has_table(request.resource)) {
        return err(a, ERR_INVALID, "No such resource");
    }
    WriteRequest write = {
        .run = carry_out, .context = &request, .user = "node", .name = "", .n_objects = 1};
    int64_t seq = 0;
    return store_write_wait(s->opened.store, store_file_of(request.resource), a, &write, &seq);
}

static void take_lines(RowServer *s)
{
    char *line = NULL;
    size_t size = 0;
    for (ssize_t n = getline(&line, &size, stdin); n > 0; n = getline(&line, &size, stdin)) {
        CLEANUP(arena_free) Arena *a = arena_new(ARENA_BYTES);
        const Err *e = take_line(s, a, (Str){line, (size_t)n});
        (void)puts(e == NULL ? "ok" : e->text);
        (void)fflush(stdout);
    }
    free(line);
}

/* --- life --- */

static Err *make_handler(RowServer *s, Arena *a)
{
    const RestOptions options = {
        .cache_bytes = (size_t)1 << 20,
        .hooks = resources_hooks,
        .n_hooks = resources_n_hooks,
        .commands = command_tables,
        .n_commands = command_n_tables,
    };
    Store *store = s->opened.store;
    s->handler.store = store;
    s->handler.rest = rest_new(store, &options);
    s->handler.login = login_new(store);
    s->handler.rate_limit = rate_limit_new(0, 1);
    const PoolOptions pool = {
        .name = "row", .n_threads = POOL_THREADS, .n_long = POOL_THREADS, .most = POOL_JOBS};
    TRY(pool_new(a, store, &pool, &s->handler.readers));
    TRY(pool_new(a, store, &pool, &s->handler.passwords));
    return pool_new(a, store, &pool, &s->handler.slow);
}

static Err *listen_with_certificate(RowServer *s, Arena *a)
{
    CLEANUP(reader_free) Reader *reader = NULL;
    CLEANUP(http_credentials_free) HttpCredentials *credentials = NULL;
    CLEANUP(server_certificate_free) ServerCertificate *certificate = NULL;
    TRY(reader_new(a, s->opened.store, &reader));
    certificate = server_certificate_new(s->opened.store, reader, s->options.data);
    TRY(server_certificate_look(certificate, a, &credentials));
    return http_server_listen(s->http, a, str_from(s->options.listen[0]), credentials,
                              &s->listener);
}

static Err *start(RowServer *s, Arena *a)
{
    const HttpConfiguration configuration = {
        .n_loops = 1,
        .handler = handler_callbacks(&s->handler),
        .spool_folder = s->options.data,
    };
    TRY(http_server_new(a, &configuration, &s->http));
    TRY(opened_open(a, &s->options, &s->opened));
    TRY(make_handler(s, a));
    TRY(listen_with_certificate(s, a));
    return http_server_start(s->http, a);
}

static void end(RowServer *s)
{
    s->handler.readers = pool_free(s->handler.readers);
    s->handler.passwords = pool_free(s->handler.passwords);
    s->handler.slow = pool_free(s->handler.slow);
    s->handler.rest = rest_free(s->handler.rest);
    s->handler.login = login_free(s->handler.login);
    s->handler.rate_limit = rate_limit_free(s->handler.rate_limit);
    opened_close(&s->opened);
    s->http = http_server_free(s->http);
}

static Err *serve(Arena *a, int argc, char *argv[])
{
    RowServer s = {.listener = 0};
    OptionsAnswer answer = OPTIONS_RUN;
    TRY(options_parse(a, argc, argv, &s.options, &answer));
    s.options.password = getenv("ROSTRA_ADMIN_PASSWORD");
    Err *e = start(&s, a);
    if (e == NULL) {
        log_info("serving rows port=%u", (unsigned)http_server_port(s.http, s.listener));
        take_lines(&s);
        http_server_stop(s.http);
    }
    end(&s);
    return e;
}

int main(int argc, char *argv[])
{
    CLEANUP(arena_free) Arena *a = arena_new(ARENA_BYTES);
    (void)signal(SIGPIPE, SIG_IGN);
    if (sodium_init() < 0 || gnutls_global_init() < 0) {
        return EXIT_FAILURE;
    }
    const Err *e = serve(a, argc, argv);
    if (e != NULL) {
        (void)fprintf(stderr, "row_server: %s\n", e->text);
    }
    return e != NULL ? EXIT_FAILURE : EXIT_SUCCESS;
}
