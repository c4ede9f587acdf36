#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/attr.h"
#include "base/str.h"

/* Output that grows. Sticky: after it passed its limit, further writing does nothing and
 * buf_failed() tells so, hence writers check once, at the end. Confined to one thread. */

typedef struct Buf {
    char *data;         /* owned; NULL while size is 0 */
    size_t len;         /* bytes written; len ≤ size ≤ limit */
    size_t size;        /* bytes that `data` has room for */
    size_t limit;       /* most bytes it may hold */
    bool failed;        /* the limit was met; nothing is written any more until buf_reset() */
    bool holds_secrets; /* wipe before memory goes back, also when it grows */
} Buf;

/* For a Buf embedded in something else; limit in bytes, > 0. Nothing is allocated yet. */
void buf_init(Buf *b, size_t limit);
void buf_deinit(Buf *b);

/* What is written from now on may be a password or a key in clear: it is wiped before its memory is
 * given back. */
void buf_hold_secrets(Buf *b);

Buf *buf_new(size_t limit);
Buf *buf_free(Buf *b);
DEFINE_CLEANUP(Buf, buf_free);

/* Empties it, keeps the memory. */
void buf_reset(Buf *b);

/* buf_put() where the memory at hand isn't enough; not called elsewhere. */
void buf_put_growing(Buf *b, const void *data, size_t len);

static inline void buf_put(Buf *b, const void *data, size_t len)
{
    if (len > 0 && len <= b->size - b->len && !b->failed) {
        memcpy(b->data + b->len, data, len);
        b->len += len;
    } else {
        buf_put_growing(b, data, len);
    }
}

static inline void buf_put_str(Buf *b, Str s)
{
    buf_put(b, s.ptr, s.len);
}

static inline void buf_put_char(Buf *b, char c)
{
    buf_put(b, &c, 1);
}

void buf_put_int64(Buf *b, int64_t number);
void buf_printf(Buf *b, const char *format, ...) PRINTF_LIKE(2, 3);

/* Literal text. */
#define buf_put_lit(buf, literal) buf_put((buf), ("" literal), sizeof(literal) - 1)

/* Room for `size` more bytes to write into directly; NULL when failed. buf_added() counts them in.
 */
char *buf_reserve(Buf *b, size_t size);
void buf_added(Buf *b, size_t len);

/* Drops what follows the first `len` bytes; len ≤ b->len. */
void buf_truncate(Buf *b, size_t len);

/* Drops the first n bytes, moving the rest to the front; n ≤ b->len. */
void buf_consume(Buf *b, size_t n);

Str buf_str(const Buf *b);
bool buf_failed(const Buf *b);
