/* Lines and descriptors over a local socket. */
#include "manager/server/control_wire.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum { READ_BYTES = 1024 };

Err *control_wire_address(Arena *a, const char *data, struct sockaddr_un *ret_address)
{
    const Str path = str_format(a, "%s/control.sock", data);
    *ret_address = (struct sockaddr_un){.sun_family = AF_UNIX};
    if (path.len >= sizeof ret_address->sun_path) {
        return err(a, ERR_INVALID, "The path of the data folder is too long for a socket: %s.",
                   data);
    }
    memcpy(ret_address->sun_path, path.ptr, path.len);
    return NULL;
}

void control_wire_set_wait(int fd, int seconds)
{
    const struct timeval wait = {.tv_sec = seconds};
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait); /* it waits then */
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
}

/* Room for one descriptor, aligned for its header, and what aligns the next header: the system puts
 * a second descriptor there, if one was sent. */
typedef union Passing {
    struct cmsghdr head;
    char bytes[CMSG_SPACE(sizeof(int))];
} Passing;

/* The first descriptor that came counts; others are ours, too, so they are closed. */
static void take_fds(struct msghdr *message, int *fd)
{
    const struct cmsghdr *head = CMSG_FIRSTHDR(message);
    if (head == NULL || head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_RIGHTS) {
        return;
    }
    const size_t n = (head->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t i = 0; i < n; i++) {
        int came = -1;
        memcpy(&came, CMSG_DATA(head) + i * sizeof came, sizeof came);
        if (*fd < 0) {
            *fd = came;
        } else {
            (void)close(came); /* nothing was done with it */
        }
    }
}

bool control_wire_read(int fd, Buf *line, int *ret_fd)
{
    *ret_fd = -1;
    for (;;) {
        Passing passing;
        char *at = buf_reserve(line, READ_BYTES);
        struct iovec part = {at, READ_BYTES};
        struct msghdr message = {.msg_iov = &part,
                                 .msg_iovlen = 1,
                                 .msg_control = passing.bytes,
                                 .msg_controllen = sizeof passing};
        const ssize_t n = at != NULL ? recvmsg(fd, &message, MSG_CMSG_CLOEXEC) : 0;
        if (n <= 0) {
            if (*ret_fd >= 0) {
                (void)close(*ret_fd); /* nobody will use it */
                *ret_fd = -1;
            }
            return false;
        }
        take_fds(&message, ret_fd);
        buf_added(line, (size_t)n);
        if (line->data[line->len - 1] == '\n') {
            return true;
        }
    }
}

static ssize_t send_with(int fd, Str text, int passed_fd)
{
    Passing passing;
    struct iovec part = {NULL, text.len};
    memcpy(&part.iov_base, &text.ptr, sizeof part.iov_base); /* only read, so it may be const */
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (passed_fd >= 0) {
        memset(&passing, 0, sizeof passing);
        message.msg_control = passing.bytes;
        message.msg_controllen = sizeof passing.bytes;
        struct cmsghdr *head = CMSG_FIRSTHDR(&message);
        head->cmsg_level = SOL_SOCKET;
        head->cmsg_type = SCM_RIGHTS;
        head->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(head), &passed_fd, sizeof passed_fd);
    }
    return sendmsg(fd, &message, MSG_NOSIGNAL);
}

bool control_wire_send(int fd, Str text, int passed_fd)
{
    while (text.len > 0) {
        const ssize_t n = send_with(fd, text, passed_fd);
        if (n <= 0) {
            return false;
        }
        text = str_slice(text, (size_t)n, text.len);
        passed_fd = -1;
    }
    return true;
}
