/* Tokens by the system's random numbers. */
#include "manager/auth/random_token.h"

#include <sodium.h>

Str random_token_text(Arena *a, const unsigned char bytes[RANDOM_TOKEN_BYTES])
{
    enum {
        SIZE =
            sodium_base64_ENCODED_LEN(RANDOM_TOKEN_BYTES, sodium_base64_VARIANT_URLSAFE_NO_PADDING)
    };
    char *text = arena_alloc(a, SIZE);
    (void)sodium_bin2base64(text, SIZE, bytes, RANDOM_TOKEN_BYTES,
                            sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    return str_from(text);
}

Str random_token_make(Arena *a)
{
    unsigned char bytes[RANDOM_TOKEN_BYTES];
    randombytes_buf(bytes, sizeof bytes);
    const Str text = random_token_text(a, bytes);
    sodium_memzero(bytes, sizeof bytes);
    return text;
}
