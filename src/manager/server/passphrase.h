#pragma once

#include "base/err.h"

/* A secret that somebody types or keeps in a file. Main thread only. */

/* One line of standard input without its end; asked for with `prompt` and without echo where that
 * is a terminal. May be empty. Errors: ERR_INVALID (there is no line). */
CHECKED Err *passphrase_ask(Arena *a, const char *prompt, Str *ret_text);

/* The same; twice where it is typed, since nobody sees what. Errors: ERR_INVALID (not the same)
 * besides. */
CHECKED Err *passphrase_ask_twice(Arena *a, const char *prompt, Str *ret_text);

/* The first line of a file, or what passphrase_ask() gives where file is NULL; twice when it is
 * typed and `again` says so. Errors: ERR_INVALID (empty, not the same twice), ERR_IO. */
CHECKED Err *passphrase_read(Arena *a, const char *file, bool again, Str *ret_text);
