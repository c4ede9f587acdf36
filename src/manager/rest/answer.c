/* Answers and the shapes of their bodies. Headers are those of wire 1.6, which some clients compare
 * letter by letter: "application/json" without a charset, a type on an empty body, none on a 204.
 */
#include "manager/rest/answer.h"

#include <stdarg.h>

#include "base/json_write.h"
#include "base/log.h"
#include "base/utf8.h"

enum { ERROR_BODY_MAX = 1 << 20 };

void answer_add_header(RestAnswer *answer, Arena *a, const char *name, Str value)
{
    MUST(answer->n_headers < ANSWER_HEADERS_MAX);
    answer->headers[answer->n_headers++] = (AnswerHeader){name, str_dup(a, value)};
}

/* The same for a literal, which needs no copy. */
static void add_literal(RestAnswer *answer, const char *name, Str value)
{
    MUST(answer->n_headers < ANSWER_HEADERS_MAX);
    answer->headers[answer->n_headers++] = (AnswerHeader){name, value};
}

static void drop_body(RestAnswer *answer)
{
    answer->body = buf_free(answer->body);
}

void answer_clear(RestAnswer *answer)
{
    drop_body(answer);
    *answer = (RestAnswer){.status = 0};
}

void answer_empty(RestAnswer *answer, int status)
{
    drop_body(answer);
    answer->status = status;
    if (status != 204 && status != 304) {
        add_literal(answer, "Content-Type", STR("text/html; charset=utf-8"));
    }
}

void answer_not_modified(RestAnswer *answer, Arena *a, Str etag)
{
    answer_empty(answer, 304);
    answer_add_header(answer, a, "ETag", etag);
    add_literal(answer, "Vary", STR(ANSWER_VARY));
    add_literal(answer, "Cache-Control", STR("no-cache"));
}

void answer_methods(RestAnswer *answer, Arena *a, int status, Str methods)
{
    answer_empty(answer, status);
    answer_add_header(answer, a, "Allow", methods);
    answer->body = buf_new(MAX(methods.len, 1));
    buf_put_str(answer->body, methods);
}

void answer_json(RestAnswer *answer, int status, Buf *body)
{
    if (answer->body != body) {
        drop_body(answer);
    }
    answer->status = status;
    answer->body = body;
    add_literal(answer, "Content-Type", STR("application/json"));
    add_literal(answer, "Vary", STR(ANSWER_VARY));
    if (status == 200) {
        add_literal(answer, "Cache-Control", STR("no-cache"));
    }
}

void answer_html(RestAnswer *answer, int status, Buf *body)
{
    if (answer->body != body) {
        drop_body(answer);
    }
    answer->status = status;
    answer->body = body;
    add_literal(answer, "Content-Type", STR("text/html; charset=utf-8"));
    add_literal(answer, "Vary", STR(ANSWER_VARY));
    add_literal(answer, "Cache-Control", STR("no-cache"));
    add_literal(answer, "Content-Security-Policy", STR("default-src 'none'"));
}

void answer_attachment(RestAnswer *answer, Arena *a, int fd, uint64_t size_bytes, Str name)
{
    drop_body(answer);
    AnswerFile *file = ARENA_NEW(a, AnswerFile);
    *file = (AnswerFile){fd, size_bytes};
    answer->status = 200;
    answer->file = file;
    add_literal(answer, "Content-Type", STR("application/octet-stream"));
    answer_add_header(answer, a, "Content-Disposition",
                      str_format(a, "attachment; filename=\"%.*s\"", STR_ARG(name)));
    add_literal(answer, "Cache-Control", STR("no-cache"));
}

void answer_put_escaped(Buf *out, Str s)
{
    for (size_t i = 0; i < s.len; i++) {
        switch (s.ptr[i]) {
        case '&':
            buf_put_lit(out, "&amp;");
            break;
        case '<':
            buf_put_lit(out, "&lt;");
            break;
        case '>':
            buf_put_lit(out, "&gt;");
            break;
        default:
            buf_put_char(out, s.ptr[i]);
        }
    }
}

/* At most so much of it, up to the end of a character. */
static Str cut(Str text)
{
    const Str start = str_slice(text, 0, PROBLEM_TEXT_MAX_BYTES);
    return str_slice(start, 0, utf8_valid_len(start));
}

Str answer_error_text(Arena *a, Str text)
{
    CLEANUP(buf_free) Buf *out = buf_new(ERROR_BODY_MAX);
    answer_put_escaped(out, cut(text));
    return str_dup(a, buf_str(out));
}

