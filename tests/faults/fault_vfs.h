#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A layer under SQLite that fails when told to: SQLite's own "unix" VFS does the work. It counts
 * the writes and syncs of all files that lie in one folder, of all threads together. */

typedef struct FaultVfs FaultVfs;

typedef enum FaultKind {
    FAULT_NONE,
    FAULT_WRITE_IO,    /* a write fails, nothing is written */
    FAULT_WRITE_SHORT, /* a write stops in the middle: the disk is full */
    FAULT_FULL,        /* that and every later write fails: the disk stays full */
    FAULT_SYNC,        /* a sync fails */
    FAULT_POWER_CUT,   /* all that isn't synced is lost and the process ends, in place of a write or
                          sync */
    FAULT_KIND_N
} FaultKind;

/* Becomes the default of this process, before any connection is opened, and stays so. */
FaultVfs *fault_vfs_install(void);

/* From now on: the fault comes at the nth operation of its sort, from 1. */
void fault_vfs_arm(FaultVfs *v, FaultKind kind, int nth);
void fault_vfs_disarm(FaultVfs *v);

/* Whether the armed fault came. */
bool fault_vfs_struck(FaultVfs *v);

/* Whether a file whose name ends so has writes that weren't synced yet. */
bool fault_vfs_has_unsynced(FaultVfs *v, const char *name_end);

/* Writes so far. */
int64_t fault_vfs_n_writes(FaultVfs *v);

/* Waits until there were more than so many writes. */
void fault_vfs_wait_for_writes(FaultVfs *v, int64_t n_writes);

/* What a process ends with at a power cut. */
#define FAULT_EXIT_POWER_CUT 99
