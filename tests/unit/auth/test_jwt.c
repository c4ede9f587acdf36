/* Signed tokens. The private halves of the keys are gone. */
#include "test.h"

#include "manager/auth/jwt.h"

enum { ARENA_LIMIT = 16 * 1024 * 1024 };

static const char key_p256[] = "-----BEGIN PUBLIC KEY-----\n"
                               "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEFc+HBj/gjNoW280gQ0TM/3/54WTr\n"
                               "10cnmOb9MlFH5nX35rAjII6kduFTB7MNQbeFbW6IQMnHWij4am/i1Qg94g==\n"
                               "-----END PUBLIC KEY-----\n";

static const char key_p384[] = "-----BEGIN PUBLIC KEY-----\n"
                               "MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAENNAYbrarcSHGF3lcIeVpEzcKaF7trhKP\n"
                               "6to4uprIGXuIfZ4dLwsSJndvWFmsd36DS0WbAK8EtOYwKknyfkPtCv9I78gyD69w\n"
                               "iDPDeMvB2pSz9l/G0T+AAHyyCymMPqVM\n"
                               "-----END PUBLIC KEY-----\n";

static const char key_rsa[] = "-----BEGIN PUBLIC KEY-----\n"
                              "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAsXEyricSdRsxLwf0i8LO\n"
                              "uDiNzyvV/TMVxZZPhudc5w6QCmdZ8Y01FZivLWgvf34rQSKhXMo0dKeQz3606xGj\n"
                              "pYIWFntt02JicGepi3Jq3PTvhu3cc0l5Yg6N5Qbyi+b14eyhBAATjpkpnltk7Ss5\n"
                              "HQ/6abmddK4/osXuv58vHIn/5uwF2aZ2jGtFRd4W6vSo4fwsW/wGCIOJME7JBEKt\n"
                              "Q+RCOF3pk8B60LA5FbfpZ4tAXGycKqjTY0w803aBHiKZ9nnXBsvd0/lixUpq5lZ8\n"
                              "LYBBMYgGImb+E2466ZA6oAo0FijN6MCx2Rua1m3oENph+ynHDufA1vUjo27dhBxc\n"
                              "lwIDAQAB\n"
                              "-----END PUBLIC KEY-----\n";

static const char token_es256[] =
    "eyJhbGciOiJFUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJhIiwic3ViIjoiYSIsImF1ZCI6WyJodHRwczov"
    "L3gvb2F1dGgvdG9rZW4vIl0sImV4cCI6MjAwMDAwMDAwMCwiaWF0IjoxOTk5OTk5NzAwLCJqdGkiOiIxIn0.K"
    "UvUhjEwdYRU66NjG9DdQ5IHIXzaSC0SsV0MJ6l0ATcHF65w-q0oIFJrUejpWVXPg81s99TMebMdnE8rKD9YJg";

static const char token_es384[] =
    "eyJhbGciOiJFUzM4NCIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJhIiwic3ViIjoiYSIsImF1ZCI6WyJodHRwczov"
    "L3gvb2F1dGgvdG9rZW4vIl0sImV4cCI6MjAwMDAwMDAwMCwiaWF0IjoxOTk5OTk5NzAwLCJqdGkiOiIxIn0.8"
    "baLAaGhWftlDiZZKWd8Xz1q9jr_QXARlIDLIRBBfVRPigjcxLpMLtb24RJNR5e1dNZGGrffGjUlxkTRsWyllJ"
    "fBghPO882nNBxINWYZ_N1X5-FLf05zNuc9A4dkAm26";

static const char token_rs256[] =
    "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJhIiwic3ViIjoiYSIsImF1ZCI6WyJodHRwczov"
    "L3gvb2F1dGgvdG9rZW4vIl0sImV4cCI6MjAwMDAwMDAwMCwiaWF0IjoxOTk5OTk5NzAwLCJqdGkiOiIxIn0.b"
    "e07bl_yYe7Tw5gZVvWbtSCXnLzTf0owQqmkep3rqgLaB2WMgqOOVN6m9gHpb1skHle-pqRRajtwFQzvaEzaMr"
    "3xkq89AQojP7xXrajq1RlBDqb3P3eQaw4ApvmqNDuyumT_nrWUoaOc8YeUvQKNHiKOnNYLjJZG-_5pkhXFWGy"
    "pLDBY-mSbwdeyJF6nbKtqchm4tFexMA7EYiCwXL20SI4JqtkKZEQ0hzUQVqMUO2O3uqPXR6pxhdn9FRrhcDVd"
    "eGHUUNAvc7jTi1WFLl-E5A59pII16AhuP3RpUItbfkz5zDCzfyXPpQ_XKw0MqQySr47C76x580Z96NTzgGZcj"
    "A";

