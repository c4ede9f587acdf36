/* One cookie out of a header that anybody may have written. */
#include "test.h"

#include "http/cookie.h"

static void test_find(void **state)
{
    (void)state;
    static const struct {
        const char *header; /* NULL: none */
        HttpCookie found;
        const char *value;
    } cases[] = {
        {NULL, HTTP_COOKIE_NONE, NULL},
        {"", HTTP_COOKIE_NONE, NULL},
        {"sessionid=abc", HTTP_COOKIE_ONE, "abc"},
        {"a=b; sessionid=abc; c=d", HTTP_COOKIE_ONE, "abc"},
        {"a=b;sessionid=abc;c=d", HTTP_COOKIE_ONE, "abc"},
        {" \t sessionid \t=\t abc \t ", HTTP_COOKIE_ONE, "abc"},
        {"sessionid=\"abc\"", HTTP_COOKIE_ONE, "abc"},
        {"sessionid=\"\"", HTTP_COOKIE_ONE, ""},
        {"sessionid=\"abc", HTTP_COOKIE_ONE, "\"abc"},
        {"sessionid=\"", HTTP_COOKIE_ONE, "\""},
        {"sessionid=a=b==", HTTP_COOKIE_ONE, "a=b=="},
        {"sessionid=", HTTP_COOKIE_ONE, ""},
        {"sessionid=%61", HTTP_COOKIE_ONE, "%61"},
        {"sessionid", HTTP_COOKIE_NONE, NULL},
        {"xsessionid=abc", HTTP_COOKIE_NONE, NULL},
        {"sessionidx=abc", HTTP_COOKIE_NONE, NULL},
        {"SessionId=abc", HTTP_COOKIE_NONE, NULL},
        {"a=sessionid=abc", HTTP_COOKIE_NONE, NULL},
        {"sessionid=abc; sessionid=abc", HTTP_COOKIE_ONE, "abc"},
        {"sessionid=abc; sessionid=\"abc\"", HTTP_COOKIE_ONE, "abc"},
        {"sessionid=abc; sessionid=abd", HTTP_COOKIE_AMBIGUOUS, NULL},
        {"sessionid=; sessionid=abc", HTTP_COOKIE_AMBIGUOUS, NULL},
        {"sessionid=abc; a=b; sessionid=", HTTP_COOKIE_AMBIGUOUS, NULL},
        {";;;=;= ;sessionid=abc;;", HTTP_COOKIE_ONE, "abc"},
        {"=sessionid", HTTP_COOKIE_NONE, NULL},
    };
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        Str value = STR("untouched");
        const HttpCookie found =
            http_cookie_find(str_from(cases[i].header), STR("sessionid"), &value);
        if (found != cases[i].found) {
            fail_msg("%s: %d", cases[i].header, (int)found);
        }
        const char *wanted = cases[i].value != NULL ? cases[i].value : "untouched";
        assert_true(str_equal(value, str_from(wanted)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_find),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
