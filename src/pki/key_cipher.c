/* The passphrase becomes a key and an initial vector, in one of four ways: PBES2 and PBES1 of RFC
 * 8018, the one of PKCS#12 (RFC 7292, appendix B), OpenSSL's older one. Which of them is said by
 * the key itself, so all of that is input: lengths, rounds and identifiers are checked before
 * anything is computed. */
#include "pki/key_cipher.h"

#include <gnutls/crypto.h>
#include <string.h>

#include "base/utf8.h"
#include "pki/data.h"
#include "pki/der.h"
#include "pki/private_key.h"

#define MD5_BYTES 16
#define SHA1_BYTES 20
#define SHA1_BLOCK 64
#define OPENSSL_SALT_BYTES 8
#define KEY_BYTES_MAX 32
#define VECTOR_BYTES_MAX 16
#define SALT_BYTES_MAX 256
/* PKCS#12 writes two bytes a character. */
#define PASSPHRASE_BYTES_MAX 2048

enum { FOR_KEY = 1, FOR_VECTOR = 2 }; /* RFC 7292, B.3 */

/* What a text is encrypted with. */
typedef struct Secret {
    gnutls_cipher_algorithm_t cipher;
    unsigned char key[KEY_BYTES_MAX];
    size_t key_len;
    unsigned char vector[VECTOR_BYTES_MAX];
    size_t vector_len; /* 0 for RC4 */
} Secret;

static Err *unknown(Arena *a)
{
    return err(a, ERR_INVALID, "The encryption of the private key is damaged or unknown.");
}

static Err *locked(Arena *a)
{
    return err_field(a, ERR_INVALID, STR(PRIVATE_KEY_PASSPHRASE),
                     "The passphrase does not open the private key.");
}

/* --- opening --- */

/* Takes off what fills the last block (RFC 8018, 6.1.1): n bytes of value n. False if it isn't so,
 * which is how a wrong passphrase mostly shows. Nobody learns how far it got: all ends in locked().
 */
static bool cut_filling(Str *text, size_t block)
{
    const size_t n = text->len > 0 ? (unsigned char)text->ptr[text->len - 1] : 0;
    if (n == 0 || n > block || n > text->len) {
        return false;
    }
    for (size_t i = text->len - n; i < text->len; i++) {
        if ((unsigned char)text->ptr[i] != n) {
            return false;
        }
    }
    *text = str_slice(*text, 0, text->len - n);
    return true;
}

/* One wrong passphrase in 256 leaves a filling that looks right; hardly one leaves this, too. */
static bool is_one_sequence(Str der)
{
    Str content = STR_NONE;
    return der_take(&der, DER_SEQUENCE, &content) && der.len == 0;
}

static bool decrypt(Arena *a, Secret *secret, Str text, Str *ret_der)
{
    const gnutls_datum_t key = {secret->key, (unsigned)secret->key_len};
    const gnutls_datum_t vector = {secret->vector, (unsigned)secret->vector_len};
    gnutls_cipher_hd_t cipher;
    if (text.len == 0 || (secret->vector_len > 0 && text.len % secret->vector_len != 0) ||
        gnutls_cipher_init(&cipher, secret->cipher, &key, secret->vector_len > 0 ? &vector : NULL) <
            0) {
        return false;
    }
    char *clear = arena_alloc(a, text.len);
    const int code = gnutls_cipher_decrypt2(cipher, text.ptr, text.len, clear, text.len);
    gnutls_cipher_deinit(cipher);
    Str der = {clear, text.len};
    if (code < 0 || (secret->vector_len > 0 && !cut_filling(&der, secret->vector_len)) ||
        !is_one_sequence(der)) {
        return false;
    }
    *ret_der = der;
    return true;
}

static CHECKED Err *open_text(Arena *a, Secret *secret, Str text, Str *ret_der)
{
    arena_hold_secrets(a);
    const bool opened = decrypt(a, secret, text, ret_der);
    gnutls_memset(secret, 0, sizeof *secret);
    return opened ? NULL : locked(a);
}

