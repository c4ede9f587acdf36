/* A small application on src/http, for the tests of it: answers at once or by a worker thread,
 * early, by stream, from memory and from files. The path says what is to be done.
 *
 *   echo_server FOLDER [NAME=NUMBER]...
 *
 * FOLDER holds server.pem, other.pem and third.pem with their .key, and ca.pem. Names are those of
 * HttpLimits and HttpTimeouts, and n_loops. Prints "ready PORT PORT" (the second asks for client
 * certificates), ends at the end of its input, then prints "stopped". */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json_write.h"
#include "base/percent.h"
#include "base/thread.h"
#include "http/response.h"
#include "http/server.h"
#include "http/stream.h"

#define STREAMS_MAX 512
#define LOOPS_MAX 8

typedef struct Echo Echo;

/* A request with the worker thread. */
typedef struct Job Job;
struct Job {
    Job *next;
    HttpRequest *request;
    void (*run)(Echo *echo, HttpRequest *request);
};

struct Echo {
    HttpServer *server;
    HttpCredentials *credentials[2];
    char *folder;
    Mutex lock;
    Condition changed;
    Job *first; /* under lock, as the rest */
    Job *last;
    Job *stalled; /* waits for /release */
    bool ending;
    HttpStream *streams[STREAMS_MAX];            /* of /stream/open */
    const HttpStream *closed_early[STREAMS_MAX]; /* before they were among the streams */
    size_t n_closed_early;
    size_t n_requests;
    size_t n_finished;
    size_t n_unsent;
    size_t n_closed_streams;
    size_t n_loop_contexts;
};

static void give_to_worker(Echo *echo, HttpRequest *request,
                           void (*run)(Echo *echo, HttpRequest *request))
{
    Job *job = ARENA_NEW(request->arena, Job);
    *job = (Job){NULL, request, run};
    mutex_lock(&echo->lock);
    if (echo->last != NULL) {
        echo->last->next = job;
    } else {
        echo->first = job;
    }
    echo->last = job;
    condition_broadcast(&echo->changed);
    mutex_unlock(&echo->lock);
}

static Job *next_job_locked(Echo *echo) REQUIRES(echo->lock)
{
    while (echo->first == NULL && !echo->ending) {
        condition_wait(&echo->changed, &echo->lock);
    }
    Job *job = echo->first;
    if (job != NULL) {
        echo->first = job->next;
        echo->last = echo->first != NULL ? echo->last : NULL;
    }
    return job;
}

static void *work(void *context)
{
    Echo *echo = context;
    for (;;) {
        mutex_lock(&echo->lock);
        Job *job = next_job_locked(echo);
        mutex_unlock(&echo->lock);
        if (job == NULL) {
            return NULL;
        }
        job->run(echo, job->request);
    }
}

/* The number behind NAME= in the query. */
static int64_t number(const HttpRequest *request, const char *name, int64_t otherwise)
{
    Str query = request->query;
    while (query.len > 0) {
        Str pair = str_cut(&query, '&');
        const Str key = str_cut(&pair, '=');
        int64_t value = 0;
        if (str_equal(key, str_from(name)) && str_to_int64(pair, &value)) {
            return value;
        }
    }
    return otherwise;
}

/* Bytes that tell where they stand: letters from the `seed`th on. */
static Buf *letters(size_t len, int64_t seed)
{
    Buf *out = buf_new(len + 1);
    char *room = buf_reserve(out, len);
    for (size_t i = 0; i < len; i++) {
        room[i] = (char)('a' + ((int64_t)i + seed) % 26);
    }
    buf_added(out, len);
    return out;
}

static void hello(Echo *echo, HttpRequest *request)
{
    (void)echo;
    http_response_add_header(request, "Content-Type", STR("text/plain"));
    http_response_set_buf(request,
                          letters((size_t)number(request, "size", 5), number(request, "seed", 0)));
    http_respond(request);
}

