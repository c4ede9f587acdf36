#pragma once

#include "base/arena.h"
#include "base/attr.h"
#include "base/str.h"

/* Failures of a request or of the environment, as values. NULL is success.
 *
 * An Err lives in the arena it was raised in; nobody frees it. Answers such as "not found" are part
 * of a function's result, not an Err; bugs are MUST(). */

typedef enum ErrKind {
    ERR_INVALID,     /* what was asked doesn't make sense or breaks a rule: HTTP 400 */
    ERR_CONFLICT,    /* a unique value is taken; `field` names it: 400 */
    ERR_NOT_FOUND,   /* what the request addresses isn't there: 404 */
    ERR_FORBIDDEN,   /* 403 */
    ERR_LIMIT,       /* larger than we take: 413 */
    ERR_UNSUPPORTED, /* a body of a type that isn't taken: 415 */
    ERR_BUSY,        /* waited too long, or a queue is full; nothing was stored: 503 */
    ERR_IO,          /* disk, network, memory of a library; nothing was stored: 503 */
    ERR_INTERNAL,    /* a bug that we noticed and could contain: 500 */
    ERR_N
} ErrKind;

typedef struct Err {
    ErrKind kind;
    const char *text;   /* for the client: one line, no secret, no SQL */
    const char *detail; /* for the log; NULL if there is no more to say */
    const char *field;  /* name of the field of the body at fault, else NULL */
    const char *owner;  /* whose field it is, where that may be another object than the one asked
                           for; else NULL */
    const char *where;  /* file:line that raised it */
    struct Err *next;   /* another one that was found with it; NULL: no more */
} Err;

#define ERR_WHERE_TEXT(line) #line
#define ERR_WHERE_LINE(line) ERR_WHERE_TEXT(line)
#define ERR_WHERE __FILE__ ":" ERR_WHERE_LINE(__LINE__)

/* Raises: err(a, ERR_IO, "The store cannot be written."). */
#define err(arena, kind, ...) err_new_at((arena), (kind), ERR_WHERE, __VA_ARGS__)

/* The same about one field of the body. */
#define err_field(arena, kind, field, ...)                                                         \
    err_set_field((arena), err_new_at((arena), (kind), ERR_WHERE, __VA_ARGS__), (field))

/* Puts "context: " before the text of `e`, in the same kind, field and place. */
Err *err_wrap(Arena *a, Err *e, const char *format, ...) PRINTF_LIKE(3, 4);

/* Adds what only the log may see. Returns e. */
Err *err_detail(Arena *a, Err *e, const char *format, ...) PRINTF_LIKE(3, 4);

Err *err_new_at(Arena *a, ErrKind kind, const char *where, const char *format, ...)
    PRINTF_LIKE(4, 5) __attribute__((returns_nonnull));
Err *err_set_field(Arena *a, Err *e, Str field);

/* Copies an error into another arena, so that it outlives its own. */
Err *err_copy(Arena *a, const Err *e);

/* Hands a failure on to the caller; the only macro that returns. */
#define TRY(expression)                                                                            \
    do {                                                                                           \
        Err *try_error = (expression);                                                             \
        if (__builtin_expect(try_error != NULL, 0)) {                                              \
            return try_error;                                                                      \
        }                                                                                          \
    } while (0)