/* --- parameters --- */

typedef struct Parameters {
    Str salt;
    unsigned rounds;
} Parameters;

static bool take_unsigned(Str *rest, unsigned *ret_number)
{
    Str digits = STR_NONE;
    Str after = *rest;
    if (!der_take(&after, DER_INTEGER, &digits) || digits.len == 0 ||
        digits.len > sizeof(unsigned) || ((unsigned char)digits.ptr[0] & 0x80) != 0) {
        return false;
    }
    unsigned number = 0;
    for (size_t i = 0; i < digits.len; i++) {
        number = number << 8 | (unsigned char)digits.ptr[i];
    }
    *rest = after;
    *ret_number = number;
    return true;
}

static bool take_parameters(Str *rest, Parameters *ret_parameters)
{
    return der_take(rest, DER_OCTET_STRING, &ret_parameters->salt) &&
           ret_parameters->salt.len <= SALT_BYTES_MAX &&
           take_unsigned(rest, &ret_parameters->rounds) && ret_parameters->rounds > 0;
}

static CHECKED Err *spend(Arena *a, unsigned rounds, unsigned *rounds_left)
{
    if (rounds > *rounds_left) {
        return err(a, ERR_INVALID, "The passphrase of the private key takes too many rounds.");
    }
    *rounds_left -= rounds;
    return NULL;
}

/* --- RFC 8018: PBES2 --- */

#define OID_PBES2 "\x2A\x86\x48\x86\xF7\x0D\x01\x05\x0D"
#define OID_PBKDF2 "\x2A\x86\x48\x86\xF7\x0D\x01\x05\x0C"

/* The function that PBKDF2 repeats; SHA-1 if none is named. */
static bool take_function(Str rest, gnutls_mac_algorithm_t *ret_function)
{
    static const struct {
        Str oid;
        gnutls_mac_algorithm_t function;
    } functions[] = {
        {STR_INIT("\x2A\x86\x48\x86\xF7\x0D\x02\x07"), GNUTLS_MAC_SHA1},
        {STR_INIT("\x2A\x86\x48\x86\xF7\x0D\x02\x08"), GNUTLS_MAC_SHA224},
        {STR_INIT("\x2A\x86\x48\x86\xF7\x0D\x02\x09"), GNUTLS_MAC_SHA256},
        {STR_INIT("\x2A\x86\x48\x86\xF7\x0D\x02\x0A"), GNUTLS_MAC_SHA384},
        {STR_INIT("\x2A\x86\x48\x86\xF7\x0D\x02\x0B"), GNUTLS_MAC_SHA512},
    };
    Str kind = STR_NONE;
    Str oid = STR_NONE;
    if (rest.len == 0) {
        *ret_function = GNUTLS_MAC_SHA1;
        return true;
    }
    if (!der_take(&rest, DER_SEQUENCE, &kind) || !der_take(&kind, DER_OID, &oid)) {
        return false;
    }
    for (size_t i = 0; i < ARRAY_N(functions); i++) {
        if (str_equal(oid, functions[i].oid)) {
            *ret_function = functions[i].function;
            return true;
        }
    }
    return false;
}

