#pragma once

#include "manager/command/context.h"

/* DIR/control.sock: how commands change the data of a server that runs. Only who may write in DIR
 * can connect.
 *
 * One request a connection: a JSON object in one line, {"command": "passwd", "user": …, "password":
 * …}, or "backup" and "restore" with the passphrase as password and an open file passed along; the
 * answer is {"error": …} or {}. After "restore" the server starts again. */

typedef struct Control Control;

/* A thread of its own. What is borrowed must outlive it. */
CHECKED Err *control_new(Arena *errors, const char *data, Store *store,
                         const CommandContext *context, Control **ret_control);
Control *control_free(Control *c);
DEFINE_CLEANUP(Control, control_free);
