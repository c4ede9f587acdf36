#pragma once

#include "manager/transfer/backup_folder.h"
#include "manager/transfer/backup_sender.h"

/* Backups by the schedule of configuration/autobackup.
 *
 * A day's first one is due at the start hour (UTC), the next ones after each interval, until the
 * next day's. One that was missed because no server ran is made at once, unless there never was
 * one. AUTOBACKUP_KEPT are kept in DIR/backups. Where the schedule names a server, each is handed
 * to the sender. A clock that was ahead costs none: once it is right again, one is made at once. */

#define AUTOBACKUP_KEPT 10
#define AUTOBACKUP_PERIOD_US (INT64_C(20) * 1000 * 1000)
#define AUTOBACKUP_RETRY_US (INT64_C(600) * 1000 * 1000)

/* The job's context; the members before the blank line are set by who owns it. */
typedef struct Autobackup {
    Store *store;
    Reader *reader; /* of the job's thread */
    BackupFolder *folder;
    BackupSender *sender;

    bool looked;     /* at the schedule, at least once */
    bool enabled;    /* as seen last */
    int64_t done_us; /* the time of the schedule that was served last; 0: none yet */
} Autobackup;

/* autobackup: an Autobackup. Errors: ERR_IO. */
CHECKED Err *autobackup_run(void *autobackup, Arena *a, int64_t now_us);

/* The latest time of the schedule that isn't after now. */
int64_t autobackup_due_us(int64_t now_us, int64_t start_hour, int64_t interval_hours);
