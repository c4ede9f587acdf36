/* Copies of a file from before its migration. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/datetime.h"
#include "store/store_file.h"
#include "store/store_private.h"

/* More are left over only when somebody put them there. */
enum { COPIES_KEPT = 3, COPIES_MAX = 1000 };

static int compare_names(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

static Err *list_copies(const Store *s, Arena *a, Str prefix, char **names, size_t *ret_n)
{
    DIR *folder = opendir(s->folder);
    if (folder == NULL) {
        return err(a, ERR_IO, "%s cannot be read: %s.", s->folder, strerrordesc_np(errno));
    }
    size_t n = 0;
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): nobody else has this stream */
    for (struct dirent *e = readdir(folder); e != NULL && n < COPIES_MAX; e = readdir(folder)) {
        if (str_starts_with(str_from(e->d_name), prefix)) {
            names[n++] = str_to_cstr(a, str_from(e->d_name));
        }
    }
    (void)closedir(folder); /* only read */
    *ret_n = n;
    return NULL;
}

/* Their names sort by time. */
static Err *drop_old_copies(const Store *s, Arena *a, Str prefix)
{
    char **names = ARENA_ARRAY(a, char *, COPIES_MAX);
    size_t n = 0;
    TRY(list_copies(s, a, prefix, names, &n));
    qsort(names, n, sizeof *names, compare_names);
    for (size_t i = 0; i + COPIES_KEPT < n; i++) {
        const Str path = str_format(a, "%s/%s", s->folder, names[i]);
        if (unlink(path.ptr) != 0) {
            return err(a, ERR_IO, "%s cannot be removed: %s.", path.ptr, strerrordesc_np(errno));
        }
    }
    return NULL;
}

Err *store_keep_copy(const Store *s, StoreFile file, Db *db, Arena *a)
{
    CLEANUP(buf_free) Buf *now = buf_new(64);
    datetime_put(now, datetime_now_us(), true);
    const Str prefix = str_format(a, "%s.before-", store_file_name(s, file));
    const Str path =
        str_format(a, "%s/%.*s%.*s", s->folder, STR_ARG(prefix), STR_ARG(buf_str(now)));
    TRY(db_copy_to(db, a, path.ptr));
    return drop_old_copies(s, a, prefix);
}
