/* Both ends of the socket in the data folder: a thread that answers, and the client's question. */
#include "manager/server/control.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/json_write.h"
#include "base/log.h"
#include "base/thread.h"
#include "manager/auth/login.h"
#include "manager/server/setup.h"

#define CONTROL_LINE_MAX ((size_t)16 * 1024)
#define CONTROL_ARENA_BYTES ((size_t)256 * 1024)
#define CONTROL_WAIT_S 10
#define CONTROL_REST_MS 250

struct Control {
    Store *store;
    char *data; /* owned */
    int listener;
    int wake;     /* eventfd: end */
    bool running; /* the thread */
    Thread thread;
};

static Err *socket_address(Arena *a, const char *data, struct sockaddr_un *ret_address)
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

static void set_waits(int fd)
{
    const struct timeval wait = {.tv_sec = CONTROL_WAIT_S};
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
}

/* Reads up to the line feed; false if none comes. */
static bool read_line(int fd, Buf *line)
{
    for (;;) {
        char *at = buf_reserve(line, 1024);
        const ssize_t n = at != NULL ? recv(fd, at, 1024, 0) : 0;
        if (n <= 0) {
            return false;
        }
        buf_added(line, (size_t)n);
        if (line->data[line->len - 1] == '\n') {
            return true;
        }
    }
}

static void send_all(int fd, Str text)
{
    for (size_t at = 0; at < text.len;) {
        const ssize_t n = send(fd, text.ptr + at, text.len - at, MSG_NOSIGNAL);
        if (n <= 0) {
            return;
        }
        at += (size_t)n;
    }
}

static Err *carry_out(const Control *c, Arena *a, Str line)
{
    Json *request;
    TRY(json_parse(a, line, &json_limits_default, &request));
    const Json *user = json_member(request, STR("user"));
    const Json *password = json_member(request, STR("password"));
    const Json *command = json_member(request, STR("command"));
    if (command == NULL || !json_is_string(command, STR("passwd")) || user == NULL ||
        user->type != JSON_STRING || password == NULL || password->type != JSON_STRING) {
        return err(a, ERR_INVALID, "The server doesn't know this command.");
    }
    TRY(login_set_password(c->store, a, user->text, password->text));
    setup_forget_password(c->data);
    log_info("password set on the command line user=%.*s", STR_ARG(user->text));
    return NULL;
}

static void serve_connection(const Control *c, int fd)
{
    CLEANUP(arena_free) Arena *a = arena_new(CONTROL_ARENA_BYTES);
    CLEANUP(buf_free) Buf *line = buf_new(CONTROL_LINE_MAX);
    CLEANUP(buf_free) Buf *answer = buf_new(CONTROL_LINE_MAX);
    arena_hold_secrets(a);
    buf_hold_secrets(line);
    set_waits(fd);
    if (!read_line(fd, line)) {
        return;
    }
    const Err *e = carry_out(c, a, buf_str(line));
    buf_put_char(answer, '{');
    if (e != NULL) {
        json_put_name(answer, STR("error"));
        json_put_string(answer, str_from(e->text));
    }
    buf_put_lit(answer, "}\n");
    send_all(fd, buf_str(answer));
}

static bool is_ending(const Control *c, int wait_ms)
{
    struct pollfd wake = {.fd = c->wake, .events = POLLIN};
    return poll(&wake, 1, wait_ms) > 0;
}

static void accept_one(const Control *c)
{
    const int fd = accept4(c->listener, NULL, NULL, SOCK_CLOEXEC);
    if (fd >= 0) {
        serve_connection(c, fd);
        (void)close(fd);
    } else if (errno != ECONNABORTED && errno != EINTR) {
        /* The client goes on waiting, so poll() would come back at once. */
        log_warning("a command cannot be taken from control.sock reason=\"%s\"",
                    strerrordesc_np(errno));
        (void)is_ending(c, CONTROL_REST_MS);
    }
}

static void *control_run(void *context)
{
    const Control *c = context;
    struct pollfd polled[] = {{.fd = c->listener, .events = POLLIN},
                              {.fd = c->wake, .events = POLLIN}};
    while (!is_ending(c, 0)) {
        if (poll(polled, ARRAY_N(polled), -1) > 0 && polled[0].revents != 0) {
            accept_one(c);
        }
    }
    return NULL;
}