static void echo_body(Echo *echo, HttpRequest *request)
{
    (void)echo;
    http_response_add_header(request, "X-Query", request->query);
    http_response_set_text(request, request->body);
    http_respond(request);
}

static void put_member(Buf *out, const char *name, Str value)
{
    json_put_name(out, str_from(name));
    json_put_string(out, value);
    buf_put_lit(out, ", ");
}

static void describe(Echo *echo, HttpRequest *request)
{
    (void)echo;
    Buf *out = buf_new(1 << 20);
    buf_put_char(out, '{');
    put_member(out, "method", request->method);
    put_member(out, "target", request->target);
    put_member(out, "path", request->path);
    put_member(out, "query", request->query);
    put_member(out, "host", request->host);
    char client[HTTP_ADDRESS_TEXT_SIZE];
    put_member(out, "client", http_address_write(&request->client_address, client));
    put_member(out, "accept", http_request_header(request, STR("accept")));
    put_member(out, "cookie", http_request_header(request, STR("cookie")));
    put_member(out, "x-last", http_request_header(request, STR("x-last")));
    buf_printf(out,
               "\"minor\": %d, \"n_headers\": %zu, \"through_proxy\": %s, \"has_body\": %s, "
               "\"certificate_bytes\": %zu, \"listener\": %zu}",
               request->minor, request->n_headers, request->through_proxy ? "true" : "false",
               request->has_body ? "true" : "false", request->peer_certificate.len,
               request->listener);
    http_response_add_header(request, "Content-Type", STR("application/json"));
    http_response_set_buf(request, out);
    http_respond(request);
}

static void answer_status(Echo *echo, HttpRequest *request)
{
    (void)echo;
    http_response_set_status(request, (int)number(request, "code", 200));
    http_response_add_header(request, "Content-Type", STR("text/plain"));
    http_response_add_header(request, "X-Evil", STR("a\r\nX-Injected: b"));
    http_response_set_text(request, STR("some text"));
    http_respond(request);
}

static void answer_huge_head(Echo *echo, HttpRequest *request)
{
    (void)echo;
    Buf *value = letters(70000, 0);
    http_response_add_header(request, "X-Huge", str_dup(request->arena, buf_str(value)));
    (void)buf_free(value);
    http_respond(request);
}

static void answer_file(Echo *echo, HttpRequest *request)
{
    char *path = str_to_cstr(request->arena, str_format(request->arena, "%s/big", echo->folder));
    FILE *file = fopen(path, "re");
    MUST(file != NULL);
    const int fd = dup(fileno(file));
    (void)fclose(file);
    MUST(fd >= 0);
    http_response_set_file(request, fd, (uint64_t)number(request, "offset", 0),
                           (uint64_t)number(request, "length", 0));
    http_respond(request);
}

static void answer_shared(Echo *echo, HttpRequest *request)
{
    (void)echo;
    Buf *content = letters((size_t)number(request, "size", 5), 0);
    http_response_set_bytes(request, http_bytes_new(buf_str(content)));
    (void)buf_free(content);
    http_respond(request);
}

static void answer_spooled(Echo *echo, HttpRequest *request)
{
    (void)echo;
    uint64_t sum = 0;
    char piece[65536];
    ssize_t n = 0;
    while ((n = read(request->body_fd, piece, sizeof piece)) > 0) {
        for (ssize_t i = 0; i < n; i++) {
            sum = sum * 31 + (unsigned char)piece[i];
        }
    }
    http_response_set_text(request, str_format(request->arena, "%llu %llu",
                                               (unsigned long long)request->content_length,
                                               (unsigned long long)sum));
    http_respond(request);
}

static void answer_counts(Echo *echo, HttpRequest *request)
{
    const HttpCounts counts = http_server_counts(echo->server);
    Buf *out = buf_new(4096);
    mutex_lock(&echo->lock);
    buf_printf(out,
               "{\"connections\": %zu, \"streams\": %zu, \"memory\": %zu, \"refused\": %llu, "
               "\"unfinished\": %zu, \"unsent\": %zu, \"closed_streams\": %zu, \"stalled\": %s}",
               counts.connections, counts.streams, counts.memory_bytes,
               (unsigned long long)counts.refused, echo->n_requests - echo->n_finished,
               echo->n_unsent, echo->n_closed_streams, echo->stalled != NULL ? "true" : "false");
    mutex_unlock(&echo->lock);
    http_response_set_buf(request, out);
    http_respond(request);
}