static bool take_cipher(Str scheme, Secret *secret)
{
    static const struct {
        Str oid;
        gnutls_cipher_algorithm_t cipher;
    } ciphers[] = {
        {STR_INIT("\x60\x86\x48\x01\x65\x03\x04\x01\x02"), GNUTLS_CIPHER_AES_128_CBC},
        {STR_INIT("\x60\x86\x48\x01\x65\x03\x04\x01\x16"), GNUTLS_CIPHER_AES_192_CBC},
        {STR_INIT("\x60\x86\x48\x01\x65\x03\x04\x01\x2A"), GNUTLS_CIPHER_AES_256_CBC},
        {STR_INIT("\x2A\x86\x48\x86\xF7\x0D\x03\x07"), GNUTLS_CIPHER_3DES_CBC},
        {STR_INIT("\x2B\x0E\x03\x02\x07"), GNUTLS_CIPHER_DES_CBC},
    };
    Str oid = STR_NONE;
    Str vector = STR_NONE;
    if (!der_take(&scheme, DER_OID, &oid) || !der_take(&scheme, DER_OCTET_STRING, &vector)) {
        return false;
    }
    for (size_t i = 0; i < ARRAY_N(ciphers); i++) {
        if (str_equal(oid, ciphers[i].oid)) {
            secret->cipher = ciphers[i].cipher;
            secret->key_len = gnutls_cipher_get_key_size(secret->cipher);
            secret->vector_len = gnutls_cipher_get_iv_size(secret->cipher);
            MUST(secret->key_len <= KEY_BYTES_MAX && secret->vector_len <= VECTOR_BYTES_MAX);
            if (vector.len != secret->vector_len) {
                return false;
            }
            memcpy(secret->vector, vector.ptr, vector.len);
            return true;
        }
    }
    return false;
}

/* params: PBES2-params */
static CHECKED Err *derive_pbes2(Arena *a, Str params, const char *passphrase,
                                 unsigned *rounds_left, Secret *secret)
{
    Str function = STR_NONE, scheme = STR_NONE, oid = STR_NONE, rest = STR_NONE;
    Parameters p = {.salt = STR_NONE};
    gnutls_mac_algorithm_t mac = GNUTLS_MAC_UNKNOWN;
    unsigned key_len = 0;
    if (!der_take(&params, DER_SEQUENCE, &function) || !der_take(&params, DER_SEQUENCE, &scheme) ||
        !der_take(&function, DER_OID, &oid) || !str_equal(oid, STR(OID_PBKDF2)) ||
        !der_take(&function, DER_SEQUENCE, &rest) || !take_parameters(&rest, &p) ||
        !take_cipher(scheme, secret) ||
        (take_unsigned(&rest, &key_len) && key_len != secret->key_len) ||
        !take_function(rest, &mac)) {
        return unknown(a);
    }
    TRY(spend(a, p.rounds, rounds_left));
    const gnutls_datum_t word = data_of(str_from(passphrase != NULL ? passphrase : ""));
    const gnutls_datum_t salt = data_of(p.salt);
    return gnutls_pbkdf2(mac, &word, &salt, p.rounds, secret->key, secret->key_len) < 0 ? unknown(a)
                                                                                        : NULL;
}

/* --- RFC 8018: PBES1 with MD5 and DES --- */

#define OID_MD5_DES "\x2A\x86\x48\x86\xF7\x0D\x01\x05\x03"

static CHECKED Err *derive_md5_des(Arena *a, Str params, const char *passphrase,
                                   unsigned *rounds_left, Secret *secret)
{
    Parameters p = {.salt = STR_NONE};
    unsigned char hash[MD5_BYTES];
    if (!take_parameters(&params, &p)) {
        return unknown(a);
    }
    TRY(spend(a, p.rounds, rounds_left));
    arena_hold_secrets(a);
    const Str first = str_format(a, "%s", passphrase != NULL ? passphrase : "");
    char *text = arena_alloc(a, first.len + p.salt.len);
    memcpy(text, first.ptr, first.len);
    memcpy(text + first.len, p.salt.ptr, p.salt.len);
    int code = gnutls_hash_fast(GNUTLS_DIG_MD5, text, first.len + p.salt.len, hash);
    for (unsigned i = 1; i < p.rounds && code == 0; i++) {
        code = gnutls_hash_fast(GNUTLS_DIG_MD5, hash, sizeof hash, hash);
    }
    secret->cipher = GNUTLS_CIPHER_DES_CBC;
    secret->key_len = MD5_BYTES / 2;
    secret->vector_len = MD5_BYTES / 2;
    memcpy(secret->key, hash, secret->key_len);
    memcpy(secret->vector, hash + secret->key_len, secret->vector_len);
    return code < 0 ? unknown(a) : NULL;
}

