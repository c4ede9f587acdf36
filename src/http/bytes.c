/* Counted bytes, in one allocation. */
#include "http/bytes.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct HttpBytes {
    atomic_size_t n_owners;
    size_t len;
    char data[];
};

HttpBytes *http_bytes_new(Str content)
{
    HttpBytes *bytes = malloc(sizeof *bytes + content.len);
    MUST(bytes != NULL);
    atomic_init(&bytes->n_owners, 1);
    bytes->len = content.len;
    if (content.len > 0) {
        memcpy(bytes->data, content.ptr, content.len);
    }
    return bytes;
}

HttpBytes *http_bytes_share(HttpBytes *bytes)
{
    (void)atomic_fetch_add_explicit(&bytes->n_owners, 1, memory_order_relaxed);
    return bytes;
}

HttpBytes *http_bytes_free(HttpBytes *bytes)
{
    if (bytes != NULL &&
        atomic_fetch_sub_explicit(&bytes->n_owners, 1, memory_order_acq_rel) == 1) {
        free(bytes);
    }
    return NULL;
}

Str http_bytes_str(const HttpBytes *bytes)
{
    return (Str){bytes->data, bytes->len};
}
