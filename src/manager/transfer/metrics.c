/* Looks at /proc/self, the disk and the store. */
#include "manager/transfer/metrics.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/statvfs.h>

#include "base/datetime.h"
#include "base/json_write.h"

#define LINE_MAX_BYTES 256

/* A number, or null for one that isn't known. */
static void put_number(Buf *out, bool *first, const char *name, int64_t number)
{
    json_put_comma(out, first);
    json_put_name(out, str_from(name));
    if (number < 0) {
        buf_put_lit(out, "null");
    } else {
        buf_put_int64(out, number);
    }
}

/* --- the process --- */

/* The first number of a text, which the kernel wrote; -1: there is none. */
static int64_t first_number(const char *text)
{
    int64_t number = -1;
    text += strspn(text, " \t");
    for (; *text >= '0' && *text <= '9' && number < INT64_MAX / 100; text++) {
        number = MAX(number, 0) * 10 + (*text - '0');
    }
    return number;
}

/* Of the line "VmRSS:  1234 kB" of /proc/self/status; -1: there is none. */
static int64_t status_number(const char *start)
{
    FILE *file = fopen("/proc/self/status", "re");
    char line[LINE_MAX_BYTES];
    int64_t number = -1;
    while (file != NULL && number < 0 && fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, start, strlen(start)) == 0) {
            number = first_number(line + strlen(start));
        }
    }
    if (file != NULL) {
        (void)fclose(file); /* only read */
    }
    return number;
}

/* Connections of clients and files alike: what runs out together. */
static int64_t count_descriptors(void)
{
    DIR *folder = opendir("/proc/self/fd");
    if (folder == NULL) {
        return -1;
    }
    int64_t n = -3; /* ".", ".." and this folder's own */
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): nobody else has this stream */
    while (readdir(folder) != NULL) {
        n++;
    }
    (void)closedir(folder); /* only read */
    return n;
}

static void put_process(Buf *out)
{
    struct rlimit limit = {0};
    struct rusage usage = {0};
    bool first = true;
    (void)getrusage(RUSAGE_SELF, &usage); /* can't fail */
    const bool limited =
        getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur <= (rlim_t)INT64_MAX;
    buf_put_char(out, '{');
    put_number(out, &first, "memory_kib", status_number("VmRSS:"));
    put_number(out, &first, "memory_most_kib", status_number("VmHWM:"));
    put_number(out, &first, "threads", status_number("Threads:"));
    put_number(out, &first, "descriptors", count_descriptors());
    put_number(out, &first, "descriptors_most", limited ? (int64_t)limit.rlim_cur : -1);
    put_number(out, &first, "cpu_user_us",
               usage.ru_utime.tv_sec * DATETIME_SECOND_US + usage.ru_utime.tv_usec);
    put_number(out, &first, "cpu_system_us",
               usage.ru_stime.tv_sec * DATETIME_SECOND_US + usage.ru_stime.tv_usec);
    buf_put_char(out, '}');
}

/* --- the store --- */

static void put_file(Buf *out, Arena *a, const Store *s, StoreFile file)
{
    StoreFileNumbers numbers;
    bool first = true;
    store_file_numbers(s, a, file, &numbers);
    json_put_name(out, str_from(numbers.name));
    buf_put_char(out, '{');
    put_number(out, &first, "bytes", numbers.bytes);
    put_number(out, &first, "written_ahead_bytes", numbers.written_ahead_bytes);
    if (file != STORE_SEARCH) { /* follows the others, without changes of its own */
        put_number(out, &first, "changes", store_seq(s, file));
    }
    put_number(out, &first, "writes_waiting", (int64_t)numbers.n_waiting);
    buf_put_char(out, '}');
}

static void put_store(Buf *out, Arena *a, const Store *s)
{
    bool first = true;
    buf_put_char(out, '{');
    for (StoreFile file = STORE_CONFIG; file < STORE_FILE_N; file++) {
        json_put_comma(out, &first);
        put_file(out, a, s, file);
    }
    buf_put_char(out, '}');
}

static void put_disk(Buf *out, const Store *s)
{
    struct statvfs disk = {0};
    bool first = true;
    const bool known = statvfs(store_folder(s), &disk) == 0;
    buf_put_char(out, '{');
    put_number(out, &first, "free_bytes", known ? (int64_t)(disk.f_bavail * disk.f_frsize) : -1);
    put_number(out, &first, "size_bytes", known ? (int64_t)(disk.f_blocks * disk.f_frsize) : -1);
    buf_put_char(out, '}');
}

void metrics_put(Buf *out, Arena *a, const Store *s)
{
    buf_put_lit(out, "{\"process\": ");
    put_process(out);
    buf_put_lit(out, ", \"store\": ");
    put_store(out, a, s);
    buf_put_lit(out, ", \"disk\": ");
    put_disk(out, s);
    buf_put_lit(out, "}\n");
}
