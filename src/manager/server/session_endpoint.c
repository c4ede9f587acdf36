/* One request on its way from thread to thread; after its answer it must not be touched. */
#include "manager/server/session_endpoint.h"

#include "base/datetime.h"
#include "base/json_write.h"
#include "manager/auth/csrf.h"
#include "manager/auth/random_token.h"
#include "manager/auth/session_store.h"
#include "manager/server/session_request.h"
#include "manager/server/sign_in.h"

/* A request that waits longer than this in the queue is given up. */
#define SESSION_WAIT_US (INT64_C(30) * DATETIME_SECOND_US)
#define SESSION_ANSWER_MAX ((size_t)64 * 1024)
#define SESSION_METHODS "GET,POST,DELETE"

typedef struct SessionExchange {
    const Handler *handler;
    HttpRequest *http;
    Str id; /* of the session that the request has; STR_NONE: none */
    bool signs_out;
    SignIn sign_in;
    SessionBegin begin;
    int64_t ended_key;
    PoolJob job;
    WriteRequest write;
    RestAnswer answer;
} SessionExchange;

bool session_endpoint_is_meant(const HttpRequest *http)
{
    return str_equal(http->path, STR("/admin/session/")) ||
           str_equal(http->path, STR("/admin/session"));
}

/* --- answers --- */

static void send_answer(SessionExchange *x)
{
    answer_add_header(&x->answer, x->http->arena, "Cache-Control", STR("no-store"));
    handler_send(x->http, &x->answer);
}

static void send_failure(SessionExchange *x, const Err *e)
{
    answer_failure(&x->answer, x->http->arena, STR("session"), e);
    send_answer(x);
}

static void send_error(SessionExchange *x, int status, Str text)
{
    answer_error(&x->answer, x->http->arena, status, text);
    send_answer(x);
}

static void send_wait(SessionExchange *x, int64_t wait_s, Str text)
{
    answer_wait(&x->answer, x->http->arena, wait_s, text);
    send_answer(x);
}

static void send_busy(SessionExchange *x)
{
    send_error(x, 503, STR("The server is busy; try again."));
}

/* Never with a challenge: no password box of a browser leads in here. */
static void send_unauthorized(SessionExchange *x)
{
    answer_empty(&x->answer, 401);
    send_answer(x);
}

/* Without an end of its own, so a browser forgets it when it is closed. Path and the rest must be
 * the same when it is taken away. */
static void add_cookie(SessionExchange *x, const char *name, Str value, bool for_scripts)
{
    Arena *a = x->http->arena;
    const char *gone = value.len == 0 ? "; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT" : "";
    answer_add_header(&x->answer, a, "Set-Cookie",
                      str_format(a, "%s=%.*s%s; Path=/; Secure; SameSite=Lax%s", name,
                                 STR_ARG(value), gone, for_scripts ? "" : "; HttpOnly"));
}

static void take_cookies_away(SessionExchange *x)
{
    add_cookie(x, SESSION_COOKIE, STR(""), false);
    add_cookie(x, SESSION_CSRF_COOKIE, STR(""), true);
}

/* idle_minutes: null where it doesn't end by that. */
static void put_view(Buf *out, const Model *model, const SessionView *view)
{
    bool first = true;
    buf_put_lit(out, "{\"expires\": \"");
    datetime_put(out, datetime_now_us() + view->left_us, false);
    buf_put_lit(out, "\", \"idle_minutes\": ");
    json_put_value(out, view->idle_us > 0 ? value_integer(view->idle_us / DATETIME_MINUTE_US)
                                          : VALUE_NONE);
    buf_put_lit(out, ", \"permissions\": [");
    for (size_t i = 0; i < model->n_permissions; i++) {
        if (permission_set_has(view->principal.permissions, (Permission)i)) {
            json_put_comma(out, &first);
            json_put_string(out, model->permissions[i].codename);
        }
    }
    buf_put_lit(out, "], \"username\": ");
    json_put_string(out, view->principal.name);
    buf_put_char(out, '}');
}

static void send_view(SessionExchange *x, const SessionView *view)
{
    Arena *a = x->http->arena;
    x->answer.status = 200;
    x->answer.body = buf_new(SESSION_ANSWER_MAX);
    put_view(x->answer.body, store_model(x->handler->store), view);
    answer_add_header(&x->answer, a, "Content-Type", STR("application/json"));
    answer_add_header(&x->answer, a, "Vary", STR(ANSWER_VARY));
    send_answer(x);
}

