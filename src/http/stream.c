/* Streams: the queue of each, and how it is written. */
#include "http/stream.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/log.h"
#include "http/loop.h"
#include "http/server_state.h"
#include "http/steps.h"

/* Else the kernel holds megabytes of a reader that has stopped, and we don't notice. */
#define SOCKET_BUFFER_BYTES (64 * 1024)

/* Hexadecimal length and CR LF before, CR LF behind the bytes of a chunk. */
#define CHUNK_BEFORE_MAX 8
#define CHUNK_BEHIND 2

typedef struct Piece Piece;
struct Piece {
    Piece *next;
    HttpBytes *bytes; /* owned share */
};

typedef struct Queue {
    Piece *first;
    Piece *last;
    size_t n;
    size_t n_bytes;
} Queue;

struct HttpStream {
    atomic_size_t n_owners; /* the application, the connection (before it: the exchange), a task */
    HttpLoop *loop;
    HttpStreamOptions options;
    bool chunked;
    bool bodiless; /* asked for with HEAD */
    atomic_bool closed;

    /* The loop's. */
    HttpConnection *connection; /* NULL before and after */
    Queue queue;
    size_t at;     /* in the first piece */
    bool ending;   /* by us or by the application: closes when the queue is empty */
    bool given_up; /* http_stream_end() */
    bool lagging;

    /* Under loop->lock. */
    HttpTask task;
    bool posted;
    bool incoming_end;
    Queue incoming;
};

static void queue_add(Queue *q, HttpBytes *bytes)
{
    Piece *piece = malloc(sizeof *piece);
    MUST(piece != NULL);
    *piece = (Piece){NULL, bytes};
    if (q->last != NULL) {
        q->last->next = piece;
    } else {
        q->first = piece;
    }
    q->last = piece;
    q->n++;
    q->n_bytes += http_bytes_str(bytes).len;
}

static void queue_drop_first(Queue *q)
{
    Piece *piece = q->first;
    q->n--;
    q->n_bytes -= http_bytes_str(piece->bytes).len;
    q->first = piece->next;
    q->last = q->first != NULL ? q->last : NULL;
    (void)http_bytes_free(piece->bytes);
    free(piece);
}

static void queue_clear(Queue *q)
{
    while (q->first != NULL) {
        queue_drop_first(q);
    }
}

static bool queue_full(const Queue *q)
{
    return q->n >= HTTP_STREAM_QUEUE_MAX || q->n_bytes >= HTTP_STREAM_BACKLOG_MAX;
}

static void release(HttpStream *stream, size_t n_shares)
{
    if (atomic_fetch_sub_explicit(&stream->n_owners, n_shares, memory_order_acq_rel) == n_shares) {
        queue_clear(&stream->queue);
        queue_clear(&stream->incoming);
        free(stream);
    }
}

static void share(HttpStream *stream)
{
    (void)atomic_fetch_add_explicit(&stream->n_owners, 1, memory_order_relaxed);
}

HttpStream *http_stream_begin(HttpRequest *request, const HttpStreamOptions *options)
{
    HttpExchange *x = http_exchange_of(request);
    HttpServer *s = x->loop->server;
    if (!http_server_take(&s->n_streams, s->limits.streams)) {
        return NULL;
    }
    HttpStream *stream = calloc(1, sizeof *stream);
    MUST(stream != NULL);
    atomic_init(&stream->n_owners, 2);
    stream->loop = x->loop;
    stream->options = *options;
    stream->chunked = request->minor > 0;
    stream->bodiless = str_equal(request->method, STR("HEAD"));
    x->stream = stream;
    http_loop_decide(x, HTTP_OUTCOME_STREAM);
    return stream;
}

/* The connection's turn will come; in the phases before STREAM it comes anyway. */
static void wake(HttpStream *stream)
{
    if (stream->connection != NULL) {
        http_loop_make_ready(stream->loop, stream->connection);
    }
}

