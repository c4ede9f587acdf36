/* status/worker_vm: what is known of a Conferencing Node before it reports itself. */
#include "manager/jobs/mirror.h"
#include "manager/jobs/release.h"
#include "store/row_values.h"

static const uint16_t followed[] = {
    FLD_STATUS_WORKER_VM_NAME,
    FLD_STATUS_WORKER_VM_NODE_TYPE,
    FLD_STATUS_WORKER_VM_SYSTEM_LOCATION,
    FLD_STATUS_WORKER_VM_MAINTENANCE_MODE,
    FLD_STATUS_WORKER_VM_MAINTENANCE_MODE_REASON,
};

/* Never heard of: no times, no machine, no capacity, and not in step. */
static Err *fill(Reader *reader, Arena *a, const Row *source, Row *row, int64_t now_us)
{
    (void)now_us;
    const Row *location = NULL;
    TRY(reader_get(reader, a, model_at(reader_model(reader), RES_SYSTEM_LOCATION),
                   source->values[FLD_WORKER_VM_SYSTEM_LOCATION], &location));
    const Str location_name = row_text(location, FLD_SYSTEM_LOCATION_NAME);
    row->values[FLD_STATUS_WORKER_VM_CONFIGURATION_ID] = source->key;
    row->values[FLD_STATUS_WORKER_VM_NAME] = source->values[FLD_WORKER_VM_NAME];
    row->values[FLD_STATUS_WORKER_VM_NODE_TYPE] = source->values[FLD_WORKER_VM_NODE_TYPE];
    row->values[FLD_STATUS_WORKER_VM_SYSTEM_LOCATION] =
        value_text(location_name.ptr != NULL ? location_name : STR(""));
    row->values[FLD_STATUS_WORKER_VM_MAINTENANCE_MODE] =
        source->values[FLD_WORKER_VM_MAINTENANCE_MODE];
    row->values[FLD_STATUS_WORKER_VM_MAINTENANCE_MODE_REASON] =
        source->values[FLD_WORKER_VM_MAINTENANCE_MODE_REASON];
    row->values[FLD_STATUS_WORKER_VM_VERSION] = value_text(STR(RELEASE_VERSION));
    row->values[FLD_STATUS_WORKER_VM_SYNC_STATUS] = value_text(STR("OUT_OF_SYNC"));
    row->values[FLD_STATUS_WORKER_VM_UPGRADE_STATUS] = value_text(STR("IDLE"));
    return NULL;
}

const Mirror mirror_worker_vm = {
    .source = RES_WORKER_VM,
    .target = RES_STATUS_WORKER_VM,
    .statistics = RES_STATUS_WORKER_VM__STATISTICS,
    .via = FLD_WORKER_VM_SYSTEM_LOCATION,
    .followed = followed,
    .n_followed = ARRAY_N(followed),
    .fill = fill,
};
