#pragma once

#include "base/thread.h"
#include "manager/transfer/backup_stream.h"
#include "store/writer.h"

/* From a backup to a store: all of it is read, checked and made fit in DIR/restore.new before
 * anything of the old store is touched; then one rename decides (store/restore.h). */

/* Restores into options->folder, whose lock the caller holds. The new store is there at the next
 * store_open(). Errors: as of backup_reader_new() and store_restore_adopt(); nothing has changed
 * then. */
CHECKED Err *restore_run(Arena *a, const Model *model, const StoreOptions *options,
                         BackupSource source, Str passphrase);

/* Restoring into the store in use: once, since the server then has to start again, and one attempt
 * at a time. Any thread. */
typedef struct RestoreGate {
    Store *store;         /* in use */
    StoreOptions options; /* of the store in use */
    Mutex lock;
    bool closed; /* under lock: somebody restores, or has restored */
} RestoreGate;

void restore_gate_init(RestoreGate *g, Store *store, const StoreOptions *options);
void restore_gate_deinit(RestoreGate *g);

/* As restore_run(); from the rename on the store in use refuses writes with ERR_BUSY, so that none
 * is answered as stored and goes with it. Errors: ERR_BUSY besides. */
CHECKED Err *restore_gate_run(RestoreGate *g, Arena *a, BackupSource source, Str passphrase);

/* Unpacks the files behind the key into a folder, which is empty. Errors: ERR_INVALID, ERR_IO. */
CHECKED Err *restore_unpack(Arena *a, const char *folder, BackupReader *reader);
