/* An Exchange is a request on its way; each function ends by sending its answer or by handing it on
 * to a thread, and must not touch it afterwards. */
#include "manager/server/handler.h"

#include <sodium.h>

#include "base/datetime.h"
#include "base/hex.h"
#include "base/log.h"
#include "http/address.h"
#include "http/response.h"
#include "manager/auth/oauth.h"
#include "manager/auth/session_store.h"
#include "manager/server/session_endpoint.h"
#include "manager/server/session_request.h"
#include "manager/server/sign_in.h"
#include "manager/server/token_endpoint.h"

/* A write that waits longer than this in the queue is given up. */
#define WRITE_WAIT_US (INT64_C(30) * DATETIME_SECOND_US)

/* So is a login at the directory: longer than one of the same client that finds it hanging. */
#define DIRECTORY_WAIT_US (INT64_C(15) * DATETIME_SECOND_US)
#define REQUEST_ID_BYTES ((size_t)8)
#define PASSWORD_CHALLENGE "Basic Realm=\"Rostra\""
#define TOKEN_CHALLENGE "Bearer"

/* A request on its way; in the arena of its HTTP request. */
typedef struct Exchange {
    Handler *handler;
    HttpRequest *http;
    RestRequest rest;
    RestNext next; /* what a pool is to do */
    PoolJob job;
    WriteRequest write;
    bool held; /* the body waits for the login */
} Exchange;

static void exchange_go_on(Exchange *x, RestNext next);

static Str exchange_header(void *context, Str name)
{
    return http_request_header(context, name);
}

/* Whether a script in a browser asks, which must never be served from the browser's cache: it is
 * told so on every status (wire 1.6). */
static bool is_script(HttpRequest *http)
{
    return str_equal(http_request_header(http, STR("x-requested-with")), STR("XMLHttpRequest"));
}

void handler_send(HttpRequest *http, RestAnswer *answer)
{
    bool says_caching = false;
    MUST(answer->status != 0);
    http_response_set_status(http, answer->status);
    for (size_t i = 0; i < answer->n_headers; i++) {
        http_response_add_header(http, answer->headers[i].name, answer->headers[i].value);
        says_caching = says_caching || strcmp(answer->headers[i].name, "Cache-Control") == 0;
    }
    if (!says_caching && is_script(http)) {
        http_response_add_header(http, "Cache-Control", STR("no-cache"));
    }
    if (answer->body != NULL) {
        http_response_set_buf(http, answer->body);
        answer->body = NULL;
    }
    if (answer->file != NULL) {
        http_response_set_file(http, answer->file->fd, 0, answer->file->size_bytes);
    }
    http_respond(http);
}

/* The exchange is not ours any more. */
static void exchange_send(Exchange *x)
{
    handler_send(x->http, &x->rest.answer);
}

static void exchange_send_error(Exchange *x, int status, Str text)
{
    answer_error(&x->rest.answer, x->rest.arena, status, text);
    exchange_send(x);
}

static void exchange_send_wait(Exchange *x, int64_t wait_s, Str text)
{
    answer_wait(&x->rest.answer, x->rest.arena, wait_s, text);
    exchange_send(x);
}

static void exchange_send_busy(Exchange *x)
{
    exchange_send_error(x, 503, STR("The server is busy; try again."));
}

/* --- login --- */

/* A browser opens its own password box for WWW-Authenticate; a page that asks by script must not
 * (wire 10.1). */
static bool may_open_password_box(Exchange *x)
{
    const Str mode = http_request_header(x->http, STR("sec-fetch-mode"));
    return http_request_header(x->http, STR("x-requested-with")).ptr == NULL &&
           !session_request_has_cookie(x->http) &&
           (mode.ptr == NULL || str_equal(mode, STR("navigate")));
}

