#include "test.h"

#include <gnutls/pkcs12.h>

#include "pki/data.h"
#include "pki/pkcs12.h"
#include "pki/private_key.h"
#include "pki/samples.h"

static Str file_of(Arena *a, const char *base64)
{
    const gnutls_datum_t text = data_of(str_from(base64));
    gnutls_datum_t der = {NULL, 0};
    assert_int_equal(gnutls_base64_decode2(&text, &der), 0);
    return data_take(a, &der);
}

/* The certificate as it was, and the key in whatever form. */
static void check_content(Arena *a, Str pem)
{
    CLEANUP(private_key_free) PrivateKey *right = NULL;
    CLEANUP(private_key_free) PrivateKey *found = NULL;
    assert_true(str_starts_with(pem, STR(SAMPLE_PLAIN "-----BEGIN PRIVATE KEY-----\n")));
    assert_null(private_key_read(a, STR(SAMPLE_SEC1), STR_NONE, &right));
    assert_null(private_key_read(a, pem, STR_NONE, &found));
    assert_true(private_key_equal(found, right));
}

/* wire 9.5 */
static void test_ways_of_encryption(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(1 << 20);
    static const struct {
        const char *file;
        const char *passphrase;
    } cases[] = {
        {SAMPLE_RC2_40_SHA1, "secret"},  {SAMPLE_3DES_SHA256_EMPTY, ""},
        {SAMPLE_AES_SHA512, "secret"},   {SAMPLE_AES_NO_MAC, "secret"},
        {SAMPLE_PLAIN_SHA384, "secret"},
    };
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        const Str file = file_of(a, cases[i].file);
        assert_true(pkcs12_is_likely(file));
        Str pem = STR_NONE;
        const Err *e = pkcs12_read(a, file, str_from(cases[i].passphrase), &pem);
        if (e != NULL) {
            fail_msg("%zu: %s", i, e->text);
        }
        check_content(a, pem);
    }
}

static void check_fault(Arena *a, Str file, const char *passphrase, const char *fault,
                        bool is_passphrase)
{
    Str pem = STR_NONE;
    const Err *e = pkcs12_read(a, file, str_from(passphrase), &pem);
    assert_non_null(e);
    assert_int_equal(e->kind, ERR_INVALID);
    assert_string_equal(e->text, fault);
    assert_int_equal(e->field != NULL, is_passphrase);
    assert_null(pem.ptr);
}

static void test_a_wrong_passphrase(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(1 << 20);
    static const char *const files[] = {SAMPLE_RC2_40_SHA1, SAMPLE_AES_SHA512, SAMPLE_AES_NO_MAC,
                                        SAMPLE_3DES_SHA256_EMPTY};
    static const char *const wrong[] = {"", "Secret", "secret "};
    for (size_t i = 0; i < ARRAY_N(files); i++) {
        for (size_t j = i == 3 ? 1 : 0; j < ARRAY_N(wrong); j++) {
            check_fault(a, file_of(a, files[i]), wrong[j],
                        "The passphrase does not open the PKCS#12 file.", true);
        }
    }
}

/* The rounds of the MAC are the last two bytes of the file: more of them than are taken need one
 * byte more, which the lengths of all that is around don't have room for; so a file of GnuTLS, that
 * writes three. */
static void test_too_many_rounds_are_not_computed(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(1 << 20);
    gnutls_pkcs12_t handle;
    gnutls_pkcs12_bag_t bag;
    gnutls_datum_t der = {NULL, 0};
    static unsigned char certificate[] = {0x30, 0x00};
    const gnutls_datum_t content = {certificate, sizeof certificate};
    assert_int_equal(gnutls_pkcs12_init(&handle), 0);
    assert_int_equal(gnutls_pkcs12_bag_init(&bag), 0);
    assert_true(gnutls_pkcs12_bag_set_data(bag, GNUTLS_BAG_CERTIFICATE, &content) >= 0);
    assert_int_equal(gnutls_pkcs12_set_bag(handle, bag), 0);
    assert_int_equal(gnutls_pkcs12_generate_mac2(handle, GNUTLS_MAC_SHA256, "secret"), 0);
    assert_int_equal(gnutls_pkcs12_export2(handle, GNUTLS_X509_FMT_DER, &der), 0);
    gnutls_pkcs12_bag_deinit(bag);
    gnutls_pkcs12_deinit(handle);
    const Str file = data_take(a, &der);
    char *changed = str_to_cstr(a, file);
    assert_memory_equal(&changed[file.len - 5], "\x02\x03", 2); /* INTEGER of three bytes */
    changed[file.len - 3] = 0x7F;
    check_fault(a, (Str){changed, file.len}, "secret",
                "The passphrase of the PKCS#12 file takes too many rounds.", false);
}

static void test_damage(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(1 << 24);
    const Str file = file_of(a, SAMPLE_AES_SHA512);
    for (size_t len = 0; len < file.len; len += 7) {
        Str pem = STR_NONE;
        const Err *e = pkcs12_read(a, str_slice(file, 0, len), STR("secret"), &pem);
        assert_non_null(e);
        assert_int_equal(e->kind, ERR_INVALID);
    }
    assert_false(pkcs12_is_likely(STR("-----BEGIN")));
    assert_false(pkcs12_is_likely(STR("")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ways_of_encryption),
        cmocka_unit_test(test_a_wrong_passphrase),
        cmocka_unit_test(test_too_many_rounds_are_not_computed),
        cmocka_unit_test(test_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
