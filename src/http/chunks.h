#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "http/head.h"

/* Decodes a body in chunked transfer coding (RFC 9112 7.1). Chunk extensions and trailers are read
 * and dropped. The result doesn't depend on how the input was cut. Confined to one thread. */

/* Most bytes of one line of size and extensions, and of all trailers. */
#define HTTP_CHUNK_LINE_MAX 256
#define HTTP_TRAILERS_MAX 8192

typedef enum HttpChunkState {
    HTTP_CHUNK_SIZE,      /* in the digits of a size */
    HTTP_CHUNK_EXTENSION, /* behind the size, up to CR */
    HTTP_CHUNK_SIZE_LF,   /* LF that ends the line of the size */
    HTTP_CHUNK_DATA,      /* in the bytes of a chunk */
    HTTP_CHUNK_DATA_CR,   /* CR LF behind them */
    HTTP_CHUNK_DATA_LF,
    HTTP_CHUNK_TRAILER, /* in the trailers, the empty line included */
    HTTP_CHUNK_TRAILER_LF,
    HTTP_CHUNK_END,
    HTTP_CHUNK_BROKEN
} HttpChunkState;

typedef struct HttpChunks {
    HttpChunkState state;
    uint64_t size; /* of the chunk; while in its data: bytes left */
    size_t n_line; /* bytes of the line or of all trailers so far */
    size_t n_text; /* digits of the size, or bytes of this trailer line */
} HttpChunks;

void http_chunks_init(HttpChunks *c);

/* Reads data[len] up to the first piece of body or the end.
 *
 *   ret_used   bytes read; they aren't to be given again
 *   ret_piece  body bytes, within data; may be empty
 *
 * MORE: call again with what is left or with more; DONE: the body and its trailers are complete;
 * REFUSED: malformed, answer 400 and close. */
HttpParse http_chunks_read(HttpChunks *c, const char *data, size_t len, size_t *ret_used,
                           Str *ret_piece);
