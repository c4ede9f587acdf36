#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/log.h"

/* The command line of rostrad: read once, by the main thread, then only looked at by all. What the
 * options mean to somebody who uses them is in the text of --help (options.c). */

#define OPTIONS_LISTEN_MAX 16  /* times that --listen may be given */
#define OPTIONS_PROXIES_MAX 16 /* the same of --trust-proxy */

typedef enum Command {
    COMMAND_SERVE,
    COMMAND_INIT,
    COMMAND_PASSWD,
    COMMAND_CHECK,
    COMMAND_BACKUP,
    COMMAND_RESTORE
} Command;

typedef struct Options {
    Command command;
    const char *argument; /* of passwd: the user; of backup and restore: the file */
    const char *data;     /* DIR */
    const char *listen[OPTIONS_LISTEN_MAX];
    size_t n_listen; /* ≥ 1 */
    const char *trusted_proxies[OPTIONS_PROXIES_MAX];
    size_t n_trusted_proxies;
    unsigned n_workers; /* loop threads; 0: one a core */
    int64_t rate_limit; /* requests in the window; 0: no limit */
    int64_t rate_window_s;
    bool absolute_location;
    const char *passphrase_file; /* of backup and restore; NULL: it is asked for */
    LogLevel log_level;
    /* From the environment; main() fills them. */
    const char *password; /* ROSTRA_ADMIN_PASSWORD: of the first administrator of a new store; NULL:
                             generated */
    const char *key_file; /* ROSTRA_SECRET_KEY_FILE; NULL: DIR/secret.key */
    const char *listeners; /* ROSTRA_LISTENERS, see restart.h; NULL: none */
} Options;

typedef enum OptionsAnswer { OPTIONS_RUN, OPTIONS_SHOWN /* --help, --version */ } OptionsAnswer;

/* Texts are borrowed from argv. Errors: ERR_INVALID, one line that names the option. */
CHECKED Err *options_parse(Arena *a, int argc, char *argv[], Options *ret_options,
                           OptionsAnswer *ret_answer);
