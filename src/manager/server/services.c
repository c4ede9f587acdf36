/* Makes and owns them. What runs in the background ends first, since it uses all the others. */
#include "manager/server/services.h"

#include <stdlib.h>

#include "manager/server/setup.h"

struct Services {
    Setup setup; /* works out seeds that an older backup lacks */
    RestoreGate restores;
    Snapshots snapshots;
    CommandContext context;
};

Err *services_new(Arena *errors, Store *store, const Options *options, LogTail *tail,
                  void (*restart)(void *server), void *server, Services **ret_services)
{
    CLEANUP(services_free) Services *s = calloc(1, sizeof *s);
    MUST(s != NULL);
    setup_init(&s->setup, options->data);
    const StoreOptions store_options = {.folder = options->data,
                                        .key_file = options->key_file,
                                        .compute_seed = setup_compute_seed,
                                        .context = &s->setup};
    restore_gate_init(&s->restores, store, &store_options);
    s->snapshots = (Snapshots){store, tail};
    snapshots_start(&s->snapshots, errors);
    s->context = (CommandContext){
        .backups = backup_folder_new(store, options->data),
        .snapshots = &s->snapshots,
        .restores = &s->restores,
        .restart = restart,
        .server = server,
    };
    TRY(requests_new(errors, store, s->context.backups, &s->snapshots, &s->context.requests));
    *ret_services = s;
    s = NULL;
    return NULL;
}

Services *services_free(Services *s)
{
    if (s != NULL) {
        s->context.requests = requests_free(s->context.requests);
        s->context.backups = backup_folder_free(s->context.backups);
        restore_gate_deinit(&s->restores);
        setup_deinit(&s->setup);
        free(s);
    }
    return NULL;
}

CommandContext *services_context(Services *s)
{
    return &s->context;
}
