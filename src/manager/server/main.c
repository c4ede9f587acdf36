/* rostrad, the Management Node. */
#include <gnutls/gnutls.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/log.h"
#include "manager/auth/login.h"
#include "manager/server/control.h"
#include "manager/server/open.h"
#include "manager/server/options.h"
#include "manager/server/server.h"
#include "manager/server/setup.h"
#include "store/check.h"

#define MAIN_ARENA_BYTES ((size_t)64 * 1024 * 1024)
#define PASSWORD_MAX 4200
#define REPORT_MAX ((size_t)16 * 1024 * 1024)

enum { EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

static void echo(bool on)
{
    struct termios settings;
    if (tcgetattr(STDIN_FILENO, &settings) == 0) {
        if (on) {
            settings.c_lflag |= (tcflag_t)ECHO;
        } else {
            settings.c_lflag &= ~(tcflag_t)ECHO;
        }
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings);
    }
}

/* One line of standard input, without its end; asked for where that is a terminal. */
static Err *read_password(Arena *a, Str *ret_password)
{
    const bool terminal = isatty(STDIN_FILENO) != 0;
    if (terminal) {
        (void)fputs("New password: ", stderr);
        echo(false);
    }
    arena_hold_secrets(a);
    char *line = arena_alloc(a, PASSWORD_MAX);
    const bool read = fgets(line, PASSWORD_MAX, stdin) != NULL;
    if (terminal) {
        echo(true);
        (void)fputc('\n', stderr);
    }
    if (!read) {
        return err(a, ERR_INVALID, "No password was given on standard input.");
    }
    *ret_password = str_from(line);
    while (ret_password->len > 0 && strchr("\r\n", line[ret_password->len - 1]) != NULL) {
        ret_password->len--;
    }
    return NULL;
}

static Err *run_passwd(Arena *a, const Options *options)
{
    Str password = STR_NONE;
    TRY(read_password(a, &password));
    const Str user = str_from(options->argument);
    Opened opened;
    Err *e = opened_open(a, options, &opened);
    if (e != NULL) {
        return e->kind == ERR_BUSY ? control_ask_passwd(a, options->data, user, password) : e;
    }
    e = login_set_password(opened.store, a, user, password);
    if (e == NULL) {
        setup_forget_password(options->data);
    }
    opened_close(&opened);
    return e;
}

static Err *run_init(Arena *a, const Options *options)
{
    Opened opened;
    TRY(opened_open(a, options, &opened));
    opened_close(&opened);
    return NULL;
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

static Err *run(Arena *a, const Options *options)
{
    switch (options->command) {
    case COMMAND_SERVE:
        return server_serve(a, options);
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
    /* NOLINTEND(concurrency-mt-unsafe) */
    log_set_level(options.log_level);
    if (sodium_init() < 0 || gnutls_global_init() < 0) {
        (void)fprintf(stderr, "rostrad: The cryptographic libraries cannot be started.\n");
        return EXIT_FAILED;
    }
    e = run(a, &options);
    return e != NULL ? fail(e, EXIT_FAILED) : EXIT_OK;
}
