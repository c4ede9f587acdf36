/* Keys in clear are gone from memory that is given back. */
#include "test.h"

#include <gnutls/pkcs12.h>
#include <stdlib.h>
#include <string.h>

#include "pki/data.h"
#include "pki/pkcs12.h"
#include "pki/private_key.h"
#include "pki/samples.h"
#include "wrapped_free.h"

static Str file_of(Arena *a)
{
    const gnutls_datum_t text = data_of(STR(SAMPLE_AES_SHA512));
    gnutls_datum_t der = {NULL, 0};
    assert_int_equal(gnutls_base64_decode2(&text, &der), 0);
    return data_take(a, &der);
}

/* The first line of the key itself. */
static Str first_line(Str pem)
{
    const Str label = STR("-----BEGIN PRIVATE KEY-----\n");
    const size_t at = str_find_str(pem, label);
    assert_true(at != SIZE_MAX && pem.len > at + label.len + 64);
    return str_slice(pem, at + label.len, at + label.len + 64);
}

/* Seen: the text that all keys of a file are gathered in was given back as it was. */
static void test_keys_of_a_file(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *kept = arena_new(1 << 20);
    Arena *a = arena_new(1 << 20);
    const Str file = file_of(kept);
    Str pem = STR_NONE;
    assert_null(pkcs12_read(a, file, STR("secret"), &pem));
    const Str line = str_dup(kept, first_line(pem));
    wrapped_free_watch(line.ptr, line.len);
    (void)arena_free(a); /* always NULL */
    assert_int_equal(wrapped_free_n_found(), 0);
    a = arena_new(1 << 20);
    assert_null(pkcs12_read(a, file, STR("secret"), &pem));
    (void)arena_free(a); /* always NULL */
    assert_int_equal(wrapped_free_n_found(), 0);
    wrapped_free_watch(NULL, 0);
}

static void test_the_text_of_a_key(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *kept = arena_new(1 << 20);
    CLEANUP(private_key_free) PrivateKey *key = NULL;
    Str pem = STR_NONE;
    assert_null(private_key_read(kept, STR(SAMPLE_SEC1), STR_NONE, &key));
    Arena *a = arena_new(1 << 20);
    assert_null(private_key_text(a, key, &pem));
    const Str line = str_dup(kept, first_line(pem));
    wrapped_free_watch(line.ptr, line.len);
    (void)arena_free(a); /* always NULL */
    assert_int_equal(wrapped_free_n_found(), 0);
    wrapped_free_watch(NULL, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keys_of_a_file),
        cmocka_unit_test(test_the_text_of_a_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
