/* Whole requests against a real store: what the grammar makes of an input is led through all stages
 * of rest/ with the hooks and commands of the server. Whatever is asked, the status is a documented
 * one and no 5xx, the body is in a documented shape, what was made can be read and put back, and
 * the store passes its check.
 *
 * Inputs run on a copy of a new store, a fresh one after so many of them; the requests since then
 * are printed when a property fails. */
#include <ftw.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/log.h"
#include "manager/command/command.h"
#include "manager/resources/resources.h"
#include "manager/rest/rest.h"
#include "request_grammar.h"
#include "store/check.h"
#include "store/writer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ARENA_LIMIT ((size_t)512 * 1024 * 1024)
#define TRACE_MAX ((size_t)64 * 1024 * 1024)
#define STORE_FILE_MAX ((size_t)64 * 1024 * 1024)
#define REPORT_MAX ((size_t)1024 * 1024)
#define REQUESTS_MAX 24
#define INPUTS_A_STORE 64
#define CACHE_BYTES ((size_t)1024 * 1024)

typedef struct Fuzz {
    Model *model;
    char template[64]; /* folder of a store that was only made */
    char folder[64];   /* of the store at hand */
    Store *store;
    Rest *rest;
    Reader *reader;
    int n_inputs; /* that the store has seen */
    Buf trace;
} Fuzz;

/* --- what fails --- */

_Noreturn static void fail(const Fuzz *f, const char *what, const RestAnswer *answer)
{
    (void)fwrite(f->trace.data, 1, f->trace.len, stderr); /* bodies may hold NUL */
    (void)fprintf(stderr, "\nFAILED: %s\n", what);
    if (answer != NULL) {
        (void)fprintf(stderr, "%d %.*s\n", answer->status,
                      answer->body != NULL ? (int)answer->body->len : 0,
                      answer->body != NULL ? answer->body->data : "");
    }
    abort();
}

static void check(const Fuzz *f, const Err *e)
{
    if (e != NULL) {
        (void)fprintf(stderr, "%s %s %s\n", e->text, e->detail != NULL ? e->detail : "", e->where);
        fail(f, "an error", NULL);
    }
}

/* --- the store --- */

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *where)
{
    (void)status;
    (void)type;
    (void)where;
    return remove(path);
}

