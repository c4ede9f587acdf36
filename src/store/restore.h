#pragma once

#include "store/store.h"

/* Putting a restored store in the place of the old one.
 *
 * The new files are gathered in DIR/restore.new, made fit for this program there, and then the
 * folder is renamed to DIR/restore.ready. This one rename decides: before it the old store is
 * whole, after it the next store_open() moves the files into DIR, whatever happens in between, and
 * a move that was cut short is taken up again. Sessions, live state and the search index go; so
 * does DIR/initial-password.
 *
 * The replaced store (databases, files, keys) is kept in DIR/replaced until the next restore, if
 * 256 MiB of the disk are free: whoever renames that folder to DIR/restore.ready while no server
 * runs has it back at the next start, and the one that it replaces is kept in turn. */

/* Takes DIR/lock, which is made with the folder if need be: nobody else opens the store until
 * store_restore_unlock(). Errors: ERR_BUSY (another process has it), ERR_IO. */
CHECKED Err *store_restore_lock(Arena *a, const char *folder, int *ret_lock);
void store_restore_unlock(int lock);

/* Removes a folder that store_restore_lock() made, with the lock still held; one that holds more
 * than that stays. */
void store_restore_remove_folder(Arena *a, const char *folder);

/* An empty folder to gather the files in; its path lies in `a`. What an earlier attempt left goes.
 * One attempt at a time is the caller's business. */
CHECKED Err *store_restore_begin(Arena *a, const char *folder, const char **ret_staged);

/* Makes what lies in the staged folder a store of this program: its secrets are sealed anew with
 * the key in force (without one, its own key becomes that), its epochs are new, its tables are
 * those of the model. options: of the store to be replaced. key: as store_backup_key() gave it.
 * Errors: ERR_INVALID (a newer program's, a wrong key, damaged, store_check_basis() finds a fault),
 * ERR_IO. */
CHECKED Err *store_restore_adopt(Arena *a, const Model *model, const StoreOptions *options,
                                 const char *staged, Str key);

/* The rename that decides. Errors: ERR_IO; nothing has happened then. */
CHECKED Err *store_restore_commit(Arena *a, const char *folder);

/* Removes what was gathered. */
void store_restore_drop(Arena *a, const char *folder);
