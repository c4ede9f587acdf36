#pragma once

/* Keys that mean something. */

/* Of the one row of a singleton. */
#define SINGLETON_KEY 1

/* configuration/management_vm and status/management_vm: the machine that answers; others are only
 * configured. */
#define OWN_MANAGEMENT_VM_KEY 1
