#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

/* UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing above U+10FFFF. */

bool utf8_valid(Str s);

/* Bytes before the first that is not valid; s.len if all are. */
size_t utf8_valid_len(Str s);

/* Code points in valid UTF-8. */
size_t utf8_count(Str s);

/* Decodes the code point at *at (valid UTF-8, *at < s.len) and moves on. */
uint32_t utf8_next(Str s, size_t *at);

/* Writes one code point, returns its 1 to 4 bytes. */
size_t utf8_put(uint32_t code_point, char out[4]);

/* ISO-8859-1 as UTF-8. */
Str utf8_from_latin1(Arena *a, Str s);

/* Caseless form by Unicode's simple case folding (CaseFolding.txt, statuses C and S): equal for two
 * texts that differ only in case. */
Str utf8_fold(Arena *a, Str s);
uint32_t utf8_fold_char(uint32_t code_point);