/* --- RFC 7292, B.2, with SHA-1 --- */

/* Repeats the text to whole blocks; returns how many bytes these are. */
static size_t fill_blocks(unsigned char *out, const char *text, size_t len)
{
    const size_t n = (len + SHA1_BLOCK - 1) / SHA1_BLOCK * SHA1_BLOCK;
    for (size_t i = 0; i < n; i++) {
        out[i] = (unsigned char)text[i % len];
    }
    return n;
}

/* UTF-16 with a zero at the end; nothing of no passphrase. False: it can't be written so. */
static bool passphrase_wide(const char *passphrase, char out[PASSPHRASE_BYTES_MAX], size_t *ret_len)
{
    const Str text = passphrase != NULL ? str_from(passphrase) : STR("");
    size_t len = 0;
    if (!utf8_valid(text) || text.len > PASSPHRASE_BYTES_MAX / 2 - 1) {
        return false;
    }
    for (size_t at = 0; at < text.len;) {
        const uint32_t point = utf8_next(text, &at);
        if (point > 0xFFFF) {
            return false;
        }
        out[len++] = (char)(point >> 8);
        out[len++] = (char)(point & 0xFF);
    }
    if (passphrase != NULL) {
        out[len++] = '\0';
        out[len++] = '\0';
    }
    *ret_len = len;
    return true;
}

/* block += hash + 1, the hash repeated to the block's size. */
static void add_to_block(unsigned char block[SHA1_BLOCK], const unsigned char hash[SHA1_BYTES])
{
    unsigned carry = 1;
    for (size_t i = SHA1_BLOCK; i > 0; i--) {
        carry += block[i - 1] + (unsigned)hash[(i - 1) % SHA1_BYTES];
        block[i - 1] = (unsigned char)carry;
        carry >>= 8;
    }
}

typedef struct Mixture {
    unsigned char bytes[SHA1_BLOCK + SALT_BYTES_MAX + SHA1_BLOCK + PASSPHRASE_BYTES_MAX +
                        SHA1_BLOCK]; /* purpose, salt, passphrase */
    size_t len;
} Mixture;

static bool derive_part(Mixture m, unsigned char purpose, unsigned rounds, unsigned char *out,
                        size_t len)
{
    unsigned char hash[SHA1_BYTES];
    memset(m.bytes, purpose, SHA1_BLOCK);
    while (len > 0) {
        int code = gnutls_hash_fast(GNUTLS_DIG_SHA1, m.bytes, m.len, hash);
        for (unsigned i = 1; i < rounds && code == 0; i++) {
            code = gnutls_hash_fast(GNUTLS_DIG_SHA1, hash, sizeof hash, hash);
        }
        if (code < 0) {
            return false;
        }
        const size_t n = MIN(len, sizeof hash);
        memcpy(out, hash, n);
        out += n;
        len -= n;
        for (size_t at = SHA1_BLOCK; at < m.len; at += SHA1_BLOCK) {
            add_to_block(m.bytes + at, hash);
        }
    }
    gnutls_memset(&m, 0, sizeof m);
    return true;
}

typedef struct Pkcs12Way {
    Str oid;
    gnutls_cipher_algorithm_t cipher;
    size_t key_len;
    size_t vector_len;
} Pkcs12Way;

static const Pkcs12Way pkcs12_ways[] = {
    {STR_INIT("\x2A\x86\x48\x86\xF7\x0D\x01\x0C\x01\x01"), GNUTLS_CIPHER_ARCFOUR_128, 16, 0},
    {STR_INIT("\x2A\x86\x48\x86\xF7\x0D\x01\x0C\x01\x03"), GNUTLS_CIPHER_3DES_CBC, 24, 8},
    {STR_INIT("\x2A\x86\x48\x86\xF7\x0D\x01\x0C\x01\x06"), GNUTLS_CIPHER_RC2_40_CBC, 5, 8},
};

