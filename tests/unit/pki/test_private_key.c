#include "test.h"

#include <gnutls/x509.h>
#include <string.h>

#include "pki/data.h"
#include "pki/der.h"
#include "pki/limits.h"
#include "pki/pem.h"
#include "pki/private_key.h"
#include "pki/samples.h"

static Err *normal_form(Arena *a, Str text, const char *passphrase, Str *ret_pem)
{
    CLEANUP(private_key_free) PrivateKey *key = NULL;
    TRY(private_key_read(a, text, str_from(passphrase), &key));
    return private_key_text(a, key, ret_pem);
}

static Str normal(Arena *a, Str text, const char *passphrase)
{
    Str pem = STR_NONE;
    const Err *e = normal_form(a, text, passphrase, &pem);
    if (e != NULL) {
        fail_msg("%s", e->text);
    }
    assert_true(str_starts_with(pem, STR("-----BEGIN PRIVATE KEY-----\n")));
    return pem;
}

static void same_key(Arena *a, Str text, const char *passphrase, Str right)
{
    CLEANUP(private_key_free) PrivateKey *found = NULL;
    CLEANUP(private_key_free) PrivateKey *wanted = NULL;
    assert_null(private_key_read(a, normal(a, text, passphrase), STR_NONE, &found));
    assert_null(private_key_read(a, right, STR_NONE, &wanted));
    assert_true(private_key_equal(found, wanted));
}

static void test_all_forms_of_one_key(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(1 << 20);
    const Str right = normal(a, STR(SAMPLE_SEC1), "");
    same_key(a, right, "", right);
    same_key(a, right, "not needed", right);
    same_key(a, STR("\xEF\xBB\xBFwords\n" SAMPLE_NAMES "words" SAMPLE_SEC1), "", right);
    same_key(a, STR(SAMPLE_OPENSSL_ENCRYPTED), "open", right);
    same_key(a, STR(SAMPLE_MD5_DES), "open", right);
    static const gnutls_pkcs_encrypt_flags_t ways[] = {
        GNUTLS_PKCS_PBES2_AES_128, GNUTLS_PKCS_PBES2_AES_256, GNUTLS_PKCS_PBES2_3DES,
        GNUTLS_PKCS_PKCS12_3DES,   GNUTLS_PKCS_PKCS12_RC2_40, GNUTLS_PKCS_PKCS12_ARCFOUR};
    gnutls_x509_privkey_t key;
    const gnutls_datum_t text = data_of(right);
    assert_int_equal(gnutls_x509_privkey_init(&key), 0);
    assert_int_equal(gnutls_x509_privkey_import(key, &text, GNUTLS_X509_FMT_PEM), 0);
    for (size_t i = 0; i < ARRAY_N(ways); i++) {
        gnutls_datum_t pem = {NULL, 0};
        assert_int_equal(
            gnutls_x509_privkey_export2_pkcs8(key, GNUTLS_X509_FMT_PEM, "open", ways[i], &pem), 0);
        same_key(a, data_take(a, &pem), "open", right);
    }
    gnutls_x509_privkey_deinit(key);
}

/* A new key in the form of its kind: PKCS#1, SEC1, else PKCS#8. */
static Str made(Arena *a, gnutls_pk_algorithm_t kind, unsigned bits)
{
    gnutls_x509_privkey_t key;
    gnutls_datum_t pem = {NULL, 0};
    assert_int_equal(gnutls_x509_privkey_init(&key), 0);
    assert_int_equal(gnutls_x509_privkey_generate(key, kind, bits, 0), 0);
    const int code = kind == GNUTLS_PK_EDDSA_ED25519
                         ? gnutls_x509_privkey_export2_pkcs8(key, GNUTLS_X509_FMT_PEM, NULL,
                                                             GNUTLS_PKCS_PLAIN, &pem)
                         : gnutls_x509_privkey_export2(key, GNUTLS_X509_FMT_PEM, &pem);
    assert_int_equal(code, 0);
    gnutls_x509_privkey_deinit(key);
    return data_take(a, &pem);
}

static void test_kinds(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(1 << 20);
    static const struct {
        gnutls_pk_algorithm_t kind;
        unsigned bits;
        bool taken;
    } cases[] = {
        {GNUTLS_PK_RSA, 1024, true},
        {GNUTLS_PK_RSA, 2048, true},
        {GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP384R1), true},
        {GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP521R1), true},
        {GNUTLS_PK_EDDSA_ED25519, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_ED25519), true},
        {GNUTLS_PK_RSA, 768, false},
        {GNUTLS_PK_DSA, 1024, false},
    };
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        Str pem = STR_NONE;
        const Err *e = normal_form(a, made(a, cases[i].kind, cases[i].bits), "", &pem);
        if ((e == NULL) != cases[i].taken) {
            fail_msg("%zu: %s", i, e != NULL ? e->text : "taken");
        }
        if (e != NULL) {
            assert_int_equal(e->kind, ERR_INVALID);
            assert_true(str_starts_with(str_from(e->text), STR("Private keys are")));
        }
    }
}