static void exchange_send_refused(Exchange *x, Str challenge)
{
    answer_empty(&x->rest.answer, 401);
    if (may_open_password_box(x)) {
        answer_add_header(&x->rest.answer, x->rest.arena, "WWW-Authenticate", challenge);
    }
    exchange_send(x);
}

static void exchange_logged_in(Exchange *x)
{
    const int64_t wait_s = rate_limit_take(x->handler->rate_limit, datetime_monotonic_us());
    if (wait_s > 0) {
        exchange_send_wait(x, wait_s, STR("Too many requests; try again later."));
        return;
    }
    if (rest_authorize(x->handler->rest, &x->rest) == REST_ANSWERED) {
        exchange_send(x);
        return;
    }
    x->http->body_limit = rest_body_limit(x->handler->rest, &x->rest);
    x->http->spool_body = x->http->body_limit > HTTP_BODY_MAX;
    x->http->spool_owner = str_hash(x->rest.principal.name);
    if (x->held) {
        http_request_read_body(x->http);
    }
}

static void exchange_take_login(Exchange *x, LoginAnswer answer, int64_t wait_s)
{
    if (answer == LOGIN_OK) {
        exchange_logged_in(x);
    } else if (answer == LOGIN_THROTTLED) {
        exchange_send_wait(x, wait_s, STR("Too many failed logins; try again later."));
    } else {
        exchange_send_refused(x, answer == LOGIN_NEEDS_TOKEN ? STR(TOKEN_CHALLENGE)
                                                             : STR(PASSWORD_CHALLENGE));
    }
}

static Str exchange_authorization(Exchange *x)
{
    return http_request_header(x->http, STR("authorization"));
}

static void exchange_ask_directory(Exchange *x);

typedef Err *VerifyFunction(Login *l, Reader *reader, Arena *a, Str authorization,
                            const HttpAddress *address, LoginAnswer *ret_answer,
                            Principal *ret_principal, int64_t *ret_wait_s);

static void exchange_verify(Exchange *x, Reader *reader, VerifyFunction *verify)
{
    LoginAnswer answer = LOGIN_REFUSED;
    int64_t wait_s = 0;
    const Err *e = verify(x->handler->login, reader, x->rest.arena, exchange_authorization(x),
                          &x->http->client_address, &answer, &x->rest.principal, &wait_s);
    if (e != NULL) {
        answer_failure(&x->rest.answer, x->rest.arena, STR("login"), e);
        exchange_send(x);
    } else if (answer == LOGIN_ASK_DIRECTORY) {
        exchange_ask_directory(x);
    } else {
        exchange_take_login(x, answer, wait_s);
    }
}

static void job_verify(PoolJob *job, Reader *reader)
{
    exchange_verify(CONTAINER_OF(job, Exchange, job), reader, login_verify);
}

bool handler_may_ask_directory(const HttpRequest *http, const PoolJob *job, RestAnswer *answer)
{
    if (http_request_is_gone(http)) {
        answer_error(answer, http->arena, 503, STR("The client is gone."));
        return false;
    }
    if (datetime_monotonic_us() - job->put_us >= DIRECTORY_WAIT_US) {
        answer_wait(answer, http->arena, 1, STR("Too many logins at once; try again."));
        return false;
    }
    return true;
}

static void job_verify_directory(PoolJob *job, Reader *reader)
{
    Exchange *x = CONTAINER_OF(job, Exchange, job);
    if (handler_may_ask_directory(x->http, job, &x->rest.answer)) {
        exchange_verify(x, reader, login_verify_directory);
    } else {
        exchange_send(x);
    }
}

static uint64_t source_of(const Handler *h, const void *who, size_t size)
{
    uint64_t source = 0;
    (void)crypto_shorthash((unsigned char *)&source, who, size, h->source_key); /* can't fail */
    return source;
}

uint64_t handler_source(const Handler *h, const HttpRequest *http)
{
    const HttpAddress address = http_address_client(&http->client_address);
    return source_of(h, address.bytes, sizeof address.bytes);
}

