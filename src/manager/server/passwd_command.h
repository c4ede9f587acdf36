#pragma once

#include "manager/server/options.h"
#include "store/store.h"

/* `rostrad passwd USER`: by the server that runs on the data folder, or else by itself. Whoever it
 * is for is looked up before the password is asked for. Main thread, but for passwd_check_user().
 */

/* Says what it did on standard output. Without a server the store stays locked while somebody
 * types. Errors: ERR_INVALID (no store, no such administrator, no password to be taken, not the
 * same twice), ERR_IO. */
CHECKED Err *passwd_run(Arena *a, const Options *options);

/* Errors: ERR_INVALID (no administrator has this name), ERR_IO. Any thread. */
CHECKED Err *passwd_check_user(Store *store, Arena *a, Str user);