static CHECKED Err *derive_pkcs12(Arena *a, const Pkcs12Way *way, Str params,
                                  const char *passphrase, unsigned *rounds_left, Secret *secret)
{
    Parameters p = {.salt = STR_NONE};
    char word[PASSPHRASE_BYTES_MAX];
    size_t word_len = 0;
    if (!take_parameters(&params, &p)) {
        return unknown(a);
    }
    if (!passphrase_wide(passphrase, word, &word_len)) {
        return locked(a);
    }
    TRY(spend(a, p.rounds, rounds_left));
    Mixture m = {.len = SHA1_BLOCK};
    m.len += fill_blocks(m.bytes + m.len, p.salt.ptr, p.salt.len);
    m.len += fill_blocks(m.bytes + m.len, word, word_len);
    secret->cipher = way->cipher;
    secret->key_len = way->key_len;
    secret->vector_len = way->vector_len;
    const bool made = derive_part(m, FOR_KEY, p.rounds, secret->key, secret->key_len) &&
                      derive_part(m, FOR_VECTOR, p.rounds, secret->vector, secret->vector_len);
    gnutls_memset(word, 0, sizeof word);
    gnutls_memset(&m, 0, sizeof m);
    return made ? NULL : unknown(a);
}

/* --- PKCS#8 --- */

static CHECKED Err *derive(Arena *a, Str oid, Str params, const char *passphrase,
                           unsigned *rounds_left, Secret *secret)
{
    if (str_equal(oid, STR(OID_PBES2))) {
        return derive_pbes2(a, params, passphrase, rounds_left, secret);
    }
    if (str_equal(oid, STR(OID_MD5_DES))) {
        return derive_md5_des(a, params, passphrase, rounds_left, secret);
    }
    for (size_t i = 0; i < ARRAY_N(pkcs12_ways); i++) {
        if (str_equal(oid, pkcs12_ways[i].oid)) {
            return derive_pkcs12(a, &pkcs12_ways[i], params, passphrase, rounds_left, secret);
        }
    }
    return unknown(a);
}

Err *key_cipher_open_pkcs8(Arena *a, Str der, const char *passphrase, unsigned *rounds_left,
                           Str *ret_der)
{
    Str all = STR_NONE, kind = STR_NONE, oid = STR_NONE, params = STR_NONE, text = STR_NONE;
    Secret secret = {.key_len = 0};
    if (!der_take(&der, DER_SEQUENCE, &all) || !der_take(&all, DER_SEQUENCE, &kind) ||
        !der_take(&all, DER_OCTET_STRING, &text) || !der_take(&kind, DER_OID, &oid) ||
        !der_take(&kind, DER_SEQUENCE, &params)) {
        return unknown(a);
    }
    TRY(derive(a, oid, params, passphrase, rounds_left, &secret));
    return open_text(a, &secret, text, ret_der);
}

/* --- OpenSSL --- */

bool key_cipher_is_openssl(const PemBlock *block)
{
    return str_find_str(block->text, STR("Proc-Type:")) != SIZE_MAX &&
           str_find_str(block->text, STR("ENCRYPTED")) != SIZE_MAX;
}

static bool read_hex(Str hex, unsigned char *out, size_t n)
{
    static const char digits[] = "0123456789ABCDEF0123456789abcdef";
    if (hex.len != 2 * n) {
        return false;
    }
    memset(out, 0, n);
    for (size_t i = 0; i < hex.len; i++) {
        const char *found = hex.ptr[i] != '\0' ? strchr(digits, hex.ptr[i]) : NULL;
        if (found == NULL) {
            return false;
        }
        out[i / 2] = (unsigned char)(out[i / 2] << 4 | ((found - digits) & 15));
    }
    return true;
}

