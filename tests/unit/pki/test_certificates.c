#include "test.h"

#include <gnutls/x509.h>
#include <string.h>

#include "pki/authority.h"
#include "pki/certificates.h"
#include "pki/data.h"
#include "pki/der.h"
#include "pki/limits.h"
#include "pki/samples.h"

static void is_text(Str found, const char *right)
{
    CLEANUP(arena_free) Arena *a = arena_new(1 << 20);
    assert_string_equal(str_to_cstr(a, found), right);
}

static Certificates *read_text(Arena *a, Str text)
{
    Certificates *c = NULL;
    const Err *e = certificates_read(a, text, &c);
    if (e != NULL) {
        fail_msg("%s", e->text);
    }
    return c;
}

static CertificateDescription describe(Arena *a, Str text)
{
    CLEANUP(certificates_free) Certificates *c = read_text(a, text);
    CertificateDescription d;
    assert_null(certificates_describe(a, c, 0, &d));
    return d;
}

static Str joined(Arena *a, const Str texts[], size_t n)
{
    Str all = STR("");
    for (size_t i = 0; i < n; i++) {
        all = str_format(a, "%.*s%.*s", STR_ARG(all), STR_ARG(texts[i]));
    }
    return all;
}

/* --- reading --- */

static void test_faults(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(1 << 26);
    static const struct {
        Str text;
        const char *fault;
    } cases[] = {
        {STR_INIT(""), "There is no certificate in the text."},
        {STR_INIT("-----BEGIN EC PARAMETERS-----\nAAEC\n-----END EC PARAMETERS-----\n"),
         "There is no certificate in the text."},
        {STR_INIT(SAMPLE_NAMES "-----BEGIN CERTIFICATE-----\nAAEC\n-----END CERTIFICATE-----\n"),
         "Certificate 2 of the text is damaged."},
        {STR_INIT(SAMPLE_NAMES "-----BEGIN CERTIFICATE-----\n"), "A PEM block has no end."},
        {STR_INIT(SAMPLE_NAMES SAMPLE_SEC1),
         "There is a private key in the text; it has a field of its own."},
    };
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        Certificates *c = NULL;
        const Err *e = certificates_read(a, cases[i].text, &c);
        assert_non_null(e);
        assert_int_equal(e->kind, ERR_INVALID);
        assert_string_equal(e->text, cases[i].fault);
        assert_null(c);
    }
}

static void test_number_and_size_are_bounded(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(1 << 26);
    Buf text;
    buf_init(&text, 2 * PKI_TEXT_MAX_BYTES);
    for (int i = 0; i < PKI_CERTIFICATES_MAX; i++) {
        buf_put_lit(&text, SAMPLE_NAMES);
    }
    CLEANUP(certificates_free) Certificates *c = read_text(a, buf_str(&text));
    assert_int_equal(certificates_n(c), PKI_CERTIFICATES_MAX);
    Certificates *none = NULL;
    buf_put_lit(&text, SAMPLE_NAMES);
    const Err *e = certificates_read(a, buf_str(&text), &none);
    assert_string_equal(e->text, "At most 500 certificates are taken at once.");
    while (text.len <= PKI_TEXT_MAX_BYTES) {
        buf_put_lit(&text, "a line of many that say nothing\n");
    }
    e = certificates_read(a, buf_str(&text), &none);
    assert_string_equal(e->text,
                        "The text of the certificates is too large: at most 1024 KiB are taken.");
    buf_deinit(&text);
}

static void test_a_bundle_may_hold_keys(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(1 << 20);
    CLEANUP(certificates_free) Certificates *c = NULL;
    assert_null(certificates_read_bundle(a, STR(SAMPLE_SEC1 SAMPLE_NAMES), &c));
    assert_int_equal(certificates_n(c), 1);
    is_text(certificates_text(c, 0), SAMPLE_NAMES);
    CLEANUP(private_key_free) PrivateKey *key = NULL;
    assert_null(private_key_read(a, STR(SAMPLE_SEC1), STR_NONE, &key));
    assert_int_equal(certificates_of_key(c, key), 0);
}

/* --- ordering --- */

typedef struct Family {
    Issued root, middle, leaf, other;
} Family;

static Family make_family(Arena *a)
{
    Family f;
    f.root = authority_issue(a, &(Order){.dn = "CN=Root", .is_authority = true});
    f.middle =
        authority_issue(a, &(Order){.dn = "CN=Middle", .issuer = &f.root, .is_authority = true});
    f.leaf = authority_issue(
        a, &(Order){.dn = "CN=leaf.example.com", .issuer = &f.middle, .host = "leaf.example.com"});
    f.other = authority_issue(a, &(Order){.dn = "CN=Root", .is_authority = true});
    return f;
}

