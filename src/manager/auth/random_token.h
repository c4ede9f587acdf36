#pragma once

#include "base/arena.h"
#include "base/str.h"

/* What only its owner knows, and what is kept of it. Any thread. */

#define RANDOM_TOKEN_LEN ((size_t)43)

/* 256 random bits as base64url, in `a`. */
Str random_token_make(Arena *a);
