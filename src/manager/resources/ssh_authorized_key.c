/* SSH keys: which nodes take them, by addresses; nodes name any number of keys. */
#include "manager/resources/node_names.h"
#include "manager/resources/tables.h"
#include "store/row_values.h"

static const NodeNames nodes = {
    .nodes = FLD_SSH_AUTHORIZED_KEY_NODES,
    .of_management_vm = FLD_MANAGEMENT_VM_SSH_AUTHORIZED_KEYS,
    .of_worker_vm = FLD_WORKER_VM_SSH_AUTHORIZED_KEYS,
    .as_addresses = true,
};

static Err *compute(Reader *reader, Arena *a, Row *rows[], size_t n)
{
    return node_names_compute(&nodes, reader, a, rows, n);
}

static Err *after_write(Tx *tx, const Row *old, const Row *new, Problems *problems)
{
    (void)old; /* the list is compared with what the nodes say */
    return node_names_write(&nodes, tx, new, problems);
}

const ResourceHooks ssh_authorized_key_hooks = {
    .resource = STR_INIT("ssh_authorized_key"),
    .after_write = after_write,
    .also_changes = node_names_resources,
    .n_also_changes = NODE_NAMES_RESOURCES_N,
    .compute = compute,
};
