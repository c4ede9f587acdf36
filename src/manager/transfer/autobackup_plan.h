#pragma once

#include "manager/transfer/upload.h"
#include "store/reader.h"

/* What configuration/autobackup says, with its secrets in clear. */

typedef struct AutobackupPlan {
    bool enabled; /* false: the rest isn't filled but for hours that make sense */
    int64_t start_hour;
    int64_t interval_hours; /* at least 1 */
    Str passphrase;
    UploadTarget target; /* url empty: nowhere */
} AutobackupPlan;

/* Texts lie in the arena, which holds secrets then. */
CHECKED Err *autobackup_plan_read(Store *store, Reader *reader, Arena *a, AutobackupPlan *ret_plan);
