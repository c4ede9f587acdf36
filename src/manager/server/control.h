#pragma once

#include "manager/auth/throttle.h"
#include "manager/command/context.h"

/* DIR/control.sock: how commands change the data of a server that runs. Only who may write in DIR
 * can connect.
 *
 * One request a connection: a JSON object in one line, {"command": "passwd", "user": …, "password":
 * …}, or "backup" and "restore" with the passphrase as password and an open file passed along; the
 * answer is {"error": …} or {}. After "restore" the server starts again. The file is opened by the
 * command, so that it needs the caller's rights, not the server's.
 *
 * One connection at a time: a command that comes during a long backup waits for it. */

typedef struct Control Control;

/* A thread of its own. throttle: of failed logins, which a password set here ends. What is borrowed
 * must outlive it. Errors: ERR_INVALID (the path is too long for a socket), ERR_IO. */
CHECKED Err *control_new(Arena *errors, const char *data, Store *store,
                         const CommandContext *context, Throttle *throttle, Control **ret_control);
/* Waits for the command at hand, and removes the socket. */
Control *control_free(Control *c);
DEFINE_CLEANUP(Control, control_free);
