#pragma once

#include "manager/command/context.h"
#include "manager/server/options.h"

/* What commands and jobs work with beyond the store: the folder of backups, requests in the
 * background, snapshots, restoring. Made and freed by the server, on its own thread; what the
 * context names may be used by any. */

typedef struct Services Services;

/* store, options, tail and server outlive it. restart: see CommandContext. Errors: ERR_IO. */
CHECKED Err *services_new(Arena *errors, Store *store, const Options *options, LogTail *tail,
                          void (*restart)(void *server), void *server, Services **ret_services);
/* Waits for the request in the background that is at hand; the others are given up. */
Services *services_free(Services *s);
DEFINE_CLEANUP(Services, services_free);

/* Belongs to s, as all that it names but `server`. */
CommandContext *services_context(Services *s);
