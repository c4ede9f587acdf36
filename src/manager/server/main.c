/* rostrad, the Management Node: the command line's commands. Exit status 0, or 1 with one line on
 * stderr, or 2 where the command line itself is at fault. Commands that change the data of a server
 * that runs ask it to do so (control_client.h): the lock of the folder tells whether there is one.
 */
#include <curl/curl.h>
#include <gnutls/gnutls.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>

#include "base/log.h"
#include "manager/server/certificate.h"
#include "manager/server/open.h"
#include "manager/server/options.h"
#include "manager/server/passwd_command.h"
#include "manager/server/restart.h"
#include "manager/server/server.h"
#include "manager/server/transfer_commands.h"
#include "store/check.h"

#define MAIN_ARENA_BYTES ((size_t)64 * 1024 * 1024)
#define REPORT_MAX ((size_t)16 * 1024 * 1024)

enum { EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

/* DIR/management.pem, for clients that are set up before the first start. */
static Err *write_certificate(Arena *a, const Options *options, Store *store)
{
    CLEANUP(reader_free) Reader *reader = NULL;
    CLEANUP(http_credentials_free) HttpCredentials *credentials = NULL;
    TRY(reader_new(a, store, &reader));
    CLEANUP(server_certificate_free)
    ServerCertificate *certificate = server_certificate_new(store, reader, options->data);
    return server_certificate_look(certificate, a, &credentials);
}

static Err *run_init(Arena *a, const Options *options)
{
    Opened opened;
    TRY(opened_open(a, options, &opened));
    if (!store_is_new(opened.store)) {
        (void)printf("There is a store in %s already; it was left as it is.\n", options->data);
    }
    Err *e = write_certificate(a, options, opened.store);
    opened_close(&opened);
    return e;
}

static Err *check_opened(Arena *a, Store *store)
{
    CLEANUP(buf_free) Buf *report = buf_new(REPORT_MAX);
    size_t n_faults = 0;
    TRY(store_check(store, a, report, &n_faults));
    (void)printf("%.*s", STR_ARG(buf_str(report)));
    if (n_faults > 0) {
        return err(a, ERR_IO, "The store has %zu faults.", n_faults);
    }
    (void)puts("The store is sound.");
    return NULL;
}

static Err *run_check(Arena *a, const Options *options)
{
    Opened opened;
    TRY(opened_open(a, options, &opened));
    Err *e = check_opened(a, opened.store);
    opened_close(&opened);
    return e;
}

/* Comes back with success only when it is to end. */
static Err *run_serve(Arena *a, const Options *options, char *argv[])
{
    ServerEnd end;
    TRY(server_serve(a, options, &end));
    return end.restart ? restart_run(a, argv, end.listeners, end.n_listeners) : NULL;
}

static Err *run(Arena *a, const Options *options, char *argv[])
{
    switch (options->command) {
    case COMMAND_SERVE:
        return run_serve(a, options, argv);
    case COMMAND_BACKUP:
        return transfer_backup(a, options);
    case COMMAND_RESTORE:
        return transfer_restore(a, options);
    case COMMAND_INIT:
        return run_init(a, options);
    case COMMAND_PASSWD:
        return passwd_run(a, options);
    default:
        return run_check(a, options);
    }
}

static int fail(const Err *e, int status)
{
    (void)fprintf(stderr, "rostrad: %s\n", e->text);
    if (e->detail != NULL) {
        log_debug("reason=\"%s\" where=%s", e->detail, e->where);
    }
    return status;
}

int main(int argc, char *argv[])
{
    CLEANUP(arena_free) Arena *a = arena_new(MAIN_ARENA_BYTES);
    /* A restart would else leave that of /proc/self/exe. Fails for no name. */
    (void)prctl(PR_SET_NAME, "rostrad");
    Options options;
    OptionsAnswer answer = OPTIONS_RUN;
    const Err *e = options_parse(a, argc, argv, &options, &answer);
    if (e != NULL) {
        return fail(e, EXIT_USAGE);
    }
    if (answer == OPTIONS_SHOWN) {
        return EXIT_OK;
    }
    /* NOLINTBEGIN(concurrency-mt-unsafe): there is one thread yet */
    options.password = getenv("ROSTRA_ADMIN_PASSWORD");
    options.key_file = getenv("ROSTRA_SECRET_KEY_FILE");
    options.listeners = getenv(RESTART_VARIABLE);
    /* NOLINTEND(concurrency-mt-unsafe) */
    log_set_level(options.log_level);
    if (sodium_init() < 0 || gnutls_global_init() < 0 ||
        curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        (void)fprintf(stderr, "rostrad: The cryptographic libraries cannot be started.\n");
        return EXIT_FAILED;
    }
    e = run(a, &options, argv);
    return e != NULL ? fail(e, EXIT_FAILED) : EXIT_OK;
}
