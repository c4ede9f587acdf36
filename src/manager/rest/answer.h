#pragma once

#include "base/buf.h"
#include "base/err.h"

/* What goes back to the client: status, headers, body; and the shapes of error bodies (wire 10).
 *
 * Two shapes, by which clients tell them apart: {"error": text} for a request as a whole, and
 * {"<resource>": {"<field>": [texts]}} for a body with faults. Texts that answer a GET or DELETE
 * must not hold "404", "not found" or "lookup", or one client takes the object for gone and drops
 * it from its books (wire 10.4): say "does not exist", and repeat no value.
 *
 * An answer belongs to one request and is filled on whichever thread it is on; each function below
 * that sets a status throws away a body that was there. */

#define ANSWER_HEADERS_MAX 12 /* twice what any answer has */

/* Vary of what depends on who asks, and how (wire 1.6). */
#define ANSWER_VARY "Accept, Cookie"

typedef struct AnswerHeader {
    const char *name; /* literal, as written on the wire */
    Str value;
} AnswerHeader;

/* The whole of an open file as the body. */
typedef struct AnswerFile {
    int fd; /* owned: the server takes it over or closes it */
    uint64_t size_bytes;
} AnswerFile;

typedef struct RestAnswer {
    int status; /* 0: none yet */
    AnswerHeader headers[ANSWER_HEADERS_MAX];
    size_t n_headers;
    Buf *body;              /* owned: the server takes it over or frees it; NULL: empty */
    const AnswerFile *file; /* instead of `body`; NULL: none */
} RestAnswer;

/* Back to none; frees the body. */
void answer_clear(RestAnswer *answer);

/* value is copied into `a`. */
void answer_add_header(RestAnswer *answer, Arena *a, const char *name, Str value);

/* A status without a body, in the form of wire 1.6. */
void answer_empty(RestAnswer *answer, int status);

/* 304: the client has what `etag` names. With the headers that its 200 had. */
void answer_not_modified(RestAnswer *answer, Arena *a, Str etag);

/* 405 or OPTIONS: `methods` as comma list in Allow and body. */
void answer_methods(RestAnswer *answer, Arena *a, int status, Str methods);

/* JSON with Content-Type, Vary and, for GET, Cache-Control; takes `body` over. */
void answer_json(RestAnswer *answer, int status, Buf *body);

/* A page for people: no scripts, no styles, nothing loaded from elsewhere; takes `body` over. */
void answer_html(RestAnswer *answer, int status, Buf *body);

/* 200: an open file to be kept under that name, which is taken over. name: ASCII without quotes. */
void answer_attachment(RestAnswer *answer, Arena *a, int fd, uint64_t size_bytes, Str name);

/* Text with `&`, `<`, `>` as entities, for HTML. */
void answer_put_escaped(Buf *out, Str s);

/* The text of an error as clients see it (wire 10.2): cut where it is long, with `&`, `<`, `>` as
 * entities, so that a page which shows it unescaped stays harmless. In `a`. */
Str answer_error_text(Arena *a, Str text);

/* {"error": "text"}, the text as answer_error_text() has it; status 406, 415 and 500 add
 * "error_message", 503 adds Retry-After. */
void answer_error(RestAnswer *answer, Arena *a, int status, Str text);

/* 429 with Retry-After: wait_s ≥ 1 (wire 11.5). */
void answer_wait(RestAnswer *answer, Arena *a, int64_t wait_s, Str text);

/* Faults of a body; answered together, fields in the order of keys, their texts in the order found.
 */
typedef struct Problem Problem;
struct Problem {
    Str field; /* "__all__" for the whole */
    Str text;
    Problem *next;
};

typedef struct Problems {
    Arena *arena;
    Problem *first;
    Problem *last;
    size_t size_bytes; /* of fields and texts */
    bool full;
} Problems;

/* From so much on no more faults of a body are kept, so that their answer has room for all: in JSON
 * a byte takes six at most, and an answer has a mebibyte. */
#define PROBLEMS_MAX_BYTES ((size_t)96 * 1024)
#define PROBLEM_TEXT_MAX_BYTES ((size_t)16 * 1024)

/* Texts and fields are copied into `a`. */
void problems_init(Problems *p, Arena *a);

/* Notes a fault. field: "__all__" for the whole. Cuts a long text; does nothing when there are
 * enough problems already. */
void problems_add(Problems *p, Str field, const char *format, ...) PRINTF_LIKE(3, 4);
bool problems_any(const Problems *p);

/* 400 {"<name>": {"<field>": ["…"]}}; name: of the resource or command. */
void answer_problems(RestAnswer *answer, Str name, const Problems *p);

/* The answer to a failure: by its kind (ERR_NOT_FOUND: an empty 404), and in the shape of problems
 * where it names a field. Logs what only the log may see. name: of the resource or command. */
void answer_failure(RestAnswer *answer, Arena *a, Str name, const Err *e);
