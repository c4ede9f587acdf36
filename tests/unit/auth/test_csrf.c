/* Where a request that changes something comes from, and the token it has to show. */
#include "test.h"

#include <string.h>

#include "manager/auth/csrf.h"

typedef struct OriginCase {
    const char *host, *origin, *referer;
    bool through_proxy;
    const char *forwarded_host, *forwarded_proto;
    const char *says;
} OriginCase;

#define NOTHING "has neither"
#define NULL_ORIGIN "Origin: null"
#define OTHER "of another origin"
#define PROXY "--trust-proxy"

/* wanted: NULL: it is taken; else part of the refusal. */
static bool says(const char *said, const char *wanted)
{
    return said == NULL || wanted == NULL ? said == NULL && wanted == NULL
                                          : strstr(said, wanted) != NULL;
}

static void check(const OriginCase cases[], size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const OriginCase *c = &cases[i];
        const CsrfHeaders headers = {
            .host = str_from(c->host),
            .origin = str_from(c->origin),
            .referer = str_from(c->referer),
            .through_proxy = c->through_proxy,
            .forwarded_host = str_from(c->forwarded_host),
            .forwarded_proto = str_from(c->forwarded_proto),
        };
        const char *said = csrf_check_origin(&headers);
        if (!says(said, c->says)) {
            fail_msg("case %zu (%s): %s", i, c->origin, said);
        }
    }
}

static void test_origins(void **state)
{
    (void)state;
    static const OriginCase cases[] = {
        {"r.example", "https://r.example", NULL, false, NULL, NULL, NULL},
        {"r.example:443", "https://r.example", NULL, false, NULL, NULL, NULL},
        {"r.example", "https://r.example:443", NULL, false, NULL, NULL, NULL},
        {"r.example:", "https://r.example", NULL, false, NULL, NULL, NULL},
        {"R.Example", "HTTPS://r.eXample", NULL, false, NULL, NULL, NULL},
        {"r.example:8443", "https://r.example:8443", NULL, false, NULL, NULL, NULL},
        {"[::1]:8443", "https://[::1]:8443", NULL, false, NULL, NULL, NULL},
        {"[::1]", "https://[::1]", NULL, false, NULL, NULL, NULL},
        {"r.example", NULL, NULL, false, NULL, NULL, NOTHING},
        {"r.example", "null", NULL, false, NULL, NULL, NULL_ORIGIN},
        {"r.example", "null", "https://r.example/", false, NULL, NULL, NULL_ORIGIN},
        {"r.example", "", NULL, false, NULL, NULL, OTHER},
        {"r.example", "https://evil.example", NULL, false, NULL, NULL, OTHER},
        {"r.example", "https://evil.example", "https://r.example/", false, NULL, NULL, OTHER},
        {"r.example", "http://r.example", NULL, false, NULL, NULL, OTHER},
        {"r.example", "http://r.example:443", NULL, false, NULL, NULL, OTHER},
        {"r.example", "https://r.example:8443", NULL, false, NULL, NULL, OTHER},
        {"r.example:8443", "https://r.example", NULL, false, NULL, NULL, OTHER},
        {"r.example", "https://r.example.evil.example", NULL, false, NULL, NULL, OTHER},
        {"r.example", "https://evil-r.example", NULL, false, NULL, NULL, OTHER},
        {"r.example", "https://r.example@evil.example", NULL, false, NULL, NULL, OTHER},
        {"r.example", "https://evil@r.example", NULL, false, NULL, NULL, OTHER},
        {"r.example", "https://evil.example/r.example", NULL, false, NULL, NULL, OTHER},
        {"r.example", "https://r.example/", NULL, false, NULL, NULL, OTHER},
        {"r.example", "https://r.example https://evil.example", NULL, false, NULL, NULL, OTHER},
        {"r.example", "https://r.example, https://evil.example", NULL, false, NULL, NULL, OTHER},
        {"r.example", "r.example", NULL, false, NULL, NULL, OTHER},
        {"r.example", "//r.example", NULL, false, NULL, NULL, OTHER},
        {"r.example", "ftp://r.example", NULL, false, NULL, NULL, OTHER},
        {"r.example", "https://r.example:+443", NULL, false, NULL, NULL, OTHER},
        {"r.example", "https://r.example:99999999999999999999", NULL, false, NULL, NULL, OTHER},
        {"r.example", "https://r.example:443:443", NULL, false, NULL, NULL, OTHER},
        {"r.example", "https://", NULL, false, NULL, NULL, OTHER},
        {"", "https://", NULL, false, NULL, NULL, OTHER},
        {NULL, "https://r.example", NULL, false, NULL, NULL, OTHER},
        {"[::1", "https://[::1", NULL, false, NULL, NULL, OTHER},
        {"[::1]", "https://[::2]", NULL, false, NULL, NULL, OTHER},
    };
    check(cases, ARRAY_N(cases));
}

