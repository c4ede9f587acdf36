/* Lines and descriptors over a local socket; what nobody but a stranger would send. */
#include "manager/server/control_wire.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "test.h"

#define FDS_MAX 8

typedef struct Ends {
    int ours, theirs;
    Buf *line;
} Ends;

static int set_up(void **state)
{
    Ends *e = calloc(1, sizeof *e);
    int both[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, both), 0);
    *e = (Ends){both[0], both[1], buf_new(CONTROL_LINE_MAX)};
    *state = e;
    return 0;
}

static int tear_down(void **state)
{
    Ends *e = *state;
    (void)close(e->ours);
    (void)close(e->theirs);
    (void)buf_free(e->line);
    free(e);
    return 0;
}

/* The lowest number that is free: that of the next descriptor, hence it tells whether one was left
 * open. */
static int next_fd(void)
{
    const int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(close(fd), 0);
    return fd;
}

/* Sends text with n descriptors in one message. */
static void send_fds(int to, char *text, size_t n)
{
    union {
        struct cmsghdr head;
        char bytes[CMSG_SPACE(FDS_MAX * sizeof(int))];
    } passing = {.bytes = {0}};
    struct iovec part = {text, strlen(text)};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = passing.bytes,
                             .msg_controllen = CMSG_SPACE(n * sizeof(int))};
    struct cmsghdr *head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(n * sizeof(int));
    for (size_t i = 0; i < n; i++) {
        memcpy(CMSG_DATA(head) + i * sizeof to, &to, sizeof to);
    }
    assert_int_equal(sendmsg(to, &message, 0), part.iov_len);
}

static void test_line(void **state)
{
    const Ends *e = *state;
    int fd = 0;
    assert_true(control_wire_send(e->theirs, STR("{}\n"), -1));
    assert_true(control_wire_read(e->ours, e->line, &fd));
    assert_true(str_equal(buf_str(e->line), STR("{}\n")));
    assert_int_equal(fd, -1);
}

static void test_descriptor(void **state)
{
    const Ends *e = *state;
    int fd = -1;
    assert_true(control_wire_send(e->theirs, STR("{}\n"), e->theirs));
    assert_true(control_wire_read(e->ours, e->line, &fd));
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "x", 1), 1);
    assert_int_equal(close(fd), 0);
}

/* However many come, in one message or in several, one stays open at most. */
static void test_many_descriptors(void **state)
{
    const Ends *e = *state;
    for (size_t n = 2; n <= FDS_MAX; n++) {
        const int before = next_fd();
        int fd = -1;
        buf_reset(e->line);
        send_fds(e->theirs, (char[]){"{"}, n);
        send_fds(e->theirs, (char[]){"}\n"}, n);
        assert_true(control_wire_read(e->ours, e->line, &fd));
        assert_true(str_equal(buf_str(e->line), STR("{}\n")));
        assert_int_equal(fd, before);
        assert_int_equal(close(fd), 0);
        assert_int_equal(next_fd(), before);
        fd = fcntl(e->ours, F_DUPFD_CLOEXEC, before + 1);
        assert_int_equal(fd, before + 1); /* nor is the one behind it open */
        assert_int_equal(close(fd), 0);
    }
}

/* Text that ends without a line feed. */
static void test_cut(void **state)
{
    const Ends *e = *state;
    const int before = next_fd();
    int fd = 0;
    send_fds(e->theirs, (char[]){"{"}, 2);
    assert_int_equal(shutdown(e->theirs, SHUT_WR), 0);
    assert_false(control_wire_read(e->ours, e->line, &fd));
    assert_int_equal(fd, -1);
    assert_int_equal(next_fd(), before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_line, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_descriptor, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_many_descriptors, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_cut, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
