/* getopt_long with messages of our own, each naming its option. */
#include "manager/server/options.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/str.h"

#define LISTEN_DEFAULT "127.0.0.1:8443"
#define WORKERS_MAX 256
#define RATE_MAX INT64_C(1000000000)
#define WINDOW_MAX_S INT64_C(86400)

static const char usage_text[] =
    "usage: rostrad --data DIR [options] serve\n"
    "       rostrad --data DIR init | passwd USER | check\n"
    "       rostrad --data DIR [--passphrase-file FILE] backup FILE | restore FILE\n"
    "\n"
    "  --data DIR              folder of the store; made at the first start\n"
    "  --listen ADDR:PORT      where to serve HTTPS (127.0.0.1:8443); may be repeated\n"
    "  --trust-proxy CIDR      peers whose X-Forwarded headers count; may be repeated\n"
    "  --workers N             threads that serve connections (one a core)\n"
    "  --rate-limit N/SECONDS  most requests in that time, for all clients together (off)\n"
    "  --absolute-location     Location headers with scheme and host\n"
    "  --passphrase-file FILE  passphrase of a backup in its first line (asked for)\n"
    "  --log-level L           error, warning, info or debug (info)\n"
    "  -h, --help, --version\n"
    "\n"
    "  serve         serves the management API until it gets SIGTERM\n"
    "  init          makes the store, certificate and first password, then ends\n"
    "  passwd USER   sets the password of a local administrator, read from standard input, and\n"
    "                lets local accounts sign in again if the settings keep them out\n"
    "  check         looks for faults in the store, while no server runs on it\n"
    "  backup FILE   writes a sealed backup of everything to a new file\n"
    "  restore FILE  replaces everything by what a backup holds; a server that runs starts again\n"
    "\n"
    "Only serve and init make a store where there is none; restore puts its own there.\n"
    "\n"
    "Environment:\n"
    "  ROSTRA_ADMIN_PASSWORD   first password of admin, for a new store (made up)\n"
    "  ROSTRA_SECRET_KEY_FILE  key of the secrets in the store (DIR/secret.key)\n";

enum {
    OPTION_DATA = 1,
    OPTION_LISTEN,
    OPTION_TRUST_PROXY,
    OPTION_WORKERS,
    OPTION_RATE_LIMIT,
    OPTION_ABSOLUTE_LOCATION,
    OPTION_PASSPHRASE_FILE,
    OPTION_LOG_LEVEL,
    OPTION_HELP,
    OPTION_VERSION
};

static const struct option long_options[] = {
    {"data", required_argument, NULL, OPTION_DATA},
    {"listen", required_argument, NULL, OPTION_LISTEN},
    {"trust-proxy", required_argument, NULL, OPTION_TRUST_PROXY},
    {"workers", required_argument, NULL, OPTION_WORKERS},
    {"rate-limit", required_argument, NULL, OPTION_RATE_LIMIT},
    {"absolute-location", no_argument, NULL, OPTION_ABSOLUTE_LOCATION},
    {"passphrase-file", required_argument, NULL, OPTION_PASSPHRASE_FILE},
    {"log-level", required_argument, NULL, OPTION_LOG_LEVEL},
    {"help", no_argument, NULL, OPTION_HELP},
    {"version", no_argument, NULL, OPTION_VERSION},
    {NULL, 0, NULL, 0},
};

static Err *parse_workers(Arena *a, const char *text, Options *options)
{
    int64_t n = 0;
    if (!str_to_int64(str_from(text), &n) || n < 1 || n > WORKERS_MAX) {
        return err(a, ERR_INVALID, "--workers takes a whole number from 1 to %d.", WORKERS_MAX);
    }
    options->n_workers = (unsigned)n;
    return NULL;
}

static Err *parse_rate_limit(Arena *a, const char *text, Options *options)
{
    Str rest = str_from(text);
    const Str requests = str_cut(&rest, '/');
    if (!str_to_int64(requests, &options->rate_limit) ||
        !str_to_int64(rest, &options->rate_window_s) || options->rate_limit < 0 ||
        options->rate_limit > RATE_MAX || options->rate_window_s < 1 ||
        options->rate_window_s > WINDOW_MAX_S) {
        return err(a, ERR_INVALID, "--rate-limit takes N/SECONDS, such as 1000/60; 0/60 is none.");
    }
    return NULL;
}

static Err *parse_log_level(Arena *a, const char *text, Options *options)
{
    options->log_level = log_level_from(text);
    if (options->log_level == LOG_LEVEL_N) {
        return err(a, ERR_INVALID, "--log-level takes error, warning, info or debug.");
    }
    return NULL;
}

