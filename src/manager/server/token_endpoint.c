/* One request for a token on its way from thread to thread; after its answer it must not be
 * touched.
 */
#include "manager/server/token_endpoint.h"

#include "base/datetime.h"
#include "base/json_write.h"
#include "manager/auth/oauth.h"

/* A request that waits longer than this in the queue is given up. */
#define TOKEN_WAIT_US (INT64_C(30) * DATETIME_SECOND_US)
#define TOKEN_ANSWER_MAX ((size_t)64 * 1024)

/* In the arena of its HTTP request, as long as that. */
typedef struct TokenExchange {
    const Handler *handler;
    HttpRequest *http;
    OauthRequest request;
    PoolJob job;
    WriteRequest write;
    RestAnswer answer;
} TokenExchange;

bool token_endpoint_is_meant(const HttpRequest *http)
{
    return str_equal(http->path, STR("/oauth/token/")) ||
           str_equal(http->path, STR("/oauth/token"));
}

static void send_failure(TokenExchange *x, const Err *e)
{
    answer_failure(&x->answer, x->http->arena, STR("token"), e);
    handler_send(x->http, &x->answer);
}

/* Always 400 (RFC 6749 5.2 would have 401 for one of them): so a client's recorded tests have it.
 */
static void send_error(TokenExchange *x)
{
    Arena *a = x->http->arena;
    answer_error(&x->answer, a, 400, str_from(x->request.error));
    answer_add_header(&x->answer, a, "Cache-Control", STR("no-store"));
    handler_send(x->http, &x->answer);
}

/* Clients read all of these members; expires_in in whole seconds. */
static void send_token(TokenExchange *x)
{
    Arena *a = x->http->arena;
    Buf *body = buf_new(TOKEN_ANSWER_MAX);
    buf_put_lit(body, "{\"access_token\": ");
    json_put_string(body, x->request.issue.token);
    buf_put_lit(body, ", \"expires_in\": ");
    buf_put_int64(body, x->request.expires_in_s);
    buf_put_lit(body, ", \"scope\": ");
    json_put_string(body, x->request.scope);
    buf_put_lit(body, ", \"token_type\": \"Bearer\"}");
    x->answer.status = 200;
    x->answer.body = body;
    answer_add_header(&x->answer, a, "Content-Type", STR("application/json"));
    answer_add_header(&x->answer, a, "Cache-Control", STR("no-store"));
    handler_send(x->http, &x->answer);
}

static Err *write_token(Tx *tx, WriteRequest *write)
{
    TokenExchange *x = write->context;
    return oauth_issue(tx, &x->request);
}

static void token_written(WriteRequest *write, const Err *e, int64_t seq)
{
    (void)seq; /* auth.db has no feed */
    TokenExchange *x = write->context;
    if (!oauth_issued(login_throttle(x->handler->login), &x->request, e)) {
        send_failure(x, e);
    } else if (x->request.error != NULL) {
        send_error(x);
    } else {
        send_token(x);
    }
}

static void job_check(PoolJob *job, Reader *reader)
{
    TokenExchange *x = CONTAINER_OF(job, TokenExchange, job);
    bool issue = false;
    const Err *e = oauth_check(login_throttle(x->handler->login), reader, &x->request, &issue);
    if (e != NULL) {
        send_failure(x, e);
    } else if (issue) {
        x->write = (WriteRequest){.run = write_token,
                                  .done = token_written,
                                  .context = x,
                                  .user = "system",
                                  .name = "",
                                  .n_objects = 2,
                                  .deadline_us = datetime_monotonic_us() + TOKEN_WAIT_US};
        store_write(x->handler->store, STORE_AUTH, &x->write);
    } else if (x->request.wait_s > 0) {
        answer_wait(&x->answer, x->http->arena, x->request.wait_s,
                    STR("Too many failed logins; try again later."));
        handler_send(x->http, &x->answer);
    } else {
        send_error(x);
    }
}

void token_endpoint_answer(const Handler *h, HttpRequest *http)
{
    TokenExchange *x = ARENA_NEW(http->arena, TokenExchange);
    x->handler = h;
    x->http = http;
    const bool options = str_equal(http->method, STR("OPTIONS"));
    if (!str_equal(http->method, STR("POST"))) {
        answer_methods(&x->answer, http->arena, options ? 200 : 405, STR("POST"));
        handler_send(http, &x->answer);
        return;
    }
    x->request = (OauthRequest){.arena = http->arena,
                                .body = http->body,
                                .host = http->host,
                                .address = &http->client_address,
                                .forgotten_us = store_remade_us(h->store, STORE_AUTH)};
    x->job = (PoolJob){.run = job_check, .source = handler_source(h, http)};
    if (!pool_put(h->readers, &x->job)) {
        answer_error(&x->answer, http->arena, 503, STR("The server is busy; try again."));
        handler_send(http, &x->answer);
    }
}
