#pragma once

#include "manager/transfer/backup_header.h"

/* The sealed records of a backup: what follows its head.
 *
 * A record is its length (4 bytes, little endian) and a message of libsodium's secretstream
 * (XChaCha20-Poly1305) under a key that argon2id derives from the passphrase. The first message
 * authenticates the head, each the ones before it, and the last one is marked: nothing can be
 * changed, left out, moved or cut without being noticed. Inside, a record is a byte that says its
 * type, then its content. Confined to one thread. */

#define BACKUP_CONTENT_MAX ((size_t)64 * 1024)

typedef enum BackupRecordType {
    BACKUP_RECORD_KEY,  /* of the store's secrets, first of all: 64 hexadecimal digits */
    BACKUP_RECORD_FILE, /* size (8 bytes, little endian), then the name; its data follow */
    BACKUP_RECORD_DATA,
    BACKUP_RECORD_END, /* the marked one; empty */
    BACKUP_RECORD_N
} BackupRecordType;

typedef struct BackupWriter BackupWriter;

/* Derives the key and writes the head to fd, which is borrowed. Takes 64 MiB for a moment. header:
 * kind, created_us, model and version are given, the rest is made; operations and memory_kib that
 * aren't 0 are for tests. Errors: ERR_IO. */
CHECKED Err *backup_writer_new(Arena *a, int fd, Str passphrase, const BackupHeader *header,
                               BackupWriter **ret_writer);
BackupWriter *backup_writer_free(BackupWriter *w);
DEFINE_CLEANUP(BackupWriter, backup_writer_free);

/* At most BACKUP_CONTENT_MAX. After END no more. Errors: ERR_IO. */
CHECKED Err *backup_writer_put(BackupWriter *w, Arena *a, BackupRecordType type, Str content);

/* SHA-256 of all that was written, in hexadecimal; after END. */
Str backup_writer_hash(BackupWriter *w, Arena *a);
int64_t backup_writer_size(const BackupWriter *w);

/* Where a backup is read from. `read` fills up to n bytes and gives how many, 0 at the end, -1 with
 * errno on a failure. */
typedef struct BackupSource {
    ssize_t (*read)(void *context, void *bytes, size_t n);
    void *context;
} BackupSource;

/* A descriptor, whose address is the context; and a text. Both move on as they are read. */
BackupSource backup_source_fd(int *fd);
BackupSource backup_source_text(Str *text);

typedef struct BackupRecord {
    BackupRecordType type;
    Str content; /* until the next one */
} BackupRecord;

typedef struct BackupReader BackupReader;

/* Reads the head and the first record, which must be the key. newest_model: a later one is refused.
 * Errors: ERR_INVALID (no backup, newer, damaged), ERR_FORBIDDEN (a wrong passphrase, or damaged
 * from the start, which can't be told apart), ERR_IO. */
CHECKED Err *backup_reader_new(Arena *a, BackupSource source, Str passphrase, int64_t newest_model,
                               BackupReader **ret_reader);
BackupReader *backup_reader_free(BackupReader *r);
DEFINE_CLEANUP(BackupReader, backup_reader_free);

const BackupHeader *backup_reader_header(const BackupReader *r);
Str backup_reader_key(const BackupReader *r);

/* The next record; END is the last, and nothing follows it. Errors: ERR_INVALID, ERR_IO. */
CHECKED Err *backup_reader_next(BackupReader *r, Arena *a, BackupRecord *ret_record);
