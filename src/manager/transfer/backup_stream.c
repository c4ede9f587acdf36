/* Sealing and opening records. Both ends lie in memory of libsodium, since they hold keys. */
#include "manager/transfer/backup_stream.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/hex.h"
#include "base/str.h"
#include "store/backup.h"

enum {
    LENGTH_BYTES = 4,
    SEAL_BYTES = crypto_secretstream_xchacha20poly1305_ABYTES,
    MESSAGE_MIN = 1 + SEAL_BYTES,
    KEY_BYTES = crypto_secretstream_xchacha20poly1305_KEYBYTES
};

#define CLEAR_MAX (1 + BACKUP_CONTENT_MAX)
#define MESSAGE_MAX (CLEAR_MAX + SEAL_BYTES)

typedef crypto_secretstream_xchacha20poly1305_state StreamState;

/* --- the key --- */

static CHECKED Err *derive_key(Arena *a, const BackupHeader *header, Str passphrase,
                               unsigned char ret_key[KEY_BYTES])
{
    return crypto_pwhash(ret_key, KEY_BYTES, passphrase.ptr, passphrase.len, header->salt,
                         header->operations, (size_t)header->memory_kib * 1024,
                         crypto_pwhash_ALG_ARGON2ID13) == 0
               ? NULL
               : err(a, ERR_IO, "There is no memory to derive the key.");
}

/* --- writing --- */

struct BackupWriter {
    int fd; /* borrowed */
    StreamState state;
    crypto_hash_sha256_state hash;
    int64_t size_bytes;
    unsigned char head[BACKUP_HEADER_BYTES]; /* goes with the first record */
    bool begun;
    unsigned char clear[CLEAR_MAX];
    unsigned char message[LENGTH_BYTES + MESSAGE_MAX];
};

static CHECKED Err *write_all(BackupWriter *w, Arena *a, const unsigned char *bytes, size_t n)
{
    (void)crypto_hash_sha256_update(&w->hash, bytes, n); /* can't fail */
    w->size_bytes += (int64_t)n;
    while (n > 0) {
        const ssize_t written = write(w->fd, bytes, n);
        if (written < 0 && errno != EINTR) {
            return err(a, ERR_IO, "The backup cannot be written: %s.", strerrordesc_np(errno));
        }
        bytes += MAX(written, 0);
        n -= (size_t)MAX(written, 0);
    }
    return NULL;
}

static CHECKED Err *begin(BackupWriter *w, Arena *a, Str passphrase, BackupHeader header)
{
    unsigned char key[KEY_BYTES];
    header.operations = header.operations > 0 ? header.operations : BACKUP_OPERATIONS;
    header.memory_kib = header.memory_kib > 0 ? header.memory_kib : BACKUP_MEMORY_KIB;
    randombytes_buf(header.salt, sizeof header.salt);
    TRY(derive_key(a, &header, passphrase, key));
    (void)crypto_secretstream_xchacha20poly1305_init_push(&w->state, header.stream,
                                                          key); /* can't fail */
    sodium_memzero(key, sizeof key);
    (void)crypto_hash_sha256_init(&w->hash); /* can't fail */
    backup_header_put(&header, w->head);
    return write_all(w, a, w->head, sizeof w->head);
}

Err *backup_writer_new(Arena *a, int fd, Str passphrase, const BackupHeader *header,
                       BackupWriter **ret_writer)
{
    MUST(sodium_init() >= 0);
    CLEANUP(backup_writer_free) BackupWriter *w = sodium_malloc(sizeof *w);
    MUST(w != NULL);
    memset(w, 0, sizeof *w);
    w->fd = fd;
    TRY(begin(w, a, passphrase, *header));
    *ret_writer = w;
    w = NULL;
    return NULL;
}

BackupWriter *backup_writer_free(BackupWriter *w)
{
    sodium_free(w); /* takes NULL, wipes */
    return NULL;
}

