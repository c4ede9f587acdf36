/* The chunked coding, one byte at a time but for the data itself. */
#include "http/chunks.h"

#include "base/attr.h"
#include "base/hex.h"

/* Fits in 60 bits, so that the sum of sizes can't overflow before the caller's limit is met. */
#define SIZE_DIGITS_MAX 15

void http_chunks_init(HttpChunks *c)
{
    *c = (HttpChunks){.state = HTTP_CHUNK_SIZE};
}

static bool is_text(unsigned char byte)
{
    return (byte >= ' ' && byte != 0x7f) || byte == '\t';
}

static HttpChunkState after_size_digit(HttpChunks *c, unsigned char byte)
{
    const int digit = hex_value((char)byte);
    if (digit >= 0 && c->n_text < SIZE_DIGITS_MAX) {
        c->n_text++;
        c->size = c->size * 16 + (uint64_t)digit;
        return HTTP_CHUNK_SIZE;
    }
    if (c->n_text == 0 || digit >= 0) {
        return HTTP_CHUNK_BROKEN;
    }
    if (byte == '\r') {
        return HTTP_CHUNK_SIZE_LF;
    }
    return byte == ';' ? HTTP_CHUNK_EXTENSION : HTTP_CHUNK_BROKEN;
}

static HttpChunkState after_extension(unsigned char byte)
{
    if (byte == '\r') {
        return HTTP_CHUNK_SIZE_LF;
    }
    return is_text(byte) ? HTTP_CHUNK_EXTENSION : HTTP_CHUNK_BROKEN;
}

static HttpChunkState after_size_line(HttpChunks *c, unsigned char byte)
{
    c->n_line = 0;
    c->n_text = 0;
    if (byte != '\n') {
        return HTTP_CHUNK_BROKEN;
    }
    return c->size > 0 ? HTTP_CHUNK_DATA : HTTP_CHUNK_TRAILER;
}

static HttpChunkState after_data(HttpChunks *c, unsigned char byte)
{
    c->n_line = 0;
    return byte == '\n' ? HTTP_CHUNK_SIZE : HTTP_CHUNK_BROKEN;
}

static HttpChunkState after_trailer(HttpChunks *c, unsigned char byte)
{
    if (byte == '\r') {
        return HTTP_CHUNK_TRAILER_LF;
    }
    c->n_text++;
    return is_text(byte) ? HTTP_CHUNK_TRAILER : HTTP_CHUNK_BROKEN;
}

static HttpChunkState after_trailer_line(HttpChunks *c, unsigned char byte)
{
    const bool empty = c->n_text == 0;
    c->n_text = 0;
    if (byte != '\n') {
        return HTTP_CHUNK_BROKEN;
    }
    return empty ? HTTP_CHUNK_END : HTTP_CHUNK_TRAILER;
}

static HttpChunkState after(HttpChunks *c, unsigned char byte)
{
    const bool trailing = c->state == HTTP_CHUNK_TRAILER || c->state == HTTP_CHUNK_TRAILER_LF;
    if (++c->n_line > (trailing ? HTTP_TRAILERS_MAX : HTTP_CHUNK_LINE_MAX)) {
        return HTTP_CHUNK_BROKEN;
    }
    switch (c->state) {
    case HTTP_CHUNK_SIZE:
        return after_size_digit(c, byte);
    case HTTP_CHUNK_EXTENSION:
        return after_extension(byte);
    case HTTP_CHUNK_SIZE_LF:
        return after_size_line(c, byte);
    case HTTP_CHUNK_DATA_CR:
        return byte == '\r' ? HTTP_CHUNK_DATA_LF : HTTP_CHUNK_BROKEN;
    case HTTP_CHUNK_DATA_LF:
        return after_data(c, byte);
    case HTTP_CHUNK_TRAILER:
        return after_trailer(c, byte);
    case HTTP_CHUNK_TRAILER_LF:
        return after_trailer_line(c, byte);
    case HTTP_CHUNK_DATA:
    case HTTP_CHUNK_END:
    case HTTP_CHUNK_BROKEN:
        break;
    }
    return HTTP_CHUNK_BROKEN;
}

static Str take_data(HttpChunks *c, const char *data, size_t len)
{
    const size_t n = c->size < len ? (size_t)c->size : len;
    c->size -= n;
    if (c->size == 0) {
        c->state = HTTP_CHUNK_DATA_CR;
    }
    return (Str){data, n};
}

HttpParse http_chunks_read(HttpChunks *c, const char *data, size_t len, size_t *ret_used,
                           Str *ret_piece)
{
    size_t at = 0;
    Str piece = STR_NONE;
    while (at < len && piece.len == 0 && c->state < HTTP_CHUNK_END) {
        if (c->state == HTTP_CHUNK_DATA) {
            piece = take_data(c, data + at, len - at);
            at += piece.len;
        } else {
            c->state = after(c, (unsigned char)data[at++]);
        }
    }
    *ret_used = at;
    *ret_piece = piece;
    if (c->state == HTTP_CHUNK_BROKEN) {
        return HTTP_PARSE_REFUSED;
    }
    return c->state == HTTP_CHUNK_END && piece.len == 0 ? HTTP_PARSE_DONE : HTTP_PARSE_MORE;
}
