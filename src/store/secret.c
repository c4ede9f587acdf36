/* Secrets at rest. */
#include "store/secret.h"

#include <ctype.h>
#include <errno.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "store/secret_key.h"
#include "store/store_file.h"
#include "store/store_private.h"

/* The key file holds the key in hexadecimal and a line feed. */
enum {
    KEY_BYTES = crypto_aead_xchacha20poly1305_ietf_KEYBYTES,
    KEY_HEX = 2 * KEY_BYTES,
    KEY_FILE_MAX = 1024,
    KEY_ID_BYTES = 8,
    NONCE_BYTES = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
    TAG_BYTES = crypto_aead_xchacha20poly1305_ietf_ABYTES,
    FRONT_BYTES = KEY_ID_BYTES + NONCE_BYTES,
    MASK_RANDOM_BYTES = 16, /* 22 characters of base64 without padding */
    MASK_RANDOM_LEN = 22,
    BASE64 = sodium_base64_VARIANT_ORIGINAL_NO_PADDING
};

#define MASK_START "$~!1$"
#define MASK_LEN (sizeof MASK_START - 1 + MASK_RANDOM_LEN)

/* Allocated by libsodium: locked in memory and wiped when freed. */
struct SecretKey {
    unsigned char bytes[KEY_BYTES];
    unsigned char id[KEY_ID_BYTES]; /* a hash of the key, in front of what it sealed */
};

/* --- the key --- */

static SecretKey *key_new(void)
{
    MUST(sodium_init() >= 0);
    SecretKey *key = sodium_malloc(sizeof *key);
    MUST(key != NULL);
    return key;
}

SecretKey *secret_key_free(SecretKey *key)
{
    sodium_free(key); /* takes NULL */
    return NULL;
}

static void set_id(SecretKey *key)
{
    unsigned char hash[crypto_generichash_BYTES];
    (void)crypto_generichash(hash, sizeof hash, key->bytes, sizeof key->bytes, NULL,
                             0); /* can't fail with these sizes */
    memcpy(key->id, hash, sizeof key->id);
}

static bool parse_key(Str text, SecretKey *key)
{
    const Str hex = str_trim(text);
    size_t len = 0;
    if (sodium_hex2bin(key->bytes, sizeof key->bytes, hex.ptr, hex.len, NULL, &len, NULL) != 0 ||
        len != sizeof key->bytes) {
        return false;
    }
    set_id(key);
    return true;
}

static Err *read_key(Arena *a, const char *path, SecretKey *key)
{
    Str text = STR_NONE;
    TRY(file_read(a, path, KEY_FILE_MAX, &text));
    return parse_key(text, key)
               ? NULL
               : err(a, ERR_INVALID, "%s holds no key: it must be %d hexadecimal digits.", path,
                     (int)KEY_HEX);
}

Err *secret_key_from_text(Arena *a, Str hex, SecretKey **ret_key)
{
    SecretKey *key = key_new();
    if (!parse_key(hex, key)) {
        (void)secret_key_free(key);
        return err(a, ERR_INVALID, "The key of the secrets is damaged.");
    }
    *ret_key = key;
    return NULL;
}

void secret_key_put_text(const SecretKey *key, char *ret_hex, size_t size)
{
    (void)sodium_bin2hex(ret_hex, size, key->bytes, sizeof key->bytes);
}