/* Kept until /release comes. */
static void stall(Echo *echo, HttpRequest *request)
{
    Job *job = ARENA_NEW(request->arena, Job);
    mutex_lock(&echo->lock);
    *job = (Job){echo->stalled, request, NULL};
    echo->stalled = job;
    mutex_unlock(&echo->lock);
}

static void release_all(Echo *echo, HttpRequest *request)
{
    mutex_lock(&echo->lock);
    Job *job = echo->stalled;
    echo->stalled = NULL;
    mutex_unlock(&echo->lock);
    size_t n_gone = 0;
    while (job != NULL) {
        Job *next = job->next;
        n_gone += http_request_is_gone(job->request) ? 1 : 0;
        http_response_set_text(job->request, STR("released"));
        http_respond(job->request);
        job = next;
    }
    http_response_set_text(request, str_format(request->arena, "%zu", n_gone));
    http_respond(request);
}

static void swap_credentials(Echo *echo, HttpRequest *request)
{
    http_server_set_credentials(echo->server, 0, echo->credentials[number(request, "to", 1) != 0]);
    http_respond(request);
}

static void read_body_now(Echo *echo, HttpRequest *request)
{
    (void)echo;
    http_request_read_body(request);
}

static void on_stream_closed(HttpStream *stream, void *context)
{
    Echo *echo = context;
    mutex_lock(&echo->lock);
    echo->n_closed_streams++;
    for (size_t i = 0; i < STREAMS_MAX; i++) {
        if (echo->streams[i] == stream) {
            echo->streams[i] = NULL;
            mutex_unlock(&echo->lock);
            (void)http_stream_end(stream);
            return;
        }
    }
    echo->closed_early[echo->n_closed_early++] = stream;
    mutex_unlock(&echo->lock);
}

/* Whether the client left before the stream was among echo->streams; its beginner then ends it. */
static bool take_closed_early_locked(Echo *echo, const HttpStream *stream) REQUIRES(echo->lock)
{
    for (size_t i = 0; i < echo->n_closed_early; i++) {
        if (echo->closed_early[i] == stream) {
            echo->closed_early[i] = echo->closed_early[--echo->n_closed_early];
            return true;
        }
    }
    return false;
}

static HttpStream *begin_stream(Echo *echo, HttpRequest *request)
{
    const HttpStreamOptions options = {.keepalive = STR(":\n\n"),
                                       .farewell = STR("event: bye\n\n"),
                                       .context = echo,
                                       .on_closed = on_stream_closed};
    http_response_add_header(request, "Content-Type", STR("text/event-stream"));
    HttpStream *stream = http_stream_begin(request, &options);
    if (stream == NULL) {
        http_response_set_error(request, 503, STR("There are too many streams."));
        http_respond(request);
    }
    return stream;
}

/* So many events, then the end. */
static void stream_some(Echo *echo, HttpRequest *request)
{
    const int64_t n = number(request, "n", 3);
    const int64_t size = number(request, "size", 10);
    HttpStream *stream = begin_stream(echo, request);
    if (stream == NULL) {
        return;
    }
    for (int64_t i = 0; i < n; i++) {
        Buf *event = letters((size_t)size, i);
        (void)http_stream_send(stream, http_bytes_new(buf_str(event)));
        (void)buf_free(event);
    }
    mutex_lock(&echo->lock);
    (void)take_closed_early_locked(echo, stream);
    mutex_unlock(&echo->lock);
    (void)http_stream_end(stream);
}

