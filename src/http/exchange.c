/* Memory of a request and its answer; what the application asks a request. */
#include "http/exchange.h"

#include <stdlib.h>
#include <string.h>

#include "http/loop.h"

HttpExchange *http_exchange_of(HttpRequest *request)
{
    return CONTAINER_OF(request, HttpExchange, request);
}

const HttpExchange *http_exchange_of_const(const HttpRequest *request)
{
    return CONTAINER_OF_CONST(request, HttpExchange, request);
}

static void clear(HttpExchange *x)
{
    x->request = (HttpRequest){.arena = x->request.arena, .body_fd = -1};
    x->outcome = HTTP_OUTCOME_NONE;
    x->here = HTTP_OUTCOME_NONE;
    x->in_callback = false;
    x->held = false;
    x->seen = false;
    x->has_body_pending = false;
    x->keep_alive = false;
    x->sent_whole = false;
    x->out_at = 0;
    x->out_len = 0;
    x->response.status = 200;
    x->response.n_headers = 0;
    atomic_store_explicit(&x->gone, false, memory_order_relaxed);
}

HttpExchange *http_exchange_new(HttpLoop *loop, size_t arena_bytes)
{
    HttpExchange *x = malloc(sizeof *x);
    MUST(x != NULL);
    memset(x, 0, offsetof(HttpExchange, head));
    x->loop = loop;
    x->request.arena = arena_new(arena_bytes);
    x->response.fd = -1;
    x->input_at = 0;
    x->input_len = 0;
    x->input_high = 0;
    http_body_init(&x->body);
    http_head_init(&x->head);
    buf_init(&x->out_head, HTTP_RESPONSE_HEAD_MAX);
    clear(x);
    return x;
}

/* Heads hold credentials, and so may bodies. */
static void wipe_input(HttpExchange *x)
{
    explicit_bzero(x->input + x->input_len, x->input_high - x->input_len);
    x->input_high = x->input_len;
}

HttpExchange *http_exchange_free(HttpExchange *x)
{
    if (x != NULL) {
        x->input_len = 0;
        wipe_input(x);
        http_body_deinit(&x->body);
        http_response_deinit(&x->response);
        buf_deinit(&x->out_head);
        (void)arena_free(x->request.arena);
        free(x);
    }
    return NULL;
}

void http_exchange_reset(HttpExchange *x)
{
    http_body_deinit(&x->body);
    http_response_deinit(&x->response);
    buf_reset(&x->out_head);
    arena_reset(x->request.arena);
    http_head_init(&x->head);
    clear(x);
    x->input_len -= x->input_at;
    memmove(x->input, x->input + x->input_at, x->input_len);
    x->input_at = 0;
    wipe_input(x);
}

void http_exchange_added(HttpExchange *x, size_t n)
{
    x->input_len += n;
    x->input_high = MAX(x->input_high, x->input_len);
}

void http_exchange_fill_request(HttpExchange *x)
{
    const HttpHead *head = &x->head;
    HttpRequest *r = &x->request;
    r->method = head->method;
    r->target = head->target;
    r->path = head->path;
    r->query = head->query;
    r->host = head->host;
    r->minor = head->minor;
    r->headers = head->headers;
    r->n_headers = head->n_headers;
    r->has_body = head->chunked || head->content_length > 0;
    r->content_length = head->content_length;
    r->body_limit = HTTP_BODY_MAX;
}

/* Headers that are lists, so that repeating them means the same as one with all values. */
static const char *joint_of(Str name)
{
    static const Str lists[] = {
        STR_INIT("accept"),          STR_INIT("accept-encoding"),  STR_INIT("accept-language"),
        STR_INIT("cache-control"),   STR_INIT("connection"),       STR_INIT("forwarded"),
        STR_INIT("if-match"),        STR_INIT("if-none-match"),    STR_INIT("via"),
        STR_INIT("x-forwarded-for"), STR_INIT("x-forwarded-host"), STR_INIT("x-forwarded-proto"),
    };
    if (str_equal(name, STR("cookie"))) {
        return "; ";
    }
    for (size_t i = 0; i < ARRAY_N(lists); i++) {
        if (str_equal(name, lists[i])) {
            return ", ";
        }
    }
    return NULL;
}

Str http_request_header(HttpRequest *request, Str name)
{
    Str found = STR_NONE;
    for (size_t i = 0; i < request->n_headers; i++) {
        const HttpHeader *header = &request->headers[i];
        if (header->name.len != name.len || !str_equal(header->name, name)) {
            continue;
        }
        const char *joint = found.ptr != NULL ? joint_of(name) : NULL;
        found = joint == NULL ? header->value
                              : str_format(request->arena, "%.*s%s%.*s", STR_ARG(found), joint,
                                           STR_ARG(header->value));
    }
    return found;
}

void http_request_hold(HttpRequest *request)
{
    HttpExchange *x = http_exchange_of(request);
    MUST(x->in_callback);
    x->held = true;
}

bool http_request_is_gone(const HttpRequest *request)
{
    return atomic_load_explicit(&http_exchange_of_const(request)->gone, memory_order_relaxed);
}

void http_request_read_body(HttpRequest *request)
{
    http_loop_decide(http_exchange_of(request), HTTP_OUTCOME_READ_BODY);
}

void http_respond(HttpRequest *request)
{
    http_loop_decide(http_exchange_of(request), HTTP_OUTCOME_RESPOND);
}