static void exchange_put(Exchange *x, void (*run)(PoolJob *job, Reader *reader))
{
    x->job = (PoolJob){.run = run, .source = handler_source(x->handler, x->http)};
    if (!pool_put(x->handler->readers, &x->job)) {
        exchange_send_busy(x);
    }
}

static void job_give_up(PoolJob *job)
{
    Exchange *x = CONTAINER_OF(job, Exchange, job);
    exchange_send_error(x, 503, STR("The server is stopping; try again."));
}

/* Whose turn it is for what takes seconds: the user's, from however many addresses. */
static uint64_t exchange_user(const Exchange *x)
{
    const Str name = x->rest.principal.name;
    return source_of(x->handler, name.ptr, name.len);
}

static void exchange_put_long(Exchange *x, void (*run)(PoolJob *job, Reader *reader))
{
    Pool *pool = rest_prepares_passwords(&x->rest) ? x->handler->passwords : x->handler->slow;
    x->job = (PoolJob){.run = run, .give_up = job_give_up, .source = exchange_user(x)};
    if (!pool_put(pool, &x->job)) {
        exchange_send_busy(x);
    }
}

static void exchange_put_login(Exchange *x, Pool *pool, const PoolJob *job)
{
    x->job = *job;
    if (!pool_put(pool, &x->job)) {
        exchange_send_wait(x, 1, STR("Too many logins at once; try again."));
    }
}

static void exchange_ask_directory(Exchange *x)
{
    const PoolJob job = {.run = job_verify_directory,
                         .give_up = job_give_up,
                         .source = handler_source(x->handler, x->http)};
    exchange_put_login(x, x->handler->directory, &job);
}

static void exchange_login(Exchange *x)
{
    int64_t wait_s = 0;
    const LoginAnswer answer =
        login_recall(x->handler->login, x->rest.arena, exchange_authorization(x),
                     &x->http->client_address, &x->rest.principal, &wait_s);
    if (answer != LOGIN_UNKNOWN && answer != LOGIN_LOOK_UP) {
        exchange_take_login(x, answer, wait_s);
        return;
    }
    Pool *pool = answer == LOGIN_UNKNOWN ? x->handler->passwords : x->handler->readers;
    x->held = true;
    http_request_hold(x->http);
    const PoolJob job = {.run = job_verify, .source = handler_source(x->handler, x->http)};
    exchange_put_login(x, pool, &job);
}

/* --- sessions --- */

/* Browsers add cookies by themselves, so for a change they aren't enough. */
static void exchange_take_session(Exchange *x, SessionAnswer answer, const SessionView *view)
{
    const bool changes = x->rest.method_bit != METHOD_GET;
    const char *refusal = NULL;
    if (answer == SESSION_NONE) {
        exchange_send_refused(x, STR(PASSWORD_CHALLENGE));
        return;
    }
    if (changes) {
        refusal = session_request_check(x->http, session_request_id(x->http));
    }
    if (refusal != NULL) {
        exchange_send_error(x, 403, str_from(refusal));
        return;
    }
    x->rest.principal = view->principal;
    exchange_logged_in(x);
}

static void job_look_up_session(PoolJob *job, Reader *reader)
{
    Exchange *x = CONTAINER_OF(job, Exchange, job);
    SessionAnswer answer = SESSION_NONE;
    SessionView view = {.left_us = 0};
    const Err *e =
        sessions_verify(x->handler->sessions, reader, x->rest.arena, session_request_id(x->http),
                        datetime_monotonic_us(), &answer, &view);
    if (e != NULL) {
        answer_failure(&x->rest.answer, x->rest.arena, STR("login"), e);
        exchange_send(x);
        return;
    }
    exchange_take_session(x, answer, &view);
}