static void remove_folder(const char *path)
{
    (void)nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void make_folder(char path[64], const char *what)
{
    const char *base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    (void)snprintf(path, 64, "%s/rostra-fuzz-%s-XXXXXX", base, what);
    MUST(mkdtemp(path) != NULL);
}

static Err *compute_seed(void *context, Arena *a, const Seed *seed, const SeedValue *value,
                         Value *ret_value)
{
    (void)context;
    (void)seed;
    *ret_value = value_text(str_dup(a, value->computed));
    return NULL;
}

static void open_store(Fuzz *f, const char *folder)
{
    CLEANUP(arena_free) Arena *a = arena_new(ARENA_LIMIT);
    const StoreOptions options = {.folder = folder, .compute_seed = compute_seed};
    check(f, store_open(a, f->model, &options, &f->store));
}

static void make_template(Fuzz *f)
{
    make_folder(f->template, "new");
    open_store(f, f->template);
    f->store = store_close(f->store);
}

static void copy_file(const Fuzz *f, const char *name)
{
    CLEANUP(arena_free) Arena *a = arena_new(2 * STORE_FILE_MAX);
    Str content = STR_NONE;
    check(f, file_read(a, str_format(a, "%s/%s", f->template, name).ptr, STORE_FILE_MAX, &content));
    check(f, file_write(a, str_format(a, "%s/%s", f->folder, name).ptr, 0600, content));
}

static void begin_store(Fuzz *f)
{
    static const char *const files[] = {"config.db", "history.db", "auth.db", "secret.key"};
    const RestOptions options = {
        .cache_bytes = CACHE_BYTES,
        .hooks = resources_hooks,
        .n_hooks = resources_n_hooks,
        .commands = command_tables,
        .n_commands = command_n_tables,
    };
    make_folder(f->folder, "store");
    for (size_t i = 0; i < ARRAY_N(files); i++) {
        copy_file(f, files[i]);
    }
    open_store(f, f->folder);
    CLEANUP(arena_free) Arena *a = arena_new(ARENA_LIMIT);
    check(f, reader_new(a, f->store, &f->reader));
    f->rest = rest_new(f->store, &options);
    f->n_inputs = 0;
    buf_reset(&f->trace);
}

static void check_store(const Fuzz *f)
{
    CLEANUP(arena_free) Arena *a = arena_new(ARENA_LIMIT);
    CLEANUP(buf_free) Buf *report = buf_new(REPORT_MAX);
    size_t n_faults = 0;
    check(f, store_check(f->store, a, report, &n_faults));
    if (n_faults > 0) {
        (void)fprintf(stderr, "%.*s", STR_ARG(buf_str(report)));
        fail(f, "the store's check", NULL);
    }
}

static void end_store(Fuzz *f)
{
    f->reader = reader_free(f->reader);
    f->rest = rest_free(f->rest);
    f->store = store_close(f->store);
    remove_folder(f->folder);
}

/* --- a request --- */

static Str header_of(void *context, Str name)
{
    const char *const *headers = context;
    for (size_t i = 0; headers[i] != NULL; i += 2) {
        if (str_equal(str_from(headers[i]), name)) {
            return str_from(headers[i + 1]);
        }
    }
    return STR_NONE;
}

static Err *run_write(Tx *tx, WriteRequest *write)
{
    void **context = write->context;
    return rest_write(context[0], context[1], tx);
}

static RestNext write_now(const Fuzz *f, RestRequest *request)
{
    void *context[] = {f->rest, request};
    WriteRequest write = {.run = run_write,
                          .context = context,
                          .user = "fuzz",
                          .name = "",
                          .n_objects = rest_write_n_objects(request)};
    int64_t seq = 0;
    const Err *e =
        store_write_wait(f->store, rest_write_file(request), request->arena, &write, &seq);
    return rest_written(f->rest, request, e, seq);
}

static void work(const Fuzz *f, RestRequest *request)
{
    RestNext next = rest_work(f->rest, request, false);
    while (next != REST_ANSWERED) {
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
            next = write_now(f, request);
            break;
        default:
            fail(f, "an unknown stage", NULL);
        }
    }
}

static void put_trace(Fuzz *f, const GrammarRequest *asked)
{
    Buf *t = &f->trace;
    buf_put_str(t, str_from(asked->method));
    buf_put_char(t, ' ');
    buf_put_str(t, asked->path);
    buf_put_char(t, '?');
    buf_put_str(t, asked->query);
    for (size_t i = 0; asked->headers[i] != NULL; i++) {
        buf_printf(t, "%s%s", i % 2 == 0 ? "\n  " : ": ", asked->headers[i]);
    }
    buf_put_lit(t, "\n  ");
    buf_put_str(t, asked->body);
    buf_put_char(t, '\n');
}

/* As the server does; the answer's texts live in `a`, its body is the caller's. */
static RestRequest *send(Fuzz *f, Arena *a, GrammarRequest *asked)
{
    RestRequest *request = ARENA_NEW(a, RestRequest);
    *request = (RestRequest){
        .arena = a,
        .method = str_from(asked->method),
        .path = asked->path,
        .query = asked->query,
        .request_id = STR(""),
        .header = header_of,
        .header_context = asked->headers,
        .body = asked->body,
        .body_fd = -1,
    };
    put_trace(f, asked);
    if (rest_route(f->rest, request) == REST_GO_ON) {
        request->principal = (Principal){STR("fuzz"), UINT64_MAX};
        if (rest_authorize(f->rest, request) == REST_GO_ON) {
            work(f, request);
        }
    }
    buf_printf(&f->trace, "  -> %d\n", request->answer.status);
    return request;
}

/* --- properties of an answer --- */

static Str answer_header(const RestAnswer *answer, Str name)
{
    for (size_t i = 0; i < answer->n_headers; i++) {
        if (str_equal(str_from(answer->headers[i].name), name)) {
            return answer->headers[i].value;
        }
    }
    return STR_NONE;
}

static Str body_of(const RestAnswer *answer)
{
    return answer->body != NULL ? buf_str(answer->body) : STR("");
}

/* {"<resource>": {"<field>": ["<text>", …], …}} */
static bool is_problems(const Json *json)
{
    if (json->n != 1 || json->first->type != JSON_OBJECT || json->first->n == 0) {
        return false;
    }
    for (const Json *field = json->first->first; field != NULL; field = field->next) {
        if (field->type != JSON_ARRAY || field->n == 0) {
            return false;
        }
        for (const Json *text = field->first; text != NULL; text = text->next) {
            if (text->type != JSON_STRING || text->text.len == 0) {
                return false;
            }
        }
    }
    return true;
}