static void add_here(HttpStream *stream, HttpBytes *bytes)
{
    if (stream->ending || stream->lagging || queue_full(&stream->queue)) {
        stream->lagging = stream->lagging || !stream->ending;
        (void)http_bytes_free(bytes);
    } else {
        queue_add(&stream->queue, bytes);
    }
}

static void end_here(HttpStream *stream)
{
    stream->given_up = true;
    stream->ending = true;
    wake(stream);
}

/* Takes what other threads brought. */
static void run_task(HttpTask *task, void *loop_context)
{
    (void)loop_context;
    HttpStream *stream = CONTAINER_OF(task, HttpStream, task);
    HttpLoop *loop = stream->loop;
    mutex_lock(&loop->lock);
    Queue incoming = stream->incoming;
    const bool end = stream->incoming_end;
    stream->incoming = (Queue){0};
    stream->posted = false;
    mutex_unlock(&loop->lock);
    while (incoming.first != NULL) {
        add_here(stream, http_bytes_share(incoming.first->bytes));
        queue_drop_first(&incoming);
    }
    wake(stream);
    if (end) {
        end_here(stream);
    }
    release(stream, end ? 2 : 1); /* the task's share, and the application's */
}

static void post(HttpStream *stream, HttpBytes *bytes)
{
    HttpLoop *loop = stream->loop;
    mutex_lock(&loop->lock);
    if (bytes != NULL) {
        queue_add(&stream->incoming, bytes);
    } else {
        stream->incoming_end = true;
    }
    const bool first = !stream->posted;
    stream->posted = true;
    if (first) {
        share(stream);
    }
    mutex_unlock(&loop->lock);
    if (first) {
        stream->task.run = run_task;
        http_loop_post(loop, &stream->task);
    }
}

bool http_stream_send(HttpStream *stream, HttpBytes *bytes)
{
    if (atomic_load_explicit(&stream->closed, memory_order_relaxed)) {
        (void)http_bytes_free(bytes);
        return false;
    }
    if (http_loop_is_current(stream->loop)) {
        add_here(stream, bytes);
        wake(stream);
    } else {
        post(stream, bytes);
    }
    return true;
}

size_t http_stream_backlog(const HttpStream *stream)
{
    return stream->queue.n_bytes - stream->at;
}

bool http_stream_is_open(const HttpStream *stream)
{
    return !atomic_load_explicit(&stream->closed, memory_order_relaxed);
}

size_t http_stream_loop_index(const HttpStream *stream)
{
    return stream->loop->index;
}

HttpStream *http_stream_end(HttpStream *stream)
{
    if (stream == NULL) {
        return NULL;
    }
    if (http_loop_is_current(stream->loop)) {
        end_here(stream);
        release(stream, 1);
    } else {
        post(stream, NULL);
    }
    return NULL;
}

