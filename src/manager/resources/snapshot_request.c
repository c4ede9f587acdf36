/* Snapshots made on request: the archive is fetched below the object that tells of it. */
#include "manager/resources/made_file.h"
#include "manager/resources/tables.h"
#include "store/files.h"

static Err *render_download(const Store *store, Arena *a, const Row *row, RestAnswer *answer)
{
    return made_file_answer(a, files_snapshot_path(store, a, row->key.text),
                            str_format(a, "rostra_snapshot_%.*s.tar.gz", STR_ARG(row->key.text)),
                            answer);
}

const ResourceHooks snapshot_request_hooks = {
    .family = FAMILY_STATUS,
    .resource = STR_INIT("snapshot_request"),
    .render_download = render_download,
};
