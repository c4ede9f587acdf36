#pragma once

#include <stdbool.h>

#include "base/err.h"
#include "base/str.h"

/* Blocks of PEM (RFC 7468) in a text. Whatever stands around them is skipped: explanations, blank
 * lines, a byte order mark; lines may end in CR LF. Headers within a block (RFC 1421, "Proc-Type")
 * stay in it: encrypted keys of the older kind have them. Blocks point into the text, which must
 * outlive them. Any thread. */

typedef struct PemBlock {
    Str label; /* "CERTIFICATE" */
    Str text;  /* from "-----BEGIN" to the end of the line with "-----END"; a part of the text */
} PemBlock;

/* Cuts the next block, and what stands before it, off *rest. *ret_found = false: there is none.
 * Errors: ERR_INVALID (a block without end). */
CHECKED Err *pem_next(Arena *a, Str *rest, PemBlock *ret_block, bool *ret_found);

bool pem_is_certificate(const PemBlock *block);
bool pem_is_private_key(const PemBlock *block);

/* What is in the base64, as binary text in `a`. Errors: ERR_INVALID. */
CHECKED Err *pem_decode(Arena *a, const PemBlock *block, Str *ret_der);
