#pragma once

#include "base/err.h"
#include "manager/server/options.h"

/* The life of `rostrad serve`: from the first listener to the graceful stop. Main thread only; all
 * others are started and ended in between:
 *
 *   loops       TLS, HTTP, what is quick                       http/, handler.h
 *   pools       reader, password and slow: what isn't          pool.h
 *   writers     one a file of the store                        store/
 *   jobs        what happens by itself                         schedule.h
 *   control     commands on this machine                       control.h
 *   requests    backups and snapshots that clients wait for    services.h
 *
 * The main thread waits for a signal and meanwhile looks once a second at what may have changed
 * under it: certificate, first password, descriptors. */

typedef struct ServerEnd {
    bool restart; /* the program is to start again, with these listening sockets */
    int listeners[OPTIONS_LISTEN_MAX];
    size_t n_listeners;
} ServerEnd;

/* Serves until SIGTERM or SIGINT, or until a backup was restored. SIGHUP is ignored. Open requests
 * are answered first; long ones that still wait get a 503. Errors: whatever kept it from starting;
 * then nothing is left running. */
CHECKED Err *server_serve(Arena *a, const Options *options, ServerEnd *ret_end);