static void test_referers(void **state)
{
    (void)state;
    static const OriginCase cases[] = {
        {"r.example", NULL, "https://r.example/admin/x?y=1#z", false, NULL, NULL, NULL},
        {"r.example", NULL, "https://r.example", false, NULL, NULL, NULL},
        {"r.example", NULL, "https://r.example?x", false, NULL, NULL, NULL},
        {"r.example:8443", NULL, "https://r.example:8443/", false, NULL, NULL, NULL},
        {"r.example", NULL, "", false, NULL, NULL, OTHER},
        {"r.example", NULL, "about:blank", false, NULL, NULL, OTHER},
        {"r.example", NULL, "/admin/", false, NULL, NULL, OTHER},
        {"r.example", NULL, "http://r.example/", false, NULL, NULL, OTHER},
        {"r.example", NULL, "https://evil.example/https://r.example/", false, NULL, NULL, OTHER},
        {"r.example", NULL, "https://evil.example?https://r.example/", false, NULL, NULL, OTHER},
        {"r.example", NULL, "https://r.example\\@evil.example/", false, NULL, NULL, OTHER},
    };
    check(cases, ARRAY_N(cases));
}

static void test_proxies(void **state)
{
    (void)state;
    static const OriginCase cases[] = {
        /* trusted */
        {"10.0.0.1:8443", "https://r.example", NULL, true, "r.example", "https", NULL},
        {"10.0.0.1:8443", "https://r.example", NULL, true, "r.example", NULL, NULL},
        {"10.0.0.1:8443", NULL, "https://r.example/x", true, "r.example", NULL, NULL},
        {"10.0.0.1:8443", "http://r.example", NULL, true, "r.example", "http", NULL},
        {"10.0.0.1:8443", "http://r.example:8080", NULL, true, "r.example:8080", "HTTP", NULL},
        {"r.example", "http://r.example", NULL, true, NULL, "http", NULL},
        {"r.example", "https://r.example", NULL, true, NULL, NULL, NULL},
        {"10.0.0.1", "https://r.example", NULL, true, "r.example, inner.example", "https, http",
         NULL},
        {"r.example", "https://r.example", NULL, true, "other.example", NULL, OTHER},
        {"r.example", "https://r.example", NULL, true, NULL, "http", OTHER},
        {"r.example", "https://r.example", NULL, true, NULL, "gopher", OTHER},
        {"r.example", "https://r.example", NULL, true, "", NULL, OTHER},
        {"10.0.0.1", "https://evil.example", NULL, true, "r.example", "https", OTHER},
        /* not trusted */
        {"10.0.0.1:8443", "https://r.example", NULL, false, "r.example", "https", PROXY},
        {"r.example", "http://r.example", NULL, false, NULL, "http", PROXY},
        {"10.0.0.1:8443", NULL, "https://r.example/", false, "r.example", NULL, PROXY},
        {"10.0.0.1:8443", "https://evil.example", NULL, false, "r.example", "https", OTHER},
        {"r.example", "https://r.example", NULL, false, "other.example", "http", NULL},
        {"10.0.0.1:8443", "null", NULL, false, "r.example", "https", NULL_ORIGIN},
        {"10.0.0.1:8443", NULL, NULL, false, "r.example", "https", NOTHING},
    };
    check(cases, ARRAY_N(cases));
}

static void test_tokens(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(4096);
    const Str session = STR("s-id");
    const Str token = csrf_token_of(a, session);
    const Str other = csrf_token_of(a, STR("s-ie"));
    assert_int_equal(token.len, 43);
    assert_true(str_equal(token, csrf_token_of(a, session)));
    assert_false(str_equal(token, other));
    const struct {
        Str cookie, header;
        const char *says;
    } cases[] = {
        {token, token, NULL},
        {token, STR_NONE, "has none"},
        {token, STR(""), "has none"},
        {STR_NONE, token, "token of this session"},
        {token, other, "token of this session"},
        {other, token, "token of this session"},
        {other, other, "token of this session"},
        {STR("x"), STR("x"), "token of this session"},
        {token, str_slice(token, 0, 42), "token of this session"},
        {token, session, "token of this session"},
    };
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        const char *said = csrf_check_token(a, session, cases[i].cookie, cases[i].header);
        assert_true(says(said, cases[i].says));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_origins),
        cmocka_unit_test(test_referers),
        cmocka_unit_test(test_proxies),
        cmocka_unit_test(test_tokens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
