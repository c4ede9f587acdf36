#pragma once

#include <gnutls/gnutls.h>

#include "base/arena.h"
#include "base/str.h"

/* Between texts and GnuTLS's own; inside src/pki. */

/* The same bytes; GnuTLS only reads them. At most 4 GiB, which all limits here are far below. */
gnutls_datum_t data_of(Str text);

/* Copies what GnuTLS allocated, and wipes and frees it there. */
Str data_take(Arena *a, gnutls_datum_t *data);