/* {"error": "…"}, perhaps with error_message, or with the status of a command. */
static bool is_error(const Json *json)
{
    const Json *text = json_member(json, STR("error"));
    const Json *message = json_member(json, STR("error_message"));
    const Json *status = json_member(json, STR("status"));
    const size_t n = 1 + (message != NULL ? 1U : 0U) + (status != NULL ? 1U : 0U);
    return text != NULL && text->type == JSON_STRING && text->text.len > 0 && json->n == n &&
           (message == NULL || json_is_string(message, text->text)) &&
           (status == NULL || json_is_string(status, STR("failure")));
}

static bool is_list(const Json *json)
{
    const Json *meta = json_member(json, STR("meta"));
    const Json *objects = json_member(json, STR("objects"));
    int64_t total = 0;
    return json->n == 2 && meta != NULL && meta->n == 5 && objects != NULL &&
           objects->type == JSON_ARRAY && json_member(meta, STR("total_count")) != NULL &&
           json_to_int64(json_member(meta, STR("total_count")), &total) &&
           total >= (int64_t)objects->n;
}

/* Words that clients read as "it is gone" (wire 10.4). */
static bool has_bad_word(Str body)
{
    static const Str words[] = {STR_INIT("404"), STR_INIT("not found"), STR_INIT("Not Found"),
                                STR_INIT("lookup")};
    for (size_t i = 0; i < ARRAY_N(words); i++) {
        if (str_find_str(body, words[i]) != SIZE_MAX) {
            return true;
        }
    }
    return false;
}

static void check_error(const Fuzz *f, const RestRequest *request, const Json *json)
{
    const RestAnswer *answer = &request->answer;
    const bool problems = answer->status == 400 && is_problems(json);
    if (!problems && !is_error(json)) {
        fail(f, "an error in no documented shape", answer);
    }
    const bool reads = request->method_bit == METHOD_GET || request->method_bit == METHOD_DELETE;
    if (reads && has_bad_word(body_of(answer))) {
        fail(f, "an error with words that clients misread", answer);
    }
}

static void check_json(const Fuzz *f, const RestRequest *request)
{
    const RestAnswer *answer = &request->answer;
    Json *json = NULL;
    const Err *e = json_parse(request->arena, body_of(answer), &json_limits_default, &json);
    if (e != NULL || json->type != JSON_OBJECT) {
        fail(f, "a body that is no JSON object", answer);
    }
    if (answer->status >= 400) {
        check_error(f, request, json);
    } else if (request->route.kind == ROUTE_LIST && answer->status == 200 && !is_list(json)) {
        fail(f, "a list in no documented shape", answer);
    } else if (request->route.kind == ROUTE_COMMAND && answer->status == 202 &&
               !json_is_string(json_member(json, STR("status")), STR("success"))) {
        fail(f, "a command's success in no documented shape", answer);
    }
}

static bool is_documented(int status)
{
    static const int statuses[] = {200, 201, 202, 204, 301, 304, 400, 403,
                                   404, 405, 406, 412, 413, 415, 501};
    for (size_t i = 0; i < ARRAY_N(statuses); i++) {
        if (statuses[i] == status) {
            return true;
        }
    }
    return false;
}

static void check_answer(const Fuzz *f, const RestRequest *request)
{
    const RestAnswer *answer = &request->answer;
    const Str type = answer_header(answer, STR("Content-Type"));
    if (!is_documented(answer->status)) {
        fail(f, "an undocumented status", answer);
    }
    if (answer->status == 501 &&
        (request->route.kind != ROUTE_DETAIL || !str_equal(request->method, STR("POST")))) {
        fail(f, "a 501 for what isn't a POST of one object", answer);
    }
    if (str_equal(type, STR("application/json"))) {
        check_json(f, request);
    } else if (body_of(answer).len > 0 && answer->status != 405 && answer->status >= 201 &&
               answer->status != 201) {
        fail(f, "a body of another type", answer);
    }
    if (answer->status == 201 && !str_ends_with(answer_header(answer, STR("Location")), STR("/"))) {
        fail(f, "a 201 without Location", answer);
    }
}