static void exchange_use_session(Exchange *x, Str id)
{
    SessionView view = {.left_us = 0};
    const SessionAnswer answer =
        sessions_recall(x->handler->sessions, x->rest.arena, id, datetime_monotonic_us(), &view);
    if (answer != SESSION_LOOK_UP) {
        exchange_take_session(x, answer, &view);
        return;
    }
    x->held = true;
    http_request_hold(x->http);
    exchange_put(x, job_look_up_session);
}

/* Whoever sends an Authorization is who that says, or nobody: a cookie beside it doesn't count
 * (wire 11.2). */
static void exchange_identify(Exchange *x)
{
    const Str id = exchange_authorization(x).ptr == NULL ? session_request_id(x->http) : STR_NONE;
    if (id.ptr != NULL) {
        exchange_use_session(x, id);
    } else {
        exchange_login(x);
    }
}

/* --- work --- */

static bool is_gone(const void *http)
{
    return http_request_is_gone(http);
}

/* What a client asked that is gone ends when the query notices, or isn't begun. */
static void exchange_read(Exchange *x, Reader *reader)
{
    if (is_gone(x->http)) {
        answer_error(&x->rest.answer, x->rest.arena, 503, STR("The client is gone."));
    } else {
        reader_set_watch(reader, is_gone, x->http);
        rest_read(x->handler->rest, &x->rest, reader);
        reader_set_watch(reader, NULL, NULL);
    }
    exchange_send(x);
}

static void job_go_on(PoolJob *job, Reader *reader)
{
    Exchange *x = CONTAINER_OF(job, Exchange, job);
    const Rest *rest = x->handler->rest;
    switch (x->next) {
    case REST_PARSE_POOL:
        exchange_go_on(x, rest_work(rest, &x->rest, true));
        break;
    case REST_PREPARE:
        exchange_go_on(x, rest_prepare(rest, &x->rest, reader));
        break;
    default:
        exchange_read(x, reader);
        break;
    }
}

static Err *write_run_request(Tx *tx, WriteRequest *request)
{
    Exchange *x = request->context;
    return rest_write(x->handler->rest, &x->rest, tx);
}

static void write_done(WriteRequest *request, const Err *e, int64_t seq)
{
    Exchange *x = request->context;
    if (e == NULL && seq != 0 && rest_write_file(&x->rest) == STORE_HISTORY) {
        /* the change log is that of the configuration */
        log_info("history was deleted by hand user=\"%s\" path=%.*s request=%s", request->user,
                 STR_ARG(x->rest.path), request->name);
    }
    exchange_go_on(x, rest_written(x->handler->rest, &x->rest, e, seq));
}

static Str new_request_id(Arena *a)
{
    unsigned char random[REQUEST_ID_BYTES];
    randombytes_buf(random, sizeof random);
    return hex_text(a, random, sizeof random);
}

static void exchange_write(Exchange *x)
{
    Arena *a = x->rest.arena;
    if (x->rest.request_id.len == 0) {
        x->rest.request_id = new_request_id(a);
    }
    x->write = (WriteRequest){
        .run = write_run_request,
        .done = write_done,
        .context = x,
        .user = str_to_cstr(a, x->rest.principal.name),
        .name = x->rest.request_id.ptr,
        .n_objects = rest_write_n_objects(&x->rest),
        .deadline_us = datetime_monotonic_us() + WRITE_WAIT_US,
    };
    store_write(x->handler->store, rest_write_file(&x->rest), &x->write);
}

static void exchange_go_on(Exchange *x, RestNext next)
{
    x->next = next;
    switch (next) {
    case REST_ANSWERED:
        exchange_send(x);
        break;
    case REST_READ:
    case REST_READ_POOL:
    case REST_PARSE_POOL:
        exchange_put(x, job_go_on);
        break;
    case REST_PREPARE:
        exchange_put_long(x, job_go_on);
        break;
    case REST_WRITE:
        exchange_write(x);
        break;
    case REST_GO_ON:
        MUST(false);
        break;
    }
}

