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

Str data_hex(Arena *a, const unsigned char *bytes, size_t n, bool upper)
{
    const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
    char *text = arena_alloc(a, 2 * n + 1);
    for (size_t i = 0; i < n; i++) {
        text[2 * i] = digits[bytes[i] >> 4];
        text[2 * i + 1] = digits[bytes[i] & 15];
    }
    return (Str){text, 2 * n};
}
