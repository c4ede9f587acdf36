/* Conferencing Nodes: what follows from their type. */
#include "manager/resources/row_values.h"
#include "manager/resources/tables.h"

static Err *before_write(Tx *tx, const Row *old, Row *new, Problems *problems)
{
    (void)tx;
    (void)old;
    (void)problems;
    new->values[FLD_WORKER_VM_TRANSCODING] =
        value_integer(row_is(new, FLD_WORKER_VM_NODE_TYPE, STR("CONFERENCING")));
    return NULL;
}

const ResourceHooks worker_vm_hooks = {
    .resource = STR_INIT("worker_vm"),
    .before_write = before_write,
};
