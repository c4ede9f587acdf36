#include "manager/server/open.h"

#include <stdlib.h>

#include "base/log.h"
#include "manager/server/setup.h"

static Err *open_store(Arena *a, const char *data, Setup *setup, Opened *opened)
{
    const StoreOptions options = {
        .folder = data,
        .key_file = getenv("ROSTRA_SECRET_KEY_FILE"),
        .compute_seed = setup_compute_seed,
        .context = setup,
    };
    setup->password = getenv("ROSTRA_ADMIN_PASSWORD");
    TRY(store_open(a, opened->model, &options, &opened->store));
    if (!store_is_new(opened->store)) {
        return NULL;
    }
    log_info("made a new store data=%s", data);
    return setup_tell_password(setup, a);
}

Err *opened_open(Arena *a, const char *data, Opened *ret_opened)
{
    Opened opened = {.store = NULL};
    TRY(model_load(a, model_embedded_files, model_n_embedded_files, &opened.model));
    Setup setup;
    setup_init(&setup, data);
    Err *e = open_store(a, data, &setup, &opened);
    setup_deinit(&setup);
    if (e != NULL) {
        opened_close(&opened);
        return e;
    }
    *ret_opened = opened;
    return NULL;
}

void opened_close(Opened *o)
{
    o->store = store_close(o->store);
    o->model = model_free(o->model);
}