static void check_chain(Arena *a, Str text, Str key_text, Str more_text, Str right, bool complete)
{
    CLEANUP(certificates_free) Certificates *c = read_text(a, text);
    CLEANUP(certificates_free) Certificates *more = NULL;
    CLEANUP(private_key_free) PrivateKey *key = NULL;
    if (more_text.len > 0) {
        more = read_text(a, more_text);
    }
    assert_null(private_key_read(a, key_text, STR_NONE, &key));
    const size_t leaf = certificates_of_key(c, key);
    assert_true(leaf < certificates_n(c));
    bool is_complete = !complete;
    const Str chain = certificates_chain(a, c, leaf, more, &is_complete);
    is_text(chain, str_to_cstr(a, right));
    assert_int_equal(is_complete, complete);
}

/* wire 9.5: leaf, then issuers in order, nothing unrelated, however the text is ordered. The other
 * root has the same name and another key. */
static void test_chain(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(1 << 24);
    const Family f = make_family(a);
    const Str leaf = f.leaf.certificate, middle = f.middle.certificate, root = f.root.certificate,
              other = f.other.certificate;
    const Str right = joined(a, (const Str[]){leaf, middle, root}, 3);
    const Str orders[][4] = {{leaf, middle, root, other},
                             {other, root, middle, leaf},
                             {root, leaf, other, middle},
                             {middle, other, leaf, root}};
    for (size_t i = 0; i < ARRAY_N(orders); i++) {
        check_chain(a, joined(a, orders[i], 4), f.leaf.key, STR_NONE, right, true);
    }
    const Str without_middle = joined(a, (const Str[]){root, leaf}, 2);
    check_chain(a, without_middle, f.leaf.key, STR_NONE, leaf, false);
    check_chain(a, without_middle, f.leaf.key, joined(a, (const Str[]){other, middle}, 2), right,
                true);
    check_chain(a, leaf, f.leaf.key, middle, joined(a, (const Str[]){leaf, middle}, 2), false);
}

static void test_a_key_without_certificate(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(1 << 20);
    const Family f = make_family(a);
    CLEANUP(certificates_free) Certificates *c = read_text(a, f.root.certificate);
    CLEANUP(private_key_free) PrivateKey *key = NULL;
    assert_null(private_key_read(a, f.leaf.key, STR_NONE, &key));
    assert_true(certificates_of_key(c, key) == SIZE_MAX);
    assert_true(certificates_is_self_issued(c, 0));
    CLEANUP(certificates_free) Certificates *other = read_text(a, f.other.certificate);
    assert_true(certificates_equal(c, 0, c, 0));
    Str fingerprint = STR_NONE;
    Str other_fingerprint = STR_NONE;
    assert_null(certificates_fingerprint(a, c, 0, &fingerprint));
    assert_int_equal(fingerprint.len, 64);
    assert_false(certificates_equal(c, 0, other, 0));
    assert_null(certificates_fingerprint(a, other, 0, &other_fingerprint));
    assert_false(str_equal(fingerprint, other_fingerprint));
}

/* --- describing --- */

static void test_description(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(1 << 20);
    const Issued root = authority_issue(a, &(Order){.dn = "O=Authorities,C=DE",
                                                    .is_authority = true,
                                                    .start = 1000000000,
                                                    .end = 1000000010});
    const Issued leaf = authority_issue(a, &(Order){.dn = "CN=leaf.example.com,O=Rostra",
                                                    .issuer = &root,
                                                    .host = "leaf.example.com",
                                                    .purpose = GNUTLS_KP_TLS_WWW_CLIENT});
    CertificateDescription d = describe(a, leaf.certificate);
    is_text(d.subject_name, "leaf.example.com");
    is_text(d.issuer_name, "Authorities");
    is_text(d.raw_subject, "CN=leaf.example.com,O=Rostra");
    is_text(d.raw_issuer, "O=Authorities,C=DE");
    is_text(d.serial_no, "ABC01");
    is_text(d.subject_alt_names, "leaf.example.com,10.0.0.1");
    assert_true(d.client_auth);
    assert_false(d.server_auth);
    assert_int_equal(d.key_id.len, 40);
    assert_true(str_find_str(d.text, STR("leaf.example.com")) != SIZE_MAX);
    assert_true(str_find(d.text, '\n', 0) != SIZE_MAX);
    const CertificateDescription r = describe(a, root.certificate);
    assert_true(str_equal(d.issuer_key_id, r.key_id));
    assert_true(str_equal(d.issuer_hash, r.subject_hash));
    assert_null(r.issuer_key_id.ptr);
    assert_true(r.client_auth && r.server_auth);
    assert_int_equal(r.start_us, INT64_C(1000000000000000));
    assert_int_equal(r.end_us, INT64_C(1000000010000000));
    is_text(r.subject_alt_names, "");
}

static void test_hash_is_that_of_openssl(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(1 << 20);
    const CertificateDescription d = describe(a, STR(SAMPLE_NAMES));
    is_text(d.subject_hash, SAMPLE_NAMES_HASH);
    is_text(d.issuer_hash, SAMPLE_NAMES_HASH);
    is_text(d.subject_name, "Test   CA");
}

