/* The end of the process on a bug of ours. */
#include "base/attr.h"

#include <stdlib.h>

#include "base/log.h"

void must_failed(const char *file, int line, const char *condition)
{
    log_error("bug: a condition that must hold doesn't file=%s:%d condition=%s", file, line,
              condition);
    abort();
}
