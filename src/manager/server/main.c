/* rostrad, the Management Node: the command line's commands. Exit status 0, or 1 with one line on
 * stderr, or 2 where the command line itself is at fault. Commands that change the data of a server
 * that runs ask it to do so (control_client.h): the lock of the folder tells whether there is one.
 */
#include <curl/curl.h>
#include <gnutls/gnutls.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "manager/auth/local_password.h"
#include "manager/server/certificate.h"
#include "manager/server/control_client.h"
#include "manager/server/open.h"
#include "manager/server/options.h"
#include "manager/server/passphrase.h"
#include "manager/server/restart.h"
#include "manager/server/server.h"
#include "manager/server/setup.h"
#include "manager/server/transfer_commands.h"
#include "store/check.h"

#define MAIN_ARENA_BYTES ((size_t)64 * 1024 * 1024)
#define REPORT_MAX ((size_t)16 * 1024 * 1024)

enum { EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

static Err *set_password(Arena *a, const Options *options, Str user, Str password, Str *ret_note)
{
    Opened opened;
    Err *e = opened_open(a, options, &opened);
    if (e != NULL) {
        return e->kind == ERR_BUSY ? control_ask_passwd(a, options->data, user, password, ret_note)
                                   : e;
    }
    e = local_password_set(opened.store, a, user, password, ret_note);
    if (e == NULL) {
        setup_forget_password(options->data);
    }
    opened_close(&opened);
    return e;
}

static Err *run_passwd(Arena *a, const Options *options)
{
    Str password = STR_NONE;
    Str note = STR("");
    TRY(passphrase_ask(a, "New password: ", &password));
    TRY(set_password(a, options, str_from(options->argument), password, &note));
    if (note.len > 0) {
        (void)printf("%.*s\n", STR_ARG(note));
    }
    return NULL;
}

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
    if (access(options->data, F_OK) != 0) {
        return err(a, ERR_INVALID, "There is no folder %s.", options->data);
    }
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

static Err *run_backup(Arena *a, const Options *options)
{
    Str passphrase = STR_NONE;
    TRY(passphrase_read(a, options->passphrase_file, true, &passphrase));
    return transfer_backup(a, options, passphrase);
}

static Err *run_restore(Arena *a, const Options *options)
{
    Str passphrase = STR_NONE;
    TRY(passphrase_read(a, options->passphrase_file, false, &passphrase));
    return transfer_restore(a, options, passphrase);
}

static Err *run(Arena *a, const Options *options, char *argv[])
{
    switch (options->command) {
    case COMMAND_SERVE:
        return run_serve(a, options, argv);
    case COMMAND_BACKUP:
        return run_backup(a, options);
    case COMMAND_RESTORE:
        return run_restore(a, options);
    case COMMAND_INIT:
        return run_init(a, options);
    case COMMAND_PASSWD:
        return run_passwd(a, options);
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
