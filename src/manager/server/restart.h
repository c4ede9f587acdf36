#pragma once

#include "manager/server/options.h"

/* The program in its own place: the same arguments, the same process, the same listening sockets,
 * in which clients wait meanwhile. After a restore, which replaces all that the process holds. The
 * sockets are told by ROSTRA_LISTENERS, "PID:FD,FD,…" in the order of --listen; another process's
 * are none: a child would inherit the variable, too. */

#define RESTART_VARIABLE "ROSTRA_LISTENERS"

/* The descriptors in the text of the variable, when it is this process's and every one listens:
 * n of them. False otherwise; text may be NULL. */
bool restart_read_listeners(const char *text, int ret_fds[], size_t n);

/* A copy of a socket that stays open when the program is replaced; -1 if there is none to be had.
 */
int restart_keep(int fd);

/* Replaces the program; comes back only when that fails. argv: as main() got it. When all other
 * threads have ended. Errors: ERR_IO. */
CHECKED Err *restart_run(Arena *a, char *argv[], const int fds[], size_t n);