void answer_error(RestAnswer *answer, Arena *a, int status, Str text)
{
    const Str shown = answer_error_text(a, text);
    Buf *body = buf_new(ERROR_BODY_MAX);
    buf_put_lit(body, "{\"error\": ");
    json_put_string(body, shown);
    if (status == 406 || status == 415 || status == 500) {
        buf_put_lit(body, ", \"error_message\": ");
        json_put_string(body, shown);
    }
    buf_put_char(body, '}');
    answer_json(answer, status, body);
    if (status == 503) {
        add_literal(answer, "Retry-After", STR("1"));
    }
}

void answer_wait(RestAnswer *answer, Arena *a, int64_t wait_s, Str text)
{
    answer_error(answer, a, 429, text);
    answer_add_header(answer, a, "Retry-After", str_format(a, "%lld", (long long)wait_s));
}

void problems_init(Problems *p, Arena *a)
{
    *p = (Problems){.arena = a};
}

void problems_add(Problems *p, Str field, const char *format, ...)
{
    if (p->full) {
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    const Str text = cut(str_format_va(p->arena, format, arguments));
    va_end(arguments);
    const size_t size = field.len + text.len;
    p->size_bytes += size;
    p->full = p->size_bytes > PROBLEMS_MAX_BYTES;
    Problem *problem = ARENA_NEW(p->arena, Problem);
    problem->field = str_dup(p->arena, field);
    problem->text = text;
    if (p->last != NULL) {
        p->last->next = problem;
    } else {
        p->first = problem;
    }
    p->last = problem;
}

bool problems_any(const Problems *p)
{
    return p->first != NULL;
}

/* The first problem of the field that follows `last`'s in the order of keys; NULL if none does. A
 * selection instead of a sort: fields are few, and the texts of one stay in the order found. */
static const Problem *problem_of_next_field(const Problems *p, const Problem *last)
{
    const Problem *next = NULL;
    for (const Problem *i = p->first; i != NULL; i = i->next) {
        if ((last == NULL || str_compare(i->field, last->field) > 0) &&
            (next == NULL || str_compare(i->field, next->field) < 0)) {
            next = i;
        }
    }
    return next;
}

static void put_texts_of_field(Buf *body, const Problem *problem)
{
    json_put_name(body, problem->field);
    buf_put_char(body, '[');
    bool first = true;
    for (const Problem *i = problem; i != NULL; i = i->next) {
        if (str_equal(i->field, problem->field)) {
            json_put_comma(body, &first);
            json_put_string(body, i->text);
        }
    }
    buf_put_char(body, ']');
}

void answer_problems(RestAnswer *answer, Str name, const Problems *p)
{
    Buf *body = buf_new(ERROR_BODY_MAX);
    buf_put_char(body, '{');
    json_put_name(body, name);
    buf_put_char(body, '{');
    bool first = true;
    const Problem *problem = NULL;
    while ((problem = problem_of_next_field(p, problem)) != NULL) {
        json_put_comma(body, &first);
        put_texts_of_field(body, problem);
    }
    buf_put_lit(body, "}}");
    answer_json(answer, 400, body);
}

/* What the client can mend is never a 5xx: those are sent again by themselves, POSTs included,
 * since a 5xx says that nothing was stored (wire 10.1). A duplicate is a 400, never a 409. */
static int status_of(ErrKind kind)
{
    switch (kind) {
    case ERR_INVALID:
    case ERR_CONFLICT:
        return 400;
    case ERR_NOT_FOUND:
        return 404;
    case ERR_FORBIDDEN:
        return 403;
    case ERR_LIMIT:
        return 413;
    case ERR_UNSUPPORTED:
        return 415;
    case ERR_BUSY:
    case ERR_IO:
        return 503;
    case ERR_INTERNAL:
    case ERR_N:
        break;
    }
    return 500;
}

/* A failure of ours is told to the log; what the client sees of it names no file and no reason. */
static Str text_of(const Err *e)
{
    if (e->kind != ERR_IO && e->kind != ERR_INTERNAL) {
        return str_from(e->text);
    }
    log_line(LOG_LEVEL_ERROR, e->where, "%s%s%s where=%s", e->text, e->detail != NULL ? ": " : "",
             e->detail != NULL ? e->detail : "", e->where);
    return e->kind == ERR_IO ? STR("The store is not ready. Nothing was stored.")
                             : STR("Something went wrong on the server. Nothing was stored.");
}

void answer_failure(RestAnswer *answer, Arena *a, Str name, const Err *e)
{
    const int status = status_of(e->kind);
    if (status == 404) {
        answer_empty(answer, 404);
    } else if (status == 400 && e->field != NULL && name.len > 0) {
        Problems problems;
        problems_init(&problems, a);
        problems_add(&problems, str_from(e->field), "%s", e->text);
        answer_problems(answer, name, &problems);
    } else {
        answer_error(answer, a, status, text_of(e));
    }
}
