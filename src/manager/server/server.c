/* The order of starting and ending: what others use is there before them and goes after them. */
#include "manager/server/server.h"

#include <signal.h>
#include <sodium.h>
#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

#include "base/datetime.h"
#include "base/log.h"
#include "manager/auth/session_store.h"
#include "manager/command/command.h"
#include "manager/resources/derived.h"
#include "manager/resources/resources.h"
#include "manager/server/certificate.h"
#include "manager/server/control.h"
#include "manager/server/first_password.h"
#include "manager/server/handler.h"
#include "manager/server/open.h"
#include "manager/server/restart.h"
#include "manager/server/schedule.h"
#include "manager/server/services.h"
#include "manager/server/setup.h"

#define READERS_MAX 4        /* threads; each has connections and caches of its own */
#define READER_JOBS_MAX 4096 /* waiting requests: some seconds of work; beyond, a 503 is kinder */
#define PASSWORD_THREADS 2   /* argon2id takes 64 MiB in each */
#define SLOW_THREADS 2
#define DIRECTORY_THREADS 4 /* each waits for the directory, which takes no processor */
#define DIRECTORY_JOBS_MAX 64
#define DIRECTORY_JOBS_OF_ONE 8 /* from one address */
#define SLOW_JOBS_MAX 256
#define CACHE_BYTES ((size_t)32 * 1024 * 1024) /* of rendered objects: some 20,000 rooms */
#define WATCH_S 1                              /* between looks at what may have changed */
#define WATCH_ARENA_BYTES ((size_t)1024 * 1024)
#define SESSIONS_ARENA_BYTES ((size_t)256 * 1024 * 1024)

typedef struct Server {
    const Options *options;
    LogTail *log_tail;
    Services *services;
    atomic_bool restarting; /* rather than ending */
    Handler handler;
    HttpServer *http;
    size_t listeners[OPTIONS_LISTEN_MAX];
    Opened opened; /* model and store */
    Schedule *schedule;
    Control *control;
    Reader *reader;     /* of the main thread */
    Arena *watch_arena; /* of one look at what may have changed */
    ServerCertificate *certificate;
    FirstPassword first_password;
    uint64_t n_starved; /* of HttpCounts, when last looked at */
} Server;

/* Before any thread starts: they all inherit the mask, and only server_wait() takes them. */
static void block_signals(sigset_t *ret_waited)
{
    (void)sigemptyset(ret_waited);
    (void)sigaddset(ret_waited, SIGTERM);
    (void)sigaddset(ret_waited, SIGINT);
    (void)pthread_sigmask(SIG_BLOCK, ret_waited, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGHUP, SIG_IGN);
}

/* From any thread: what waits for the signal to end looks why. */
static void server_restart(void *server)
{
    Server *s = server;
    atomic_store(&s->restarting, true);
    (void)kill(getpid(), SIGTERM); /* ourselves: can't fail */
}

static Err *explain_listener(Arena *a, Err *e, const char *address)
{
    return e->kind == ERR_BUSY ? err(a, ERR_BUSY,
                                     "%s is in use, perhaps by another rostrad: stop that, or take "
                                     "another port with --listen ADDR:PORT.",
                                     address)
                               : err_wrap(a, e, "--listen");
}

/* Listens before anything is made, so that a port that is taken leaves no trace. The certificate is
 * replaced by the stored one before the first handshake. */
static Err *server_listen(Server *s, Arena *a)
{
    Str chain_pem;
    Str key_pem;
    TRY(setup_make_certificate(a, &chain_pem, &key_pem));
    const HttpCertificate certificate = {.chain_pem = chain_pem, .key_pem = key_pem};
    CLEANUP(http_credentials_free) HttpCredentials *credentials = NULL;
    TRY(http_credentials_new(a, &certificate, 1, STR_NONE, &credentials));
    int inherited[OPTIONS_LISTEN_MAX];
    const bool inherits =
        restart_read_listeners(s->options->listeners, inherited, s->options->n_listen);
    for (size_t i = 0; i < s->options->n_listen; i++) {
        Err *e = inherits ? http_server_listen_fd(s->http, a, inherited[i], credentials,
                                                  &s->listeners[i])
                          : http_server_listen(s->http, a, str_from(s->options->listen[i]),
                                               credentials, &s->listeners[i]);
        if (e != NULL) {
            return explain_listener(a, e, s->options->listen[i]);
        }
    }
    return NULL;
}