static Err *add_to_list(Arena *a, const char *option, const char *text, const char *list[],
                        size_t *n, size_t most)
{
    if (*n == most) {
        return err(a, ERR_INVALID, "%s may be given at most %zu times.", option, most);
    }
    list[(*n)++] = text;
    return NULL;
}

static Err *take_option(Arena *a, int option, const char *text, Options *options)
{
    switch (option) {
    case OPTION_DATA:
        options->data = text;
        return NULL;
    case OPTION_LISTEN:
        return add_to_list(a, "--listen", text, options->listen, &options->n_listen,
                           OPTIONS_LISTEN_MAX);
    case OPTION_TRUST_PROXY:
        return add_to_list(a, "--trust-proxy", text, options->trusted_proxies,
                           &options->n_trusted_proxies, OPTIONS_PROXIES_MAX);
    case OPTION_WORKERS:
        return parse_workers(a, text, options);
    case OPTION_RATE_LIMIT:
        return parse_rate_limit(a, text, options);
    case OPTION_PASSPHRASE_FILE:
        options->passphrase_file = text;
        return NULL;
    case OPTION_ABSOLUTE_LOCATION:
        options->absolute_location = true;
        return NULL;
    default:
        return parse_log_level(a, text, options);
    }
}

static Err *take_command(Arena *a, int n, char *words[], Options *options)
{
    static const struct {
        const char *name;
        Command command;
        const char *argument; /* NULL: it takes none */
    } commands[] = {{"serve", COMMAND_SERVE, NULL},     {"init", COMMAND_INIT, NULL},
                    {"passwd", COMMAND_PASSWD, "user"}, {"check", COMMAND_CHECK, NULL},
                    {"backup", COMMAND_BACKUP, "file"}, {"restore", COMMAND_RESTORE, "file"}};
    if (n == 0) {
        return err(a, ERR_INVALID,
                   "Say what to do: serve, init, passwd USER, check, backup FILE or restore FILE.");
    }
    for (size_t i = 0; i < ARRAY_N(commands); i++) {
        if (strcmp(words[0], commands[i].name) != 0) {
            continue;
        }
        const char *argument = commands[i].argument;
        if (n != (argument != NULL ? 2 : 1)) {
            return argument == NULL
                       ? err(a, ERR_INVALID, "%s takes no argument.", words[0])
                       : err(a, ERR_INVALID, "%s takes one argument, the %s.", words[0], argument);
        }
        options->command = commands[i].command;
        options->argument = n > 1 ? words[1] : NULL;
        return NULL;
    }
    return err(a, ERR_INVALID,
               "There is no command %s: serve, init, passwd, check, backup or restore.", words[0]);
}

static Err *complete(Arena *a, Options *options)
{
    if (options->data == NULL || options->data[0] == '\0') {
        return err(a, ERR_INVALID, "--data DIR is missing: the folder of the store.");
    }
    if (options->n_listen == 0) {
        options->listen[options->n_listen++] = LISTEN_DEFAULT;
    }
    return NULL;
}

/* What getopt_long() stumbled over. There is no short option but -h: it goes through a word such as
 * -xy letter by letter, and is past the word only with the last of them. */
static Err *refuse_option(Arena *a, int option, const char *word)
{
    if (option == ':') {
        return err(a, ERR_INVALID, "%s needs a value.", word);
    }
    return optopt > ' ' ? err(a, ERR_INVALID, "There is no option -%c.", optopt)
                        : err(a, ERR_INVALID, "There is no option %s.", word);
}

Err *options_parse(Arena *a, int argc, char *argv[], Options *ret_options,
                   OptionsAnswer *ret_answer)
{
    Options options = {.log_level = LOG_LEVEL_INFO};
    opterr = 0; /* the messages are ours */
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): there is one thread while options are read */
    for (int option; (option = getopt_long(argc, argv, ":h", long_options, NULL)) != -1;) {
        if (option == '?' || option == ':') {
            return refuse_option(a, option, argv[optind - 1]);
        }
        if (option == 'h' || option == OPTION_HELP || option == OPTION_VERSION) {
            (void)fputs(option == OPTION_VERSION ? "rostrad " ROSTRA_VERSION "\n" : usage_text,
                        stdout);
            *ret_answer = OPTIONS_SHOWN;
            return NULL;
        }
        TRY(take_option(a, option, optarg, &options));
    }
    TRY(take_command(a, argc - optind, argv + optind, &options));
    TRY(complete(a, &options));
    *ret_options = options;
    *ret_answer = OPTIONS_RUN;
    return NULL;
}