Err *backup_writer_put(BackupWriter *w, Arena *a, BackupRecordType type, Str content)
{
    MUST(content.len <= BACKUP_CONTENT_MAX);
    const unsigned char tag = type == BACKUP_RECORD_END
                                  ? crypto_secretstream_xchacha20poly1305_TAG_FINAL
                                  : crypto_secretstream_xchacha20poly1305_TAG_MESSAGE;
    const size_t len = 1 + content.len + SEAL_BYTES;
    w->clear[0] = (unsigned char)type;
    if (content.len > 0) {
        memcpy(w->clear + 1, content.ptr, content.len);
    }
    for (size_t i = 0; i < LENGTH_BYTES; i++) {
        w->message[i] = (unsigned char)(len >> (8 * i));
    }
    (void)crypto_secretstream_xchacha20poly1305_push(
        &w->state, w->message + LENGTH_BYTES, NULL, w->clear, 1 + content.len,
        w->begun ? NULL : w->head, w->begun ? 0 : sizeof w->head, tag); /* can't fail */
    w->begun = true;
    return write_all(w, a, w->message, LENGTH_BYTES + len);
}

Str backup_writer_hash(BackupWriter *w, Arena *a)
{
    unsigned char digest[crypto_hash_sha256_BYTES];
    (void)crypto_hash_sha256_final(&w->hash, digest); /* can't fail */
    return hex_text(a, digest, sizeof digest);
}

int64_t backup_writer_size(const BackupWriter *w)
{
    return w->size_bytes;
}

/* --- reading --- */

static ssize_t read_fd(void *context, void *bytes, size_t n)
{
    const int *fd = context;
    ssize_t done = 0;
    do {
        done = read(*fd, bytes, n);
    } while (done < 0 && errno == EINTR);
    return done;
}

BackupSource backup_source_fd(int *fd)
{
    return (BackupSource){read_fd, fd};
}

static ssize_t read_text(void *context, void *bytes, size_t n)
{
    Str *text = context;
    const size_t len = MIN(n, text->len);
    if (len > 0) {
        memcpy(bytes, text->ptr, len);
        *text = str_slice(*text, len, text->len);
    }
    return (ssize_t)len;
}

BackupSource backup_source_text(Str *text)
{
    return (BackupSource){read_text, text};
}

struct BackupReader {
    BackupSource source;
    BackupHeader header;
    unsigned char head[BACKUP_HEADER_BYTES];
    StreamState state;
    bool begun;
    bool ended;
    char key[STORE_KEY_CHARS];
    unsigned char message[MESSAGE_MAX];
    unsigned char clear[CLEAR_MAX];
};

/* *ret_n < n only where the source ends. */
static CHECKED Err *read_some(BackupReader *r, Arena *a, unsigned char *bytes, size_t n,
                              size_t *ret_n)
{
    size_t at = 0;
    while (at < n) {
        const ssize_t done = r->source.read(r->source.context, bytes + at, n - at);
        if (done < 0) {
            return err(a, ERR_IO, "The backup cannot be read: %s.", strerrordesc_np(errno));
        }
        if (done == 0) {
            break;
        }
        at += (size_t)done;
    }
    *ret_n = at;
    return NULL;
}

static CHECKED Err *read_whole(BackupReader *r, Arena *a, unsigned char *bytes, size_t n)
{
    size_t got = 0;
    TRY(read_some(r, a, bytes, n, &got));
    return got == n ? NULL : err(a, ERR_INVALID, "The backup is cut short.");
}

static Err *damaged(Arena *a)
{
    return err(a, ERR_INVALID, "The backup is damaged.");
}

/* Of the first record it can't be told whether the passphrase is wrong. */
static Err *not_opened(const BackupReader *r, Arena *a)
{
    return r->begun ? damaged(a)
                    : err(a, ERR_FORBIDDEN, "The passphrase is wrong, or the backup is damaged.");
}