static Err *server_make_http(Server *s, Arena *a)
{
    const size_t n = s->options->n_trusted_proxies;
    Str *proxies = ARENA_ARRAY(a, Str, n + 1);
    for (size_t i = 0; i < n; i++) {
        proxies[i] = str_from(s->options->trusted_proxies[i]);
    }
    const HttpConfiguration configuration = {
        .n_loops = s->options->n_workers,
        .handler = handler_callbacks(&s->handler),
        .spool_folder = s->options->data,
        .trusted_proxies = proxies,
        .n_trusted_proxies = n,
    };
    return http_server_new(a, &configuration, &s->http);
}

static Err *server_load_sessions(Server *s, Arena *a)
{
    CLEANUP(arena_free) Arena *rows = arena_new(SESSIONS_ARENA_BYTES);
    Err *e = sessions_load(s->handler.sessions, s->reader, rows, datetime_now_us(),
                           datetime_monotonic_us());
    return e != NULL ? err_copy(a, e) : NULL;
}

static unsigned n_reader_threads(void)
{
    const long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n < 1 ? 1 : n > READERS_MAX ? READERS_MAX : (unsigned)n;
}

static Err *server_make_pools(Server *s, Arena *a)
{
    Store *store = s->opened.store;
    const PoolOptions readers = {
        .name = "reader", .n_threads = n_reader_threads(), .most = READER_JOBS_MAX};
    const PoolOptions passwords = {.name = "password",
                                   .n_threads = PASSWORD_THREADS,
                                   .n_long = PASSWORD_THREADS - 1,
                                   .most = SLOW_JOBS_MAX};
    const PoolOptions slow = {
        .name = "slow", .n_threads = SLOW_THREADS, .n_long = SLOW_THREADS, .most = SLOW_JOBS_MAX};
    const PoolOptions directory = {.name = "directory",
                                   .n_threads = DIRECTORY_THREADS,
                                   .n_long = DIRECTORY_THREADS,
                                   .most = DIRECTORY_JOBS_MAX,
                                   .most_of_one = DIRECTORY_JOBS_OF_ONE};
    TRY(pool_new(a, store, &readers, &s->handler.readers));
    TRY(pool_new(a, store, &directory, &s->handler.directory));
    TRY(pool_new(a, store, &passwords, &s->handler.passwords));
    return pool_new(a, store, &slow, &s->handler.slow);
}

static Err *server_make_handler(Server *s, Arena *a)
{
    Store *store = s->opened.store;
    const RestOptions rest_options = {
        .absolute_location = s->options->absolute_location,
        .cache_bytes = CACHE_BYTES,
        .hooks = resources_hooks,
        .n_hooks = resources_n_hooks,
        .commands = command_tables,
        .n_commands = command_n_tables,
        .command_context = services_context(s->services),
    };
    s->handler.store = store;
    crypto_shorthash_keygen(s->handler.source_key);
    s->handler.rest = rest_new(store, &rest_options);
    s->handler.login = login_new(store);
    s->handler.sessions = sessions_new(store);
    s->handler.rate_limit =
        rate_limit_new(s->options->rate_limit, MAX(s->options->rate_window_s, 1));
    return server_make_pools(s, a);
}

/* Puts the certificate that is stored now in place, if it isn't yet. */
static Err *server_use_certificate(Server *s)
{
    Arena *a = s->watch_arena;
    arena_reset(a);
    CLEANUP(http_credentials_free) HttpCredentials *credentials = NULL;
    TRY(server_certificate_look(s->certificate, a, &credentials));
    if (credentials == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < s->options->n_listen; i++) {
        http_server_set_credentials(s->http, s->listeners[i], credentials);
    }
    log_info("the listeners have a certificate");
    return NULL;
}

/* The order: a server that runs on the folder before the port that it has; a taken port before
 * anything is made; the store before all that reads it. */
static Err *server_open(Server *s, Arena *a)
{
    TRY(store_check_idle(a, s->options->data));
    TRY(server_make_http(s, a));
    TRY(server_listen(s, a));
    TRY(opened_open(a, s->options, &s->opened));
    TRY(reader_new(a, s->opened.store, &s->reader));
    first_password_init(&s->first_password, s->options->data);
    return first_password_watch(&s->first_password, s->watch_arena, s->opened.store, s->reader);
}

/* What is shown to clients (derived fields, certificate, live rows) comes before the first of them
 * is let in. */
static Err *server_start(Server *s, Arena *a)
{
    TRY(server_open(s, a));
    TRY(services_new(a, s->opened.store, s->options, s->log_tail, server_restart, s, &s->services));
    const CommandContext *context = services_context(s->services);
    TRY(server_make_handler(s, a));
    TRY(server_load_sessions(s, a));
    TRY(derived_fill(s->opened.store, s->reader, s->watch_arena));
    s->certificate = server_certificate_new(s->opened.store, s->reader, s->options->data);
    TRY(server_use_certificate(s));
    TRY(schedule_new(a, s->opened.store, s->handler.sessions, context->backups, &s->schedule));
    TRY(control_new(a, s->options->data, s->opened.store, context, login_throttle(s->handler.login),
                    &s->control));
    return http_server_start(s->http, a);
}

