/* When a backup is due, and what is done then. */
#include "manager/transfer/autobackup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/datetime.h"
#include "base/log.h"
#include "manager/jobs/alarms.h"
#include "manager/transfer/upload.h"
#include "store/files.h"
#include "store/row_values.h"
#include "store/secret.h"

#define HOUR_US (3600 * DATETIME_SECOND_US)
#define RETRY_US (600 * DATETIME_SECOND_US)
#define ONLY_KEY 1
#define ALARM_TEXT_MAX 250

/* What the configuration says; texts in the arena. */
typedef struct Plan {
    bool enabled;
    int64_t start_hour;
    int64_t interval_hours;
    Str passphrase;
    UploadTarget target; /* url empty: nowhere */
} Plan;

int64_t autobackup_due_us(int64_t now_us, int64_t start_hour, int64_t interval_hours)
{
    const int64_t since_start_us = now_us - start_hour * HOUR_US;
    const int64_t in_day_us =
        (since_start_us % DATETIME_DAY_US + DATETIME_DAY_US) % DATETIME_DAY_US;
    return now_us - in_day_us % (interval_hours * HOUR_US);
}

/* --- the plan --- */

static CHECKED Err *open_secret(const Autobackup *b, Arena *a, const Row *row, uint16_t field,
                                Str *ret_clear)
{
    const Str stored = row_text(row, field);
    return stored.len == 0 ? NULL : secret_open(b->store, a, stored, ret_clear);
}

static CHECKED Err *read_plan(const Autobackup *b, Arena *a, Plan *ret_plan)
{
    const Resource *r = model_at(store_model(b->store), RES_AUTOBACKUP);
    const Row *row = NULL;
    int64_t seq = 0;
    TRY(reader_begin(b->reader, a, &seq));
    Err *e = reader_get(b->reader, a, r, value_integer(ONLY_KEY), &row);
    reader_end(b->reader);
    TRY(e);
    if (row == NULL || !row_true(row, FLD_AUTOBACKUP_AUTOBACKUP_ENABLED)) {
        return NULL;
    }
    Plan plan = {
        .enabled = true,
        .start_hour = row_number(row, FLD_AUTOBACKUP_AUTOBACKUP_START_HOUR),
        .interval_hours = MAX(row_number(row, FLD_AUTOBACKUP_AUTOBACKUP_INTERVAL), 1),
        .target = {.url = row_text(row, FLD_AUTOBACKUP_AUTOBACKUP_UPLOAD_URL),
                   .user = row_text(row, FLD_AUTOBACKUP_AUTOBACKUP_UPLOAD_USERNAME)},
    };
    TRY(open_secret(b, a, row, FLD_AUTOBACKUP_AUTOBACKUP_PASSPHRASE, &plan.passphrase));
    TRY(open_secret(b, a, row, FLD_AUTOBACKUP_AUTOBACKUP_UPLOAD_PASSWORD, &plan.target.password));
    *ret_plan = plan;
    return NULL;
}

/* --- sending --- */

static CHECKED Err *set_alarm(const Autobackup *b, Arena *a, const Err *failure)
{
    const Alarm alarm = {.level = STR("warning"),
                         .instance = STR("autobackup"),
                         .details = failure != NULL
                                        ? str_slice(str_from(failure->text), 0, ALARM_TEXT_MAX)
                                        : STR("")};
    return alarms_set(b->store, b->reader, a, STR("autobackup_upload_failed"), &alarm,
                      failure != NULL ? 1 : 0);
}

static CHECKED Err *send_open(Arena *a, const Plan *plan, int fd, Str name)
{
    Err *e = upload_file(a, &plan->target, fd, name);
    (void)close(fd); /* only read */
    return e;
}

/* One that is gone meanwhile needn't be sent. */
static CHECKED Err *send_backup(Autobackup *b, Arena *a, const Plan *plan)
{
    const Str name = str_dup(a, str_from(b->unsent));
    const int fd = open(files_backup_path(b->store, a, name), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    Err *e = fd < 0 ? NULL : send_open(a, plan, fd, name);
    TRY(set_alarm(b, a, e));
    if (e == NULL) {
        b->unsent[0] = '\0';
        log_info("sent a backup file=%.*s", STR_ARG(name));
    }
    return e;
}

/* --- making --- */

/* On the first look, and when the schedule is switched on, the time at hand has passed, unless one
 * was missed. */
static void begin(Autobackup *b, const Plan *plan, int64_t due_us)
{
    const int64_t newest_us = backup_folder_newest(b->folder);
    const bool missed = !b->looked && newest_us > 0 && newest_us < due_us;
    if (plan->enabled && !b->enabled && !missed) {
        b->done_us = due_us;
    }
    b->enabled = plan->enabled;
    b->looked = true;
}

static CHECKED Err *make_backup(Autobackup *b, Arena *a, const Plan *plan, int64_t due_us)
{
    Str name = STR_NONE;
    TRY(backup_folder_make(b->folder, a, plan->passphrase, BACKUP_AUTOMATIC, &name));
    b->done_us = due_us;
    if (plan->target.url.len > 0) {
        (void)snprintf(b->unsent, sizeof b->unsent, "%.*s", STR_ARG(name));
    }
    return backup_folder_prune(b->folder, a, AUTOBACKUP_KEPT);
}

static CHECKED Err *run(Autobackup *b, Arena *a, int64_t now_us)
{
    Plan plan = {.enabled = false, .interval_hours = 24};
    TRY(read_plan(b, a, &plan));
    const int64_t due_us = autobackup_due_us(now_us, plan.start_hour, plan.interval_hours);
    begin(b, &plan, due_us);
    if (b->unsent[0] != '\0' && plan.target.url.len == 0) {
        b->unsent[0] = '\0'; /* nobody waits for it any more */
        TRY(set_alarm(b, a, NULL));
    }
    if (!plan.enabled) {
        return NULL;
    }
    if (due_us > b->done_us) {
        TRY(make_backup(b, a, &plan, due_us));
    }
    return b->unsent[0] != '\0' ? send_backup(b, a, &plan) : NULL;
}

Err *autobackup_run(void *autobackup, Arena *a, int64_t now_us)
{
    Autobackup *b = autobackup;
    if (now_us < b->retry_us && b->retry_us - now_us <= RETRY_US) { /* the clock may jump */
        return NULL;
    }
    arena_hold_secrets(a);
    Err *e = run(b, a, now_us);
    b->retry_us = e != NULL ? now_us + RETRY_US : 0;
    return e;
}
