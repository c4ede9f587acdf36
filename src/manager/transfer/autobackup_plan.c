/* The one row of configuration/autobackup. */
#include "manager/transfer/autobackup_plan.h"

#include "model/keys.h"
#include "store/row_values.h"
#include "store/secret.h"

enum { DAY_HOURS = 24 };

static CHECKED Err *open_secret(Store *store, Arena *a, const Row *row, uint16_t field,
                                Str *ret_clear)
{
    const Str stored = row_text(row, field);
    return stored.len == 0 ? NULL : secret_open(store, a, stored, ret_clear);
}

Err *autobackup_plan_read(Store *store, Reader *reader, Arena *a, AutobackupPlan *ret_plan)
{
    const Resource *r = model_at(store_model(store), RES_AUTOBACKUP);
    const Row *row = NULL;
    arena_hold_secrets(a);
    TRY(reader_read_row(reader, a, r, value_integer(SINGLETON_KEY), &row));
    AutobackupPlan plan = {.interval_hours = DAY_HOURS};
    if (row_true(row, FLD_AUTOBACKUP_AUTOBACKUP_ENABLED)) {
        plan.enabled = true;
        plan.start_hour = row_number(row, FLD_AUTOBACKUP_AUTOBACKUP_START_HOUR);
        plan.interval_hours = MAX(row_number(row, FLD_AUTOBACKUP_AUTOBACKUP_INTERVAL), 1);
        plan.target.url = row_text(row, FLD_AUTOBACKUP_AUTOBACKUP_UPLOAD_URL);
        plan.target.user = row_text(row, FLD_AUTOBACKUP_AUTOBACKUP_UPLOAD_USERNAME);
        TRY(open_secret(store, a, row, FLD_AUTOBACKUP_AUTOBACKUP_PASSPHRASE, &plan.passphrase));
        TRY(open_secret(store, a, row, FLD_AUTOBACKUP_AUTOBACKUP_UPLOAD_PASSWORD,
                        &plan.target.password));
    }
    *ret_plan = plan;
    return NULL;
}
