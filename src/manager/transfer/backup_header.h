#pragma once

#include <sodium.h>

#include "base/err.h"

/* The first bytes of a backup file, which anybody can read: what it is, of which program, and what
 * the key is derived with. They are authenticated by the first record (backup_stream.h). Numbers
 * are little endian.
 *
 *   magic             16   "Rostra backup\r\n\x1a"
 *   format             4   BACKUP_FORMAT
 *   operations, KiB  4+4   of argon2id
 *   kind               4   BackupKind
 *   created            8   µs since 1970 UTC
 *   model              8   number of the model
 *   version           32   of the program, ended by NUL
 *   salt              16   of argon2id
 *   stream            24   header of the secretstream */

#define BACKUP_FORMAT 1
#define BACKUP_HEADER_BYTES 120
#define BACKUP_VERSION_BYTES 32

/* What is asked of argon2id; more than twice as much is refused when a file asks for it. */
#define BACKUP_OPERATIONS 2
#define BACKUP_MEMORY_KIB 65536

typedef enum BackupKind { BACKUP_MANUAL, BACKUP_AUTOMATIC, BACKUP_KIND_N } BackupKind;

typedef struct BackupHeader {
    BackupKind kind;
    uint32_t operations;
    uint32_t memory_kib;
    int64_t created_us;
    int64_t model;
    char version[BACKUP_VERSION_BYTES];
    unsigned char salt[crypto_pwhash_SALTBYTES];
    unsigned char stream[crypto_secretstream_xchacha20poly1305_HEADERBYTES];
} BackupHeader;

void backup_header_put(const BackupHeader *header, unsigned char ret_bytes[BACKUP_HEADER_BYTES]);

/* Errors: ERR_INVALID (no backup, of a newer format, or nonsense in it). */
CHECKED Err *backup_header_read(Arena *a, const unsigned char bytes[BACKUP_HEADER_BYTES],
                                BackupHeader *ret_header);
