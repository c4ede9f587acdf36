#pragma once

#include "base/err.h"
#include "manager/server/options.h"

/* The life of `rostrad serve`: from the first listener to the graceful stop. */

typedef struct ServerEnd {
    bool restart; /* the program is to start again, with these listening sockets */
    int listeners[OPTIONS_LISTEN_MAX];
    size_t n_listeners;
} ServerEnd;

/* Serves until SIGTERM or SIGINT, or until a backup was restored. SIGHUP is ignored. Errors:
 * whatever kept it from starting. */
CHECKED Err *server_serve(Arena *a, const Options *options, ServerEnd *ret_end);