/* --- signing in --- */

static Err *write_session(Tx *tx, WriteRequest *write)
{
    SessionExchange *x = write->context;
    return session_write(tx, &x->begin);
}

static void session_is_written(WriteRequest *write, const Err *e, int64_t seq)
{
    (void)seq; /* auth.db has no feed */
    SessionExchange *x = write->context;
    if (e != NULL) {
        send_failure(x, e);
        return;
    }
    const SessionAccount *account = &x->begin.account;
    const SessionView view = {.principal = account->grant.principal,
                              .idle_us = account->idle_us,
                              .left_us = session_life_us(&x->begin.made.owner)};
    session_written(x->handler->sessions, &x->begin);
    add_cookie(x, SESSION_COOKIE, x->begin.id, false);
    add_cookie(x, SESSION_CSRF_COOKIE, csrf_token_of(x->http->arena, x->begin.id), true);
    send_view(x, &view);
}

static void store_session_write(SessionExchange *x, Err *(*run)(Tx *tx, WriteRequest *write),
                                void (*done)(WriteRequest *write, const Err *e, int64_t seq))
{
    x->write = (WriteRequest){.run = run,
                              .done = done,
                              .context = x,
                              .user = "system",
                              .name = "",
                              .n_objects = 1,
                              .deadline_us = datetime_monotonic_us() + SESSION_WAIT_US};
    store_write(x->handler->store, STORE_AUTH, &x->write);
}

static void send_refused(SessionExchange *x, const LoginProof *proof)
{
    if (proof->answer == LOGIN_THROTTLED) {
        send_wait(x, proof->wait_s, STR("Too many failed logins; try again later."));
    } else {
        send_unauthorized(x);
    }
}

static Err *check_password(SessionExchange *x, Reader *reader, LoginCheck *check, LoginProof *proof)
{
    Arena *a = x->http->arena;
    const LoginPassword given = {.user = x->sign_in.username,
                                 .password = x->sign_in.password,
                                 .address = &x->http->client_address,
                                 .is_web = true};
    bool valid = true;
    TRY(check(x->handler->login, reader, a, &given, proof));
    if (proof->answer == LOGIN_OK) {
        x->begin = (SessionBegin){.id = random_token_make(a),
                                  .replaced = x->id,
                                  .wall_us = datetime_now_us(),
                                  .most = SESSIONS_MAX,
                                  .most_of_user = SESSIONS_OF_USER_MAX};
        TRY(session_begin(&x->begin, reader, a, proof, datetime_monotonic_us(), &valid));
    }
    proof->answer = valid ? proof->answer : LOGIN_REFUSED;
    return NULL;
}

static void ask_directory(SessionExchange *x);

static void check(SessionExchange *x, Reader *reader, LoginCheck *by)
{
    LoginProof proof;
    const Err *e = check_password(x, reader, by, &proof);
    if (e != NULL) {
        send_failure(x, e);
    } else if (proof.answer == LOGIN_OK) {
        store_session_write(x, write_session, session_is_written);
    } else if (proof.answer == LOGIN_ASK_DIRECTORY) {
        ask_directory(x);
    } else {
        send_refused(x, &proof);
    }
}

static void job_sign_in(PoolJob *job, Reader *reader)
{
    check(CONTAINER_OF(job, SessionExchange, job), reader, login_check_password);
}

static void job_sign_in_by_directory(PoolJob *job, Reader *reader)
{
    SessionExchange *x = CONTAINER_OF(job, SessionExchange, job);
    if (handler_may_ask_directory(x->http, job, &x->answer)) {
        check(x, reader, login_check_directory);
    } else {
        send_answer(x);
    }
}

static void job_give_up(PoolJob *job)
{
    send_error(CONTAINER_OF(job, SessionExchange, job), 503,
               STR("The server is stopping; try again."));
}

static void put_sign_in(SessionExchange *x, Pool *pool, const PoolJob *job)
{
    x->job = *job;
    if (!pool_put(pool, &x->job)) {
        send_wait(x, 1, STR("Too many logins at once; try again."));
    }
}

static void ask_directory(SessionExchange *x)
{
    const PoolJob job = {.run = job_sign_in_by_directory,
                         .give_up = job_give_up,
                         .source = handler_source(x->handler, x->http)};
    put_sign_in(x, x->handler->directory, &job);
}

