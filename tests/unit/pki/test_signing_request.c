#include "test.h"

#include <gnutls/x509.h>

#include "base/buf.h"
#include "pki/data.h"
#include "pki/key_pair.h"
#include "pki/signing_request.h"

static Err *make(Arena *a, KeyKind kind, const SigningRequest *request, Str *ret_pem)
{
    KeyPair pair;
    CLEANUP(private_key_free) PrivateKey *key = NULL;
    TRY(key_pair_make(a, kind, &pair));
    TRY(private_key_read(a, pair.private_pem, STR_NONE, &key));
    return signing_request_make(a, request, key, ret_pem);
}

/* What people would read of it. */
static const char *readable(Arena *a, KeyKind kind, const SigningRequest *request)
{
    Str pem = STR_NONE;
    const Err *e = make(a, kind, request, &pem);
    if (e != NULL) {
        fail_msg("%s", e->text);
    }
    gnutls_x509_crq_t crq;
    gnutls_datum_t text = {NULL, 0};
    const gnutls_datum_t data = data_of(pem);
    assert_int_equal(gnutls_x509_crq_init(&crq), 0);
    assert_int_equal(gnutls_x509_crq_import(crq, &data, GNUTLS_X509_FMT_PEM), 0);
    assert_int_equal(gnutls_x509_crq_verify(crq, 0), 0);
    assert_int_equal(gnutls_x509_crq_print(crq, GNUTLS_CRT_PRINT_FULL, &text), 0);
    gnutls_x509_crq_deinit(crq);
    return str_to_cstr(a, data_take(a, &text));
}

static void has(const char *text, const char *part)
{
    if (str_find_str(str_from(text), str_from(part)) == SIZE_MAX) {
        fail_msg("no \"%s\" in %s", part, text);
    }
}

static void has_not(const char *text, const char *part)
{
    assert_true(str_find_str(str_from(text), str_from(part)) == SIZE_MAX);
}

static void test_all_parts(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(1 << 20);
    const SigningRequest request = {
        .common_name = STR("node.example.com"),
        .alt_names = STR("b.example.com, 10.0.0.1 ,,NODE.example.com,2001:db8::1,*.c.example.com"),
        .server_auth = true,
        .client_auth = true,
        .ad_compatible = true,
    };
    const char *text = readable(a, KEY_KIND_ECDSA_P256, &request);
    has(text, "Subject: CN=node.example.com\n");
    has(text, "DNSname: node.example.com\n");
    has_not(text, "NODE.example.com");
    has(text, "DNSname: b.example.com\n");
    has(text, "DNSname: *.c.example.com\n");
    has(text, "IPAddress: 10.0.0.1\n");
    has(text, "IPAddress: 2001:db8::1\n");
    has(text, "TLS WWW Server");
    has(text, "TLS WWW Client");
    has(text, "1.3.6.1.4.1.311.20.2");
    has(text, ".W.e.b.S.e.r.v.e.r");
}

static void test_least(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(1 << 20);
    const SigningRequest request = {.common_name = STR("A name with blanks, and a comma")};
    const char *text = readable(a, KEY_KIND_RSA_2048, &request);
    has(text, "Subject: CN=A name with blanks\\, and a comma\n");
    has_not(text, "DNSname");
    has_not(text, "TLS WWW");
    has_not(text, "1.3.6.1.4.1.311");
}

static void test_distinguished_name(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(1 << 20);
    const SigningRequest request = {.common_name = STR("node.example.com"),
                                    .distinguished_name =
                                        STR("CN=node.example.com,OU=Video,O=Rostra,C=DE")};
    has(readable(a, KEY_KIND_ECDSA_P256, &request),
        "Subject: CN=node.example.com,OU=Video,O=Rostra,C=DE\n");
    const SigningRequest plain = {.common_name = STR("node.example.com"),
                                  .distinguished_name = STR(" just, a name ")};
    has(readable(a, KEY_KIND_ECDSA_P256, &plain), "Subject: CN=just\\, a name\n");
    const SigningRequest blank = {.common_name = STR("node.example.com"),
                                  .distinguished_name = STR(" ")};
    has(readable(a, KEY_KIND_ECDSA_P256, &blank), "Subject: CN=node.example.com\n");
}

/* The spellings of OpenSSL, Windows and RFC 4514, written as GnuTLS shows them. */
static void test_spellings(void **state)
{
    (void)state;
    const char *const cases[][2] = {
        {"/C=DE/ST=Hesse/O=a\\/b, c/CN=x", "CN=x,O=a/b\\, c,ST=Hesse,C=DE"},
        {"/CN=x/O=y", "O=y,CN=x"},
        {"emailAddress=a@b.c, CN = x ,S=Hesse", "EMAIL=a@b.c,CN=x,ST=Hesse"},
        {"E=a@b.c;cn=x;st=Hesse", "EMAIL=a@b.c,CN=x,ST=Hesse"},
        {"EMAIL=a@b.c,O=\"Foo, \\\"Inc.\\\"\" ,C=DE", "EMAIL=a@b.c,O=Foo\\, \\\"Inc.\\\",C=DE"},
        {"CN=M\\C3\\BCller\\,\\+,OID.2.5.4.10=y,2.5.4.11=#0C017A",
         "CN=M\303\274ller\\,\\+,O=y,OU=z"},
        {"CN=x,DC=example,DC=com,UID=u", "CN=x,DC=example,DC=com,UID=u"},
    };
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        CLEANUP(arena_free) Arena *a = arena_new(1 << 20);
        const SigningRequest request = {.common_name = STR("n"),
                                        .distinguished_name = str_from(cases[i][0])};
        has(readable(a, KEY_KIND_ECDSA_P256, &request),
            str_to_cstr(a, str_format(a, "Subject: %s\n", cases[i][1])));
    }
}

