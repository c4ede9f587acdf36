#pragma once

#include "store/store.h"

/* DIR/control.sock: how commands change the data of a server that runs. Only who may write in DIR
 * can connect.
 *
 * One request a connection: a JSON object in one line, {"command": "passwd", "user": …, "password":
 * …}; the answer is {"error": …} or {}. */

typedef struct Control Control;

/* Server's side; a thread of its own. */
CHECKED Err *control_new(Arena *errors, const char *data, Store *store, Control **ret_control);
Control *control_free(Control *c);
DEFINE_CLEANUP(Control, control_free);

/* Client's side: asks the server that runs on `data` to set a password. Errors: ERR_IO (no server
 * answers), or what the server says. */
CHECKED Err *control_ask_passwd(Arena *a, const char *data, Str user, Str password);
