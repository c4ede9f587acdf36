/* Loads the model, opens the store, tells the first password of a new one: only when the store is
 * there, so that a start that fails tells none that doesn't hold. */
#include "manager/server/open.h"

#include "base/log.h"
#include "manager/server/privileges.h"
#include "manager/server/setup.h"

/* All others would do their work on a store that nobody wants, in a folder that was mistyped. */
static bool may_make(Command command)
{
    return command == COMMAND_SERVE || command == COMMAND_INIT;
}

/* What else than the store itself who starts it should know of it. */
static void tell_existing(const Options *options, const Store *store, Arena *a)
{
    if (store_migrated_from(store) != 0) {
        log_info("the store was brought to the model of this program; as it was, it lies beside it "
                 "from=%lld to=%lld copies=%s/*.before-*",
                 (long long)store_migrated_from(store), (long long)store_model(store)->version,
                 options->data);
    }
    if (!may_make(options->command)) {
        return;
    }
    if (options->password != NULL && options->listeners == NULL) {
        log_info("ROSTRA_ADMIN_PASSWORD is ignored: it is for a new store, and there is one "
                 "already; rostrad passwd sets another password");
    }
    if (setup_has_password(options->data)) {
        setup_tell_password_file(options->data, a);
    }
}

static Err *open_store(Arena *a, const Options *options, Setup *setup, Opened *opened)
{
    const StoreOptions store_options = {
        .folder = options->data,
        .existing = !may_make(options->command),
        .key_file = options->key_file,
        .compute_seed = setup_compute_seed,
        .context = setup,
    };
    setup->password = options->password;
    TRY(store_open(a, opened->model, &store_options, &opened->store));
    if (!store_is_new(opened->store)) {
        tell_existing(options, opened->store, a);
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