static void test_kinds_of_names(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(1 << 20);
    const SigningRequest request = {
        .common_name = STR("node.example.com"),
        .alt_names =
            STR("DNS:node.example.com,DNS:b.example.com, IP:1.2.3.4,ip address:2001:db8::1,"
                "email:a@example.com,b.c@example.com"),
    };
    const char *text = readable(a, KEY_KIND_ECDSA_P256, &request);
    has_not(text, "DNSname: DNS");
    has(text, "DNSname: b.example.com\n");
    has(text, "IPAddress: 1.2.3.4\n");
    has(text, "IPAddress: 2001:db8::1\n");
    has(text, "RFC822Name: a@example.com\n");
    has(text, "RFC822Name: b.c@example.com\n");
}

static void test_faults(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(1 << 20);
    Buf many;
    buf_init(&many, 1 << 20);
    for (int i = 0; i < SIGNING_REQUEST_ALT_NAMES_MAX; i++) {
        buf_printf(&many, "n%d.example.com,", i);
    }
    const struct {
        SigningRequest request;
        const char *field;
    } cases[] = {
        {{.common_name = STR("a"), .distinguished_name = STR("CN=a,b")},
         SIGNING_REQUEST_DISTINGUISHED_NAME},
        {{.common_name = STR("a"), .distinguished_name = STR("XYZ=a")},
         SIGNING_REQUEST_DISTINGUISHED_NAME},
        {{.common_name = STR("a"), .distinguished_name = STR("CN=a+OU=b")},
         SIGNING_REQUEST_DISTINGUISHED_NAME},
        {{.common_name = STR("a"), .distinguished_name = STR("CN=")},
         SIGNING_REQUEST_DISTINGUISHED_NAME},
        {{.common_name = STR("a"), .distinguished_name = STR("CN=a,O=\"b")},
         SIGNING_REQUEST_DISTINGUISHED_NAME},
        {{.common_name = STR("a"), .distinguished_name = STR("CN=a,O=\"b\"c")},
         SIGNING_REQUEST_DISTINGUISHED_NAME},
        {{.common_name = STR("a"), .distinguished_name = STR("CN=a\\")},
         SIGNING_REQUEST_DISTINGUISHED_NAME},
        {{.common_name = STR("a"), .distinguished_name = STR("CN=a\\00")},
         SIGNING_REQUEST_DISTINGUISHED_NAME},
        {{.common_name = STR("a"), .distinguished_name = STR("CN=a\\FF")},
         SIGNING_REQUEST_DISTINGUISHED_NAME},
        {{.common_name = STR("a"), .distinguished_name = STR("C=Germany")},
         SIGNING_REQUEST_DISTINGUISHED_NAME},
        {{.common_name = STR("a"), .distinguished_name = STR("/CN=a/b")},
         SIGNING_REQUEST_DISTINGUISHED_NAME},
        {{.common_name = STR("a"), .distinguished_name = STR("2.5.4.3=#1")},
         SIGNING_REQUEST_DISTINGUISHED_NAME},
        {{.common_name = STR("a"), .distinguished_name = STR("1..2=a")},
         SIGNING_REQUEST_DISTINGUISHED_NAME},
        {{.common_name = STR("a"), .distinguished_name = STR("=a")},
         SIGNING_REQUEST_DISTINGUISHED_NAME},
        {{.common_name = STR("a"), .distinguished_name = STR("/=")},
         SIGNING_REQUEST_DISTINGUISHED_NAME},
        {{.common_name = STR("a"), .alt_names = STR("IP:a.example.com")},
         SIGNING_REQUEST_ALT_NAMES},
        {{.common_name = STR("a"), .alt_names = STR("DNS:")}, SIGNING_REQUEST_ALT_NAMES},
        {{.common_name = STR("a"), .alt_names = STR("DNS:a b")}, SIGNING_REQUEST_ALT_NAMES},
        {{.common_name = STR("a"), .alt_names = STR("email:a")}, SIGNING_REQUEST_ALT_NAMES},
        {{.common_name = STR("a"), .alt_names = STR("a@")}, SIGNING_REQUEST_ALT_NAMES},
        {{.common_name = STR("a"), .alt_names = STR("@b")}, SIGNING_REQUEST_ALT_NAMES},
        {{.common_name = STR("a"), .alt_names = STR("a b@c.d")}, SIGNING_REQUEST_ALT_NAMES},
        {{.common_name = STR("a"), .alt_names = STR("URI:http://a/")}, SIGNING_REQUEST_ALT_NAMES},
        {{.common_name = STR("a"), .alt_names = STR("no host")}, SIGNING_REQUEST_ALT_NAMES},
        {{.common_name = STR("a"), .alt_names = buf_str(&many)}, SIGNING_REQUEST_ALT_NAMES},
    };
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        Str pem = STR_NONE;
        const Err *e = make(a, KEY_KIND_ECDSA_P256, &cases[i].request, &pem);
        if (e == NULL) {
            fail_msg("case %zu is taken", i);
        }
        assert_int_equal(e->kind, ERR_INVALID);
        assert_string_equal(e->field, cases[i].field);
    }
    buf_deinit(&many);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_parts),          cmocka_unit_test(test_least),
        cmocka_unit_test(test_distinguished_name), cmocka_unit_test(test_spellings),
        cmocka_unit_test(test_kinds_of_names),     cmocka_unit_test(test_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
