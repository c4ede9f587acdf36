/* The server's end of the socket in the data folder: a thread that answers. */
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
#include "manager/auth/local_password.h"
#include "manager/server/control_wire.h"
#include "manager/server/passwd_command.h"
#include "manager/server/setup.h"

#define CONTROL_WAIT_S 10   /* for a line, or for the room to answer */
#define CONTROL_REST_MS 250 /* between tries where there are no more descriptors */

struct Control {
    Store *store;
    const CommandContext *context;
    Throttle *throttle;
    char *data; /* owned */
    int listener;
    int wake;     /* eventfd: end */
    bool running; /* the thread */
    Thread thread;
};

static bool is_text(const Json *json)
{
    return json != NULL && json->type == JSON_STRING;
}

/* --- commands --- */

static Err *run_passwd(const Control *c, Arena *a, Str user, Str password, Str *ret_note)
{
    TRY(local_password_set(c->store, a, user, password, ret_note));
    setup_forget_password(c->data);
    throttle_forget_all(c->throttle);
    log_info("password set on the command line user=\"%.*s\"", STR_ARG(user));
    return NULL;
}

static Err *run_restore(const Control *c, Arena *a, int fd, Str passphrase)
{
    TRY(restore_gate_run(c->context->restores, a, backup_source_fd(&fd), passphrase));
    log_info("a backup was restored on the command line; restarting");
    return NULL;
}

/* fd: a file that came along; -1: none. *ret_restart: the server is to start again. *ret_note: what
 * else who asked should know. */
static Err *carry_out(const Control *c, Arena *a, Str line, int fd, bool *ret_restart,
                      Str *ret_note)
{
    Json *request;
    TRY(json_parse(a, line, &json_limits_default, &request));
    const Json *user = json_member(request, STR("user"));
    const Json *password = json_member(request, STR("password"));
    const Json *command = json_member(request, STR("command"));
    if (is_text(command) && is_text(password)) {
        if (json_is_string(command, STR("user")) && is_text(user)) {
            return passwd_check_user(c->store, a, user->text);
        }
        if (json_is_string(command, STR("passwd")) && is_text(user)) {
            return run_passwd(c, a, user->text, password->text, ret_note);
        }
        if (json_is_string(command, STR("backup")) && fd >= 0) {
            return backup_folder_write(c->context->backups, a, fd, password->text);
        }
        if (json_is_string(command, STR("restore")) && fd >= 0) {
            TRY(run_restore(c, a, fd, password->text));
            *ret_restart = true;
            return NULL;
        }
    }
    return err(a, ERR_INVALID, "The server doesn't know this command.");
}

/* --- the thread --- */

static void answer(const Control *c, int fd, Str line, int passed_fd)
{
    CLEANUP(arena_free) Arena *a = arena_new(CONTROL_ARENA_BYTES);
    CLEANUP(buf_free) Buf *out = buf_new(CONTROL_LINE_MAX);
    arena_hold_secrets(a);
    bool restart = false;
    Str note = STR("");
    const Err *e = carry_out(c, a, line, passed_fd, &restart, &note);
    buf_put_char(out, '{');
    if (e != NULL || note.len > 0) {
        json_put_name(out, e != NULL ? STR("error") : STR("note"));
        json_put_string(out, e != NULL ? str_from(e->text) : note);
    }
    buf_put_lit(out, "}\n");
    if (!control_wire_send(fd, buf_str(out), -1)) {
        log_warning("a command on control.sock went away before its answer");
    }
    if (restart) {
        c->context->restart(c->context->server);
    }
}

static void serve_connection(const Control *c, int fd)
{
    CLEANUP(buf_free) Buf *line = buf_new(CONTROL_LINE_MAX);
    int passed_fd = -1;
    buf_hold_secrets(line);
    control_wire_set_wait(fd, CONTROL_WAIT_S);
    if (control_wire_read(fd, line, &passed_fd)) {
        answer(c, fd, buf_str(line), passed_fd);
    }
    if (passed_fd >= 0) {
        (void)close(passed_fd); /* synced by who wrote it */
    }
}

/* wait_ms: how long to wait for it; the eventfd is never read, so it stays so. */
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

/* Nobody can connect before listen(), so nobody gets in before chmod(), whatever the umask. */
static Err *listen_at(Control *c, Arena *errors)
{
    struct sockaddr_un address;
    TRY(control_wire_address(errors, c->data, &address));
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

Err *control_new(Arena *errors, const char *data, Store *store, const CommandContext *context,
                 Throttle *throttle, Control **ret_control)
{
    Control *c = calloc(1, sizeof *c);
    MUST(c != NULL);
    *c = (Control){.store = store,
                   .context = context,
                   .throttle = throttle,
                   .data = strdup(data),
                   .listener = -1,
                   .wake = -1};
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
        if (control_wire_address(a, c->data, &address) == NULL) {
            (void)unlink(address.sun_path);
        }
        (void)close(c->listener);
    }
    free(c->data);
    free(c);
    return NULL;
}
