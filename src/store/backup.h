#pragma once

#include "store/store.h"

/* What a backup takes from a store that is in use. Any thread but the writers'. */

/* A copy of a file as it is now, at `path`, which must not exist: mode 0600, synced; secrets in it
 * stay sealed. Errors: ERR_IO (also a full disk); nothing is left then. */
CHECKED Err *store_backup_file(const Store *s, Arena *a, StoreFile file, const char *path);

/* The key of the store's secrets as its file has it, in hexadecimal; the caller wipes it. */
#define STORE_KEY_CHARS 64
void store_backup_key(const Store *s, char ret_hex[STORE_KEY_CHARS + 1]);
