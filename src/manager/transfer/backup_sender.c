/* One name is waited for, on a thread that may take its time. */
#include "manager/transfer/backup_sender.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/log.h"
#include "manager/jobs/alarms.h"
#include "manager/transfer/autobackup_plan.h"
#include "store/files.h"

#define ALARM_TEXT_MAX 250

void backup_sender_init(BackupSender *s, Store *store)
{
    *s = (BackupSender){.store = store};
    mutex_init(&s->lock);
}

void backup_sender_deinit(BackupSender *s)
{
    mutex_deinit(&s->lock);
}

/* --- what is to be sent --- */

void backup_sender_offer(BackupSender *s, Str name)
{
    MUST(name.len <= BACKUP_SENDER_NAME_MAX);
    mutex_lock(&s->lock);
    (void)snprintf(s->unsent, sizeof s->unsent, "%.*s", STR_ARG(name));
    mutex_unlock(&s->lock);
}

/* Its name in the arena; empty: nothing. */
static Str look(BackupSender *s, Arena *a)
{
    mutex_lock(&s->lock);
    const Str name = s->ending ? STR("") : str_dup(a, str_from(s->unsent));
    mutex_unlock(&s->lock);
    return name;
}

/* Unless another one took its place. */
static void forget(BackupSender *s, Str name)
{
    mutex_lock(&s->lock);
    if (str_equal(str_from(s->unsent), name)) {
        s->unsent[0] = '\0';
    }
    mutex_unlock(&s->lock);
}

void backup_sender_end(BackupSender *s)
{
    mutex_lock(&s->lock);
    s->ending = true;
    mutex_unlock(&s->lock);
}

static bool is_ending(void *sender)
{
    BackupSender *s = sender;
    mutex_lock(&s->lock);
    const bool ending = s->ending;
    mutex_unlock(&s->lock);
    return ending;
}

/* --- sending --- */

static CHECKED Err *set_alarm(const BackupSender *s, Arena *a, const Err *failure)
{
    const Alarm alarm = {.level = STR("warning"),
                         .instance = STR("autobackup"),
                         .details = failure != NULL
                                        ? str_slice(str_from(failure->text), 0, ALARM_TEXT_MAX)
                                        : STR("")};
    return alarms_set(s->store, s->reader, a, STR("autobackup_upload_failed"), &alarm,
                      failure != NULL ? 1 : 0);
}

static CHECKED Err *send_open(BackupSender *s, Arena *a, const UploadTarget *target, int fd,
                              Str name)
{
    Err *e = upload_file(a, target, fd, name, is_ending, s);
    (void)close(fd); /* only read */
    return e;
}

/* One that is gone meanwhile needn't be sent. */
static CHECKED Err *send_backup(BackupSender *s, Arena *a, const UploadTarget *target, Str name)
{
    const int fd = open(files_backup_path(s->store, a, name), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    Err *e = fd < 0 ? NULL : send_open(s, a, target, fd, name);
    if (e != NULL && is_ending(s)) {
        return NULL; /* broken off: the server is not to blame */
    }
    TRY(set_alarm(s, a, e));
    if (e == NULL) {
        forget(s, name);
    }
    if (e == NULL && fd >= 0) {
        log_info("sent a backup file=%.*s", STR_ARG(name));
    }
    return e;
}

Err *backup_sender_run(void *sender, Arena *a, int64_t now_us)
{
    BackupSender *s = sender;
    (void)now_us;
    const Str name = look(s, a);
    if (name.len == 0) {
        return NULL;
    }
    AutobackupPlan plan = {.enabled = false};
    TRY(autobackup_plan_read(s->store, s->reader, a, &plan));
    if (plan.target.url.len == 0) { /* nobody waits for it any more */
        forget(s, name);
        return set_alarm(s, a, NULL);
    }
    return send_backup(s, a, &plan.target, name);
}
