/* Output that grows. */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { BUF_FIRST_SIZE = 256, INT64_MAX_CHARS = 20 };

void buf_init(Buf *b, size_t limit)
{
    MUST(limit > 0);
    *b = (Buf){.limit = limit};
}

static void give_back(const Buf *b)
{
    if (b->holds_secrets && b->data != NULL) {
        explicit_bzero(b->data, b->size);
    }
    free(b->data);
}

void buf_deinit(Buf *b)
{
    give_back(b);
    *b = (Buf){.limit = b->limit};
}

void buf_hold_secrets(Buf *b)
{
    b->holds_secrets = true;
}

Buf *buf_new(size_t limit)
{
    Buf *b = malloc(sizeof *b);
    MUST(b != NULL);
    buf_init(b, limit);
    return b;
}

Buf *buf_free(Buf *b)
{
    if (b != NULL) {
        buf_deinit(b);
        free(b);
    }
    return NULL;
}

void buf_reset(Buf *b)
{
    b->len = 0;
    b->failed = false;
}

/* One more than `size`, for the NUL of vsnprintf. */
static void resize(Buf *b, size_t size)
{
    char *data = b->holds_secrets ? malloc(size + 1) : realloc(b->data, size + 1);
    MUST(data != NULL);
    if (b->holds_secrets) { /* realloc() may leave a copy behind */
        memcpy(data, b->data != NULL ? b->data : "", b->len);
        give_back(b);
    }
    b->data = data;
    b->size = size;
}

/* Makes room for `size` more bytes; false when that is over the limit. */
static bool grow(Buf *b, size_t size)
{
    if (b->failed || size > b->limit - b->len) {
        b->failed = true;
        return false;
    }
    if (size <= b->size - b->len && b->data != NULL) {
        return true;
    }
    /* Doubling, so that n bytes written one by one are copied less than twice in all. */
    const size_t doubled = b->size > b->limit / 2 ? b->limit : b->size * 2;
    const size_t wanted = MAX(MAX(doubled, b->len + size), (size_t)BUF_FIRST_SIZE);
    resize(b, MIN(wanted, b->limit));
    return true;
}

void buf_put_growing(Buf *b, const void *data, size_t len)
{
    if (len > 0 && grow(b, len)) {
        memcpy(b->data + b->len, data, len);
        b->len += len;
    }
}

void buf_put_int64(Buf *b, int64_t number)
{
    /* Two digits a division, since rows are full of numbers. */
    static const char pairs[] = "00010203040506070809"
                                "10111213141516171819"
                                "20212223242526272829"
                                "30313233343536373839"
                                "40414243444546474849"
                                "50515253545556575859"
                                "60616263646566676869"
                                "70717273747576777879"
                                "80818283848586878889"
                                "90919293949596979899";
    char text[INT64_MAX_CHARS];
    size_t at = sizeof text;
    uint64_t rest = number < 0 ? -(uint64_t)number : (uint64_t)number;
    while (rest >= 100) {
        at -= 2;
        memcpy(text + at, pairs + rest % 100 * 2, 2);
        rest /= 100;
    }
    if (rest >= 10) {
        at -= 2;
        memcpy(text + at, pairs + rest * 2, 2);
    } else {
        text[--at] = (char)('0' + rest);
    }
    if (number < 0) {
        text[--at] = '-';
    }
    buf_put(b, text + at, sizeof text - at);
}

void buf_printf(Buf *b, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const int len = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    MUST(len >= 0);
    char *room = buf_reserve(b, (size_t)len);
    if (room != NULL) {
        va_start(arguments, format);
        (void)vsnprintf(room, (size_t)len + 1, format, arguments);
        va_end(arguments);
        b->len += (size_t)len;
    }
}

char *buf_reserve(Buf *b, size_t size)
{
    return grow(b, size) ? b->data + b->len : NULL;
}

void buf_added(Buf *b, size_t len)
{
    MUST(len <= b->size - b->len);
    b->len += len;
}

void buf_truncate(Buf *b, size_t len)
{
    MUST(len <= b->len);
    b->len = len;
}

void buf_consume(Buf *b, size_t n)
{
    MUST(n <= b->len);
    b->len -= n;
    if (n > 0 && b->len > 0) {
        memmove(b->data, b->data + n, b->len);
    }
}

Str buf_str(const Buf *b)
{
    return (Str){b->data, b->len};
}

bool buf_failed(const Buf *b)
{
    return b->failed;
}
