/* Which listening sockets a program that starts again believes in. */
#include "test.h"

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "manager/server/restart.h"

static int new_listener(void)
{
    const struct sockaddr_in address = {.sin_family = AF_INET,
                                        .sin_addr = {htonl(INADDR_LOOPBACK)}};
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(fd, 1), 0);
    return fd;
}

static bool read_fds(long pid, const int fds[], size_t n_fds, size_t n_wanted, int ret_fds[])
{
    char text[100];
    int len = snprintf(text, sizeof text, "%ld:", pid);
    for (size_t i = 0; i < n_fds; i++) {
        len += snprintf(text + len, sizeof text - (size_t)len, "%s%d", i > 0 ? "," : "", fds[i]);
    }
    return restart_read_listeners(text, ret_fds, n_wanted);
}

static void test_listeners(void **state)
{
    (void)state;
    const int one = new_listener();
    const int two = new_listener();
    const int other = dup(STDERR_FILENO);
    const long pid = getpid();
    int fds[2] = {-1, -1};
    assert_true(read_fds(pid, (int[]){one, two}, 2, 2, fds));
    assert_int_equal(fds[0], one);
    assert_int_equal(fds[1], two);
    assert_false(read_fds(pid + 1, (int[]){one, two}, 2, 2, fds)); /* of another process */
    assert_false(read_fds(pid, (int[]){one, two}, 2, 1, fds));     /* too many */
    assert_false(read_fds(pid, (int[]){one}, 1, 2, fds));          /* too few */
    assert_false(read_fds(pid, (int[]){one, other}, 2, 2, fds));   /* listens to nobody */
    assert_false(read_fds(pid, (int[]){one, 9999}, 2, 2, fds));
    assert_false(read_fds(pid, NULL, 0, 1, fds));
    assert_false(restart_read_listeners("", fds, 1));
    assert_false(restart_read_listeners(NULL, fds, 1));
    (void)close(one);
    (void)close(two);
    (void)close(other);
}

/* The copy is there for the program that comes next. */
static void test_keep(void **state)
{
    (void)state;
    const int fd = new_listener();
    const int kept = restart_keep(fd);
    int fds[1] = {-1};
    assert_int_equal(close(fd), 0);
    assert_true(read_fds(getpid(), &kept, 1, 1, fds));
    assert_int_equal(fds[0], kept);
    (void)close(kept);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_listeners),
        cmocka_unit_test(test_keep),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
