/* Answers going out: the phases SEND and LINGER. */
#include "http/loop.h"
#include "http/server_state.h"
#include "http/steps.h"

static void charge(HttpExchange *x, size_t bytes)
{
    x->charged += bytes;
    (void)atomic_fetch_add_explicit(&x->loop->server->memory_bytes, bytes, memory_order_relaxed);
}

static void discharge(HttpExchange *x)
{
    (void)atomic_fetch_sub_explicit(&x->loop->server->memory_bytes, x->charged,
                                    memory_order_relaxed);
    x->charged = 0;
}

void http_exchange_finish(HttpExchange *x)
{
    HttpServer *s = x->loop->server;
    if (x->seen && s->handler.on_finished != NULL) {
        s->handler.on_finished(s->handler.context, &x->request, x->sent_whole);
    }
    if (x->stream != NULL && x->connection->stream != x->stream) {
        http_stream_detach(x->stream); /* gone before it could begin */
    }
    x->stream = NULL;
    x->seen = false;
    http_spool_leave(&s->spool, &x->spooled);
    discharge(x);
}

static void write_head(HttpConnection *c, HttpExchange *x, bool streaming)
{
    x->keep_alive = x->keep_alive && !streaming && !x->has_body_pending && !c->loop->stopping;
    http_response_write_head(x, http_loop_date(c->loop), streaming);
    if (buf_failed(&x->out_head)) {
        x->keep_alive = false;
        x->response.n_headers = 0;
        http_response_set_error(&x->request, 500, STR("The headers of the answer are too large."));
        http_response_write_head(x, http_loop_date(c->loop), false);
    }
    http_loop_set_phase(c->loop, c, HTTP_PHASE_SEND);
}

void http_reply_begin(HttpConnection *c)
{
    HttpExchange *x = c->exchange;
    if (x->response.buf != NULL) {
        charge(x, x->response.buf->size);
    }
    write_head(c, x, false);
}

void http_reply_begin_stream(HttpConnection *c)
{
    write_head(c, c->exchange, true);
}

void http_reply_error(HttpConnection *c, int status, const char *text)
{
    HttpExchange *x = c->exchange;
    x->keep_alive = false;
    http_body_deinit(&x->body); /* nobody will see what came of it */
    discharge(x);
    x->response.n_headers = 0;
    if (status == 503) {
        http_response_add_header(&x->request, "Retry-After", STR("1"));
    }
    http_response_set_error(&x->request, status, str_from(text));
    http_reply_begin(c);
}

void http_reply_end(HttpConnection *c)
{
    http_transport_shut(&c->transport);
    http_loop_set_phase(c->loop, c, HTTP_PHASE_LINGER);
}

static void give_exchange(HttpConnection *c)
{
    http_loop_give_exchange(c->loop, c->exchange);
    c->exchange = NULL;
}

/* The last byte is with the socket. */
static void sent(HttpConnection *c)
{
    HttpExchange *x = c->exchange;
    HttpStream *stream = x->stream;
    x->sent_whole = true;
    c->stream = stream;
    http_exchange_finish(x);
    if (stream != NULL) {
        give_exchange(c);
        http_loop_set_phase(c->loop, c, HTTP_PHASE_STREAM);
        http_stream_attach(stream, c);
        return;
    }
    if (!x->keep_alive) {
        give_exchange(c);
        http_reply_end(c);
        return;
    }
    http_exchange_reset(x);
    http_loop_set_phase(c->loop, c, HTTP_PHASE_IDLE);
}

HttpStep http_reply_send(HttpConnection *c)
{
    HttpExchange *x = c->exchange;
    if (x->out_at < x->out_len) {
        if (!http_transport_writable(&c->transport)) {
            return HTTP_STEP_WAIT;
        }
        const Str piece = http_response_piece(x, c->loop->plain, HTTP_RECORD_MAX);
        if (piece.len == 0 || !http_transport_send(&c->transport, piece.ptr, piece.len)) {
            http_connection_close(c);
            return HTTP_STEP_WAIT;
        }
        x->out_at += piece.len;
        return HTTP_STEP_ON;
    }
    if (!http_transport_flush(&c->transport)) {
        return HTTP_STEP_WAIT;
    }
    sent(c);
    return HTTP_STEP_ON;
}

HttpStep http_reply_linger(HttpConnection *c)
{
    if (!http_transport_drop(&c->transport)) {
        http_connection_close(c);
    }
    return HTTP_STEP_WAIT;
}
