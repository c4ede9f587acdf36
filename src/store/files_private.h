#pragma once

#include "store/store.h"

/* What files.c and files_unused.c share. */

/* DIR/files; ended by NUL. */
const char *files_folder(const Store *s, Arena *a);

/* flock() on the folder: LOCK_SH for who puts files, LOCK_EX for who removes them. A descriptor of
 * the folder, for files_unlock(); -1 if there is no folder yet. Held for a look at a file only. */
CHECKED Err *files_lock(const Store *s, Arena *a, int how, int *ret_lock);
void files_unlock(int lock);