static void test_faults(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(1 << 20);
    static const struct {
        Str text;
        const char *passphrase;
        const char *fault;
        bool is_passphrase;
    } cases[] = {
        {STR_INIT(""), "", "There is no private key in the text.", false},
        {STR_INIT(SAMPLE_NAMES), "", "There is no private key in the text.", false},
        {STR_INIT("-----BEGIN PRIVATE KEY-----\nAAEC\n-----END PRIVATE KEY-----\n"), "",
         "The private key is damaged.", false},
        {STR_INIT("-----BEGIN PRIVATE KEY-----\nAAEC\n"), "", "A PEM block has no end.", false},
        {STR_INIT(SAMPLE_OPENSSL_ENCRYPTED), "wrong",
         "The passphrase does not open the private key.", true},
        {STR_INIT(SAMPLE_OPENSSL_ENCRYPTED), "",
         "The private key is encrypted: its passphrase is needed.", true},
        {STR_INIT(SAMPLE_TOO_MANY_ROUNDS), "open",
         "The passphrase of the private key takes too many rounds.", false},
        {STR_INIT(SAMPLE_SCRYPT), "open",
         "The encryption of the private key is damaged or unknown.", false},
    };
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        Str pem = STR_NONE;
        const Err *e = normal_form(a, cases[i].text, cases[i].passphrase, &pem);
        assert_non_null(e);
        assert_int_equal(e->kind, ERR_INVALID);
        assert_string_equal(e->text, cases[i].fault);
        assert_int_equal(e->field != NULL, cases[i].is_passphrase);
    }
}

/* The halves of two keys in one: signs nothing that its certificate verifies. */
static void test_halves_of_two_keys(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(1 << 20);
    gnutls_x509_privkey_t first, second, mixed;
    gnutls_datum_t m, e, d, p, q, u, m2, e2, d2, p2, q2, u2, pem = {NULL, 0};
    assert_int_equal(gnutls_x509_privkey_init(&first), 0);
    assert_int_equal(gnutls_x509_privkey_init(&second), 0);
    assert_int_equal(gnutls_x509_privkey_init(&mixed), 0);
    assert_int_equal(gnutls_x509_privkey_generate(first, GNUTLS_PK_RSA, 1024, 0), 0);
    assert_int_equal(gnutls_x509_privkey_generate(second, GNUTLS_PK_RSA, 1024, 0), 0);
    assert_int_equal(gnutls_x509_privkey_export_rsa_raw(first, &m, &e, &d, &p, &q, &u), 0);
    assert_int_equal(gnutls_x509_privkey_export_rsa_raw(second, &m2, &e2, &d2, &p2, &q2, &u2), 0);
    if (gnutls_x509_privkey_import_rsa_raw(mixed, &m, &e, &d2, &p2, &q2, &u2) == 0 &&
        gnutls_x509_privkey_export2(mixed, GNUTLS_X509_FMT_PEM, &pem) == 0) {
        Str text = STR_NONE;
        const Err *fault = normal_form(a, data_take(a, &pem), "", &text);
        assert_non_null(fault);
        assert_string_equal(fault->text, "The private key is damaged.");
    }
    gnutls_datum_t *const all[] = {&m, &e, &d, &p, &q, &u, &m2, &e2, &d2, &p2, &q2, &u2};
    for (size_t i = 0; i < ARRAY_N(all); i++) {
        gnutls_free(all[i]->data);
    }
    gnutls_x509_privkey_deinit(mixed);
    gnutls_x509_privkey_deinit(second);
    gnutls_x509_privkey_deinit(first);
}

/* A number with a zero in front is written with it, and read back. */
static void test_a_short_number(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(1 << 20);
    const Str pem = normal(a, STR(SAMPLE_SHORT_NUMBER), "");
    same_key(a, STR(SAMPLE_SHORT_NUMBER), "", pem);
    const PemBlock block = {.label = STR("PRIVATE KEY"), .text = pem};
    Str der = STR_NONE;
    assert_null(pem_decode(a, &block, &der));
    static const char number[] = "\4\x20\0\0\0";
    assert_true(str_find_str(der, (Str){number, sizeof number - 1}) != SIZE_MAX);
    assert_int_equal(der.len, 138);
}

