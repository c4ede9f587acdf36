/* Answers: their parts, and how they are written. */
#include "http/response.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/json_write.h"
#include "http/exchange.h"

#define ERROR_BODY_MAX 4096

void http_response_deinit(HttpResponse *response)
{
    response->buf = buf_free(response->buf);
    response->bytes = http_bytes_free(response->bytes);
    if (response->fd >= 0) {
        (void)close(response->fd); /* only read from */
    }
    response->fd = -1;
    response->text = STR_NONE;
    response->length = 0;
}

void http_response_set_status(HttpRequest *request, int status)
{
    MUST(status >= 200 && status <= 599);
    http_exchange_of(request)->response.status = status;
}

void http_response_add_header(HttpRequest *request, const char *name, Str value)
{
    HttpResponse *response = &http_exchange_of(request)->response;
    MUST(response->n_headers < HTTP_RESPONSE_HEADERS_MAX);
    response->headers[response->n_headers++] = (HttpHeader){str_from(name), value};
}

void http_response_set_text(HttpRequest *request, Str text)
{
    HttpResponse *response = &http_exchange_of(request)->response;
    http_response_deinit(response);
    response->text = text;
    response->length = text.len;
}

void http_response_set_buf(HttpRequest *request, Buf *body)
{
    MUST(!buf_failed(body));
    http_response_set_text(request, buf_str(body));
    http_exchange_of(request)->response.buf = body;
}

void http_response_set_bytes(HttpRequest *request, HttpBytes *body)
{
    http_response_set_text(request, http_bytes_str(body));
    http_exchange_of(request)->response.bytes = body;
}

void http_response_set_file(HttpRequest *request, int fd, uint64_t offset, uint64_t length)
{
    HttpResponse *response = &http_exchange_of(request)->response;
    http_response_deinit(response);
    response->fd = fd;
    response->offset = offset;
    response->length = length;
}

static void drop_header(HttpResponse *response, Str name)
{
    size_t n = 0;
    for (size_t i = 0; i < response->n_headers; i++) {
        if (!str_equal_ignoring_case(response->headers[i].name, name)) {
            response->headers[n++] = response->headers[i];
        }
    }
    response->n_headers = n;
}

void http_response_set_error(HttpRequest *request, int status, Str text)
{
    static const struct {
        const char *name;
        Str value;
    } headers[] = {
        {"Content-Type", STR_INIT("application/json")},
        {"Vary", STR_INIT(HTTP_VARY)},
        {"Cache-Control", STR_INIT("no-cache")},
    };
    Buf *body = buf_new(ERROR_BODY_MAX);
    buf_put_lit(body, "{\"error\": ");
    json_put_string(body, str_slice(text, 0, ERROR_BODY_MAX / 8));
    buf_put_lit(body, "}");
    http_response_set_status(request, status);
    for (size_t i = 0; i < ARRAY_N(headers); i++) {
        drop_header(&http_exchange_of(request)->response, str_from(headers[i].name));
        http_response_add_header(request, headers[i].name, headers[i].value);
    }
    http_response_set_buf(request, body);
}

