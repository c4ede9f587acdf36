#pragma once

#include "base/err.h"

/* A new .tar.gz, member by member (POSIX ustar). Confined to one thread. */

typedef struct Archive Archive;

/* Writes to fd, which is borrowed. Errors: ERR_IO. */
CHECKED Err *archive_new(Arena *a, int fd, int64_t now_us, Archive **ret_archive);

/* Ends without finishing. */
Archive *archive_free(Archive *archive);
DEFINE_CLEANUP(Archive, archive_free);

/* name: below 100 characters, below the one folder that the archive has. Errors: ERR_IO. */
CHECKED Err *archive_add(Archive *archive, Arena *a, const char *name, Str content);

/* The end of it; no more is added. Errors: ERR_IO. */
CHECKED Err *archive_finish(Archive *archive, Arena *a);