/* "AES-128-CBC,242CBDD353613D3553290FABABE1125A" */
static bool read_dek_info(Str info, Secret *secret)
{
    static const struct {
        Str name;
        gnutls_cipher_algorithm_t cipher;
    } ciphers[] = {
        {STR_INIT("AES-128-CBC"), GNUTLS_CIPHER_AES_128_CBC},
        {STR_INIT("AES-192-CBC"), GNUTLS_CIPHER_AES_192_CBC},
        {STR_INIT("AES-256-CBC"), GNUTLS_CIPHER_AES_256_CBC},
        {STR_INIT("CAMELLIA-128-CBC"), GNUTLS_CIPHER_CAMELLIA_128_CBC},
        {STR_INIT("CAMELLIA-192-CBC"), GNUTLS_CIPHER_CAMELLIA_192_CBC},
        {STR_INIT("CAMELLIA-256-CBC"), GNUTLS_CIPHER_CAMELLIA_256_CBC},
        {STR_INIT("DES-EDE3-CBC"), GNUTLS_CIPHER_3DES_CBC},
        {STR_INIT("DES-CBC"), GNUTLS_CIPHER_DES_CBC},
    };
    const Str name = str_trim(str_cut(&info, ','));
    for (size_t i = 0; i < ARRAY_N(ciphers); i++) {
        if (str_equal(name, ciphers[i].name)) {
            secret->cipher = ciphers[i].cipher;
            secret->key_len = gnutls_cipher_get_key_size(secret->cipher);
            secret->vector_len = gnutls_cipher_get_iv_size(secret->cipher);
            MUST(secret->key_len <= KEY_BYTES_MAX && secret->vector_len <= VECTOR_BYTES_MAX);
            return read_hex(str_trim(info), secret->vector, secret->vector_len);
        }
    }
    return false;
}

/* The headers end with an empty line. *ret_body is the block without them. */
static bool read_headers(Arena *a, const PemBlock *block, Secret *secret, Str *ret_body)
{
    Str rest = block->text;
    const Str begin = str_trim(str_cut(&rest, '\n'));
    bool found = false;
    while (rest.len > 0) {
        const Str line = str_trim(str_cut(&rest, '\n'));
        if (line.len == 0) {
            *ret_body = str_format(a, "%.*s\n%.*s", STR_ARG(begin), STR_ARG(rest));
            return found;
        }
        if (str_starts_with(line, STR("DEK-Info:"))) {
            found = read_dek_info(str_slice(line, STR("DEK-Info:").len, line.len), secret);
        }
    }
    return false;
}

/* Each hash is of the one before, the passphrase and the salt, which begins the vector. */
static bool derive_openssl(Arena *a, const char *passphrase, Secret *secret)
{
    unsigned char hash[MD5_BYTES];
    const size_t len = strlen(passphrase);
    char *text = arena_alloc(a, sizeof hash + len + OPENSSL_SALT_BYTES);
    memcpy(text + sizeof hash, passphrase, len);
    memcpy(text + sizeof hash + len, secret->vector, OPENSSL_SALT_BYTES);
    for (size_t at = 0; at < secret->key_len; at += sizeof hash) {
        const size_t skipped = at == 0 ? sizeof hash : 0;
        if (gnutls_hash_fast(GNUTLS_DIG_MD5, text + skipped,
                             sizeof hash + len + OPENSSL_SALT_BYTES - skipped, hash) < 0) {
            return false;
        }
        memcpy(text, hash, sizeof hash);
        memcpy(secret->key + at, hash, MIN(sizeof hash, secret->key_len - at));
    }
    return true;
}

Err *key_cipher_open_openssl(Arena *a, const PemBlock *block, const char *passphrase, Str *ret_der)
{
    Secret secret = {.key_len = 0};
    PemBlock plain = {.label = block->label, .text = STR_NONE};
    Str text = STR_NONE;
    arena_hold_secrets(a);
    if (!read_headers(a, block, &secret, &plain.text)) {
        return unknown(a);
    }
    TRY(pem_decode(a, &plain, &text));
    return derive_openssl(a, passphrase, &secret) ? open_text(a, &secret, text, ret_der)
                                                  : unknown(a);
}
