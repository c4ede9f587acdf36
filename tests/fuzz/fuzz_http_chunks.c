/* Chunked bodies: the content is the same whole and cut. The first byte says where to cut. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "http/chunks.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct Decoded {
    HttpParse result;
    size_t used;
    size_t len;
    char *body;
} Decoded;

static Decoded decode(const char *data, size_t size, size_t piece)
{
    Decoded d = {.result = HTTP_PARSE_MORE, .body = malloc(size)};
    HttpChunks chunks;
    MUST(d.body != NULL);
    http_chunks_init(&chunks);
    while (d.used < size && d.result == HTTP_PARSE_MORE) {
        const size_t n = MIN(piece, size - d.used);
        size_t used = 0;
        Str out = STR_NONE;
        d.result = http_chunks_read(&chunks, data + d.used, n, &used, &out);
        MUST(used <= n && out.len <= used && (used > 0 || d.result != HTTP_PARSE_MORE));
        if (out.len > 0) {
            memcpy(d.body + d.len, out.ptr, out.len);
        }
        d.len += out.len;
        d.used += used;
    }
    return d;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2) {
        return 0;
    }
    const char *text = (const char *)data + 1;
    Decoded whole = decode(text, size - 1, size - 1);
    Decoded cut = decode(text, size - 1, (size_t)data[0] + 1);
    MUST(whole.result == cut.result && whole.used == cut.used && whole.len == cut.len);
    MUST(memcmp(whole.body, cut.body, whole.len) == 0);
    free(whole.body);
    free(cut.body);
    return 0;
}
