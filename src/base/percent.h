#pragma once

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

/* Percent-encoding of URIs (RFC 3986) and of forms (application/x-www-form-urlencoded). */

/* Everything but A-Z a-z 0-9 - . _ ~ becomes %XX in upper case. */
void percent_put(Buf *out, Str s);

/* The same with + for a blank. */
void percent_put_form(Buf *out, Str s);

/* Decodes once; an incomplete or wrong %XX stays as it is. plus: + becomes a blank. The result may
 * hold any byte; the caller checks for NUL and UTF-8. It is `s` itself where nothing is encoded. */
Str percent_decode(Arena *a, Str s, bool plus);

typedef struct FormPair {
    Str name;
    Str value;
} FormPair;

/* Parameters of a query or form in their order; empty parts are skipped, a part without = has an
 * empty value. Names and values are valid UTF-8 without NUL. Errors: ERR_INVALID, ERR_LIMIT (more
 * than 1,000). */
CHECKED Err *form_parse(Arena *a, Str text, FormPair **ret_pairs, size_t *ret_n);
