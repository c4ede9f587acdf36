/* Conferencing Nodes: what follows from their type, and what those get that are set up by hand: a
 * document instead of an empty 201 (wire 7), which their operator carries to the machine. */
#include "manager/resources/node_start.h"
#include "manager/resources/tables.h"
#include "store/row_values.h"

static Err *before_write(Tx *tx, const Row *old, Row *new, Problems *problems)
{
    (void)tx;
    (void)old;
    (void)problems;
    new->values[FLD_WORKER_VM_TRANSCODING] =
        value_integer(row_is(new, FLD_WORKER_VM_NODE_TYPE, STR("CONFERENCING")));
    return NULL;
}

static Err *render_created(Tx *tx, Arena *a, const Row *row, RestAnswer *answer)
{
    return row_is(row, FLD_WORKER_VM_DEPLOYMENT_TYPE, STR("MANUAL-PROVISION-ONLY"))
               ? node_start_answer(tx, a, row, answer)
               : NULL;
}

const ResourceHooks worker_vm_hooks = {
    .resource = STR_INIT("worker_vm"),
    .before_write = before_write,
    .render_created = render_created,
};
