#pragma once

#include "base/err.h"

/* What GnuTLS says when it should have worked: no fault of the input. */

/* NULL if code ≥ 0; else ERR_IO for the client in general words, with `what` and GnuTLS's own text
 * for the log. Any thread. */
CHECKED Err *pki_checked(Arena *a, const char *what, int code);
