#pragma once

#include "base/arena.h"
#include "base/str.h"

/* What only its owner knows. Any thread. */

#define RANDOM_TOKEN_LEN ((size_t)43)

#define RANDOM_TOKEN_BYTES 32

/* Such bits as base64url, in `a`. */
Str random_token_text(Arena *a, const unsigned char bytes[RANDOM_TOKEN_BYTES]);

/* 256 random bits. */
Str random_token_make(Arena *a);