/* --- callbacks of the HTTP server --- */

static bool is_health_check(const HttpRequest *http)
{
    return str_equal(http->path, STR("/healthz"));
}

/* 200 only if the store can be written; needs no login. */
static void answer_health(Handler *h, HttpRequest *http)
{
    const bool get = str_equal(http->method, STR("GET")) || str_equal(http->method, STR("HEAD"));
    const bool healthy = store_can_write(h->store);
    http_response_set_status(http, !get ? 405 : healthy ? 200 : 503);
    if (!get) {
        http_response_add_header(http, "Allow", STR("GET"));
    }
    http_response_add_header(http, "Content-Type", STR("text/plain; charset=utf-8"));
    http_response_add_header(http, "Cache-Control", STR("no-store"));
    http_response_set_text(http, healthy ? STR("ok\n") : STR("the store cannot be written\n"));
    http_respond(http);
}

static void on_head(void *context, HttpRequest *http)
{
    Handler *h = context;
    if (is_health_check(http)) {
        http->body_limit = 0;
        return;
    }
    if (token_endpoint_is_meant(http)) {
        http->body_limit = OAUTH_BODY_MAX;
        return;
    }
    if (session_endpoint_is_meant(http)) {
        http->body_limit = SIGN_IN_BODY_MAX;
        return;
    }
    Exchange *x = ARENA_NEW(http->arena, Exchange);
    x->handler = h;
    x->http = http;
    x->rest = (RestRequest){
        .arena = http->arena,
        .method = http->method,
        .path = http->path,
        .query = http->query,
        .header = exchange_header,
        .header_context = http,
        .bodyless = !http->has_body,
        .body_fd = -1,
    };
    http->context = x;
    if (rest_route(h->rest, &x->rest) == REST_ANSWERED) {
        exchange_send(x);
        return;
    }
    exchange_identify(x);
}

static void on_request(void *context, HttpRequest *http)
{
    if (is_health_check(http)) {
        answer_health(context, http);
        return;
    }
    if (token_endpoint_is_meant(http)) {
        token_endpoint_answer(context, http);
        return;
    }
    if (session_endpoint_is_meant(http)) {
        session_endpoint_answer(context, http);
        return;
    }
    Exchange *x = http->context;
    x->rest.body = http->body;
    x->rest.body_fd = http->body_fd;
    const RestNext next = rest_work(x->handler->rest, &x->rest, false);
    if (next == REST_READ && http->loop_context != NULL) {
        rest_read(x->handler->rest, &x->rest, http->loop_context);
        exchange_send(x);
    } else {
        exchange_go_on(x, next);
    }
}

static void on_finished(void *context, HttpRequest *http, bool sent_whole)
{
    (void)context;
    (void)sent_whole;
    Exchange *x = http->context;
    if (x != NULL) {
        rest_release(&x->rest);
    }
}

/* A loop without a reader hands all reads to the pool. */
static void *on_loop_start(void *context, size_t loop_index)
{
    const Handler *h = context;
    CLEANUP(arena_free) Arena *a = arena_new(4096);
    Reader *reader = NULL;
    const Err *e = reader_new(a, h->store, &reader);
    if (e == NULL) { /* now, while there are descriptors */
        e = reader_connect(reader, a);
    }
    if (e != NULL) {
        log_warning("a loop has no reader loop=%zu reason=\"%s\"", loop_index, e->text);
        reader = reader_free(reader);
    }
    return reader;
}

static void on_loop_stop(void *context, void *loop_context)
{
    (void)context;
    (void)reader_free(loop_context);
}

HttpHandler handler_callbacks(Handler *h)
{
    return (HttpHandler){
        .context = h,
        .on_loop_start = on_loop_start,
        .on_loop_stop = on_loop_stop,
        .on_head = on_head,
        .on_request = on_request,
        .on_finished = on_finished,
    };
}
