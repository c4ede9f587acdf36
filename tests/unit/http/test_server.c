/* A server as its owner sees it: configured, listening, started, stopped. What clients see is tried
 * in tests/http. */
#include <gnutls/x509.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "test.h"

#include "base/thread.h"
#include "http/server.h"
#include "pki/authority.h"
#include "pki/self_signed.h"

typedef struct Fixture {
    Arena *arena;
    HttpCertificate certificate;
    HttpCredentials *credentials;
    HttpServer *server;
} Fixture;

static void ignore_request(void *context, HttpRequest *request)
{
    (void)context;
    (void)request;
    fail_msg("nobody asks anything here");
}

static int set_up(void **state)
{
    static Fixture f;
    static const Str names[] = {STR_INIT("localhost")};
    const SelfSignedNames self_signed = {.dns = names, .n_dns = 1};
    const HttpConfiguration configuration = {.n_loops = 2, .handler.on_request = ignore_request};
    f = (Fixture){.arena = arena_new(1 << 20)};
    assert_null(
        self_signed_make(f.arena, &self_signed, &f.certificate.chain_pem, &f.certificate.key_pem));
    assert_null(http_credentials_new(f.arena, &f.certificate, 1, STR_NONE, &f.credentials));
    assert_null(http_server_new(f.arena, &configuration, &f.server));
    *state = &f;
    return 0;
}

static int tear_down(void **state)
{
    Fixture *f = *state;
    f->server = http_server_free(f->server);
    f->credentials = http_credentials_free(f->credentials);
    f->arena = arena_free(f->arena);
    return 0;
}

static bool can_connect(uint16_t port)
{
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    assert_true(fd >= 0);
    const bool connected = connect(fd, (const struct sockaddr *)&address, sizeof address) == 0;
    assert_int_equal(close(fd), 0);
    return connected;
}

static void test_listens_on_both_families(void **state)
{
    Fixture *f = *state;
    size_t listener = 99;
    assert_null(http_server_listen(f->server, f->arena, STR("[::]:0"), f->credentials, &listener));
    assert_int_equal(listener, 0);
    assert_null(
        http_server_listen(f->server, f->arena, STR("127.0.0.1:0"), f->credentials, &listener));
    assert_int_equal(listener, 1);
    assert_int_not_equal(http_server_port(f->server, 0), http_server_port(f->server, 1));
    assert_null(http_server_start(f->server, f->arena));
    assert_true(can_connect(http_server_port(f->server, 0)));
    assert_true(can_connect(http_server_port(f->server, 1)));
    http_server_stop(f->server);
}

static void test_bad_addresses(void **state)
{
    Fixture *f = *state;
    size_t listener = 99;
    const Err *e =
        http_server_listen(f->server, f->arena, STR("nowhere"), f->credentials, &listener);
    assert_non_null(e);
    assert_int_equal(e->kind, ERR_INVALID);
    e = http_server_listen(f->server, f->arena, STR("192.0.2.1:0"), f->credentials, &listener);
    assert_non_null(e);
    assert_int_equal(e->kind, ERR_IO);
    assert_int_equal(listener, 99);
}

static void test_port_in_use(void **state)
{
    Fixture *f = *state;
    size_t listener = 0;
    assert_null(
        http_server_listen(f->server, f->arena, STR("127.0.0.1:0"), f->credentials, &listener));
    const Str again =
        str_format(f->arena, "127.0.0.1:%u", (unsigned)http_server_port(f->server, 0));
    const Err *e = http_server_listen(f->server, f->arena, again, f->credentials, &listener);
    assert_non_null(e);
    assert_int_equal(e->kind, ERR_BUSY);
}

static void test_inherited_socket(void **state)
{
    Fixture *f = *state;
    size_t listener = 99;
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(fd, 1), 0);
    assert_null(http_server_listen_fd(f->server, f->arena, fd, f->credentials, &listener));
    assert_null(http_server_start(f->server, f->arena));
    assert_true(can_connect(http_server_port(f->server, listener)));
    http_server_stop(f->server);
    assert_non_null(
        http_server_listen_fd(f->server, f->arena, dup(STDIN_FILENO), f->credentials, &listener));
}

