#pragma once

#include "base/arena.h"
#include "base/str.h"

/* The hash of a distinguished name by which OpenSSL finds authorities in a folder (`openssl x509
 * -subject_hash`); inside src/pki. */

/* name: DER. 8 lower-case hexadecimal digits in `a`; empty if the name can't be read. */
Str name_hash(Arena *a, Str name);
