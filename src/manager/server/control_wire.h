#pragma once

#include <sys/un.h>

#include "base/buf.h"
#include "base/err.h"

/* What both ends of DIR/control.sock know: one line of JSON in each direction, and with the first
 * perhaps a descriptor. */

#define CONTROL_LINE_MAX ((size_t)16 * 1024)     /* bytes: any password fits, however escaped */
#define CONTROL_ARENA_BYTES ((size_t)256 * 1024) /* of one command */

/* Errors: ERR_INVALID (the path is too long for a socket). */
CHECKED Err *control_wire_address(Arena *a, const char *data, struct sockaddr_un *ret_address);

/* How long a read or a write may wait; 0: for ever. */
void control_wire_set_wait(int fd, int seconds);

/* Reads up to the line feed; false if none comes. *ret_fd: a descriptor that came along, the
 * caller's from here on; -1: none. More of them are closed. */
CHECKED bool control_wire_read(int fd, Buf *line, int *ret_fd);

/* Sends all of it, with a descriptor unless that is -1; false if the other end is gone. */
CHECKED bool control_wire_send(int fd, Str text, int passed_fd);