bool secret_key_equal(const SecretKey *a, const SecretKey *b)
{
    return sodium_memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

/* Never over an existing file: what that key sealed would be lost. */
static Err *make_key(Arena *a, const char *path, SecretKey *key)
{
    char hex[KEY_HEX + 1];
    randombytes_buf(key->bytes, sizeof key->bytes);
    set_id(key);
    (void)sodium_bin2hex(hex, sizeof hex, key->bytes, sizeof key->bytes);
    hex[KEY_HEX] = '\n';
    Err *e = file_write_new(a, path, S_IRUSR | S_IWUSR, (Str){hex, sizeof hex});
    sodium_memzero(hex, sizeof hex);
    return e;
}

/* Whether a key file of our own was cut while it was written. */
static Err *is_half_key(Arena *a, const char *path, bool *ret_half)
{
    Str text = STR_NONE;
    TRY(file_read(a, path, KEY_FILE_MAX, &text));
    bool hex = true;
    for (size_t i = 0; i < text.len; i++) {
        hex = hex && isxdigit((unsigned char)text.ptr[i]) != 0;
    }
    *ret_half = hex && text.len < KEY_HEX;
    return NULL;
}

/* A store that isn't made yet has sealed nothing, so that a half key is worth nothing. */
static Err *remove_half_key(Arena *a, const char *path)
{
    bool half = false;
    TRY(is_half_key(a, path, &half));
    return half && unlink(path) != 0
               ? err(a, ERR_IO, "%s cannot be removed: %s.", path, strerrordesc_np(errno))
               : NULL;
}

Err *secret_key_open(Arena *a, const StoreOptions *options, bool is_new, SecretKey **ret_key)
{
    const char *path = options->key_file != NULL
                           ? options->key_file
                           : str_format(a, "%s/secret.key", options->folder).ptr;
    if (is_new && options->key_file == NULL && file_exists(path)) {
        TRY(remove_half_key(a, path));
    }
    const bool exists = file_exists(path);
    if (!exists && !is_new) {
        return err(a, ERR_INVALID,
                   "%s is missing: without it the secrets of this store cannot be read. Put it "
                   "back, or restore a backup.",
                   path);
    }
    SecretKey *key = key_new();
    Err *e = exists ? read_key(a, path, key) : make_key(a, path, key);
    if (e != NULL) {
        (void)secret_key_free(key);
        return e;
    }
    *ret_key = key;
    return NULL;
}

/* --- which key a store has --- */

static Str key_id_text(const SecretKey *key, Arena *a)
{
    char *hex = arena_alloc(a, 2 * KEY_ID_BYTES + 1);
    (void)sodium_bin2hex(hex, 2 * KEY_ID_BYTES + 1, key->id, sizeof key->id);
    return str_from(hex);
}

Err *secret_key_put_note(const SecretKey *key, Db *db, Arena *a)
{
    return store_file_put_meta(db, a, STR("secret_key"), value_text(key_id_text(key, a)));
}

Err *secret_key_check_note(const SecretKey *key, Db *db, Arena *a)
{
    Value noted = VALUE_NONE;
    TRY(store_file_get_meta(db, a, STR("secret_key"), &noted));
    return value_equal(noted, value_text(key_id_text(key, a)))
               ? NULL
               : err(a, ERR_INVALID,
                     "The key at hand is not the one that this store's secrets were sealed with.");
}

Err *secret_key_note(const Store *s, Db *db, Arena *a)
{
    return secret_key_put_note(s->secret_key, db, a);
}

Err *secret_key_check(const Store *s, Db *db, Arena *a)
{
    return secret_key_check_note(s->secret_key, db, a);
}

/* --- masks --- */

static bool is_mask_character(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '/';
}

bool secret_is_mask(Str text)
{
    if (text.len != MASK_LEN || !str_starts_with(text, STR(MASK_START))) {
        return false;
    }
    for (size_t i = sizeof MASK_START - 1; i < text.len; i++) {
        if (!is_mask_character(text.ptr[i])) {
            return false;
        }
    }
    return true;
}

Str secret_mask(Str stored)
{
    return str_slice(stored, 0, MASK_LEN);
}

static void put_mask(Buf *out)
{
    unsigned char random[MASK_RANDOM_BYTES];
    char text[MASK_RANDOM_LEN + 1];
    randombytes_buf(random, sizeof random);
    (void)sodium_bin2base64(text, sizeof text, random, sizeof random, BASE64);
    buf_put_lit(out, MASK_START);
    buf_put(out, text, MASK_RANDOM_LEN);
}

/* --- sealing --- */

static const unsigned char *bytes_of(Str s)
{
    return (const unsigned char *)s.ptr;
}

/* The base64 of a clear text under that mask, which is authenticated along with it, so that neither
 * can be moved to another. */
static Str seal_under(const SecretKey *key, Arena *a, Str mask, Str clear)
{
    const size_t size = FRONT_BYTES + clear.len + TAG_BYTES;
    unsigned char *sealed = arena_alloc(a, size);
    memcpy(sealed, key->id, KEY_ID_BYTES);
    randombytes_buf(sealed + KEY_ID_BYTES, NONCE_BYTES);
    (void)crypto_aead_xchacha20poly1305_ietf_encrypt(
        sealed + FRONT_BYTES, NULL, bytes_of(clear), clear.len, bytes_of(mask), mask.len, NULL,
        sealed + KEY_ID_BYTES, key->bytes); /* can't fail */
    const size_t text_size = sodium_base64_encoded_len(size, BASE64);
    char *text = arena_alloc(a, text_size);
    (void)sodium_bin2base64(text, text_size, sealed, size, BASE64);
    return (Str){text, text_size - 1}; /* without its NUL */
}

Str secret_seal(const Store *s, Arena *a, Str clear)
{
    MUST(clear.len > 0);
    CLEANUP(buf_free) Buf *mask = buf_new(MASK_LEN);
    put_mask(mask);
    const Str sealed = seal_under(s->secret_key, a, buf_str(mask), clear);
    return str_format(a, "%.*s %.*s", STR_ARG(buf_str(mask)), STR_ARG(sealed));
}

/* NULL, or why not. `stored` has the form of a secret as far as its blank. */
static const char *open_with(const SecretKey *key, Arena *a, Str stored, Str *ret_clear)
{
    const Str text = str_slice(stored, MASK_LEN + 1, stored.len);
    unsigned char *sealed = arena_alloc(a, text.len + 1);
    size_t len = 0;
    if (sodium_base642bin(sealed, text.len, text.ptr, text.len, NULL, &len, NULL, BASE64) != 0 ||
        len <= FRONT_BYTES + TAG_BYTES) {
        return "not in the form of a secret";
    }
    if (sodium_memcmp(sealed, key->id, KEY_ID_BYTES) != 0) {
        return "sealed with another key";
    }
    arena_hold_secrets(a);
    unsigned char *clear = arena_alloc(a, len);
    unsigned long long clear_len = 0;
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(clear, &clear_len, NULL, sealed + FRONT_BYTES,
                                                   len - FRONT_BYTES, bytes_of(stored), MASK_LEN,
                                                   sealed + KEY_ID_BYTES, key->bytes) != 0) {
        return "changed since it was sealed";
    }
    *ret_clear = (Str){(const char *)clear, (size_t)clear_len};
    return NULL;
}

