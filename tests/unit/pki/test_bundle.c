#include "test.h"

#include "pki/authority.h"
#include "pki/bundle.h"
#include "pki/samples.h"

typedef struct Members {
    Issued root, leaf, other;
} Members;

static Members make_members(Arena *a)
{
    Members m;
    m.root = authority_issue(a, &(Order){.dn = "CN=Root", .is_authority = true});
    m.leaf = authority_issue(a, &(Order){.dn = "CN=leaf", .issuer = &m.root});
    m.other = authority_issue(a, &(Order){.dn = "CN=other", .issuer = &m.root});
    return m;
}

static void test_keys_find_their_certificates(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(1 << 20);
    const Members m = make_members(a);
    const Str text =
        str_format(a, "%.*s words %.*s%.*s%.*s%.*s%.*s", STR_ARG(m.leaf.key),
                   STR_ARG(m.root.certificate), STR_ARG(m.other.key), STR_ARG(m.leaf.certificate),
                   STR_ARG(m.other.certificate), STR_ARG(m.leaf.key));
    Bundle bundle;
    assert_null(bundle_read(a, text, STR_NONE, &bundle));
    assert_int_equal(certificates_n(bundle.certificates), 3);
    assert_int_equal(bundle.n_keys, 2);
    assert_int_equal(bundle.leaves[0], 1);
    assert_int_equal(bundle.leaves[1], 2);
    assert_false(bundle_is_leaf(&bundle, 0));
    assert_true(bundle_is_leaf(&bundle, 1));
    bundle_deinit(&bundle);
}

static void test_faults(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(1 << 24);
    const Members m = make_members(a);
    Buf many;
    buf_init(&many, 1 << 20);
    for (int i = 0; i <= PKI_KEYS_MAX; i++) {
        const Issued one = authority_issue(a, &(Order){.dn = "CN=one"});
        buf_put_str(&many, one.certificate);
        buf_put_str(&many, one.key);
    }
    const struct {
        Str text;
        const char *passphrase;
        const char *fault;
        bool is_passphrase;
    } cases[] = {
        {STR(""), "", "There is no certificate in it.", false},
        {m.leaf.key, "", "There is no certificate in it.", false},
        {str_format(a, "%.*s%.*s", STR_ARG(m.root.certificate), STR_ARG(m.leaf.key)), "",
         "A private key belongs to none of the certificates.", false},
        {STR(SAMPLE_PLAIN SAMPLE_OPENSSL_ENCRYPTED), "wrong",
         "The passphrase does not open the private key.", true},
        {STR(SAMPLE_PLAIN SAMPLE_TOO_MANY_ROUNDS), "open",
         "The passphrase of the private key takes too many rounds.", false},
        {STR("0\x82nothing"), "", "The PKCS#12 file is damaged or of an unknown kind.", false},
        {buf_str(&many), "", "At most 50 private keys are taken at once.", false},
    };
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        Bundle bundle = {.n_keys = 0};
        const Err *e = bundle_read(a, cases[i].text, str_from(cases[i].passphrase), &bundle);
        assert_non_null(e);
        assert_int_equal(e->kind, ERR_INVALID);
        assert_string_equal(e->text, cases[i].fault);
        assert_int_equal(e->field != NULL, cases[i].is_passphrase);
        assert_null(bundle.certificates);
    }
    buf_deinit(&many);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keys_find_their_certificates),
        cmocka_unit_test(test_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