static void sign_in(SessionExchange *x)
{
    const Handler *h = x->handler;
    const char *refusal = session_request_check_origin(x->http);
    if (refusal != NULL) {
        send_error(x, 403, str_from(refusal));
        return;
    }
    if (!sign_in_read(x->http, &x->answer, &x->sign_in)) {
        send_answer(x);
        return;
    }
    const int64_t wait_s = throttle_wait_s(login_throttle(h->login), &x->http->client_address,
                                           x->sign_in.username, datetime_monotonic_us());
    if (wait_s > 0 && x->sign_in.password.len > 0) {
        send_refused(x, &(LoginProof){.answer = LOGIN_THROTTLED, .wait_s = wait_s});
        return;
    }
    const PoolJob job = {.run = job_sign_in, .source = handler_source(h, x->http)};
    put_sign_in(x, h->passwords, &job);
}

/* --- with a session --- */

/* A browser that knows no token gets one, of no use yet. One that has some keeps it: another tab
 * may just be signing in. */
static void send_nobody(SessionExchange *x)
{
    if (x->signs_out) {
        take_cookies_away(x);
    } else if (session_request_token(x->http).len == 0) {
        add_cookie(x, SESSION_CSRF_COOKIE, random_token_make(x->http->arena), true);
    }
    send_unauthorized(x);
}

static Err *remove_session(Tx *tx, WriteRequest *write)
{
    const SessionExchange *x = write->context;
    return session_remove(tx, x->ended_key);
}

static void session_is_removed(WriteRequest *write, const Err *e, int64_t seq)
{
    (void)seq;
    SessionExchange *x = write->context;
    take_cookies_away(x);
    if (e != NULL) {
        send_failure(x, e);
        return;
    }
    answer_empty(&x->answer, 204);
    send_answer(x);
}

static void sign_out(SessionExchange *x)
{
    const char *refusal = session_request_check(x->http, x->id);
    if (refusal != NULL) {
        send_error(x, 403, str_from(refusal));
    } else if (!sessions_end(x->handler->sessions, x->id, &x->ended_key)) {
        send_nobody(x); /* it has ended meanwhile */
    } else {
        store_session_write(x, remove_session, session_is_removed);
    }
}

static void take_answer(SessionExchange *x, SessionAnswer answer, const SessionView *view)
{
    if (answer == SESSION_NONE) {
        send_nobody(x);
    } else if (x->signs_out) {
        sign_out(x);
    } else {
        if (!csrf_token_fits(x->http->arena, x->id, session_request_token(x->http))) {
            add_cookie(x, SESSION_CSRF_COOKIE, csrf_token_of(x->http->arena, x->id), true);
        }
        send_view(x, view);
    }
}

static void job_look_up(PoolJob *job, Reader *reader)
{
    SessionExchange *x = CONTAINER_OF(job, SessionExchange, job);
    SessionAnswer answer = SESSION_NONE;
    SessionView view;
    const Err *e = sessions_verify(x->handler->sessions, reader, x->http->arena, x->id,
                                   datetime_monotonic_us(), &answer, &view);
    if (e != NULL) {
        send_failure(x, e);
        return;
    }
    take_answer(x, answer, &view);
}

static void use_session(SessionExchange *x)
{
    SessionView view;
    const SessionAnswer answer = sessions_recall(x->handler->sessions, x->http->arena, x->id,
                                                 datetime_monotonic_us(), &view);
    if (answer != SESSION_LOOK_UP) {
        take_answer(x, answer, &view);
        return;
    }
    x->job = (PoolJob){.run = job_look_up, .source = handler_source(x->handler, x->http)};
    if (!pool_put(x->handler->readers, &x->job)) {
        send_busy(x);
    }
}

void session_endpoint_answer(const Handler *h, HttpRequest *http)
{
    SessionExchange *x = ARENA_NEW(http->arena, SessionExchange);
    x->handler = h;
    x->http = http;
    x->id = session_request_id(http);
    x->signs_out = str_equal(http->method, STR("DELETE"));
    if (str_equal(http->method, STR("POST"))) {
        sign_in(x);
    } else if (x->signs_out || str_equal(http->method, STR("GET")) ||
               str_equal(http->method, STR("HEAD"))) {
        use_session(x);
    } else {
        const bool options = str_equal(http->method, STR("OPTIONS"));
        answer_methods(&x->answer, http->arena, options ? 200 : 405, STR(SESSION_METHODS));
        send_answer(x);
    }
}