/* Names are shown as far as there is room, never with half a character or a control. */
static void test_odd_names(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(1 << 20);
    Buf dn;
    buf_init(&dn, 4096);
    buf_put_lit(&dn, "CN=");
    for (int i = 0; i < 300; i++) {
        buf_put_lit(&dn, "\xC3\xBC");
    }
    const Issued long_name = authority_issue(a, &(Order){.dn = str_to_cstr(a, buf_str(&dn))});
    buf_deinit(&dn);
    const CertificateDescription d = describe(a, long_name.certificate);
    assert_int_equal(d.subject_name.len, 500);
    assert_int_equal(d.raw_subject.len, 497);
    const Issued odd = authority_issue(a, &(Order){.dn = "CN=a\x01 b\x7F"});
    is_text(describe(a, odd.certificate).subject_name, "a? b?");
}

/* --- size --- */

typedef struct Large {
    const char *oid;
    size_t size;       /* of each extension */
    unsigned n;        /* of the extensions */
    const char *fault; /* NULL: it is described */
} Large;

/* A list with one name of a URI: bytes in all, at least 300. */
static Str one_name(Arena *a, size_t size)
{
    static const size_t headers = 4 + 4;
    char *uri = arena_alloc(a, size - headers);
    memset(uri, 'a', size - headers);
    const Str names = DER(a, DER_SEQUENCE, DER(a, 0x86, (Str){uri, size - headers}));
    assert_int_equal(names.len, size);
    return names;
}

/* A certificate with the extensions, and a common name of that many characters. */
static Str issue_large(Arena *a, const Large *large, size_t name_len)
{
    gnutls_x509_crt_t crt;
    gnutls_x509_privkey_t key;
    gnutls_datum_t pem = {NULL, 0};
    assert_int_equal(gnutls_x509_crt_init(&crt), 0);
    assert_int_equal(gnutls_x509_privkey_init(&key), 0);
    assert_int_equal(gnutls_x509_privkey_generate(
                         key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0),
                     0);
    assert_int_equal(gnutls_x509_crt_set_version(crt, 3), 0);
    assert_int_equal(gnutls_x509_crt_set_key(crt, key), 0);
    assert_int_equal(gnutls_x509_crt_set_serial(crt, "\1", 1), 0);
    assert_int_equal(gnutls_x509_crt_set_activation_time(crt, 1), 0);
    assert_int_equal(gnutls_x509_crt_set_expiration_time(crt, 2), 0);
    for (size_t left = name_len; left > 0; left -= 50) {
        assert_int_equal(
            gnutls_x509_crt_set_dn_by_oid(crt, GNUTLS_OID_X520_ORGANIZATIONAL_UNIT_NAME, 0,
                                          "12345678901234567890123456789012345678901234567890", 50),
            0);
    }
    const Str content = one_name(a, large->size);
    for (unsigned i = 0; i < large->n; i++) {
        const char *oid = str_to_cstr(a, str_format(a, "%s%u", large->oid, 17 + i));
        assert_int_equal(
            gnutls_x509_crt_set_extension_by_oid(crt, oid, content.ptr, content.len, 0), 0);
    }
    assert_int_equal(gnutls_x509_crt_sign2(crt, crt, key, GNUTLS_DIG_SHA256, 0), 0);
    assert_int_equal(gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_PEM, &pem), 0);
    gnutls_x509_privkey_deinit(key);
    gnutls_x509_crt_deinit(crt);
    return data_take(a, &pem);
}

static void check_size(Arena *a, Str pem, const char *fault)
{
    CLEANUP(certificates_free) Certificates *c = NULL;
    CertificateDescription d;
    const Err *e = certificates_read(a, pem, &c);
    e = e == NULL ? certificates_describe(a, c, 0, &d) : e;
    assert_string_equal(e != NULL ? e->text : "", fault);
}

/* One with 5,000 distribution points took half a second to describe. */
static void test_what_it_holds_is_bounded(void **state)
{
    (void)state;
    static const Large cases[] = {
        {"1.2.3.", 4096, 1, ""},
        {"1.2.3.", 4097, 1, "The certificate holds too much: an extension is too large."},
        {"2.5.29.", 16384, 1, ""}, /* 2.5.29.17: alternative names */
        {"2.5.29.", 16385, 1, "The certificate holds too much: an extension is too large."},
        {"1.2.3.", 300, 64, ""},
        {"1.2.3.", 300, 65, "The certificate holds too much: it has too many extensions."},
        {"1.2.3.", 4000, 7, "Certificate 1 of the text is too large: at most 32 KiB are taken."},
    };
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        CLEANUP(arena_free) Arena *a = arena_new(1 << 24);
        check_size(a, issue_large(a, &cases[i], 50), cases[i].fault);
    }
    CLEANUP(arena_free) Arena *a = arena_new(1 << 24);
    check_size(a, issue_large(a, &cases[0], 5000),
               "The certificate holds too much: a name is too long.");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_faults),
        cmocka_unit_test(test_number_and_size_are_bounded),
        cmocka_unit_test(test_a_bundle_may_hold_keys),
        cmocka_unit_test(test_chain),
        cmocka_unit_test(test_a_key_without_certificate),
        cmocka_unit_test(test_description),
        cmocka_unit_test(test_hash_is_that_of_openssl),
        cmocka_unit_test(test_odd_names),
        cmocka_unit_test(test_what_it_holds_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
