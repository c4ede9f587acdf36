#include "test.h"

#include <gnutls/abstract.h>

#include "pki/key_pair.h"
#include "pki/pem.h"

static gnutls_datum_t datum(Arena *a, Str text)
{
    return (gnutls_datum_t){(unsigned char *)str_to_cstr(a, text), (unsigned)text.len};
}

/* Both halves are read back, and what one signs the other verifies. */
static void check_pair(Arena *a, const KeyPair *pair, gnutls_pk_algorithm_t algorithm,
                       unsigned bits)
{
    assert_true(str_starts_with(pair->private_pem, STR("-----BEGIN PRIVATE KEY-----\n")));
    assert_true(str_starts_with(pair->public_pem, STR("-----BEGIN PUBLIC KEY-----\n")));
    gnutls_privkey_t key;
    gnutls_pubkey_t public_key;
    assert_int_equal(gnutls_privkey_init(&key), 0);
    assert_int_equal(gnutls_pubkey_init(&public_key), 0);
    gnutls_datum_t pem = datum(a, pair->private_pem);
    assert_int_equal(gnutls_privkey_import_x509_raw(key, &pem, GNUTLS_X509_FMT_PEM, NULL, 0), 0);
    pem = datum(a, pair->public_pem);
    assert_int_equal(gnutls_pubkey_import(public_key, &pem, GNUTLS_X509_FMT_PEM), 0);
    unsigned found_bits = 0;
    assert_int_equal(gnutls_pubkey_get_pk_algorithm(public_key, &found_bits), algorithm);
    assert_int_equal(found_bits, bits);
    const gnutls_datum_t text = datum(a, STR("signed"));
    gnutls_datum_t signature;
    assert_int_equal(gnutls_privkey_sign_data(key, GNUTLS_DIG_SHA256, 0, &text, &signature), 0);
    const gnutls_sign_algorithm_t sign = gnutls_pk_to_sign(algorithm, GNUTLS_DIG_SHA256);
    assert_int_equal(gnutls_pubkey_verify_data2(public_key, sign, 0, &text, &signature), 0);
    gnutls_free(signature.data);
    gnutls_pubkey_deinit(public_key);
    gnutls_privkey_deinit(key);
}

static void test_pairs_fit(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(1 << 20);
    static const struct {
        KeyKind kind;
        gnutls_pk_algorithm_t algorithm;
        unsigned bits;
    } cases[] = {
        {KEY_KIND_ECDSA_P256, GNUTLS_PK_ECDSA, 256},
        {KEY_KIND_RSA_2048, GNUTLS_PK_RSA, 2048},
    };
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        KeyPair pair;
        assert_null(key_pair_make(a, cases[i].kind, &pair));
        check_pair(a, &pair, cases[i].algorithm, cases[i].bits);
    }
}

static void test_each_pair_is_new(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(1 << 20);
    KeyPair first;
    KeyPair second;
    assert_null(key_pair_make(a, KEY_KIND_ECDSA_P256, &first));
    assert_null(key_pair_make(a, KEY_KIND_ECDSA_P256, &second));
    assert_false(str_equal(first.private_pem, second.private_pem));
    assert_false(str_equal(first.public_pem, second.public_pem));
}

/* Once every other number had 33 bytes, and python3-cryptography refused the key. */
static void test_numbers_are_as_long_as_the_curve(void **state)
{
    (void)state;
    static const char before[] = "\2\1\1\4\x20";
    unsigned n_high = 0;
    for (size_t i = 0; i < 200; i++) {
        CLEANUP(arena_free) Arena *a = arena_new(1 << 20);
        KeyPair pair;
        assert_null(key_pair_make(a, KEY_KIND_ECDSA_P256, &pair));
        check_pair(a, &pair, GNUTLS_PK_ECDSA, 256);
        const PemBlock block = {.label = STR("PRIVATE KEY"), .text = pair.private_pem};
        Str der = STR_NONE;
        assert_null(pem_decode(a, &block, &der));
        assert_int_equal(der.len, 138); /* as OpenSSL writes all of them */
        const size_t at = str_find_str(der, (Str){before, sizeof before - 1});
        assert_true(at != SIZE_MAX);
        n_high += (unsigned char)der.ptr[at + sizeof before - 1] >> 7;
    }
    assert_true(n_high > 50 && n_high < 150);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pairs_fit),
        cmocka_unit_test(test_each_pair_is_new),
        cmocka_unit_test(test_numbers_are_as_long_as_the_curve),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
