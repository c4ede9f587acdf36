#pragma once

#include "base/err.h"

/* The client's end of DIR/control.sock: asks the server that runs on `data`. Commands come here
 * when the store is locked: a server that runs has it open, and only one process may write. Each
 * waits for its answer. Errors: ERR_IO (no server answers), ERR_INVALID (what the server says). */

/* Whether there is such an administrator: ERR_INVALID if not. For at most 10 s. */
CHECKED Err *control_ask_user(Arena *a, const char *data, Str user);

/* For at most 10 s. *ret_note: what else the server changed; see local_password.h. */
CHECKED Err *control_ask_passwd(Arena *a, const char *data, Str user, Str password, Str *ret_note);

/* A backup into, or from, an open file. They take as long as it takes. */
CHECKED Err *control_ask_backup(Arena *a, const char *data, int fd, Str passphrase);
CHECKED Err *control_ask_restore(Arena *a, const char *data, int fd, Str passphrase);
