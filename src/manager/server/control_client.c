/* Questions to the server that runs. */
#include "manager/server/control_client.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/json_write.h"
#include "manager/server/control_wire.h"

#define QUICK_S 10

typedef struct Question {
    const char *command;
    Str user;     /* NONE: it names none */
    Str password; /* or passphrase */
    int fd;       /* -1: none goes along */
    int wait_s;   /* 0: for ever */
} Question;

static void put_question(Buf *out, const Question *q)
{
    buf_put_char(out, '{');
    json_put_name(out, STR("command"));
    json_put_string(out, str_from(q->command));
    if (q->user.ptr != NULL) {
        buf_put_lit(out, ", ");
        json_put_name(out, STR("user"));
        json_put_string(out, q->user);
    }
    buf_put_lit(out, ", ");
    json_put_name(out, STR("password"));
    json_put_string(out, q->password);
    buf_put_lit(out, "}\n");
}

static Err *exchange(Arena *a, int fd, const Question *q, Str *ret_note)
{
    CLEANUP(buf_free) Buf *text = buf_new(CONTROL_LINE_MAX);
    int unwanted = -1;
    buf_hold_secrets(text);
    control_wire_set_wait(fd, q->wait_s);
    put_question(text, q);
    const bool sent = !buf_failed(text) && control_wire_send(fd, buf_str(text), q->fd);
    buf_reset(text);
    if (!sent || !control_wire_read(fd, text, &unwanted)) {
        return err(a, ERR_IO, "The server that runs on this folder gives no answer.");
    }
    if (unwanted >= 0) {
        (void)close(unwanted); /* a server sends none */
    }
    Json *answer;
    TRY(json_parse(a, str_dup(a, buf_str(text)), &json_limits_default, &answer));
    const Json *problem = json_member(answer, STR("error"));
    const Json *note = json_member(answer, STR("note"));
    if (problem != NULL) {
        return err(a, ERR_INVALID, "%.*s", STR_ARG(problem->text));
    }
    *ret_note = note != NULL && note->type == JSON_STRING ? note->text : STR("");
    return NULL;
}

static Err *ask(Arena *a, const char *data, const Question *q, Str *ret_note)
{
    struct sockaddr_un address;
    TRY(control_wire_address(a, data, &address));
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return err(a, ERR_IO, "Cannot reach the server: %s.", strerrordesc_np(errno));
    }
    Err *e = NULL;
    if (connect(fd, (const struct sockaddr *)&address, sizeof address) != 0) {
        e = err(a, ERR_IO, "Cannot reach the server at %s: %s.", address.sun_path,
                strerrordesc_np(errno));
    } else {
        e = exchange(a, fd, q, ret_note);
    }
    (void)close(fd);
    return e;
}

Err *control_ask_passwd(Arena *a, const char *data, Str user, Str password, Str *ret_note)
{
    const Question question = {"passwd", user, password, -1, QUICK_S};
    return ask(a, data, &question, ret_note);
}

Err *control_ask_user(Arena *a, const char *data, Str user)
{
    const Question question = {"user", user, STR(""), -1, QUICK_S};
    Str none;
    return ask(a, data, &question, &none);
}

Err *control_ask_backup(Arena *a, const char *data, int fd, Str passphrase)
{
    const Question question = {"backup", STR_NONE, passphrase, fd, 0};
    Str none;
    return ask(a, data, &question, &none);
}

Err *control_ask_restore(Arena *a, const char *data, int fd, Str passphrase)
{
    const Question question = {"restore", STR_NONE, passphrase, fd, 0};
    Str none;
    return ask(a, data, &question, &none);
}
