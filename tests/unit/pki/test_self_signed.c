#include "test.h"

#include <gnutls/x509.h>
#include <string.h>

#include "pki/self_signed.h"

static const Str dns[] = {STR_INIT("rostra.example.com"), STR_INIT("localhost")};
static const Str addresses[] = {STR_INIT("127.0.0.1"), STR_INIT("2001:db8::1")};

static void test_names_are_in_the_certificate(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(1 << 20);
    const SelfSignedNames names = {dns, ARRAY_N(dns), addresses, ARRAY_N(addresses)};
    Str certificate;
    Str key;
    assert_null(self_signed_make(a, &names, &certificate, &key));
    assert_true(str_starts_with(key, STR("-----BEGIN PRIVATE KEY-----")));
    gnutls_x509_crt_t crt;
    assert_int_equal(gnutls_x509_crt_init(&crt), 0);
    char *text = str_to_cstr(a, certificate);
    const gnutls_datum_t pem = {(unsigned char *)text, (unsigned)certificate.len};
    assert_int_equal(gnutls_x509_crt_import(crt, &pem, GNUTLS_X509_FMT_PEM), 0);
    const char *const right[] = {"rostra.example.com", "localhost", "127.0.0.1", "2001:db8::1"};
    for (size_t i = 0; i < ARRAY_N(right); i++) {
        assert_int_not_equal(gnutls_x509_crt_check_hostname(crt, right[i]), 0);
    }
    assert_int_equal(gnutls_x509_crt_check_hostname(crt, "other.example.com"), 0);
    assert_int_equal(gnutls_x509_crt_check_issuer(crt, crt), 1);
    gnutls_x509_crt_deinit(crt);
}

static void test_a_wrong_address_is_refused(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(1 << 20);
    const Str wrong = STR("127.0.0.one");
    const SelfSignedNames names = {dns, ARRAY_N(dns), &wrong, 1};
    Str certificate;
    Str key;
    const Err *e = self_signed_make(a, &names, &certificate, &key);
    assert_non_null(e);
    assert_int_equal(e->kind, ERR_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_are_in_the_certificate),
        cmocka_unit_test(test_a_wrong_address_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