static void stream_open(Echo *echo, HttpRequest *request)
{
    HttpStream *stream = begin_stream(echo, request);
    if (stream == NULL) {
        return;
    }
    (void)http_stream_send(stream, http_bytes_new(STR("hello\n")));
    mutex_lock(&echo->lock);
    const bool closed = take_closed_early_locked(echo, stream);
    size_t i = 0;
    while (echo->streams[i] != NULL) {
        i++;
    }
    echo->streams[i] = closed ? NULL : stream;
    mutex_unlock(&echo->lock);
    if (closed) {
        (void)http_stream_end(stream);
    }
}

/* Runs on each loop: sends to the streams that live there. */
typedef struct Publish {
    HttpTask task;
    Echo *echo;
    size_t loop_index;
    HttpBytes *bytes;
} Publish;

static void run_publish(HttpTask *task, void *loop_context)
{
    (void)loop_context;
    Publish *publish = (Publish *)task;
    Echo *echo = publish->echo;
    mutex_lock(&echo->lock);
    for (size_t i = 0; i < STREAMS_MAX; i++) {
        HttpStream *stream = echo->streams[i];
        if (stream != NULL && http_stream_loop_index(stream) == publish->loop_index) {
            (void)http_stream_send(stream, http_bytes_share(publish->bytes));
        }
    }
    mutex_unlock(&echo->lock);
    (void)http_bytes_free(publish->bytes);
    free(publish);
}

static void publish_on_loops(Echo *echo, HttpRequest *request)
{
    CLEANUP(http_bytes_free) HttpBytes *bytes = http_bytes_new(request->body);
    for (size_t i = 0; i < http_server_n_loops(echo->server); i++) {
        Publish *publish = calloc(1, sizeof *publish);
        MUST(publish != NULL);
        *publish = (Publish){{.run = run_publish}, echo, i, http_bytes_share(bytes)};
        http_server_run_on_loop(echo->server, i, &publish->task);
    }
    http_respond(request);
}

/* From this thread to all of them. */
static void publish_here(Echo *echo, HttpRequest *request)
{
    CLEANUP(http_bytes_free) HttpBytes *bytes = http_bytes_new(request->body);
    mutex_lock(&echo->lock);
    for (size_t i = 0; i < STREAMS_MAX; i++) {
        if (echo->streams[i] != NULL) {
            (void)http_stream_send(echo->streams[i], http_bytes_share(bytes));
        }
    }
    mutex_unlock(&echo->lock);
    http_respond(request);
}

typedef struct Route {
    const char *path;
    void (*run)(Echo *echo, HttpRequest *request);
} Route;

static const Route routes[] = {
    {"/hello", hello},
    {"/echo", echo_body},
    {"/hold", echo_body},
    {"/limit", echo_body},
    {"/describe", describe},
    {"/status", answer_status},
    {"/huge-head", answer_huge_head},
    {"/file", answer_file},
    {"/shared", answer_shared},
    {"/spool", answer_spooled},
    {"/counts", answer_counts},
    {"/stall", stall},
    {"/release", release_all},
    {"/swap", swap_credentials},
    {"/stream", stream_some},
    {"/stream/open", stream_open},
    {"/publish", publish_here},
    {"/publish/loops", publish_on_loops},
};

static const Route *route_of(Str path)
{
    for (size_t i = 0; i < ARRAY_N(routes); i++) {
        if (str_equal(path, str_from(routes[i].path))) {
            return &routes[i];
        }
    }
    return NULL;
}

static void refuse_early(HttpRequest *request, int64_t status)
{
    http_response_set_error(request, (int)status, STR("no"));
    http_respond(request);
}

