/* Bodies: in place, in memory, or in a file. */
#include "http/body.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

void http_body_init(HttpBody *b)
{
    *b = (HttpBody){.fd = -1};
}

void http_body_deinit(HttpBody *b)
{
    if (b->fd >= 0) {
        (void)close(b->fd); /* unlinked: nothing of it is to be kept */
    }
    if (b->memory.size > 0) {
        buf_deinit(&b->memory);
    }
    http_body_init(b);
}

void http_body_begin(HttpBody *b, const HttpHead *head, uint64_t limit, size_t in_place_max)
{
    b->chunked = head->chunked;
    b->left = head->content_length;
    b->limit = limit;
    b->in_place = !head->chunked && head->content_length <= in_place_max;
    if (b->chunked) {
        http_chunks_init(&b->chunks);
    }
    if (!b->in_place) {
        buf_init(&b->memory, limit > 0 ? limit : 1);
        buf_hold_secrets(&b->memory);
    }
}

bool http_body_spool(HttpBody *b, const char *folder)
{
    b->in_place = false;
    b->fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC | O_EXCL, 0600);
    return b->fd >= 0;
}

static bool write_whole(int fd, const char *data, size_t len)
{
    size_t at = 0;
    while (at < len) {
        const ssize_t n = write(fd, data + at, len - at);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return false;
        }
        at += (size_t)n;
    }
    return true;
}

/* Content, decoded: a status, or 0. */
static int store(HttpBody *b, Str piece)
{
    if (piece.len > b->limit - b->n_bytes) {
        return 413;
    }
    b->n_bytes += piece.len;
    if (b->fd >= 0) {
        return write_whole(b->fd, piece.ptr, piece.len) ? 0 : 503;
    }
    if (!b->in_place) {
        buf_put_str(&b->memory, piece);
    }
    return 0;
}

static HttpParse take_chunks(HttpBody *b, const char *data, size_t len, size_t *ret_used,
                             int *ret_status)
{
    size_t at = 0;
    HttpParse result = HTTP_PARSE_MORE;
    while (result == HTTP_PARSE_MORE && at < len) {
        size_t used = 0;
        Str piece = STR_NONE;
        result = http_chunks_read(&b->chunks, data + at, len - at, &used, &piece);
        at += used;
        const int status = result == HTTP_PARSE_REFUSED ? 400 : store(b, piece);
        if (status != 0) {
            *ret_status = status;
            return HTTP_PARSE_REFUSED;
        }
    }
    *ret_used = at;
    return result;
}

HttpParse http_body_take(HttpBody *b, const char *data, size_t len, size_t *ret_used,
                         int *ret_status)
{
    if (b->chunked) {
        return take_chunks(b, data, len, ret_used, ret_status);
    }
    const size_t n = b->left < len ? (size_t)b->left : len;
    const int status = store(b, (Str){data, n});
    if (status != 0) {
        *ret_status = status;
        return HTTP_PARSE_REFUSED;
    }
    b->left -= n;
    *ret_used = n;
    return b->left == 0 ? HTTP_PARSE_DONE : HTTP_PARSE_MORE;
}

size_t http_body_direct(const HttpBody *b)
{
    if (b->chunked || b->in_place || b->fd >= 0) {
        return 0;
    }
    return b->left < SIZE_MAX ? (size_t)b->left : SIZE_MAX;
}

char *http_body_reserve(HttpBody *b, size_t size)
{
    char *room = buf_reserve(&b->memory, size);
    MUST(room != NULL); /* size ≤ left ≤ limit */
    return room;
}

HttpParse http_body_added(HttpBody *b, size_t len)
{
    buf_added(&b->memory, len);
    b->n_bytes += len;
    b->left -= len;
    return b->left == 0 ? HTTP_PARSE_DONE : HTTP_PARSE_MORE;
}
