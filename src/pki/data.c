/* Bytes between GnuTLS and us. */
#include "pki/data.h"

gnutls_datum_t data_of(Str text)
{
    MUST(text.len <= UINT32_MAX);
    const union {
        const char *ours;
        unsigned char *theirs;
    } bytes = {.ours = text.ptr};
    return (gnutls_datum_t){bytes.theirs, (unsigned)text.len};
}

Str data_take(Arena *a, gnutls_datum_t *data)
{
    const Str copy = str_dup(a, (Str){(const char *)data->data, data->size});
    gnutls_memset(data->data, 0, data->size);
    gnutls_free(data->data);
    return copy;
}