static bool starts_as_secret(Str stored)
{
    return stored.len > MASK_LEN && secret_is_mask(secret_mask(stored)) &&
           stored.ptr[MASK_LEN] == ' ';
}

Err *secret_open(const Store *s, Arena *a, Str stored, Str *ret_clear)
{
    const char *reason = starts_as_secret(stored) ? open_with(s->secret_key, a, stored, ret_clear)
                                                  : "not in the form of a secret";
    return reason == NULL
               ? NULL
               : err_detail(a, err(a, ERR_IO, "A stored secret cannot be read."), "%s", reason);
}

/* --- another key --- */

/* The secret that `text` begins with, if it does: what may be one. */
static Str secret_at_start(Str text)
{
    size_t len = starts_as_secret(text) ? MASK_LEN + 1 : 0;
    while (len > 0 && len < text.len && is_mask_character(text.ptr[len])) {
        len++;
    }
    return str_slice(text, 0, len);
}

Str secret_reseal(Arena *a, const SecretKey *from, const SecretKey *to, Str text)
{
    CLEANUP(buf_free) Buf *out = buf_new(SIZE_MAX);
    bool changed = false;
    for (Str rest = text; rest.len > 0;) {
        const size_t at = MIN(str_find_str(rest, STR(MASK_START)), rest.len);
        buf_put_str(out, str_slice(rest, 0, at));
        rest = str_slice(rest, at, rest.len);
        const Str secret = secret_at_start(rest);
        Str clear = STR_NONE;
        if (secret.len > 0 && open_with(from, a, secret, &clear) == NULL) {
            const Str mask = secret_mask(secret);
            const Str sealed = seal_under(to, a, mask, clear);
            buf_printf(out, "%.*s %.*s", STR_ARG(mask), STR_ARG(sealed));
            changed = true;
        } else {
            buf_put_str(out, secret.len > 0 ? secret : str_slice(rest, 0, 1));
        }
        rest = str_slice(rest, MAX(secret.len, (size_t)1), rest.len);
    }
    return changed ? str_dup(a, buf_str(out)) : text;
}
