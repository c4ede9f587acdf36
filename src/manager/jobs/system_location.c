/* status/system_location: capacity and load, which are nothing while no node reports any. */
#include "manager/jobs/mirror.h"
#include "store/row_values.h"

static const uint16_t followed[] = {FLD_STATUS_SYSTEM_LOCATION_NAME};

static Err *fill(Reader *reader, Arena *a, const Row *source, Row *row, int64_t now_us)
{
    (void)reader;
    (void)a;
    (void)now_us;
    row->values[FLD_STATUS_SYSTEM_LOCATION_NAME] = source->values[FLD_SYSTEM_LOCATION_NAME];
    return NULL;
}

const Mirror mirror_system_location = {
    .source = RES_SYSTEM_LOCATION,
    .target = RES_STATUS_SYSTEM_LOCATION,
    .statistics = RES_STATUS_SYSTEM_LOCATION__STATISTICS,
    .via = MIRROR_NONE,
    .followed = followed,
    .n_followed = ARRAY_N(followed),
    .fill = fill,
};
