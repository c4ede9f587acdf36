/* Requests coming in: the phases IDLE, HEAD and BODY. */
#include <unistd.h>

#include "http/loop.h"
#include "http/server_state.h"
#include "http/steps.h"

/* What a body may grow by at once. */
#define BODY_PIECE HTTP_RECORD_MAX

static HttpServer *server_of(const HttpConnection *c)
{
    return c->loop->server;
}

/* True when bytes came; else the step is over, and the connection closed if nothing more comes. */
static bool receive(HttpConnection *c, char *room, size_t size, size_t *ret_n)
{
    const ssize_t n = http_transport_receive(&c->transport, room, size);
    if (n == HTTP_TRANSPORT_AGAIN) {
        return false;
    }
    if (n <= 0) {
        http_connection_close(c);
        return false;
    }
    *ret_n = (size_t)n;
    return true;
}

HttpStep http_receive_first(HttpConnection *c)
{
    if (c->exchange == NULL) {
        c->exchange = http_loop_take_exchange(c->loop, c);
    }
    HttpExchange *x = c->exchange;
    size_t n = 0;
    if (x->input_len == 0 && !receive(c, x->input, HTTP_INPUT_SIZE, &n)) {
        if (c->phase != HTTP_PHASE_CLOSED) {
            http_loop_give_exchange(c->loop, x);
            c->exchange = NULL;
        }
        return HTTP_STEP_WAIT;
    }
    http_exchange_added(x, n);
    x->request.begun_us = c->loop->now_us;
    http_loop_set_phase(c->loop, c, HTTP_PHASE_HEAD);
    return HTTP_STEP_ON;
}

/* The last one behind our proxies, as far as they say so in good form. */
static void find_client(HttpConnection *c, HttpExchange *x)
{
    const HttpServer *s = server_of(c);
    x->request.client_address = c->address;
    const Str list =
        c->trusted ? http_request_header(&x->request, STR("x-forwarded-for")) : STR_NONE;
    if (list.ptr != NULL) {
        (void)http_address_forwarded(list, s->proxies, s->n_proxies, &x->request.client_address);
    }
}

static void fill_request(HttpConnection *c, HttpExchange *x)
{
    http_exchange_fill_request(x);
    x->request.through_proxy = c->trusted;
    x->request.peer_certificate = c->peer_certificate;
    x->request.listener = c->listener;
    x->request.loop_index = c->loop->index;
    x->request.loop_context = c->loop->context;
    x->keep_alive = x->head.keep_alive && !c->loop->stopping;
    x->has_body_pending = x->request.has_body;
    find_client(c, x);
}

static bool over_memory(const HttpServer *s, uint64_t more)
{
    const size_t used = atomic_load_explicit(&s->memory_bytes, memory_order_relaxed);
    return used > s->limits.memory_bytes || more > s->limits.memory_bytes - used;
}

static void reply_busy(HttpConnection *c)
{
    http_reply_error(c, 503, "The server is busy.");
}

/* What the application decided within a callback. False: it will decide later. */
static bool act(HttpConnection *c, HttpExchange *x)
{
    const HttpOutcome outcome = x->here;
    x->here = HTTP_OUTCOME_NONE;
    if (outcome == HTTP_OUTCOME_RESPOND) {
        http_reply_begin(c);
    } else if (outcome == HTTP_OUTCOME_STREAM) {
        http_reply_begin_stream(c);
    } else if (outcome == HTTP_OUTCOME_READ_BODY) {
        http_receive_begin_body(c);
    }
    return outcome != HTTP_OUTCOME_NONE;
}

static HttpStep complete(HttpConnection *c)
{
    HttpExchange *x = c->exchange;
    const HttpHandler *handler = &server_of(c)->handler;
    x->has_body_pending = false;
    x->request.content_length = x->body.n_bytes;
    if (x->body.fd >= 0) {
        x->request.body_fd = x->body.fd;
        MUST(lseek(x->body.fd, 0, SEEK_SET) == 0);
    } else if (x->request.has_body) {
        x->request.body = x->body.in_place ? (Str){x->input + x->head.size, (size_t)x->body.n_bytes}
                                           : buf_str(&x->body.memory);
    }
    http_loop_set_phase(c->loop, c, HTTP_PHASE_WAIT);
    x->in_callback = true;
    handler->on_request(handler->context, &x->request);
    x->in_callback = false;
    return act(c, x) ? HTTP_STEP_ON : HTTP_STEP_WAIT;
}

static HttpStep head_is_done(HttpConnection *c)
{
    HttpExchange *x = c->exchange;
    HttpServer *s = server_of(c);
    x->input_at = x->head.size;
    (void)atomic_fetch_add_explicit(&s->n_requests, 1, memory_order_relaxed);
    fill_request(c, x);
    if (over_memory(s, 0)) {
        reply_busy(c);
        return HTTP_STEP_ON;
    }
    x->seen = true;
    if (s->handler.on_head != NULL) {
        x->in_callback = true;
        s->handler.on_head(s->handler.context, &x->request);
        x->in_callback = false;
        if (act(c, x)) {
            return HTTP_STEP_ON;
        }
        if (x->held) {
            http_loop_set_phase(c->loop, c, HTTP_PHASE_WAIT);
            return HTTP_STEP_WAIT;
        }
    }
    http_receive_begin_body(c);
    return HTTP_STEP_ON;
}

