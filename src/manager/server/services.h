#pragma once

#include "manager/command/context.h"
#include "manager/server/options.h"

/* What commands and jobs work with beyond the store: the folder of backups, requests in the
 * background, snapshots, restoring. */

typedef struct Services Services;

/* tail, options and server outlive it. restart: see CommandContext. Errors: ERR_IO. */
CHECKED Err *services_new(Arena *errors, Store *store, const Options *options, LogTail *tail,
                          void (*restart)(void *server), void *server, Services **ret_services);
Services *services_free(Services *s);
DEFINE_CLEANUP(Services, services_free);

CommandContext *services_context(Services *s);
