#pragma once

#include "store/reader.h"

/* Files that clients upload: DIR/files/<sha256>, kept as long as a row or the change log names them
 * (a backup has them with the rows of its snapshot, which the log still knows). Any thread. */

/* A file isn't kept where it would leave less of the disk, so that the store has room for what it
 * writes. */
#define FILES_FREE_BYTES (UINT64_C(256) * 1024 * 1024)

/* ERR_IO unless a file of that size has room. */
CHECKED Err *files_check_room(const Store *s, Arena *a, uint64_t size_bytes);

/* The same in a folder on the store's disk. */
CHECKED Err *files_check_room_in(Arena *a, const char *folder, uint64_t size_bytes);

/* Keeps a file, durably, before a row that names it is committed; *ret_hash: 64 hexadecimal digits.
 * A file that is there already is left as it is, but counts as put now. Errors: ERR_IO (also
 * without room for it). */
CHECKED Err *files_put(const Store *s, Arena *a, Str content, Str *ret_hash);

/* The first bytes of a file, at most so many. Errors: ERR_IO. */
CHECKED Err *files_head(const Store *s, Arena *a, Str hash, size_t n_bytes, Str *ret_head);

/* Where it lies; ended by NUL. `hash` as files_put() gave it. */
const char *files_path(const Store *s, Arena *a, Str hash);

/* More entries of the folder aren't looked at. */
#define FILES_LOOKED_AT_MAX 100000

/* Names of files that were put before (by the wall clock) and that nothing names in the reader's
 * snapshot, which must not have been opened before the call; also of what else lies there. Cost:
 * the log rows of resources with files, if there is anything that no row names. */
CHECKED Err *files_find_unused(Reader *r, Arena *a, int64_t before_us, Str **ret_names,
                               size_t *ret_n);

/* Removes a file, unless it was put again since. */
CHECKED Err *files_remove(const Store *s, Arena *a, Str name, int64_t before_us, bool *ret_removed);

/* Where backups and snapshots that were made lie, and one of them by its name, which has no slash
 * in it and doesn't begin with a point; ended by NUL. */
const char *files_backup_folder(const Store *s, Arena *a);
const char *files_backup_path(const Store *s, Arena *a, Str name);
const char *files_snapshot_folder(const Store *s, Arena *a);
const char *files_snapshot_path(const Store *s, Arena *a, Str name);