HttpStep http_receive_head(HttpConnection *c)
{
    HttpExchange *x = c->exchange;
    const HttpParse result = http_head_parse(&x->head, x->input, x->input_len);
    if (result == HTTP_PARSE_DONE) {
        return head_is_done(c);
    }
    if (result == HTTP_PARSE_REFUSED) {
        x->request.minor = x->head.minor;
        http_reply_error(c, x->head.status, x->head.reason);
        return HTTP_STEP_ON;
    }
    size_t n = 0;
    if (!receive(c, x->input + x->input_len, HTTP_INPUT_SIZE - x->input_len, &n)) {
        return HTTP_STEP_WAIT;
    }
    http_exchange_added(x, n);
    return HTTP_STEP_ON;
}

static void refuse_body(HttpConnection *c, int status)
{
    if (status == 503) {
        reply_busy(c);
        return;
    }
    http_reply_error(c, status,
                     status == 413 ? "The body is too large." : "The chunked body is malformed.");
}

/* 0, or the status of a refusal. */
static int status_of(HttpRoom room)
{
    return room == HTTP_ROOM_RESERVED ? 0 : room == HTTP_ROOM_NEVER ? 413 : 503;
}

static int begin_spooling(HttpServer *s, HttpExchange *x)
{
    const HttpRoom room =
        http_spool_enter(&s->spool, &x->spooled, x->request.spool_owner, x->head.content_length);
    if (room != HTTP_ROOM_RESERVED) {
        return status_of(room);
    }
    return http_body_spool(&x->body, s->spool.folder) ? 0 : 503;
}

void http_receive_begin_body(HttpConnection *c)
{
    HttpExchange *x = c->exchange;
    HttpServer *s = server_of(c);
    const HttpHead *head = &x->head;
    const bool spool = x->request.spool_body && x->request.has_body;
    const uint64_t limit =
        spool ? x->request.body_limit : MIN(x->request.body_limit, HTTP_BODY_MAX);
    if (head->content_length > limit) {
        http_reply_error(c, 413, "The body is too large.");
        return;
    }
    if (!spool && over_memory(s, head->content_length)) {
        reply_busy(c);
        return;
    }
    if (x->request.has_body) {
        arena_hold_secrets(x->request.arena); /* what is made of the body */
    }
    http_body_begin(&x->body, head, limit, HTTP_INPUT_SIZE - head->size);
    const int refused = spool ? begin_spooling(s, x) : 0;
    if (refused != 0) {
        refuse_body(c, refused);
        return;
    }
    if (x->request.has_body && head->expects_continue && x->input_at == x->input_len) {
        static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
        if (!http_transport_send(&c->transport, go_on, sizeof go_on - 1)) {
            http_connection_close(c);
            return;
        }
    }
    http_loop_set_phase(c->loop, c, HTTP_PHASE_BODY);
}

/* Counts what the body has grown by in the memory of all. */
static bool charge_body(HttpConnection *c)
{
    HttpExchange *x = c->exchange;
    HttpServer *s = server_of(c);
    const size_t size = x->body.memory.size;
    if (size > x->charged) {
        (void)atomic_fetch_add_explicit(&s->memory_bytes, size - x->charged, memory_order_relaxed);
        x->charged = size;
        return !over_memory(s, 0);
    }
    return true;
}

/* The same on the disk: 0, or the status of a refusal. */
static int charge_spool(HttpConnection *c)
{
    HttpExchange *x = c->exchange;
    return x->spooled.active
               ? status_of(http_spool_grow(&server_of(c)->spool, &x->spooled, x->body.n_bytes))
               : 0;
}

/* Straight into its place, without a copy of ours. */
static HttpStep receive_direct(HttpConnection *c, HttpExchange *x, size_t left)
{
    char *room = http_body_reserve(&x->body, MIN(left, BODY_PIECE));
    size_t n = 0;
    if (!charge_body(c)) {
        reply_busy(c);
        return HTTP_STEP_ON;
    }
    if (!receive(c, room, MIN(left, BODY_PIECE), &n)) {
        return HTTP_STEP_WAIT;
    }
    return http_body_added(&x->body, n) == HTTP_PARSE_DONE ? complete(c) : HTTP_STEP_ON;
}

static HttpStep receive_more(HttpConnection *c, HttpExchange *x)
{
    const size_t left = http_body_direct(&x->body);
    if (left > 0) {
        return receive_direct(c, x, left);
    }
    if (!x->body.in_place) {
        x->input_at = x->head.size;
        x->input_len = x->head.size;
    }
    size_t n = 0;
    if (!receive(c, x->input + x->input_len, HTTP_INPUT_SIZE - x->input_len, &n)) {
        return HTTP_STEP_WAIT;
    }
    http_exchange_added(x, n);
    return HTTP_STEP_ON;
}

HttpStep http_receive_body(HttpConnection *c)
{
    HttpExchange *x = c->exchange;
    if (!x->request.has_body) {
        return complete(c);
    }
    if (x->input_at == x->input_len) {
        return receive_more(c, x);
    }
    size_t used = 0;
    int status = 0;
    const HttpParse result = http_body_take(&x->body, x->input + x->input_at,
                                            x->input_len - x->input_at, &used, &status);
    if (result == HTTP_PARSE_REFUSED) {
        refuse_body(c, status);
        return HTTP_STEP_ON;
    }
    x->input_at += used;
    const int no_room = charge_spool(c);
    if (no_room != 0) {
        refuse_body(c, no_room);
        return HTTP_STEP_ON;
    }
    if (!charge_body(c)) {
        reply_busy(c);
        return HTTP_STEP_ON;
    }
    return result == HTTP_PARSE_DONE ? complete(c) : HTTP_STEP_ON;
}