static void on_head(void *context, HttpRequest *request)
{
    Echo *echo = context;
    mutex_lock(&echo->lock);
    echo->n_requests++;
    mutex_unlock(&echo->lock);
    request->context = echo;
    if (str_equal(request->path, STR("/early"))) {
        refuse_early(request, number(request, "code", 401));
    } else if (str_equal(request->path, STR("/early/worker"))) {
        http_request_hold(request);
        give_to_worker(echo, request, answer_status);
    } else if (str_equal(request->path, STR("/hold"))) {
        http_request_hold(request);
        give_to_worker(echo, request, read_body_now);
    } else if (str_equal(request->path, STR("/limit"))) {
        request->body_limit = (size_t)number(request, "to", 0);
    } else if (str_ends_with(request->path, STR("/spool"))) {
        request->spool_body = true;
        request->spool_owner = (uint64_t)number(request, "owner", 0);
        request->body_limit = (size_t)number(request, "to", INT64_C(8) << 30);
    }
}

static void on_request(void *context, HttpRequest *request)
{
    Echo *echo = context;
    Str path = request->path;
    const bool by_worker = str_starts_with(path, STR("/worker/"));
    const Route *route = route_of(by_worker ? str_slice(path, 7, path.len) : path);
    if (route == NULL) {
        http_response_set_status(request, 404);
        http_respond(request);
    } else if (by_worker) {
        give_to_worker(echo, request, route->run);
    } else {
        route->run(echo, request);
    }
}

static void on_finished(void *context, HttpRequest *request, bool sent_whole)
{
    Echo *echo = context;
    MUST(request->context == echo);
    mutex_lock(&echo->lock);
    echo->n_finished++;
    echo->n_unsent += sent_whole ? 0 : 1;
    mutex_unlock(&echo->lock);
}

static void *on_loop_start(void *context, size_t loop_index)
{
    Echo *echo = context;
    mutex_lock(&echo->lock);
    echo->n_loop_contexts++;
    mutex_unlock(&echo->lock);
    MUST(loop_index < LOOPS_MAX);
    return echo;
}

static void on_loop_stop(void *context, void *loop_context)
{
    Echo *echo = context;
    MUST(loop_context == echo);
    mutex_lock(&echo->lock);
    echo->n_loop_contexts--;
    mutex_unlock(&echo->lock);
}

/* NAME=NUMBER into the configuration. */
static bool set_option(HttpConfiguration *c, const char *text)
{
    HttpLimits *l = &c->limits;
    HttpTimeouts *t = &c->timeouts;
    const struct {
        const char *name;
        size_t *size;
        int *time;
    } options[] = {
        {"n_loops", &c->n_loops, NULL},
        {"connections", &l->connections, NULL},
        {"connections_per_address", &l->connections_per_address, NULL},
        {"streams", &l->streams, NULL},
        {"spooled_bodies", &l->spooled_bodies, NULL},
        {"spool_bytes", &l->spool_bytes, NULL},
        {"spool_bytes_per_owner", &l->spool_bytes_per_owner, NULL},
        {"spool_free_bytes", &l->spool_free_bytes, NULL},
        {"memory_bytes", &l->memory_bytes, NULL},
        {"handshake_ms", NULL, &t->handshake_ms},
        {"idle_ms", NULL, &t->idle_ms},
        {"head_ms", NULL, &t->head_ms},
        {"body_ms", NULL, &t->body_ms},
        {"send_ms", NULL, &t->send_ms},
        {"stream_ms", NULL, &t->stream_ms},
        {"keepalive_ms", NULL, &t->keepalive_ms},
        {"linger_ms", NULL, &t->linger_ms},
        {"stop_ms", NULL, &t->stop_ms},
        {"stop_receive_ms", NULL, &t->stop_receive_ms},
    };
    Str value = str_from(text);
    const Str name = str_cut(&value, '=');
    int64_t given = 0;
    for (size_t i = 0; i < ARRAY_N(options); i++) {
        if (!str_equal(name, str_from(options[i].name)) || !str_to_int64(value, &given)) {
            continue;
        }
        if (options[i].size != NULL) {
            *options[i].size = (size_t)given;
        } else {
            *options[i].time = (int)given;
        }
        return true;
    }
    return false;
}

static Err *load(const Echo *echo, Arena *a, const char *name, const char *suffix, Str *ret_pem)
{
    const Str path = str_format(a, "%s/%s.%s", echo->folder, name, suffix);
    return file_read(a, str_to_cstr(a, path), 1 << 20, ret_pem);
}

