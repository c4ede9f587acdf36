/* tar within gzip, by zlib. */
#include "manager/transfer/archive.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "base/datetime.h"

enum { BLOCK = 512, NAME_SIZE = 100, CHUNK = 1 << 20 };

#define FOLDER "snapshot/"

/* A header of POSIX.1-1988: numbers are octal texts. */
typedef struct TarHead {
    char name[NAME_SIZE];
    char mode[8], user[8], group[8];
    char size[12], time[12];
    char sum[8];
    char type;
    char link[NAME_SIZE];
    char magic[6], version[2];
    char rest[247];
} TarHead;
_Static_assert(sizeof(TarHead) == BLOCK, "a header fills a block");

struct Archive {
    gzFile file;
    int64_t now_us;
};

Err *archive_new(Arena *a, int fd, int64_t now_us, Archive **ret_archive)
{
    const int own = dup(fd);
    gzFile file = own >= 0 ? gzdopen(own, "wb6") : NULL;
    if (file == NULL) {
        if (own >= 0) {
            (void)close(own); /* nothing was written */
        }
        return err(a, ERR_IO, "The archive cannot be written.");
    }
    Archive *archive = calloc(1, sizeof *archive);
    MUST(archive != NULL);
    archive->file = file;
    archive->now_us = now_us;
    *ret_archive = archive;
    return NULL;
}

Archive *archive_free(Archive *archive)
{
    if (archive != NULL) {
        if (archive->file != NULL) {
            (void)gzclose(archive->file); /* it is given up */
        }
        free(archive);
    }
    return NULL;
}

static CHECKED Err *write_all(Archive *archive, Arena *a, const char *bytes, size_t n)
{
    while (n > 0) {
        const unsigned part = (unsigned)MIN(n, (size_t)CHUNK);
        if (gzwrite(archive->file, bytes, part) != (int)part) {
            return err(a, ERR_IO, "The archive cannot be written: the disk may be full.");
        }
        bytes += part;
        n -= part;
    }
    return NULL;
}

/* The sum is that of a header whose sum is blank. */
static void put_sum(TarHead *head)
{
    unsigned sum = 0;
    unsigned char bytes[BLOCK];
    memset(head->sum, ' ', sizeof head->sum);
    memcpy(bytes, head, sizeof bytes);
    for (size_t i = 0; i < BLOCK; i++) {
        sum += bytes[i];
    }
    (void)snprintf(head->sum, sizeof head->sum, "%06o", sum & 0777777U);
}

Err *archive_add(Archive *archive, Arena *a, const char *name, Str content)
{
    static const char padding[BLOCK];
    TarHead head = {.type = '0', .version = {'0', '0'}};
    const int len = snprintf(head.name, sizeof head.name, FOLDER "%s", name);
    MUST(len > 0 && len < NAME_SIZE);
    (void)snprintf(head.mode, sizeof head.mode, "%07o", 0600U);
    (void)snprintf(head.user, sizeof head.user, "%07o", 0U);
    (void)snprintf(head.group, sizeof head.group, "%07o", 0U);
    (void)snprintf(head.size, sizeof head.size, "%011llo", (unsigned long long)content.len);
    (void)snprintf(head.time, sizeof head.time, "%011llo",
                   (unsigned long long)(archive->now_us / DATETIME_SECOND_US));
    (void)snprintf(head.magic, sizeof head.magic, "ustar");
    put_sum(&head);
    TRY(write_all(archive, a, (const char *)&head, sizeof head));
    TRY(write_all(archive, a, content.ptr, content.len));
    return write_all(archive, a, padding, (BLOCK - content.len % BLOCK) % BLOCK);
}

Err *archive_finish(Archive *archive, Arena *a)
{
    static const char end[2 * BLOCK];
    TRY(write_all(archive, a, end, sizeof end));
    const int code = gzclose(archive->file);
    archive->file = NULL;
    return code == Z_OK ? NULL : err(a, ERR_IO, "The archive cannot be written.");
}