static void server_watch_certificate(Server *s)
{
    const Err *e = server_use_certificate(s);
    if (e != NULL) {
        log_warning("the certificate cannot be read reason=\"%s\"", e->text);
    }
}

static void server_watch_first_password(Server *s)
{
    arena_reset(s->watch_arena);
    const Err *e =
        first_password_watch(&s->first_password, s->watch_arena, s->opened.store, s->reader);
    if (e != NULL) {
        log_warning("the first administrator cannot be read reason=\"%s\"", e->text);
    }
}

/* Clients that were turned away because the process has no more descriptors. */
static void server_watch_descriptors(Server *s)
{
    const uint64_t n = http_server_counts(s->http).starved;
    if (n != s->n_starved) {
        log_warning("clients were turned away: the process has no more descriptors; raise its "
                    "limit (LimitNOFILE, ulimit -n) clients=%llu",
                    (unsigned long long)(n - s->n_starved));
        s->n_starved = n;
    }
}

/* Every second while it waits for the signal to end: has the certificate or the first password
 * changed? */
static void server_wait(Server *s, const sigset_t *waited)
{
    const struct timespec step = {.tv_sec = WATCH_S};
    for (;;) {
        const int signal_number = sigtimedwait(waited, NULL, &step);
        if (signal_number > 0) {
            if (!atomic_load(&s->restarting)) {
                log_info("stopping signal=%s", signal_number == SIGTERM ? "TERM" : "INT");
            }
            return;
        }
        server_watch_certificate(s);
        server_watch_first_password(s);
        server_watch_descriptors(s);
        log_tell_dropped(false);
    }
}

/* Also of a server that was started in part. First who may start work, then who does it, then what
 * it is done with. */
static void server_end(Server *s)
{
    s->control = control_free(s->control);
    s->schedule = schedule_free(s->schedule);
    s->handler.readers = pool_free(s->handler.readers);
    s->handler.passwords = pool_free(s->handler.passwords);
    s->handler.slow = pool_free(s->handler.slow);
    s->handler.directory = pool_free(s->handler.directory);
    s->handler.rest = rest_free(s->handler.rest);
    s->handler.login = login_free(s->handler.login);
    s->handler.sessions = sessions_free(s->handler.sessions);
    s->handler.rate_limit = rate_limit_free(s->handler.rate_limit);
    s->certificate = server_certificate_free(s->certificate);
    s->services = services_free(s->services);
    s->reader = reader_free(s->reader);
    first_password_deinit(&s->first_password);
    opened_close(&s->opened);
    s->http = http_server_free(s->http); /* last: a writer may just be leaving http_respond() */
    s->watch_arena = arena_free(s->watch_arena);
}

/* Copies of the sockets for the program that comes after this one. */
static void server_keep_listeners(const Server *s, ServerEnd *ret_end)
{
    ret_end->restart = true;
    ret_end->n_listeners = s->options->n_listen;
    for (size_t i = 0; i < s->options->n_listen; i++) {
        ret_end->listeners[i] = restart_keep(http_server_listener_fd(s->http, s->listeners[i]));
    }
}

Err *server_serve(Arena *a, const Options *options, ServerEnd *ret_end)
{
    Server s = {.options = options,
                .log_tail = log_tail_new(),
                .watch_arena = arena_new(WATCH_ARENA_BYTES)};
    sigset_t waited;
    block_signals(&waited);
    log_set_copy(log_tail_take, s.log_tail);
    *ret_end = (ServerEnd){.restart = false};
    Err *e = server_start(&s, a);
    if (e == NULL) {
        for (size_t i = 0; i < options->n_listen; i++) {
            log_info("serving address=%s port=%u", options->listen[i],
                     (unsigned)http_server_port(s.http, s.listeners[i]));
        }
        server_wait(&s, &waited);
        pool_refuse_long(s.handler.passwords);
        pool_refuse_long(s.handler.slow);
        pool_refuse_long(s.handler.directory);
        http_server_stop(s.http);
        log_tell_dropped(true);
        log_info(atomic_load(&s.restarting) ? "starting again" : "stopped");
        if (atomic_load(&s.restarting)) {
            server_keep_listeners(&s, ret_end);
        }
    }
    server_end(&s);
    log_set_copy(NULL, NULL);
    s.log_tail = log_tail_free(s.log_tail);
    return e;
}
