/* The end of the process on a bug of ours. */
#include "base/attr.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/datetime.h"

void must_failed(const char *file, int line, const char *condition)
{
    /* Not by log_line(): it takes memory, and that there is none may be the condition. */
    const DatetimeParts now = datetime_parts(datetime_now_us());
    (void)dprintf(STDERR_FILENO,
                  "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ error bug: a condition that must hold "
                  "doesn't file=%s:%d condition=%s\n",
                  now.year, now.month, now.day, now.hour, now.minute, now.second, now.microsecond,
                  file, line, condition);
    abort();
}
