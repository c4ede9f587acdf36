/* The server as a whole: made from a configuration, started, stopped. */
#include "http/server.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "http/server_state.h"

static size_t size_or(size_t given, size_t otherwise)
{
    return given > 0 ? given : otherwise;
}

static int time_or(int given_ms, int otherwise_ms)
{
    return given_ms > 0 ? given_ms : otherwise_ms;
}

static HttpLimits limits_from(const HttpLimits *given)
{
    return (HttpLimits){
        .connections = size_or(given->connections, HTTP_CONNECTIONS),
        .connections_per_address =
            size_or(given->connections_per_address, HTTP_CONNECTIONS_PER_ADDRESS),
        .streams = size_or(given->streams, HTTP_STREAMS),
        .spooled_bodies = size_or(given->spooled_bodies, HTTP_SPOOLED_BODIES),
        .spool_bytes = size_or(given->spool_bytes, HTTP_SPOOL_BYTES),
        .spool_bytes_per_owner = size_or(given->spool_bytes_per_owner, HTTP_SPOOL_BYTES_PER_OWNER),
        .spool_free_bytes = size_or(given->spool_free_bytes, HTTP_SPOOL_FREE_BYTES),
        .memory_bytes = size_or(given->memory_bytes, HTTP_MEMORY_BYTES),
        .arena_bytes = size_or(given->arena_bytes, HTTP_ARENA_BYTES),
    };
}

static HttpTimeouts timeouts_from(const HttpTimeouts *given)
{
    return (HttpTimeouts){
        .handshake_ms = time_or(given->handshake_ms, HTTP_HANDSHAKE_MS),
        .idle_ms = time_or(given->idle_ms, HTTP_IDLE_MS),
        .head_ms = time_or(given->head_ms, HTTP_HEAD_MS),
        .body_ms = time_or(given->body_ms, HTTP_BODY_MS),
        .send_ms = time_or(given->send_ms, HTTP_SEND_MS),
        .stream_ms = time_or(given->stream_ms, HTTP_STREAM_MS),
        .keepalive_ms = time_or(given->keepalive_ms, HTTP_KEEPALIVE_MS),
        .linger_ms = time_or(given->linger_ms, HTTP_LINGER_MS),
        .stop_ms = time_or(given->stop_ms, HTTP_STOP_MS),
        .stop_receive_ms = time_or(given->stop_receive_ms, HTTP_STOP_RECEIVE_MS),
    };
}

static size_t loops_from(size_t given)
{
    const long n_cores = sysconf(_SC_NPROCESSORS_ONLN);
    const size_t n = given > 0 ? given : (size_t)MAX(n_cores, 1);
    return MIN(n, HTTP_LOOPS_MAX);
}

static Err *set_proxies(Arena *a, HttpServer *s, const HttpConfiguration *configuration)
{
    s->proxies = calloc(configuration->n_trusted_proxies + 1, sizeof *s->proxies);
    MUST(s->proxies != NULL);
    for (size_t i = 0; i < configuration->n_trusted_proxies; i++) {
        TRY(http_network_parse(a, configuration->trusted_proxies[i], &s->proxies[i]));
        s->n_proxies++;
    }
    return NULL;
}

Err *http_server_new(Arena *a, const HttpConfiguration *configuration, HttpServer **ret_server)
{
    CLEANUP(http_server_free) HttpServer *s = calloc(1, sizeof *s);
    MUST(s != NULL);
    s->handler = configuration->handler;
    s->limits = limits_from(&configuration->limits);
    s->timeouts = timeouts_from(&configuration->timeouts);
    s->n_loops = loops_from(configuration->n_loops);
    mutex_init(&s->lock);
    condition_init(&s->all_run);
    http_quota_init(&s->quota, s->limits.connections, s->limits.connections_per_address);
    const char *folder = configuration->spool_folder;
    http_spool_init(&s->spool, folder != NULL ? folder : "/var/tmp", &s->limits);
    TRY(set_proxies(a, s, configuration));
    TRY(http_tls_init(a, &s->tls));
    *ret_server = s;
    s = NULL;
    return NULL;
}

static void free_loops(HttpServer *s)
{
    for (size_t i = 0; s->loops != NULL && i < s->n_loops; i++) {
        http_loop_deinit(&s->loops[i]);
    }
    free(s->loops);
    s->loops = NULL;
}

