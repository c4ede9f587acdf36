/* A ring of bytes that holds whole lines. */
#include "manager/transfer/log_tail.h"

#include <stdlib.h>

#include "base/datetime.h"
#include "base/thread.h"

struct LogTail {
    Mutex lock;
    Buf lines; /* under lock; halved when it is full */
};

LogTail *log_tail_new(void)
{
    LogTail *t = calloc(1, sizeof *t);
    MUST(t != NULL);
    mutex_init(&t->lock);
    buf_init(&t->lines, LOG_TAIL_BYTES);
    return t;
}

LogTail *log_tail_free(LogTail *t)
{
    if (t != NULL) {
        buf_deinit(&t->lines);
        mutex_deinit(&t->lock);
        free(t);
    }
    return NULL;
}

void log_tail_take(void *tail, Str line)
{
    LogTail *t = tail;
    mutex_lock(&t->lock);
    if (t->lines.len + line.len > LOG_TAIL_BYTES) {
        const size_t end = str_find(buf_str(&t->lines), '\n', t->lines.len / 2);
        buf_consume(&t->lines, end == SIZE_MAX ? t->lines.len : end + 1);
    }
    buf_put_str(&t->lines, line);
    mutex_unlock(&t->lock);
}

/* Each line begins with its time. */
static bool is_within(Str line, int64_t from_us, int64_t to_us)
{
    int64_t time_us = 0;
    const Str time = str_cut(&line, ' ');
    return !datetime_parse(time, &time_us) || (time_us >= from_us && time_us < to_us);
}

void log_tail_put(LogTail *t, Buf *out, int64_t from_us, int64_t to_us)
{
    mutex_lock(&t->lock);
    for (Str rest = buf_str(&t->lines); rest.len > 0;) {
        const Str line = str_cut(&rest, '\n');
        if (is_within(line, from_us, to_us)) {
            buf_put_str(out, line);
            buf_put_char(out, '\n');
        }
    }
    mutex_unlock(&t->lock);
}