/* --- what follows from an answer --- */

static const char *const json_headers[] = {"content-type", "application/json", NULL};

static RestRequest *ask(Fuzz *f, Arena *a, const char *method, Str path, Str body)
{
    GrammarRequest asked = {.method = method, .path = path, .query = STR(""), .body = body};
    if (body.len > 0) {
        memcpy(asked.headers, json_headers, sizeof json_headers);
    }
    RestRequest *request = send(f, a, &asked);
    check_answer(f, request);
    return request;
}

static void end(RestRequest *request)
{
    request->answer.body = buf_free(request->answer.body);
}

/* What was made can be read; what was read can be put back, which changes nothing (wire 8.1). */
static void check_made(Fuzz *f, Arena *a, const Resource *r, Str uri)
{
    RestRequest *read = ask(f, a, "GET", uri, STR(""));
    const bool readable = (r->detail_methods & METHOD_GET) != 0;
    if (readable && read->answer.status != 200) {
        fail(f, "what was made can't be read", &read->answer);
    }
    const Str type = answer_header(&read->answer, STR("Content-Type"));
    if (readable && (r->detail_methods & METHOD_PUT) != 0 &&
        str_equal(type, STR("application/json"))) {
        RestRequest *put = ask(f, a, "PUT", uri, body_of(&read->answer));
        if (put->answer.status != 204) {
            fail(f, "what was read can't be put back", &put->answer);
        }
        RestRequest *again = ask(f, a, "GET", uri, STR(""));
        if (!str_equal(body_of(&again->answer), body_of(&read->answer))) {
            (void)fprintf(stderr, "%.*s\n", STR_ARG(body_of(&read->answer)));
            fail(f, "putting back what was read changed it", &again->answer);
        }
        end(put);
        end(again);
    }
    end(read);
}

static void follow(Fuzz *f, Grammar *g, const RestRequest *request)
{
    const RestAnswer *answer = &request->answer;
    const Str etag = answer_header(answer, STR("ETag"));
    if (etag.ptr != NULL) {
        g->etag = etag;
    }
    if (answer->status == 201) {
        const Str location = answer_header(answer, STR("Location"));
        grammar_know(g, location);
        check_made(f, g->arena, request->route.resource, location);
    } else if (answer->status == 204 && request->method_bit == METHOD_DELETE &&
               request->route.kind == ROUTE_DETAIL && !request->route.resource->singleton) {
        RestRequest *gone = ask(f, g->arena, "GET", request->path, STR(""));
        if (gone->answer.status != 404) {
            fail(f, "what was deleted is there", &gone->answer);
        }
        end(gone);
    }
}

/* --- an input --- */

static void begin(Fuzz *f)
{
    if (f->model == NULL) { /* once: it takes far longer than an input */
        CLEANUP(arena_free) Arena *a = arena_new(ARENA_LIMIT);
        log_set_level(LOG_LEVEL_ERROR);
        buf_init(&f->trace, TRACE_MAX);
        check(f, model_load(a, model_embedded_files, model_n_embedded_files, &f->model));
        make_template(f);
        begin_store(f);
    } else if (f->n_inputs == INPUTS_A_STORE) {
        check_store(f);
        end_store(f);
        begin_store(f);
    }
    f->n_inputs++;
}

static Fuzz *the_fuzz(void)
{
    static Fuzz fuzz; /* of the process: there is no other place between two inputs */
    return &fuzz;
}

static void tidy(void)
{
    Fuzz *f = the_fuzz();
    check_store(f);
    end_store(f);
    remove_folder(f->template);
    f->model = model_free(f->model);
    buf_deinit(&f->trace);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Fuzz *f = the_fuzz();
    if (f->model == NULL) {
        MUST(atexit(tidy) == 0);
    }
    begin(f);
    CLEANUP(arena_free) Arena *a = arena_new(ARENA_LIMIT);
    Grammar g;
    GrammarRequest asked;
    grammar_begin(&g, a, f->model, data, size);
    buf_put_lit(&f->trace, "--- input\n");
    for (int i = 0; i < REQUESTS_MAX && grammar_next(&g, &asked); i++) {
        RestRequest *request = send(f, a, &asked);
        check_answer(f, request);
        follow(f, &g, request);
        end(request);
    }
    return 0;
}
