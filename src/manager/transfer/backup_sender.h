#pragma once

#include "base/thread.h"
#include "store/reader.h"

/* Sends the newest automatic backup to the server that configuration/autobackup names.
 *
 * That may take hours, so it is a job with a thread of its own: autobackup.c makes backups
 * meanwhile and hands their names over. What fails is tried again after pauses that grow (jobs.h),
 * under an alarm, until a newer one takes its place or the configuration names no server any more.
 *
 * What is owed outlasts the server: beside the backup NAME lies an empty file ".unsent-NAME" until
 * it was sent. That it was sent can't be told from what the other server has, and a backup that
 * nobody asked to be sent has no such file, so it isn't sent when a server is named later. */

enum { BACKUP_SENDER_NAME_MAX = 255 };

typedef struct BackupSender {
    Store *store;
    Reader *reader; /* of the job's thread; borrowed */
    Mutex lock;
    char unsent[BACKUP_SENDER_NAME_MAX + 1]; /* under lock: what is to be sent; "": nothing */
    bool ending;                             /* under lock */
} BackupSender;

#define BACKUP_SENDER_PERIOD_US (INT64_C(5) * 1000 * 1000)
#define BACKUP_SENDER_RETRY_US (INT64_C(60) * 1000 * 1000)

void backup_sender_init(BackupSender *s, Store *store);
void backup_sender_deinit(BackupSender *s);

/* Goes on with what an earlier server owed. Before any other thread has the sender; `a` is for
 * scratch. */
void backup_sender_load(BackupSender *s, Arena *a);

/* Any thread: to be sent instead of what wasn't yet. */
void backup_sender_offer(BackupSender *s, Str name);

/* Any thread: breaks off what is being sent, within a second or so, and nothing is sent after. */
void backup_sender_end(BackupSender *s);

/* The job; context: a BackupSender. Errors: ERR_IO. */
CHECKED Err *backup_sender_run(void *sender, Arena *a, int64_t now_us);
