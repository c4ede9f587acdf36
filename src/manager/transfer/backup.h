#pragma once

#include "manager/transfer/backup_stream.h"
#include "store/store.h"

/* A backup: configuration, then history, each as it is at one moment of its own; uploaded files,
 * keys and certificates that lie beside the store, and the key of the secrets; sealed with a
 * passphrase. It leaves out tokens, live state, the search index (which is made anew) and other
 * backups.
 *
 * Needs room for a copy of the databases in DIR while it is made, and memory only for one record.
 */

typedef struct BackupMade {
    int64_t size_bytes;
    Str sha256; /* hexadecimal */
} BackupMade;

/* Writes a backup to fd, from where it stands, and syncs it. What it needs meanwhile lies in
 * DIR/backups under names that begin with ".part-". Errors: ERR_IO (a full disk, too, with
 * the reason in its text); what is in fd then is no backup. */
CHECKED Err *backup_write(const Store *store, Arena *a, const char *data, int fd, Str passphrase,
                          BackupKind kind, BackupMade *ret_made);