void http_stream_attach(HttpStream *stream, HttpConnection *c)
{
    const int size = SOCKET_BUFFER_BYTES;
    const unsigned patience_ms = (unsigned)c->loop->server->timeouts.stream_ms;
    /* A failure only means that a reader that stopped or vanished is noticed later. */
    (void)setsockopt(c->transport.fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    (void)setsockopt(c->transport.fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &patience_ms,
                     sizeof patience_ms);
    stream->connection = c;
    if (stream->bodiless) {
        stream->ending = true;
        queue_clear(&stream->queue);
        stream->chunked = false;
    }
    if (c->loop->stopping) {
        http_stream_farewell(stream);
    }
}

/* Moves queued bytes to room; how many. */
static size_t gather(HttpStream *stream, char *room, size_t size)
{
    size_t len = 0;
    while (stream->queue.first != NULL && len < size) {
        const Str piece = http_bytes_str(stream->queue.first->bytes);
        const size_t n = MIN(size - len, piece.len - stream->at);
        if (n > 0) {
            memcpy(room + len, piece.ptr + stream->at, n);
        }
        len += n;
        stream->at += n;
        if (stream->at == piece.len) {
            queue_drop_first(&stream->queue);
            stream->at = 0;
        }
    }
    return len;
}

static bool write_piece(HttpConnection *c, HttpStream *stream)
{
    char *plain = c->loop->plain;
    if (!stream->chunked) {
        return http_transport_send(&c->transport, plain, gather(stream, plain, HTTP_RECORD_MAX));
    }
    const size_t room = HTTP_RECORD_MAX - CHUNK_BEFORE_MAX - CHUNK_BEHIND;
    char *data = plain + CHUNK_BEFORE_MAX;
    const size_t len = gather(stream, data, room);
    if (len == 0) {
        return true; /* nothing but empty pieces; an empty chunk would end the answer */
    }
    char before[CHUNK_BEFORE_MAX + 1];
    const int before_len = snprintf(before, sizeof before, "%zx\r\n", len);
    memcpy(data - before_len, before, (size_t)before_len);
    data[len] = '\r';
    data[len + 1] = '\n';
    return http_transport_send(&c->transport, data - before_len,
                               (size_t)before_len + len + CHUNK_BEHIND);
}

static HttpStep end_of(HttpConnection *c, HttpStream *stream)
{
    if (stream->chunked && !http_transport_send(&c->transport, "0\r\n\r\n", 5)) {
        http_connection_close(c);
        return HTTP_STEP_WAIT;
    }
    (void)http_transport_flush(&c->transport);
    c->stream = NULL;
    http_stream_detach(stream);
    http_reply_end(c);
    return HTTP_STEP_ON;
}

HttpStep http_stream_write(HttpConnection *c)
{
    HttpStream *stream = c->stream;
    if (stream->lagging) {
        log_debug("stream cut off: it lags by more than is kept for it");
        http_connection_close(c);
        return HTTP_STEP_WAIT;
    }
    if (!http_transport_writable(&c->transport)) {
        return HTTP_STEP_WAIT;
    }
    if (stream->queue.first == NULL) {
        return stream->ending ? end_of(c, stream) : HTTP_STEP_WAIT;
    }
    if (!write_piece(c, stream)) {
        http_connection_close(c);
        return HTTP_STEP_WAIT;
    }
    return HTTP_STEP_ON;
}

bool http_stream_tick(HttpConnection *c)
{
    const HttpTimeouts *timeouts = &c->loop->server->timeouts;
    HttpStream *stream = c->stream;
    if (c->transport.unsent_len > 0) {
        c->stalled_us += timeouts->keepalive_ms * INT64_C(1000);
        if (c->stalled_us >= timeouts->stream_ms * INT64_C(1000)) {
            return false;
        }
    } else if (stream->options.keepalive.len > 0 && !stream->ending) {
        queue_add(&stream->queue, http_bytes_new(stream->options.keepalive));
    }
    http_loop_set_phase(c->loop, c, HTTP_PHASE_STREAM);
    return true;
}

static void tell_closed(HttpStream *stream)
{
    const bool first = !atomic_exchange(&stream->closed, true);
    if (first && !stream->given_up && stream->options.on_closed != NULL) {
        stream->options.on_closed(stream, stream->options.context);
    }
}

void http_stream_farewell(HttpStream *stream)
{
    if (stream->ending) {
        return;
    }
    if (stream->options.farewell.len > 0) {
        queue_add(&stream->queue, http_bytes_new(stream->options.farewell));
    }
    stream->ending = true;
    wake(stream);
    tell_closed(stream);
}

void http_stream_detach(HttpStream *stream)
{
    stream->connection = NULL;
    stream->ending = true;
    queue_clear(&stream->queue);
    stream->at = 0;
    (void)atomic_fetch_sub(&stream->loop->server->n_streams, 1);
    tell_closed(stream);
    release(stream, 1);
}
