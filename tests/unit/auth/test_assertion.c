/* What assertions claim, and when they are taken. */
#include "test.h"

#include <math.h>

#include "manager/auth/assertion.h"

enum { ARENA_LIMIT = 16 * 1024 * 1024, NOW = 2000000000 };

#define GOOD "\"iss\": \"a\", \"sub\": \"a\", \"jti\": \"1\", \"aud\": \"x\", "

#define FOUR "\"1\", \"2\", \"3\", \"4\""
#define SEVENTEEN "[" FOUR ", " FOUR ", " FOUR ", " FOUR ", \"5\"]"

static void test_reading(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(ARENA_LIMIT);
    Assertion t;
    assert_true(assertion_read(a, STR("{" GOOD "\"exp\": 5, \"iat\": 4.5, \"x\": [1]}"), &t));
    assert_true(str_equal(t.issuer, STR("a")) && str_equal(t.subject, STR("a")));
    assert_true(str_equal(t.id, STR("1")));
    assert_int_equal(t.n_audiences, 1);
    assert_true(t.expires_s == 5 && t.issued_s == 4.5 && isnan(t.not_before_s));
    assert_true(assertion_read(a, STR("{\"aud\": [\"x\", \"y\"]}"), &t));
    assert_int_equal(t.n_audiences, 2);
    assert_true(t.id.len == 0 && isnan(t.expires_s));
    static const char *const refused[] = {
        "",
        "[]",
        "{",
        "{}",
        "{\"aud\": 1}",
        "{\"aud\": {}}",
        "{\"aud\": [\"x\", 1]}",
        "{\"aud\": \"x\", \"iss\": 1}",
        "{\"aud\": \"x\", \"sub\": null}",
        "{\"aud\": \"x\", \"jti\": 1}",
        "{\"aud\": \"x\", \"exp\": \"1\"}",
        "{\"aud\": \"x\", \"iat\": true}",
        "{\"aud\": \"x\", \"nbf\": []}",
        "{\"aud\": \"x\", \"deep\": [[[[[[[[1]]]]]]]]}",
        "{\"aud\": " SEVENTEEN "}",
    };
    for (size_t i = 0; i < ARRAY_N(refused); i++) {
        if (assertion_read(a, str_from(refused[i]), &t)) {
            fail_msg("%s", refused[i]);
        }
    }
}

static void test_times(void **state)
{
    (void)state;
    const double now = NOW;
    const struct {
        double expires, issued, not_before;
        bool current;
    } cases[] = {
        {now + 300, now, (double)NAN, true},
        {now + 300, (double)NAN, now, true},
        {now - 59, now - 400, (double)NAN, true},
        {now - 60, now - 400, (double)NAN, false},
        {now + 86460, now, (double)NAN, true},
        {now + 86461, now, (double)NAN, false},
        {now + 300, now + 60, (double)NAN, true},
        {now + 300, now + 61, (double)NAN, false},
        {now + 300, now, now + 60, true},
        {now + 300, now, now + 61, false},
        {(double)NAN, now, now, false},
        {(double)INFINITY, now, now, false},
        {-1e308, now, now, false},
        {now + 300, -1e308, now, true},
    };
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        const Assertion t = {.expires_s = cases[i].expires,
                             .issued_s = cases[i].issued,
                             .not_before_s = cases[i].not_before};
        if (assertion_is_current(&t, NOW) != cases[i].current) {
            fail_msg("%zu", i);
        }
    }
}

static void test_audiences(void **state)
{
    (void)state;
    static const Str hosts[] = {STR_INIT("manager.example.com:8443"), STR_INIT("192.0.2.1"),
                                STR_INIT("[2001:db8::1]:443"), STR_INIT("2001:db8::2"),
                                STR_INIT("")};
    static const struct {
        const char *audience;
        bool meant;
    } cases[] = {
        {"https://manager.example.com:8443/oauth/token/", true},
        {"https://manager.example.com/oauth/token", true},
        {"https://Manager.Example.COM:1/oauth/token/", true},
        {"manager.example.com/oauth/token/", true},
        {"https://192.0.2.1/oauth/token/", true},
        {"https://[2001:db8::1]/oauth/token/", true},
        {"https://[2001:db8::2]:8443/oauth/token/", true},
        {"https://example.com/oauth/token/", false},
        {"https://manager.example.com.evil/oauth/token/", false},
        {"https://manager.example.com/oauth/token/x", false},
        {"https://manager.example.com/oauth/token//", false},
        {"https://manager.example.com/OAuth/token/", false},
        {"https://manager.example.com/", false},
        {"https://manager.example.com", false},
        {"/oauth/token/", false},
        {"https:///oauth/token/", false},
        {"", false},
    };
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        const Assertion one = {.audiences = {str_from(cases[i].audience)}, .n_audiences = 1};
        const Assertion two = {.audiences = {STR("other"), str_from(cases[i].audience)},
                               .n_audiences = 2};
        if (assertion_is_for(&one, hosts, ARRAY_N(hosts)) != cases[i].meant ||
            assertion_is_for(&two, hosts, ARRAY_N(hosts)) != cases[i].meant) {
            fail_msg("%s", cases[i].audience);
        }
    }
}

static void test_what_was_taken_before(void **state)
{
    (void)state;
    const double now = NOW;
    const struct {
        double expires, issued, not_before;
        bool newer;
    } cases[] = {
        {now + 300, now - 1, (double)NAN, false},
        {now + 300, now + 60, (double)NAN, false}, /* of a clock that is ahead */
        {now + 300, now + 60.5, (double)NAN, true},
        {now + 300, (double)NAN, now + 60, false},
        {now + 300, now, now + 61, true},
        {now + 300, (double)NAN, (double)NAN, false},
        {now + 86460, now, (double)NAN, false},
        {now + 86461, (double)NAN, (double)NAN, true},
    };
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        const Assertion t = {.expires_s = cases[i].expires,
                             .issued_s = cases[i].issued,
                             .not_before_s = cases[i].not_before};
        if (assertion_is_newer(&t, NOW) != cases[i].newer ||
            assertion_is_current(&t, NOW) == cases[i].newer || !assertion_is_newer(&t, 0)) {
            fail_msg("%zu", i);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reading),
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_what_was_taken_before),
        cmocka_unit_test(test_audiences),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
