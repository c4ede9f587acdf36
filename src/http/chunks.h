#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "http/head.h"

/* Decodes a body in chunked transfer coding (RFC 9112 7.1). Chunk extensions and trailers are read
 * and dropped, as 7.1.1 and 7.1.2 allow. The result doesn't depend on how the input was cut.
 *
 * Memory: none; what it finds points into the caller's input. Confined to one thread. */

/* Most bytes of one line of size and extensions, and of all trailers: content is bounded by the
 * caller, and without these a client could send for ever what never becomes content. */
#define HTTP_CHUNK_LINE_MAX 256
#define HTTP_TRAILERS_MAX 8192

/* SIZE → (EXTENSION →) SIZE_LF → DATA → DATA_CR → DATA_LF → SIZE …, and after a size of 0
 * SIZE_LF → TRAILER → TRAILER_LF → TRAILER … → END behind the empty line. Whatever else comes leads
 * to BROKEN. END and BROKEN, the last two, are where reading stops. */
typedef enum HttpChunkState {
    HTTP_CHUNK_SIZE,       /* in the digits of a size */
    HTTP_CHUNK_EXTENSION,  /* behind the size, up to CR */
    HTTP_CHUNK_SIZE_LF,    /* LF that ends the line of the size */
    HTTP_CHUNK_DATA,       /* in the bytes of a chunk */
    HTTP_CHUNK_DATA_CR,    /* CR LF behind them: CR */
    HTTP_CHUNK_DATA_LF,    /* its LF */
    HTTP_CHUNK_TRAILER,    /* in the trailers, the empty line included */
    HTTP_CHUNK_TRAILER_LF, /* LF that ends one of them */
    HTTP_CHUNK_END,        /* all was read; what follows is the next request */
    HTTP_CHUNK_BROKEN      /* malformed; nothing behind it can be trusted */
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
