#pragma once

#include "base/str.h"

/* The names of files in a backup, and where they go. Nothing else is taken, least of all from a
 * file that others made. */

#define BACKUP_NAME_MAX 128

typedef enum BackupFolder {
    BACKUP_FOLDER_NONE,     /* no name of a file in a backup */
    BACKUP_FOLDER_DATABASE, /* "config.db", "history.db" */
    BACKUP_FOLDER_PLAIN     /* "files/<sha256>"; "keys/NAME.key", "keys/NAME.pem": NAME lies in DIR.
                               The key of the secrets and management.pem are not among them */
} BackupFolder;

BackupFolder backup_name_folder(Str name);

/* Where it lies below DIR. */
Str backup_name_path(Str name);
