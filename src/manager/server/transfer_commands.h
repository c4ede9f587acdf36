#pragma once

#include "base/err.h"
#include "manager/server/options.h"

/* `rostrad backup FILE` and `rostrad restore FILE`: by the server that runs on the data folder, or
 * else by themselves. Which of the two is tried out, not asked: who gets the lock does it, and
 * while it has the lock no server can start. Main thread only. Errors: of transfer/ or the server,
 * one line for the terminal; what can be said before the passphrase is asked for comes before. */

/* Makes FILE, which must not exist: a mistyped name must not cost the backup of yesterday. Readable
 * for its owner alone. Half a backup is removed. */
CHECKED Err *transfer_backup(Arena *a, const Options *options);

/* Also into a folder that isn't there yet; a failure leaves none. */
CHECKED Err *transfer_restore(Arena *a, const Options *options);
