/* Loads the model, opens the store, tells the first password of a new one: only when the store is
 * there, so that a start that fails tells none that doesn't hold. */
#include "manager/server/open.h"

#include "base/log.h"
#include "manager/server/privileges.h"
#include "manager/server/setup.h"

static Err *open_store(Arena *a, const Options *options, Setup *setup, Opened *opened)
{
    const StoreOptions store_options = {
        .folder = options->data,
        .key_file = options->key_file,
        .compute_seed = setup_compute_seed,
        .context = setup,
    };
    setup->password = options->password;
    TRY(store_open(a, opened->model, &store_options, &opened->store));
    if (!store_is_new(opened->store)) {
        return NULL;
    }
    log_info("made a new store data=%s", options->data);
    setup_tell_password(setup, a);
    return NULL;
}

Err *opened_open(Arena *a, const Options *options, Opened *ret_opened)
{
    Opened opened = {.store = NULL};
    TRY(privileges_drop(a, options->data));
    TRY(model_load(a, model_embedded_files, model_n_embedded_files, &opened.model));
    Setup setup;
    setup_init(&setup, options->data);
    Err *e = open_store(a, options, &setup, &opened);
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