static Err *listen_at(Control *c, Arena *errors)
{
    struct sockaddr_un address;
    TRY(socket_address(errors, c->data, &address));
    (void)unlink(address.sun_path); /* of a process that was killed: the lock says that none runs */
    c->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (c->listener < 0 ||
        bind(c->listener, (const struct sockaddr *)&address, sizeof address) != 0 ||
        chmod(address.sun_path, 0600) != 0 || listen(c->listener, 4) != 0) {
        return err(errors, ERR_IO, "Cannot listen on %s: %s.", address.sun_path,
                   strerrordesc_np(errno));
    }
    return NULL;
}

static Err *start(Control *c, Arena *errors)
{
    TRY(listen_at(c, errors));
    c->wake = eventfd(0, EFD_CLOEXEC);
    if (c->wake < 0) {
        return err(errors, ERR_IO, "Cannot start the control thread: %s.", strerrordesc_np(errno));
    }
    c->running = thread_start(&c->thread, "control", control_run, c);
    return c->running ? NULL : err(errors, ERR_IO, "The system gives no more threads.");
}

Err *control_new(Arena *errors, const char *data, Store *store, Control **ret_control)
{
    Control *c = calloc(1, sizeof *c);
    MUST(c != NULL);
    *c = (Control){.store = store, .data = strdup(data), .listener = -1, .wake = -1};
    MUST(c->data != NULL);
    Err *e = start(c, errors);
    if (e != NULL) {
        (void)control_free(c);
        return e;
    }
    *ret_control = c;
    return NULL;
}

Control *control_free(Control *c)
{
    if (c == NULL) {
        return NULL;
    }
    if (c->running) {
        const uint64_t one = 1;
        MUST(write(c->wake, &one, sizeof one) == sizeof one);
        thread_join(c->thread);
    }
    if (c->wake >= 0) {
        (void)close(c->wake);
    }
    if (c->listener >= 0) {
        CLEANUP(arena_free) Arena *a = arena_new(CONTROL_ARENA_BYTES);
        struct sockaddr_un address;
        if (socket_address(a, c->data, &address) == NULL) {
            (void)unlink(address.sun_path);
        }
        (void)close(c->listener);
    }
    free(c->data);
    free(c);
    return NULL;
}

static void put_request(Buf *out, Str user, Str password)
{
    buf_put_char(out, '{');
    json_put_name(out, STR("command"));
    buf_put_lit(out, "\"passwd\", ");
    json_put_name(out, STR("user"));
    json_put_string(out, user);
    buf_put_lit(out, ", ");
    json_put_name(out, STR("password"));
    json_put_string(out, password);
    buf_put_lit(out, "}\n");
}

static Err *exchange(Arena *a, int fd, Str user, Str password)
{
    CLEANUP(buf_free) Buf *text = buf_new(CONTROL_LINE_MAX);
    buf_hold_secrets(text);
    set_waits(fd);
    put_request(text, user, password);
    send_all(fd, buf_str(text));
    buf_reset(text);
    if (!read_line(fd, text)) {
        return err(a, ERR_IO, "The server that runs on this folder gives no answer.");
    }
    Json *answer;
    TRY(json_parse(a, str_dup(a, buf_str(text)), &json_limits_default, &answer));
    const Json *problem = json_member(answer, STR("error"));
    return problem != NULL ? err(a, ERR_INVALID, "%.*s", STR_ARG(problem->text)) : NULL;
}

Err *control_ask_passwd(Arena *a, const char *data, Str user, Str password)
{
    struct sockaddr_un address;
    TRY(socket_address(a, data, &address));
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return err(a, ERR_IO, "Cannot reach the server: %s.", strerrordesc_np(errno));
    }
    Err *e = NULL;
    if (connect(fd, (const struct sockaddr *)&address, sizeof address) != 0) {
        e = err(a, ERR_IO, "Cannot reach the server at %s: %s.", address.sun_path,
                strerrordesc_np(errno));
    } else {
        e = exchange(a, fd, user, password);
    }
    (void)close(fd);
    return e;
}
