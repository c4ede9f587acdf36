#pragma once

#include "base/err.h"
#include "manager/server/options.h"

/* The life of `rostrad serve`: from the first listener to the graceful stop. */

/* Serves until SIGTERM or SIGINT. SIGHUP is ignored. Errors: whatever kept it from starting. */
CHECKED Err *server_serve(Arena *a, const Options *options);
