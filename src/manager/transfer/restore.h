#pragma once

#include "manager/transfer/backup_stream.h"
#include "store/store.h"

/* From a backup to a store: all of it is read, checked and made fit in DIR/restore.new before
 * anything of the old store is touched; then one rename decides (store/restore.h). */

/* Restores into options->folder, whose lock the caller holds. The new store is there at the next
 * store_open(). Errors: as of backup_reader_new() and store_restore_adopt(); nothing has changed
 * then. */
CHECKED Err *restore_run(Arena *a, const Model *model, const StoreOptions *options,
                         BackupSource source, Str passphrase);

/* Unpacks the files behind the key into a folder, which is empty. Errors: ERR_INVALID, ERR_IO. */
CHECKED Err *restore_unpack(Arena *a, const char *folder, BackupReader *reader);
