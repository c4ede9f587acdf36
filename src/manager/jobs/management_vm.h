#pragma once

#include "store/writer.h"

/* The times of status/management_vm: the Management Node has its own configuration at once, and is
 * reached for as long as it runs; monitoring looks whether they go on. */

/* How often. */
#define MANAGEMENT_VM_PERIOD_US (INT64_C(60) * 1000 * 1000)

/* The job; context: the Store. Does nothing while there is no row. */
CHECKED Err *management_vm_run(void *context, Arena *a, int64_t now_us);
