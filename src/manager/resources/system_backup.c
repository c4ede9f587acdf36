/* Backups: the file itself is what an object is, and goes with it. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "manager/resources/made_file.h"
#include "manager/resources/tables.h"
#include "store/files.h"
#include "store/row_values.h"

/* The folder is the truth: where its files can't be removed, their rows stay. */
static Err *before_delete(Tx *tx, const Row *old, Problems *problems)
{
    (void)old;
    (void)problems; /* who may is told by the model */
    const char *path = files_backup_folder(tx_store(tx), tx_arena(tx));
    return access(path, W_OK) == 0 || errno == ENOENT
               ? NULL
               : err_detail(tx_arena(tx),
                            err(tx_arena(tx), ERR_IO, "The backup cannot be removed."), "%s: %s",
                            path, strerrordesc_np(errno));
}

/* Not before: a transaction that is rolled back must not cost the file. The folder's job knows the
 * file already, so that its row doesn't come back meanwhile; after a crash in between it does. */
static void after_delete(const Store *store, Arena *a, Value key)
{
    const char *path = files_backup_path(store, a, key.text);
    if (unlink(path) != 0 && errno != ENOENT) {
        log_warning("a deleted backup cannot be removed file=%s reason=\"%s\"", path,
                    strerrordesc_np(errno));
    }
}

static Err *render_detail(const Store *store, Arena *a, const Row *row, RestAnswer *answer)
{
    return made_file_answer(a, files_backup_path(store, a, row->key.text), row->key.text, answer);
}

const ResourceHooks system_backup_hooks = {
    .resource = STR_INIT("system_backup"),
    .before_delete = before_delete,
    .after_delete = after_delete,
    .render_detail = render_detail,
};
