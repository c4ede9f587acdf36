#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/str.h"

/* Whole files, durably. Paths are C strings. Errors: ERR_IO that names the path and the
 * reason. Modes are set as given, whatever the umask is. */

/* Ended by NUL (not counted). ERR_LIMIT if it is larger than limit bytes. */
CHECKED Err *file_read(Arena *a, const char *path, size_t limit, Str *ret_content);

/* Writes beside the target, syncs, renames over it and syncs the folder: there is always the old
 * file or the new, whole. The content is synced before the rename, else a power cut could leave the
 * new name with nothing in it; the folder after it, else the old file could be back. After an error
 * of the last step the new file is in place, but may not last. */
CHECKED Err *file_write(Arena *a, const char *path, mode_t mode, Str content);

/* The same, but the file must not be there yet. */
CHECKED Err *file_write_new(Arena *a, const char *path, mode_t mode, Str content);

/* Removes what processes left in a folder that were killed while they wrote a file there. Nobody
 * may be writing in it. */
CHECKED Err *file_remove_leftovers(Arena *a, const char *folder);

/* Makes one folder if it isn't there, and syncs its parent. */
CHECKED Err *file_make_folder(Arena *a, const char *path, mode_t mode);

/* fsync of a folder, so that a created or renamed entry lasts. */
CHECKED Err *file_sync_folder(Arena *a, const char *path);

bool file_exists(const char *path);
