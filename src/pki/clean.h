#pragma once

#include "base/arena.h"
#include "base/str.h"

/* Texts out of certificates, whose makers may write any bytes; inside src/pki. */

/* Valid UTF-8 of at most max_characters; what isn't UTF-8, and controls, becomes "?". keep_lines:
 * but line ends stay. */
Str clean_text(Arena *a, Str text, size_t max_characters, bool keep_lines);