static CHECKED Err *check_end(BackupReader *r, Arena *a, unsigned char tag, BackupRecord record)
{
    const bool is_final = tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL;
    if (is_final != (record.type == BACKUP_RECORD_END)) {
        return damaged(a);
    }
    r->ended = is_final;
    if (is_final) {
        unsigned char more = 0;
        size_t n = 0;
        TRY(read_some(r, a, &more, 1, &n));
        return n == 0 && record.content.len == 0 ? NULL : damaged(a);
    }
    return NULL;
}

Err *backup_reader_next(BackupReader *r, Arena *a, BackupRecord *ret_record)
{
    MUST(!r->ended);
    unsigned char length[LENGTH_BYTES];
    unsigned char tag = 0;
    TRY(read_whole(r, a, length, sizeof length));
    size_t len = 0;
    for (size_t i = 0; i < LENGTH_BYTES; i++) {
        len |= (size_t)length[i] << (8 * i);
    }
    if (len < MESSAGE_MIN || len > MESSAGE_MAX) {
        return not_opened(r, a);
    }
    TRY(read_whole(r, a, r->message, len));
    if (crypto_secretstream_xchacha20poly1305_pull(&r->state, r->clear, NULL, &tag, r->message, len,
                                                   r->begun ? NULL : r->head,
                                                   r->begun ? 0 : sizeof r->head) != 0) {
        return not_opened(r, a);
    }
    r->begun = true;
    if (r->clear[0] >= BACKUP_RECORD_N) {
        return damaged(a);
    }
    const BackupRecord record = {(BackupRecordType)r->clear[0],
                                 {(const char *)r->clear + 1, len - MESSAGE_MIN}};
    TRY(check_end(r, a, tag, record));
    *ret_record = record;
    return NULL;
}

static CHECKED Err *read_head(BackupReader *r, Arena *a, Str passphrase, int64_t newest_model)
{
    unsigned char key[KEY_BYTES];
    size_t n = 0;
    TRY(read_some(r, a, r->head, sizeof r->head, &n));
    TRY(backup_header_read(a, r->head, &r->header)); /* says so if it is something else */
    if (n < sizeof r->head) {
        return err(a, ERR_INVALID, "The backup is cut short.");
    }
    if (r->header.model > newest_model) {
        return err(a, ERR_INVALID,
                   "The backup was made by a newer version of this program (%s): install that "
                   "version first.",
                   r->header.version);
    }
    TRY(derive_key(a, &r->header, passphrase, key));
    const int code =
        crypto_secretstream_xchacha20poly1305_init_pull(&r->state, r->header.stream, key);
    sodium_memzero(key, sizeof key);
    return code == 0 ? NULL : damaged(a);
}

static CHECKED Err *read_key(BackupReader *r, Arena *a)
{
    BackupRecord record;
    TRY(backup_reader_next(r, a, &record));
    if (record.type != BACKUP_RECORD_KEY || record.content.len != STORE_KEY_CHARS) {
        return damaged(a);
    }
    memcpy(r->key, record.content.ptr, STORE_KEY_CHARS);
    return NULL;
}

Err *backup_reader_new(Arena *a, BackupSource source, Str passphrase, int64_t newest_model,
                       BackupReader **ret_reader)
{
    MUST(sodium_init() >= 0);
    CLEANUP(backup_reader_free) BackupReader *r = sodium_malloc(sizeof *r);
    MUST(r != NULL);
    memset(r, 0, sizeof *r);
    r->source = source;
    TRY(read_head(r, a, passphrase, newest_model));
    TRY(read_key(r, a));
    *ret_reader = r;
    r = NULL;
    return NULL;
}

BackupReader *backup_reader_free(BackupReader *r)
{
    sodium_free(r); /* takes NULL, wipes */
    return NULL;
}

const BackupHeader *backup_reader_header(const BackupReader *r)
{
    return &r->header;
}

Str backup_reader_key(const BackupReader *r)
{
    return (Str){r->key, STORE_KEY_CHARS};
}
