/* status/management_vm: the machine that answers. */
#include "manager/jobs/management_vm.h"

#include "manager/jobs/mirror.h"
#include "manager/jobs/release.h"
#include "model/keys.h"
#include "store/row_values.h"

/* --- the row --- */

static const uint16_t followed[] = {FLD_STATUS_MANAGEMENT_VM_NAME,
                                    FLD_STATUS_MANAGEMENT_VM_PRIMARY};

static Err *fill(Reader *reader, Arena *a, const Row *source, Row *row, int64_t now_us)
{
    (void)reader;
    (void)a;
    const bool own = source->key.integer == OWN_MANAGEMENT_VM_KEY;
    const Value time = own ? value_integer(now_us) : VALUE_NONE;
    row->values[FLD_STATUS_MANAGEMENT_VM_CONFIGURATION_ID] = source->key;
    row->values[FLD_STATUS_MANAGEMENT_VM_NAME] = source->values[FLD_MANAGEMENT_VM_NAME];
    row->values[FLD_STATUS_MANAGEMENT_VM_PRIMARY] = source->values[FLD_MANAGEMENT_VM_PRIMARY];
    row->values[FLD_STATUS_MANAGEMENT_VM_VERSION] = value_text(STR(RELEASE_VERSION));
    row->values[FLD_STATUS_MANAGEMENT_VM_SYNC_STATUS] =
        value_text(own ? STR("SYNCED") : STR("OUT_OF_SYNC"));
    row->values[FLD_STATUS_MANAGEMENT_VM_UPGRADE_STATUS] = value_text(STR("IDLE"));
    row->values[FLD_STATUS_MANAGEMENT_VM_LAST_UPDATED] = time;
    row->values[FLD_STATUS_MANAGEMENT_VM_LAST_ATTEMPTED_CONTACT] = time;
    return NULL;
}

const Mirror mirror_management_vm = {
    .source = RES_MANAGEMENT_VM,
    .target = RES_STATUS_MANAGEMENT_VM,
    .statistics = MIRROR_NONE,
    .via = MIRROR_NONE,
    .followed = followed,
    .n_followed = ARRAY_N(followed),
    .fill = fill,
};

/* --- its times --- */

static Err *write_times(Tx *tx, WriteRequest *request)
{
    const Value time = value_integer(*(const int64_t *)request->context);
    const Row *old = NULL;
    TRY(reader_get(tx_reader(tx), tx_arena(tx), model_at(tx_model(tx), RES_STATUS_MANAGEMENT_VM),
                   value_integer(OWN_MANAGEMENT_VM_KEY), &old));
    if (old == NULL) {
        return NULL;
    }
    Row *new = row_copy(tx_arena(tx), old);
    new->values[FLD_STATUS_MANAGEMENT_VM_LAST_UPDATED] = time;
    new->values[FLD_STATUS_MANAGEMENT_VM_LAST_ATTEMPTED_CONTACT] = time;
    return tx_update(tx, old, new);
}

Err *management_vm_run(void *context, Arena *a, int64_t now_us)
{
    return store_write_as_system(context, STORE_LIVE, a, write_times, &now_us, 1);
}
