/* Backup files. The first byte says how the rest is read: 'f' as a file, sealed with the passphrase
 * "fuzz"; anything else as records to be sealed here, so that what only a holder of the passphrase
 * could write is tried, too: type, two bytes of length, content. Whatever it is, it ends in an
 * answer, and what is unpacked lies in its folder. */
#include <ftw.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "manager/transfer/restore.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ARENA_LIMIT = 64 * 1024 * 1024, AT_MEMORY = 24, CHEAP_KIB = 64 };

#define PASSPHRASE STR("fuzz")
#define KEY STR("00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff")

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *where)
{
    (void)status;
    (void)where;
    MUST(type == FTW_D || type == FTW_DP || type == FTW_F);
    return remove(path);
}

static void unpack(Arena *a, BackupReader *reader)
{
    char folder[] = "/tmp/rostra-fuzz-XXXXXX";
    MUST(mkdtemp(folder) != NULL);
    const Err *e = restore_unpack(a, folder, reader);
    MUST(e == NULL || e->kind == ERR_INVALID || e->kind == ERR_IO);
    MUST(nftw(folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS) == 0);
}

static void read_backup(Arena *a, BackupSource source)
{
    CLEANUP(backup_reader_free) BackupReader *reader = NULL;
    const Err *e = backup_reader_new(a, source, PASSPHRASE, INT64_MAX, &reader);
    if (e != NULL) {
        MUST(e->kind == ERR_INVALID || e->kind == ERR_FORBIDDEN || e->kind == ERR_IO);
        return;
    }
    unpack(a, reader);
}

/* What costs much to derive is left to the unit tests. */
static bool is_cheap(Str file)
{
    return file.len <= AT_MEMORY + 3 ||
           ((unsigned char)file.ptr[AT_MEMORY] <= CHEAP_KIB && file.ptr[AT_MEMORY + 1] == 0 &&
            file.ptr[AT_MEMORY + 2] == 0 && file.ptr[AT_MEMORY + 3] == 0);
}

static Err *write_records(Arena *a, int fd, Str records)
{
    static const BackupHeader header = {.operations = 1, .memory_kib = 8, .version = "1"};
    CLEANUP(backup_writer_free) BackupWriter *writer = NULL;
    TRY(backup_writer_new(a, fd, PASSPHRASE, &header, &writer));
    TRY(backup_writer_put(writer, a, BACKUP_RECORD_KEY, KEY));
    while (records.len >= 3) {
        const BackupRecordType type = (unsigned char)records.ptr[0] % BACKUP_RECORD_END;
        const size_t len = (unsigned char)records.ptr[1] | (size_t)(unsigned char)records.ptr[2]
                                                               << 8;
        const Str content = str_slice(records, 3, 3 + len);
        TRY(backup_writer_put(writer, a, type, content));
        records = str_slice(records, 3 + content.len, records.len);
    }
    return backup_writer_put(writer, a, BACKUP_RECORD_END, STR(""));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    CLEANUP(arena_free) Arena *a = arena_new(ARENA_LIMIT);
    Str text = {(const char *)data + 1, size - 1};
    if (data[0] == 'f') {
        if (is_cheap(text)) {
            read_backup(a, backup_source_text(&text));
        }
        return 0;
    }
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    MUST(fd >= 0);
    MUST(write_records(a, fd, text) == NULL);
    MUST(lseek(fd, 0, SEEK_SET) == 0);
    read_backup(a, backup_source_fd(&fd));
    MUST(close(fd) == 0);
    return 0;
}