static const char token_rs512[] =
    "eyJhbGciOiJSUzUxMiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJhIiwic3ViIjoiYSIsImF1ZCI6WyJodHRwczov"
    "L3gvb2F1dGgvdG9rZW4vIl0sImV4cCI6MjAwMDAwMDAwMCwiaWF0IjoxOTk5OTk5NzAwLCJqdGkiOiIxIn0.I"
    "qDwSOa9CDA5CfWGFpNINocsb0cNtxXMux8_jEZeYab4Fo-WW1CUzE3TSVg88WPYeaX-zUmf1hA3D4umevY8J6"
    "kJgDxXZxpEq3_mFVkA-qpdvvtFxVCvLisIb7UJ2baBlOI6-nCemwqhrE6YMmhouZik61b184b9DRfrTEzBEjX"
    "eQ3mQDP4IQkQQ4-LnIqbHZe7uFlbWnBmzxzoBs7mIYkbn8SuXzZ-q3yjPaYorhmDjvQtw9D6-Gc_6KXEIqdqZ"
    "koDZs6VP3NiXnfCmRFL0mWSubPvCiyppd7I5MyZ-KFFMTXPLF11PRm6WLfyPgsveQfXbKNk5OGgFKStSDlnzc"
    "w";

static const char token_ps256[] =
    "eyJhbGciOiJQUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJhIiwic3ViIjoiYSIsImF1ZCI6WyJodHRwczov"
    "L3gvb2F1dGgvdG9rZW4vIl0sImV4cCI6MjAwMDAwMDAwMCwiaWF0IjoxOTk5OTk5NzAwLCJqdGkiOiIxIn0.U"
    "-2qlPFfoPhqGgnw6F7mma0WcUzxMKUfidmTj6lNqBPrz-7fIhDgR5ARSIFnZ36LS7cASXeMjMbb51DgtRLmd4"
    "3ZOLl4XEJsNpcN2zRgoRAS-Ouft1UNLT_dZ5kF4i29qvWMHp4BNLgHtRUpk7Njoqf7Y4UsUnn3aoF7c4AzNvY"
    "fY0GdQbKkd6kx_tDAJ53K3RBIn7NCi74J-nr363J0shfu4GLZMBiH6ir1Wzr9CEnVWK5ooGtVLC_Hyx8QMNpH"
    "cXAUFMJYJLynNyTIn48ctv2Voap2BnHTTYZAGQNZOgUHmQD-aqJxq1oEQOc-xBfW2HQiMhRuVkNvOmzx0Mtom"
    "Q";

static const char token_hs256[] =
    "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJhIiwic3ViIjoiYSIsImF1ZCI6WyJodHRwczovL3gvb2F1dGgvdG9r"
    "ZW4vIl0sImV4cCI6MjAwMDAwMDAwMCwiaWF0IjoxOTk5OTk5NzAwLCJqdGkiOiIxIn0.vw6P1aNDSC4ETmWBE"
    "GcJuyXj32cQP8KrLStDgwtzy8c";

static const char token_none[] =
    "eyJhbGciOiJub25lIn0.eyJpc3MiOiJhIiwic3ViIjoiYSIsImF1ZCI6WyJodHRwczovL3gvb2F1dGgvdG9rZ"
    "W4vIl0sImV4cCI6MjAwMDAwMDAwMCwiaWF0IjoxOTk5OTk5NzAwLCJqdGkiOiIxIn0.";

static const char token_critical[] =
    "eyJhbGciOiJFUzI1NiIsImNyaXQiOlsieCJdLCJ0eXAiOiJKV1QiLCJ4IjoxfQ.eyJpc3MiOiJhIiwic3ViIj"
    "oiYSIsImF1ZCI6WyJodHRwczovL3gvb2F1dGgvdG9rZW4vIl0sImV4cCI6MjAwMDAwMDAwMCwiaWF0IjoxOTk"
    "5OTk5NzAwLCJqdGkiOiIxIn0.CRdzJQI5EklCP1UMqn42j7jA_-XzL75LRvcl37keFyOJAw47pf_cXKulo_oC"
    "u69oD6m2p-Vn285Q-LLbHlc2EQ";

static const char token_jwk[] =
    "eyJhbGciOiJFUzI1NiIsImprdSI6Imh0dHBzOi8vMTI3LjAuMC4xOjEveCIsImp3ayI6eyJrIjoiQUFBQSIsI"
    "mt0eSI6Im9jdCJ9LCJ0eXAiOiJKV1QiLCJ4NWMiOlsiQUFBQSJdLCJ4NXUiOiJodHRwczovLzEyNy4wLjAuMT"
    "oxL3kifQ.eyJpc3MiOiJhIiwic3ViIjoiYSIsImF1ZCI6WyJodHRwczovL3gvb2F1dGgvdG9rZW4vIl0sImV4"
    "cCI6MjAwMDAwMDAwMCwiaWF0IjoxOTk5OTk5NzAwLCJqdGkiOiIxIn0.ry39Wrze2RbIfwFr0I1FMSfJ--J80"
    "CvNwSTvP24-re_EwRMBva-6IQr2Lp70gGVGvK2I7-aDkTgil6ykUi7a6Q";