/* names[n]: of the certificates; authority: NULL, or whose signature clients must show. */
static Err *load_credentials(const Echo *echo, Arena *a, const char *const names[], size_t n,
                             const char *authority, HttpCredentials **ret_credentials)
{
    HttpCertificate *certificates = ARENA_ARRAY(a, HttpCertificate, n);
    Str pem = STR_NONE;
    for (size_t i = 0; i < n; i++) {
        TRY(load(echo, a, names[i], "pem", &certificates[i].chain_pem));
        TRY(load(echo, a, names[i], "key", &certificates[i].key_pem));
    }
    if (authority != NULL) {
        TRY(load(echo, a, authority, "pem", &pem));
    }
    return http_credentials_new(a, certificates, n, pem, ret_credentials);
}

static Err *set_up(Echo *echo, Arena *a, HttpConfiguration *configuration)
{
    CLEANUP(http_credentials_free) HttpCredentials *for_nodes = NULL;
    static const Str proxies[] = {STR_INIT("127.0.0.2"), STR_INIT("192.0.2.0/24")};
    size_t listener = 0;
    configuration->handler =
        (HttpHandler){echo, on_loop_start, on_loop_stop, on_head, on_request, on_finished};
    configuration->trusted_proxies = proxies;
    configuration->n_trusted_proxies = ARRAY_N(proxies);
    static const char *const names[] = {"server", "other", "third"};
    TRY(load_credentials(echo, a, names, 2, NULL, &echo->credentials[0]));
    TRY(load_credentials(echo, a, names + 2, 1, NULL, &echo->credentials[1]));
    TRY(load_credentials(echo, a, names, 1, "ca", &for_nodes));
    TRY(http_server_new(a, configuration, &echo->server));
    TRY(http_server_listen(echo->server, a, STR("127.0.0.1:0"), echo->credentials[0], &listener));
    TRY(http_server_listen(echo->server, a, STR("127.0.0.1:0"), for_nodes, &listener));
    return http_server_start(echo->server, a);
}

static void wait_for_end_of_input(void)
{
    char ignored[64];
    while (read(STDIN_FILENO, ignored, sizeof ignored) > 0) {
    }
}

static void run_until_end_of_input(Echo *echo, Thread worker)
{
    (void)printf("ready %u %u\n", http_server_port(echo->server, 0),
                 http_server_port(echo->server, 1));
    (void)fflush(stdout);
    wait_for_end_of_input();
    http_server_stop(echo->server);
    mutex_lock(&echo->lock);
    echo->ending = true;
    condition_broadcast(&echo->changed);
    MUST(echo->n_finished == echo->n_requests && echo->n_loop_contexts == 0);
    mutex_unlock(&echo->lock);
    thread_join(worker);
    (void)printf("stopped\n");
}

int main(int argc, char *argv[])
{
    Echo *echo = calloc(1, sizeof *echo);
    CLEANUP(arena_free) Arena *a = arena_new(1 << 24);
    HttpConfiguration configuration = {.n_loops = 2};
    Thread worker;
    MUST(echo != NULL && argc > 1);
    echo->folder = argv[1];
    for (int i = 2; i < argc; i++) {
        MUST(set_option(&configuration, argv[i]));
    }
    mutex_init(&echo->lock);
    condition_init(&echo->changed);
    Err *e = set_up(echo, a, &configuration);
    if (e != NULL || !thread_start(&worker, "worker", work, echo)) {
        (void)fprintf(stderr, "%s\n", e != NULL ? e->text : "no thread");
        return 1;
    }
    run_until_end_of_input(echo, worker);
    echo->server = http_server_free(echo->server);
    (void)http_credentials_free(echo->credentials[0]);
    (void)http_credentials_free(echo->credentials[1]);
    condition_deinit(&echo->changed);
    mutex_deinit(&echo->lock);
    free(echo);
    return 0;
}
