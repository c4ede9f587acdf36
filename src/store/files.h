#pragma once

#include "store/store.h"

/* Files that clients upload: DIR/files/<sha256>, kept as long as a row, the change log or a backup
 * names them. Any thread. */

/* Keeps a file, durably, before a row that names it is committed; *ret_hash: 64 hexadecimal digits.
 * A file that is there already is left as it is. Errors: ERR_IO. */
CHECKED Err *files_put(const Store *s, Arena *a, Str content, Str *ret_hash);

/* Where it lies; ended by NUL. `hash` as files_put() gave it. */
const char *files_path(const Store *s, Arena *a, Str hash);