static const char token_array[] =
    "eyJhbGciOiJFUzI1NiIsInR5cCI6IkpXVCJ9.WzFd.dzlBlyNIE6ufjZyqFGYg674WGw09Z-4DbX2Rkh2jSzP"
    "PY1OFDAoS6gOyiJY4JQkda6jG1vdslnhMyV7_d9OVkQ";

static bool is_signed(const char *token, const char *key)
{
    CLEANUP(arena_free) Arena *a = arena_new(ARENA_LIMIT);
    CLEANUP(jwt_free) Jwt *t = jwt_read(a, str_from(token));
    return t != NULL && jwt_is_signed(t, str_from(key));
}

static bool is_readable(const char *token)
{
    CLEANUP(arena_free) Arena *a = arena_new(ARENA_LIMIT);
    CLEANUP(jwt_free) Jwt *t = jwt_read(a, str_from(token));
    return t != NULL;
}

/* The key decides which algorithm is taken. */
static void test_signatures(void **state)
{
    (void)state;
    static const struct {
        const char *name, *token, *key;
        bool taken;
    } cases[] = {
        {"ES256", token_es256, key_p256, true},
        {"RS256", token_rs256, key_rsa, true},
        {"keys in the header", token_jwk, key_p256, true},
        {"another kind of key", token_es256, key_rsa, false},
        {"another kind of key", token_rs256, key_p256, false},
        {"another curve", token_es384, key_p384, false},
        {"another hash", token_rs512, key_rsa, false},
        {"another padding", token_ps256, key_rsa, false},
        {"HMAC with the public key", token_hs256, key_p256, false},
        {"none", token_none, key_p256, false},
        {"no key", token_es256, "", false},
        {"no PEM", token_es256, "nonsense", false},
    };
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        if (is_signed(cases[i].token, cases[i].key) != cases[i].taken) {
            fail_msg("%zu: %s", i, cases[i].name);
        }
    }
}

/* Each character of the three parts counts. */
static void test_changed_tokens(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(ARENA_LIMIT);
    const size_t len = sizeof token_es256 - 1;
    for (size_t i = 0; i + 1 < len; i += 7) { /* the last one holds bits that mean nothing */
        char *changed = str_to_cstr(a, (Str){token_es256, len});
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        assert_false(is_signed(changed, key_p256));
    }
    for (size_t cut = 0; cut < len; cut += 11) {
        assert_false(is_signed(str_to_cstr(a, (Str){token_es256, cut}), key_p256));
    }
}

static void test_reading(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(ARENA_LIMIT);
    static const char *const refused[] = {"",
                                          ".",
                                          "..",
                                          "...",
                                          "a.b.c",
                                          "e30.e30",
                                          "e30.e30.",
                                          "e30.e30.AA.AA.AA",
                                          token_critical,
                                          "eyJhbGciOiJFUzI1NiJ9.e30.A A",
                                          "eyJhbGciOiJFUzI1NiJ9.e30.A+A",
                                          "{\"protected\": \"e30\"}"};
    for (size_t i = 0; i < ARRAY_N(refused); i++) {
        if (is_readable(refused[i])) {
            fail_msg("%s", refused[i]);
        }
    }
    CLEANUP(jwt_free) Jwt *t = jwt_read(a, str_from(token_es256));
    assert_non_null(t);
    const Str claims = jwt_claims(t, a);
    assert_true(str_find_str(claims, STR("\"exp\":2000000000")) != SIZE_MAX);
    assert_true(str_find_str(claims, STR("\"aud\":[\"https://x/oauth/token/\"]")) != SIZE_MAX);
    CLEANUP(jwt_free) Jwt *array = jwt_read(a, str_from(token_array));
    assert_non_null(array);
    assert_true(str_equal(jwt_claims(array, a), STR("[1]")));
}

static void test_length(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(ARENA_LIMIT);
    char *text = arena_alloc(a, JWT_MAX_LEN + 2);
    for (size_t i = 0; i < JWT_MAX_LEN + 1; i++) {
        text[i] = i < 2 ? '.' : 'A';
    }
    assert_null(jwt_read(a, (Str){text, JWT_MAX_LEN + 1}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_signatures),
        cmocka_unit_test(test_changed_tokens),
        cmocka_unit_test(test_reading),
        cmocka_unit_test(test_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
