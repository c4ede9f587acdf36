/* status/licensing: one row of totals. Rostra needs no licence and takes none, so nothing is in
 * use; a recorded activation counts as the port licences that it has. */
#include "manager/jobs/mirror.h"
#include "model/keys.h"
#include "store/row_values.h"

enum { LICENCES_MAX = 10000 };

static const uint16_t followed[] = {FLD_STATUS_LICENSING_PORT_TOTAL};

static Err *fill(Reader *reader, Arena *a, const Row *source, Row *row, int64_t now_us)
{
    (void)source;
    (void)now_us;
    const Query q = {.resource = model_at(reader_model(reader), RES_LICENCE),
                     .limit = LICENCES_MAX};
    const Row **licences = NULL;
    size_t n = 0;
    int64_t total = 0;
    TRY(reader_select(reader, a, &q, &licences, &n));
    for (size_t i = 0; i < n; i++) {
        total += row_number(licences[i], FLD_LICENCE_CONCURRENT);
    }
    row->values[FLD_STATUS_LICENSING_PORT_TOTAL] = value_integer(total);
    return NULL;
}

const Mirror mirror_licensing = {
    .source = RES_LICENCE,
    .target = RES_STATUS_LICENSING,
    .statistics = MIRROR_NONE,
    .via = MIRROR_NONE,
    .fixed_key = SINGLETON_KEY,
    .followed = followed,
    .n_followed = ARRAY_N(followed),
    .fill = fill,
};
