#include "test.h"

#include "pki/pem.h"

#define BLOCK "-----BEGIN CERTIFICATE-----\nAAEC\n-----END CERTIFICATE-----\n"
#define CRLF_BLOCK "-----BEGIN CERTIFICATE-----\r\nAAEC\r\n-----END CERTIFICATE-----\r\n"

typedef struct PemCase {
    const char *text;
    size_t n;          /* blocks */
    const char *first; /* text of the first */
    const char *fault; /* NULL: none */
} PemCase;

static const PemCase cases[] = {
    {"", 0, NULL, NULL},
    {"no block", 0, NULL, NULL},
    {BLOCK, 1, BLOCK, NULL},
    {BLOCK BLOCK, 2, BLOCK, NULL},
    {CRLF_BLOCK, 1, CRLF_BLOCK, NULL},
    {"\xEF\xBB\xBF" BLOCK, 1, BLOCK, NULL},
    {"Subject: CN=a\n  " BLOCK "\nIssuer: b\n" BLOCK "the end", 2, BLOCK, NULL},
    {"-----BEGIN CERTIFICATE-----\nAAEC\n-----END CERTIFICATE-----", 1,
     "-----BEGIN CERTIFICATE-----\nAAEC\n-----END CERTIFICATE-----", NULL},
    {"-----BEGIN \n-----BEGIN -----\n" BLOCK, 1, BLOCK, NULL},
    {"-----BEGIN CERTIFICATE-----\nAAEC\n", 0, NULL, "A PEM block has no end."},
    {BLOCK "-----BEGIN CERTIFICATE-----\nAAEC\n-----END PRIVATE KEY-----\n", 1, BLOCK,
     "A PEM block has no end."},
};

static void check_case(Arena *a, const PemCase *c)
{
    Str rest = str_from(c->text);
    PemBlock block = {.label = STR_NONE};
    bool found = true;
    size_t n = 0;
    const Err *e = NULL;
    while (found && e == NULL) {
        e = pem_next(a, &rest, &block, &found);
        if (e != NULL || !found) {
            break;
        }
        if (n++ == 0) {
            assert_string_equal(str_to_cstr(a, block.text), c->first);
        }
        assert_true(pem_is_certificate(&block));
        assert_false(pem_is_private_key(&block));
    }
    assert_int_equal(n, c->n);
    assert_int_equal(e != NULL, c->fault != NULL);
    if (e != NULL) {
        assert_string_equal(e->text, c->fault);
    }
}

static void test_blocks(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(1 << 20);
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        check_case(a, &cases[i]);
    }
}

static Err *decode(Arena *a, const char *text, Str *ret_der)
{
    Str rest = str_from(text);
    PemBlock block = {.label = STR_NONE};
    bool found = false;
    TRY(pem_next(a, &rest, &block, &found));
    assert_true(found);
    return pem_decode(a, &block, ret_der);
}

static void test_content(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(1 << 20);
    Str der = STR_NONE;
    assert_null(decode(a, CRLF_BLOCK, &der));
    assert_int_equal(der.len, 3);
    assert_memory_equal(der.ptr, "\x00\x01\x02", 3);
    const Err *e = decode(a, "-----BEGIN CERTIFICATE-----\nA*%\n-----END CERTIFICATE-----\n", &der);
    assert_non_null(e);
    assert_int_equal(e->kind, ERR_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blocks),
        cmocka_unit_test(test_content),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