/* "" for codes without a phrase. */
static const char *status_phrase(int status)
{
    static const struct {
        int status;
        const char *phrase;
    } phrases[] = {
        {200, "OK"},
        {201, "Created"},
        {202, "Accepted"},
        {204, "No Content"},
        {206, "Partial Content"},
        {301, "Moved Permanently"},
        {302, "Found"},
        {303, "See Other"},
        {304, "Not Modified"},
        {307, "Temporary Redirect"},
        {308, "Permanent Redirect"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {406, "Not Acceptable"},
        {408, "Request Timeout"},
        {409, "Conflict"},
        {410, "Gone"},
        {412, "Precondition Failed"},
        {413, "Content Too Large"},
        {414, "URI Too Long"},
        {415, "Unsupported Media Type"},
        {416, "Range Not Satisfiable"},
        {417, "Expectation Failed"},
        {422, "Unprocessable Content"},
        {428, "Precondition Required"},
        {429, "Too Many Requests"},
        {431, "Request Header Fields Too Large"},
        {500, "Internal Server Error"},
        {501, "Not Implemented"},
        {502, "Bad Gateway"},
        {503, "Service Unavailable"},
        {504, "Gateway Timeout"},
        {505, "HTTP Version Not Supported"},
    };
    for (size_t i = 0; i < ARRAY_N(phrases); i++) {
        if (phrases[i].status == status) {
            return phrases[i].phrase;
        }
    }
    return "";
}

static void put_value(Buf *out, Str value)
{
    const size_t start = out->len;
    buf_put_str(out, value);
    for (size_t i = start; i < out->len; i++) {
        const unsigned char c = (unsigned char)out->data[i];
        if (c < ' ' || c == 0x7f) {
            out->data[i] = ' ';
        }
    }
}

static void put_headers(Buf *out, const HttpResponse *response)
{
    for (size_t i = 0; i < response->n_headers; i++) {
        const HttpHeader *header = &response->headers[i];
        if (response->status == 204 && str_equal_ignoring_case(header->name, STR("content-type"))) {
            continue;
        }
        buf_put_str(out, header->name);
        buf_put_lit(out, ": ");
        put_value(out, header->value);
        buf_put_lit(out, "\r\n");
    }
}

static void put_framing(Buf *out, const HttpExchange *x, bool streaming)
{
    const int status = x->response.status;
    if (streaming) {
        if (x->request.minor > 0) {
            buf_put_lit(out, "Transfer-Encoding: chunked\r\n");
        }
    } else if (status != 204 && status != 304) {
        buf_put_lit(out, "Content-Length: ");
        buf_put_int64(out, (int64_t)x->response.length);
        buf_put_lit(out, "\r\n");
    }
    if (!x->keep_alive) {
        buf_put_lit(out, "Connection: close\r\n");
    } else if (x->request.minor == 0) {
        buf_put_lit(out, "Connection: keep-alive\r\n");
    }
}

void http_response_write_head(HttpExchange *x, Str date, bool streaming)
{
    Buf *out = &x->out_head;
    const int status = x->response.status;
    buf_reset(out);
    buf_put_lit(out, "HTTP/1.1 ");
    buf_put_int64(out, status);
    buf_put_char(out, ' ');
    buf_put_str(out, str_from(status_phrase(status)));
    buf_put_lit(out, "\r\nDate: ");
    buf_put_str(out, date);
    buf_put_lit(out, "\r\n");
    put_headers(out, &x->response);
    put_framing(out, x, streaming);
    buf_put_lit(out, "\r\n");
    const bool bare =
        streaming || status == 204 || status == 304 || str_equal(x->request.method, STR("HEAD"));
    x->out_at = 0;
    x->out_len = out->len + (bare ? 0 : x->response.length);
}

/* How many bytes of the body from `at` on are now in `room`. */
static size_t read_body(const HttpResponse *response, uint64_t at, char *room, size_t size)
{
    if (response->fd < 0) {
        memcpy(room, response->text.ptr + at, size);
        return size;
    }
    ssize_t n = 0;
    do {
        n = pread(response->fd, room, size, (off_t)(response->offset + at));
    } while (n < 0 && errno == EINTR);
    return n > 0 ? (size_t)n : 0;
}

Str http_response_piece(HttpExchange *x, char *scratch, size_t size)
{
    const size_t head_len = x->out_head.len;
    const uint64_t left = x->out_len - x->out_at;
    size_t len = left < size ? (size_t)left : size;
    if (x->out_at >= head_len && x->response.fd < 0) {
        return (Str){x->response.text.ptr + (x->out_at - head_len), len};
    }
    size_t n = 0;
    if (x->out_at < head_len) {
        n = MIN(len, head_len - (size_t)x->out_at);
        memcpy(scratch, x->out_head.data + x->out_at, n);
    }
    if (n < len) {
        const size_t got = read_body(&x->response, x->out_at + n - head_len, scratch + n, len - n);
        len = n + got;
    }
    return len > 0 ? (Str){scratch, len} : STR_NONE;
}
