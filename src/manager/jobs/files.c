/* Uploaded files that nobody needs any more. */
#include "manager/jobs/files.h"

#include "base/datetime.h"
#include "base/log.h"
#include "store/files.h"

static Err *find(const FilesUpkeep *f, Arena *a, int64_t before_us, Str **ret_names, size_t *ret_n)
{
    int64_t seq = 0;
    TRY(reader_begin(f->reader, a, &seq));
    Err *e = files_find_unused(f->reader, a, before_us, ret_names, ret_n);
    reader_end(f->reader);
    return e;
}

Err *files_upkeep_run(void *context, Arena *a, int64_t now_us)
{
    FilesUpkeep *f = context;
    const int64_t before_us = now_us - DATETIME_DAY_US;
    Str *names = NULL;
    size_t n = 0;
    size_t n_removed = 0;
    /* A file that was put a moment ago, before its row is committed, must not seem a day old. */
    if (!steady_clock_look(&f->clock, now_us, datetime_monotonic_us(), f->steady_us)) {
        return NULL;
    }
    TRY(find(f, a, before_us, &names, &n));
    for (size_t i = 0; i < n; i++) {
        bool removed = false;
        TRY(files_remove(f->store, a, names[i], before_us, &removed));
        n_removed += removed;
    }
    if (n_removed > 0) {
        log_info("unused files were removed files=%zu", n_removed);
    }
    return NULL;
}
