#pragma once

#include "base/err.h"

/* The client's end of DIR/control.sock: asks the server that runs on `data`. Errors: ERR_IO (no
 * server answers), or what the server says. */

CHECKED Err *control_ask_passwd(Arena *a, const char *data, Str user, Str password);

/* A backup into, or from, an open file. They take as long as it takes. */
CHECKED Err *control_ask_backup(Arena *a, const char *data, int fd, Str passphrase);
CHECKED Err *control_ask_restore(Arena *a, const char *data, int fd, Str passphrase);