static void test_credentials(void **state)
{
    Fixture *f = *state;
    HttpCredentials *credentials = NULL;
    HttpCertificate other = f->certificate;
    other.key_pem = STR("no key");
    assert_non_null(http_credentials_new(f->arena, &other, 1, STR_NONE, &credentials));
    other = f->certificate;
    other.chain_pem = STR("");
    assert_non_null(http_credentials_new(f->arena, &other, 1, STR_NONE, &credentials));
    assert_non_null(
        http_credentials_new(f->arena, &f->certificate, 1, STR("no authority"), &credentials));
    static const Str names[] = {STR_INIT("other")};
    const SelfSignedNames self_signed = {.dns = names, .n_dns = 1};
    Str unused = STR_NONE;
    other = f->certificate;
    assert_null(self_signed_make(f->arena, &self_signed, &unused, &other.key_pem));
    assert_non_null(http_credentials_new(f->arena, &other, 1, STR_NONE, &credentials));
    assert_null(credentials);
}

/* Whether any client could connect is tried before a certificate is put in place. */
static void test_credentials_are_tried(void **state)
{
    Fixture *f = *state;
    assert_null(http_credentials_try(f->arena, f->credentials));
    const Issued signing =
        authority_issue(f->arena, &(Order){.dn = "CN=a", .usage = GNUTLS_KEY_KEY_CERT_SIGN});
    const HttpCertificate certificate = {.chain_pem = signing.certificate, .key_pem = signing.key};
    CLEANUP(http_credentials_free) HttpCredentials *credentials = NULL;
    assert_null(http_credentials_new(f->arena, &certificate, 1, STR_NONE, &credentials));
    const Err *e = http_credentials_try(f->arena, credentials);
    assert_non_null(e);
    assert_int_equal(e->kind, ERR_INVALID);
}

static void test_bad_proxy(void **state)
{
    Fixture *f = *state;
    static const Str proxies[] = {STR_INIT("192.0.2.0/24"), STR_INIT("proxy.example")};
    const HttpConfiguration configuration = {.trusted_proxies = proxies, .n_trusted_proxies = 2};
    HttpServer *server = NULL;
    const Err *e = http_server_new(f->arena, &configuration, &server);
    assert_non_null(e);
    assert_int_equal(e->kind, ERR_INVALID);
    assert_null(server);
}

typedef struct Counter {
    HttpTask task;
    Mutex *lock;
    Condition *changed;
    int *n;
} Counter;

static void count(HttpTask *task, void *loop_context)
{
    (void)loop_context;
    const Counter *counter = (const Counter *)task;
    mutex_lock(counter->lock);
    (*counter->n)++;
    condition_signal(counter->changed);
    mutex_unlock(counter->lock);
}

static void test_tasks_run_on_loops(void **state)
{
    Fixture *f = *state;
    Mutex lock;
    Condition changed;
    int n = 0;
    Counter counters[10];
    mutex_init(&lock);
    condition_init(&changed);
    assert_null(http_server_start(f->server, f->arena));
    for (size_t i = 0; i < 10; i++) {
        counters[i] = (Counter){{.run = count}, &lock, &changed, &n};
        http_server_run_on_loop(f->server, i % http_server_n_loops(f->server), &counters[i].task);
    }
    mutex_lock(&lock);
    while (n < 10) {
        condition_wait(&changed, &lock);
    }
    mutex_unlock(&lock);
    http_server_stop(f->server);
    condition_deinit(&changed);
    mutex_deinit(&lock);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_listens_on_both_families),
        CASE(test_bad_addresses),
        CASE(test_port_in_use),
        CASE(test_inherited_socket),
        CASE(test_credentials),
        CASE(test_credentials_are_tried),
        CASE(test_bad_proxy),
        CASE(test_tasks_run_on_loops),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
