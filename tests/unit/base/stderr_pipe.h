#pragma once

/* Catches what a piece of code writes to stderr. */
#include <unistd.h>

#include "base/attr.h"

typedef struct StderrPipe {
    int reading;
    int saved;
} StderrPipe;

static inline StderrPipe stderr_pipe_open(void)
{
    int ends[2];
    MUST(pipe(ends) == 0);
    const StderrPipe p = {.reading = ends[0], .saved = dup(STDERR_FILENO)};
    MUST(dup2(ends[1], STDERR_FILENO) >= 0);
    (void)close(ends[1]);
    return p;
}

/* Gives stderr back and reads what was written, ended by NUL; cut to the size. */
static inline size_t stderr_pipe_close(StderrPipe p, char *out, size_t size)
{
    MUST(dup2(p.saved, STDERR_FILENO) >= 0);
    (void)close(p.saved);
    size_t len = 0;
    for (ssize_t n = 1; n > 0 && len + 1 < size;) {
        n = read(p.reading, out + len, size - 1 - len);
        len += n > 0 ? (size_t)n : 0;
    }
    out[len] = '\0';
    (void)close(p.reading);
    return len;
}
