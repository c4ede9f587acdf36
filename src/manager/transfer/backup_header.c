/* The head of a backup file as bytes. */
#include "manager/transfer/backup_header.h"

#include <string.h>

static const char magic[16] = {'R', 'o', 's', 't', 'r', 'a',  ' ',  'b',
                               'a', 'c', 'k', 'u', 'p', '\r', '\n', '\x1a'};

enum {
    AT_FORMAT = 16,
    AT_OPERATIONS = 20,
    AT_MEMORY = 24,
    AT_KIND = 28,
    AT_CREATED = 32,
    AT_MODEL = 40,
    AT_VERSION = 48,
    AT_SALT = AT_VERSION + BACKUP_VERSION_BYTES,
    AT_STREAM = AT_SALT + crypto_pwhash_SALTBYTES,
    AT_END = AT_STREAM + crypto_secretstream_xchacha20poly1305_HEADERBYTES
};
_Static_assert(AT_END == BACKUP_HEADER_BYTES, "the parts make up the whole");

static void put_number(unsigned char *at, uint64_t number, size_t n_bytes)
{
    for (size_t i = 0; i < n_bytes; i++) {
        at[i] = (unsigned char)(number >> (8 * i));
    }
}

static uint64_t get_number(const unsigned char *at, size_t n_bytes)
{
    uint64_t number = 0;
    for (size_t i = 0; i < n_bytes; i++) {
        number |= (uint64_t)at[i] << (8 * i);
    }
    return number;
}

void backup_header_put(const BackupHeader *header, unsigned char ret_bytes[BACKUP_HEADER_BYTES])
{
    memcpy(ret_bytes, magic, sizeof magic);
    put_number(ret_bytes + AT_FORMAT, BACKUP_FORMAT, 4);
    put_number(ret_bytes + AT_OPERATIONS, header->operations, 4);
    put_number(ret_bytes + AT_MEMORY, header->memory_kib, 4);
    put_number(ret_bytes + AT_KIND, (uint64_t)header->kind, 4);
    put_number(ret_bytes + AT_CREATED, (uint64_t)header->created_us, 8);
    put_number(ret_bytes + AT_MODEL, (uint64_t)header->model, 8);
    memcpy(ret_bytes + AT_VERSION, header->version, sizeof header->version);
    memcpy(ret_bytes + AT_SALT, header->salt, sizeof header->salt);
    memcpy(ret_bytes + AT_STREAM, header->stream, sizeof header->stream);
}

/* A version is shown to people: printable, and ended. */
static bool is_version(const unsigned char *bytes)
{
    const unsigned char *end = memchr(bytes, '\0', BACKUP_VERSION_BYTES);
    for (const unsigned char *at = bytes; end != NULL && at < end; at++) {
        if (*at <= ' ' || *at > '~') {
            return false;
        }
    }
    return end != NULL && end > bytes;
}

static bool is_sound(const BackupHeader *header, uint64_t kind, const unsigned char *version)
{
    return kind < BACKUP_KIND_N && header->operations >= crypto_pwhash_OPSLIMIT_MIN &&
           header->operations <= 2 * BACKUP_OPERATIONS && header->memory_kib >= 8 &&
           header->memory_kib <= 2 * BACKUP_MEMORY_KIB && header->created_us >= 0 &&
           header->model >= 0 && is_version(version);
}

Err *backup_header_read(Arena *a, const unsigned char bytes[BACKUP_HEADER_BYTES],
                        BackupHeader *ret_header)
{
    if (memcmp(bytes, magic, sizeof magic) != 0) {
        return err(a, ERR_INVALID, "The file is not a backup of this program.");
    }
    const uint64_t format = get_number(bytes + AT_FORMAT, 4);
    if (format != BACKUP_FORMAT) {
        return err(a, ERR_INVALID, "The backup has the format %llu; this program knows %d.",
                   (unsigned long long)format, BACKUP_FORMAT);
    }
    const uint64_t kind = get_number(bytes + AT_KIND, 4);
    BackupHeader header = {
        .kind = (BackupKind)kind,
        .operations = (uint32_t)get_number(bytes + AT_OPERATIONS, 4),
        .memory_kib = (uint32_t)get_number(bytes + AT_MEMORY, 4),
        .created_us = (int64_t)get_number(bytes + AT_CREATED, 8),
        .model = (int64_t)get_number(bytes + AT_MODEL, 8),
    };
    if (!is_sound(&header, kind, bytes + AT_VERSION)) {
        return err(a, ERR_INVALID, "The head of the backup is damaged.");
    }
    memcpy(header.version, bytes + AT_VERSION, sizeof header.version);
    memcpy(header.salt, bytes + AT_SALT, sizeof header.salt);
    memcpy(header.stream, bytes + AT_STREAM, sizeof header.stream);
    *ret_header = header;
    return NULL;
}
