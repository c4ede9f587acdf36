#pragma once

#include "base/err.h"
#include "manager/server/options.h"

/* `rostrad backup FILE` and `rostrad restore FILE`: by the server that runs on the data folder, or
 * else by themselves. Main thread only. */

/* Makes FILE, which must not exist. */
CHECKED Err *transfer_backup(Arena *a, const Options *options, Str passphrase);

/* Also into a folder that isn't there yet. */
CHECKED Err *transfer_restore(Arena *a, const Options *options, Str passphrase);
