#pragma once

#include "manager/transfer/backup_stream.h"
#include "store/store.h"

/* The backups kept in DIR/backups, and their rows in configuration/system_backup.
 *
 * The folder is the truth: a row follows each file that begins as a backup, whoever put it there. A
 * file appears under its name when it is whole and on the disk. Any thread. */

typedef struct BackupFolder BackupFolder;

/* The store must outlive it. */
BackupFolder *backup_folder_new(Store *store, const char *data);
BackupFolder *backup_folder_free(BackupFolder *f);
DEFINE_CLEANUP(BackupFolder, backup_folder_free);

/* Makes a backup there; *ret_name in `a`. Takes as long as all of the store takes to be copied.
 * Errors: ERR_BUSY (another one is being made), ERR_IO with the reason; nothing is left then. */
CHECKED Err *backup_folder_make(BackupFolder *f, Arena *a, Str passphrase, BackupKind kind,
                                Str *ret_name);

/* Writes a backup to fd instead, which is borrowed. Errors: the same; what is in fd then is no
 * backup. */
CHECKED Err *backup_folder_write(BackupFolder *f, Arena *a, int fd, Str passphrase);

/* Removes all but the newest `kept` automatic ones. Errors: ERR_IO. */
CHECKED Err *backup_folder_prune(BackupFolder *f, Arena *a, size_t kept);

/* When the newest automatic one was last changed; 0: there is none. */
int64_t backup_folder_newest(BackupFolder *f);

/* A job: brings the rows in step with the folder, and removes what was cut short. A new file is
 * read once for its sum. */
#define BACKUP_FOLDER_PERIOD_US (INT64_C(30) * 1000 * 1000)
CHECKED Err *backup_folder_run(void *folder, Arena *a, int64_t now_us);