/* What was checked and written by us is the same key; another kind of damage is still seen. */
static void test_a_key_of_our_own(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(1 << 20);
    CLEANUP(private_key_free) PrivateKey *key = NULL;
    CLEANUP(private_key_free) PrivateKey *own = NULL;
    CLEANUP(private_key_free) PrivateKey *none = NULL;
    Str text = STR_NONE;
    assert_null(private_key_read(a, STR(SAMPLE_SEC1), STR_NONE, &key));
    assert_null(private_key_text(a, key, &text));
    assert_null(private_key_read_own(a, text, &own));
    assert_true(private_key_equal(key, own));
    assert_int_equal(private_key_read_own(a, str_slice(text, 0, text.len / 2), &none)->kind,
                     ERR_INVALID);
    assert_null(none);
}

static void refused(Arena *a, Str text, const char *fault)
{
    Str pem = STR_NONE;
    const Err *e = normal_form(a, text, "open", &pem);
    assert_non_null(e);
    assert_int_equal(e->kind, ERR_INVALID);
    assert_true(str_starts_with(str_from(e->text), str_from(fault)));
}

static Str pem_of(Arena *a, const char *label, Str der)
{
    const gnutls_datum_t data = data_of(der);
    gnutls_datum_t pem = {NULL, 0};
    assert_int_equal(gnutls_pem_base64_encode2(label, &data, &pem), 0);
    return data_take(a, &pem);
}

static Str zeros(Arena *a, size_t n)
{
    char *bytes = arena_alloc(a, n);
    memset(bytes, 0, n);
    return (Str){bytes, n};
}

/* GnuTLS raised numbers of the file's own size to each other: 41 KB took minutes. */
static void test_other_kinds_are_never_computed_with(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(1 << 20);
    static const Str dsa[] = {STR_INIT(SAMPLE_DSA_EMPTY), STR_INIT(SAMPLE_DSA_PBES2),
                              STR_INIT(SAMPLE_DSA_OPENSSL)};
    for (size_t i = 0; i < ARRAY_N(dsa); i++) {
        refused(a, dsa[i], "Private keys are");
    }
    const Str number = DER(a, DER_INTEGER, zeros(a, 8192 / 8 + 2));
    const Str rsa = DER(a, DER_SEQUENCE, STR("\2\1\0"), number);
    refused(a, pem_of(a, "RSA PRIVATE KEY", rsa), "Private keys are");
    const Str fits = DER(a, DER_INTEGER, zeros(a, 8192 / 8 + 1));
    refused(a, pem_of(a, "RSA PRIVATE KEY", DER(a, DER_SEQUENCE, STR("\2\1\0"), fits)),
            "The private key is damaged.");
    refused(a, made(a, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP224R1)),
            "Private keys are");
}

static void test_size(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(1 << 20);
    refused(a, pem_of(a, "PRIVATE KEY", zeros(a, PKI_KEY_MAX_BYTES)),
            "The private key is too large.");
}

/* The rounds of the inner block were counted by nobody. */
static void test_a_block_within_another(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(1 << 20);
    gnutls_x509_privkey_t key;
    gnutls_datum_t pem = {NULL, 0};
    const gnutls_datum_t text = data_of(STR(SAMPLE_SEC1));
    assert_int_equal(gnutls_x509_privkey_init(&key), 0);
    assert_int_equal(gnutls_x509_privkey_import(key, &text, GNUTLS_X509_FMT_PEM), 0);
    assert_int_equal(gnutls_x509_privkey_export2_pkcs8(key, GNUTLS_X509_FMT_PEM, "open",
                                                       GNUTLS_PKCS_PBES2_AES_128, &pem),
                     0);
    gnutls_x509_privkey_deinit(key);
    const Str inner = data_take(a, &pem);
    static const char *const headers[] = {"Proc-Type: 4,ENCRYPTED\n", ""};
    for (size_t i = 0; i < ARRAY_N(headers); i++) {
        refused(a,
                str_format(a,
                           "-----BEGIN RSA PRIVATE KEY-----\n%s\n%.*s"
                           "-----END RSA PRIVATE KEY-----\n",
                           headers[i], STR_ARG(inner)),
                "The private key is damaged.");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_key_of_our_own),
        cmocka_unit_test(test_all_forms_of_one_key),
        cmocka_unit_test(test_a_short_number),
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_other_kinds_are_never_computed_with),
        cmocka_unit_test(test_size),
        cmocka_unit_test(test_a_block_within_another),
        cmocka_unit_test(test_faults),
        cmocka_unit_test(test_halves_of_two_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