HttpServer *http_server_free(HttpServer *s)
{
    if (s == NULL) {
        return NULL;
    }
    MUST(s->n_started == 0);
    free_loops(s);
    for (size_t i = 0; i < s->n_listeners; i++) {
        http_listener_deinit(&s->listeners[i]);
    }
    http_tls_deinit(&s->tls);
    http_quota_deinit(&s->quota);
    free(s->proxies);
    http_spool_deinit(&s->spool);
    condition_deinit(&s->all_run);
    mutex_deinit(&s->lock);
    free(s);
    return NULL;
}

Err *http_server_listen(HttpServer *s, Arena *a, Str address, HttpCredentials *credentials,
                        size_t *ret_listener)
{
    MUST(s->n_started == 0);
    if (s->n_listeners == HTTP_LISTENERS_MAX) {
        return err(a, ERR_INVALID, "There are at most %d listeners.", HTTP_LISTENERS_MAX);
    }
    TRY(http_listener_open(&s->listeners[s->n_listeners], a, address, credentials));
    *ret_listener = s->n_listeners++;
    return NULL;
}

Err *http_server_listen_fd(HttpServer *s, Arena *a, int fd, HttpCredentials *credentials,
                           size_t *ret_listener)
{
    MUST(s->n_started == 0);
    if (s->n_listeners == HTTP_LISTENERS_MAX) {
        (void)close(fd); /* taken over all the same */
        return err(a, ERR_INVALID, "There are at most %d listeners.", HTTP_LISTENERS_MAX);
    }
    TRY(http_listener_adopt(&s->listeners[s->n_listeners], a, fd, credentials));
    *ret_listener = s->n_listeners++;
    return NULL;
}

int http_server_listener_fd(const HttpServer *s, size_t listener)
{
    MUST(listener < s->n_listeners);
    return s->listeners[listener].fd;
}

uint16_t http_server_port(const HttpServer *s, size_t listener)
{
    MUST(listener < s->n_listeners);
    return s->listeners[listener].port;
}

void http_server_set_credentials(HttpServer *s, size_t listener, HttpCredentials *credentials)
{
    MUST(listener < s->n_listeners);
    http_listener_set_credentials(&s->listeners[listener], credentials);
}

static Err *start_loops(HttpServer *s, Arena *a)
{
    for (size_t i = 0; i < s->n_loops; i++) {
        TRY(http_loop_init(a, &s->loops[i], s, i));
    }
    for (size_t i = 0; i < s->n_loops; i++) {
        if (!http_loop_start(&s->loops[i])) {
            return err(a, ERR_IO, "There is no thread for HTTP.");
        }
        s->n_started++;
    }
    mutex_lock(&s->lock);
    while (s->n_running < s->n_loops) {
        condition_wait(&s->all_run, &s->lock);
    }
    mutex_unlock(&s->lock);
    return NULL;
}

void http_server_loop_runs(HttpServer *s)
{
    mutex_lock(&s->lock);
    s->n_running++;
    condition_signal(&s->all_run);
    mutex_unlock(&s->lock);
}

Err *http_server_start(HttpServer *s, Arena *a)
{
    MUST(s->loops == NULL);
    s->loops = calloc(s->n_loops, sizeof *s->loops);
    MUST(s->loops != NULL);
    Err *e = start_loops(s, a);
    if (e != NULL) {
        http_server_stop(s);
    }
    return e;
}

void http_server_stop(HttpServer *s)
{
    for (size_t i = 0; i < s->n_started; i++) {
        http_loop_stop(&s->loops[i]);
    }
    for (size_t i = 0; i < s->n_started; i++) {
        thread_join(s->loops[i].thread);
    }
    s->n_started = 0;
}

size_t http_server_n_loops(const HttpServer *s)
{
    return s->n_loops;
}

void http_server_run_on_loop(HttpServer *s, size_t loop_index, HttpTask *task)
{
    MUST(loop_index < s->n_loops);
    http_loop_post(&s->loops[loop_index], task);
}

bool http_server_take(atomic_size_t *counter, size_t limit)
{
    if (atomic_fetch_add(counter, 1) < limit) {
        return true;
    }
    (void)atomic_fetch_sub(counter, 1);
    return false;
}

HttpCounts http_server_counts(HttpServer *s)
{
    return (HttpCounts){
        .connections = http_quota_n(&s->quota),
        .streams = atomic_load(&s->n_streams),
        .memory_bytes = atomic_load(&s->memory_bytes),
        .requests = atomic_load(&s->n_requests),
        .refused = atomic_load(&s->n_refused),
        .starved = atomic_load(&s->n_starved),
    };
}
