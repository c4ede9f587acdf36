/* exec of oneself. */
#include "manager/server/restart.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"

#define TEXT_MAX 1024

static bool listens(int fd)
{
    int on = 0;
    socklen_t len = sizeof on;
    return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &on, &len) == 0 && on != 0;
}

bool restart_read_listeners(const char *text, int ret_fds[], size_t n)
{
    Str rest = str_from(text);
    int64_t number = 0;
    if (!str_to_int64(str_cut(&rest, ':'), &number) || number != getpid()) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        if (!str_to_int64(str_cut(&rest, ','), &number) || number < 0 || number > INT32_MAX ||
            !listens((int)number)) {
            return false;
        }
        ret_fds[i] = (int)number;
    }
    return rest.len == 0;
}

int restart_keep(int fd)
{
    return fcntl(fd, F_DUPFD, STDERR_FILENO + 1); /* without FD_CLOEXEC */
}

Err *restart_run(Arena *a, char *argv[], const int fds[], size_t n)
{
    CLEANUP(buf_free) Buf *text = buf_new(TEXT_MAX);
    buf_printf(text, "%ld:", (long)getpid());
    for (size_t i = 0; i < n; i++) {
        buf_printf(text, "%s%d", i > 0 ? "," : "", fds[i]);
    }
    buf_put_char(text, '\0');
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): all other threads have ended */
    if (buf_failed(text) || setenv(RESTART_VARIABLE, text->data, 1) != 0) {
        return err(a, ERR_IO, "The program cannot be started again.");
    }
    /* Also where the file was replaced meanwhile: what was started is what goes on. */
    (void)execv("/proc/self/exe", argv); /* comes back only when it failed */
    return err(a, ERR_IO, "The program cannot be started again: %s.", strerrordesc_np(errno));
}
