/* When a backup is due, and what is done then. */
#include "manager/transfer/autobackup.h"

#include "base/datetime.h"
#include "manager/transfer/autobackup_plan.h"

#define HOUR_US (3600 * DATETIME_SECOND_US)

int64_t autobackup_due_us(int64_t now_us, int64_t start_hour, int64_t interval_hours)
{
    const int64_t since_start_us = now_us - start_hour * HOUR_US;
    const int64_t in_day_us =
        (since_start_us % DATETIME_DAY_US + DATETIME_DAY_US) % DATETIME_DAY_US;
    return now_us - in_day_us % (interval_hours * HOUR_US);
}

/* On the first look, and when the schedule is switched on, the time at hand has passed, unless one
 * was missed. */
static void begin(Autobackup *b, const AutobackupPlan *plan, int64_t due_us)
{
    const int64_t newest_us = backup_folder_newest(b->folder);
    const bool missed = !b->looked && newest_us > 0 && newest_us < due_us;
    if (plan->enabled && !b->enabled && !missed) {
        b->done_us = due_us;
    }
    b->enabled = plan->enabled;
    b->looked = true;
}

/* Served only once it is made: what fails stays due. The old ones go last, so that a full disk
 * never costs a good backup for one that can't be made. */
static CHECKED Err *make_backup(Autobackup *b, Arena *a, const AutobackupPlan *plan, int64_t due_us)
{
    Str name = STR_NONE;
    TRY(backup_folder_make(b->folder, a, plan->passphrase, BACKUP_AUTOMATIC, &name));
    b->done_us = due_us;
    if (plan->target.url.len > 0) {
        backup_sender_offer(b->sender, name);
    }
    return backup_folder_prune(b->folder, a, AUTOBACKUP_KEPT);
}

Err *autobackup_run(void *autobackup, Arena *a, int64_t now_us)
{
    Autobackup *b = autobackup;
    AutobackupPlan plan = {.enabled = false};
    TRY(autobackup_plan_read(b->store, b->reader, a, &plan));
    const int64_t due_us = autobackup_due_us(now_us, plan.start_hour, plan.interval_hours);
    begin(b, &plan, due_us);
    /* What was served at a time that is still to come was served while the clock was ahead. */
    const bool due = due_us > b->done_us || b->done_us > now_us;
    return plan.enabled && due ? make_backup(b, a, &plan, due_us) : NULL;
}
