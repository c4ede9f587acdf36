#pragma once

#include "manager/auth/session.h"
#include "manager/transfer/backup_folder.h"
#include "store/store.h"

/* The tables of what happens by itself while the server runs (manager/jobs/jobs.h says how to add
 * to them), each with a thread and a reader of its own: `live` for what follows changes within a
 * second, `upkeep` for what clears away and watches, `backups` for what may take minutes, `uploads`
 * for what may take hours. */

typedef struct Schedule Schedule;

/* Makes the live rows, so that the first answer has them, and starts the threads. Store, sessions
 * and backups must outlive it. Errors: ERR_IO. */
CHECKED Err *schedule_new(Arena *errors, Store *store, Sessions *sessions, BackupFolder *backups,
                          Schedule **ret_schedule);

/* Waits for the runs at hand; an upload is broken off, since it may take hours: its file stays in
 * DIR/backups, and the next process sends the next one. */
Schedule *schedule_free(Schedule *s);
DEFINE_CLEANUP(Schedule, schedule_free);
