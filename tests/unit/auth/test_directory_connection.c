#include "test.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/datetime.h"
#include "manager/auth/directory_connection.h"

#define DEADLINE_US INT64_C(400000)

/* Its address; `listening`: the system takes connections for it, which nobody answers. */
static Str make_socket(Arena *a, bool listening, int *ret_fd)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof address;
    *ret_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(*ret_fd >= 0);
    assert_int_equal(bind(*ret_fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listening ? listen(*ret_fd, 16) : 0, 0);
    assert_int_equal(getsockname(*ret_fd, (struct sockaddr *)&address, &size), 0);
    return str_format(a, "127.0.0.1:%u", (unsigned)ntohs(address.sin_port));
}

static const Err *connect_to(Arena *a, Str server)
{
    const DirectoryTarget target = {.server = server, .authorities_pem = STR("")};
    CLEANUP(directory_connection_free) DirectoryConnection *connection = NULL;
    return directory_connect(a, &target, datetime_monotonic_us() + DEADLINE_US, &connection);
}

/* Half of the time for StartTLS, which isn't answered, and half for a handshake of TLS, where
 * libldap itself would go on for ever. */
static void test_a_server_that_says_nothing(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(1000000);
    int fd = -1;
    const Str server = make_socket(a, true, &fd);
    const Err *e = connect_to(a, server);
    assert_non_null(e);
    const char *first = strstr(e->text, "Timed out");
    assert_non_null(first);
    assert_non_null(strstr(first + 1, "Timed out"));
    assert_int_equal(close(fd), 0);
}

static void test_a_server_that_is_not_there(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(1000000);
    int fd = -1;
    const Err *e = connect_to(a, make_socket(a, false, &fd));
    assert_non_null(e);
    assert_int_equal(e->kind, ERR_IO);
    assert_non_null(strstr(e->text, "Connection refused"));
    assert_int_equal(close(fd), 0);
}

static void test_no_server(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(1000000);
    const Err *e = connect_to(a, STR(""));
    assert_non_null(e);
    assert_int_equal(e->kind, ERR_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_server_that_says_nothing),
        cmocka_unit_test(test_a_server_that_is_not_there),
        cmocka_unit_test(test_no_server),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
