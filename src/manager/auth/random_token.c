/* Tokens by the system's random numbers. */
#include "manager/auth/random_token.h"

#include <sodium.h>

#define TOKEN_BYTES ((size_t)32)

Str random_token_make(Arena *a)
{
    unsigned char bytes[TOKEN_BYTES];
    enum {
        SIZE = sodium_base64_ENCODED_LEN(TOKEN_BYTES, sodium_base64_VARIANT_URLSAFE_NO_PADDING)
    };
    char *text = arena_alloc(a, SIZE);
    randombytes_buf(bytes, sizeof bytes);
    (void)sodium_bin2base64(text, SIZE, bytes, sizeof bytes,
                            sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    sodium_memzero(bytes, sizeof bytes);
    return str_from(text);
}
