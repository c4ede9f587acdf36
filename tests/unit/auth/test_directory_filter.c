#include "test.h"

#include <lber.h>
#include <ldap.h>

#include "base/arena.h"
#include "manager/auth/directory_filter.h"

/* What ldap_search() encodes its filter by; in no header of the package. */
int ldap_pvt_put_filter(BerElement *ber, const char *filter);

static const char *const good[] = {
    "(uid={username})",
    "(|(uid={username})(sAMAccountName={username}))",
    "(&(objectclass=person)(!(objectclass=computer)))",
    "(|(member={userdn})(uniquemember={userdn})(memberuid={useruid}))",
    "(member:1.2.840.113556.1.4.1941:={userdn})",
    "(cn:dn:caseExactMatch:=x)",
    "(:caseExactMatch:=x)",
    "(cn:=x)",
    "(cn;lang-de=x)",
    "(cn;a;b=x)",
    "(:dn:2.5.13.5:=x)",
    "(cn~=x)",
    "(age>=3)",
    "(age<=3)",
    "(cn=*)",
    "(cn=a*b*c)",
    "(cn=)",
    "(cn=\\2a\\28\\29\\5c\\00)",
    "(2.5.4.3=x)",
    "( & (a=b) (c=d) )",
    "(! (a=b))",
    "(cn=M\xc3\xbcller)",
};

static const char *const bad[] = {
    "",
    " ",
    "uid={username}",
    "(uid={username}",
    "(uid={username}))",
    "uid={username})",
    "(uid={username})(a=b)",
    "((uid={username}))",
    "({username}=x)",
    "(uid{username})",
    "(&)",
    "(|)",
    "(!)",
    "(!(a=b)(c=d))",
    "(&(a=b)c=d)",
    "(a=b(c)",
    "(a=b\\)",
    "(a=b\\2)",
    "(a=b\\zz)",
    "(=x)",
    "(:=x)",
    "(a:b:c:d:=x)",
    "(a::=x)",
    "(a:dn)",
    "()",
    "(",
    "(a>b)",
    "(a b=c)",
    "(mem.840=c)",
    "(a_b=c)",
    "(a>=1*)",
    "(a=b**c)",
    " (a=b)",
    "(a=b) ",
    "(!(a=b) )",
    "(cn:=*)",
    "(2..5=c)",
    "(2.5.=c)",
    "(a;=c)",
    "(-a=c)",
    "(:dn:=x)",
    "(cn:a.b:=x)",
    "(cn:2.5.:=x)",
};

static void test_what_is_a_filter(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_N(good); i++) {
        if (!directory_filter_is_valid(str_from(good[i]))) {
            fail_msg("refused: %s", good[i]);
        }
    }
    for (size_t i = 0; i < ARRAY_N(bad); i++) {
        if (directory_filter_is_valid(str_from(bad[i]))) {
            fail_msg("taken: %s", bad[i]);
        }
    }
    assert_false(directory_filter_is_valid(STR("(a=b\0c)")));
}

/* What we take, libldap can send. */
static void test_libldap_takes_them(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_N(good); i++) {
        BerElement *ber = ber_alloc_t(LBER_USE_DER);
        assert_non_null(ber);
        if (ldap_pvt_put_filter(ber, good[i]) != 0) {
            fail_msg("libldap refuses: %s", good[i]);
        }
        ber_free(ber, 1);
    }
}

static void check_depth(int depth, bool expected)
{
    CLEANUP(buf_free) Buf *text = buf_new(10000);
    for (int i = 0; i < depth - 1; i++) {
        buf_put_lit(text, "(!");
    }
    buf_put_lit(text, "(a=b)");
    for (int i = 0; i < depth - 1; i++) {
        buf_put_char(text, ')');
    }
    assert_int_equal(directory_filter_is_valid(buf_str(text)), expected);
}

static void test_its_depth_is_limited(void **state)
{
    (void)state;
    check_depth(DIRECTORY_FILTER_DEPTH_MAX, true);
    check_depth(DIRECTORY_FILTER_DEPTH_MAX + 1, false);
}

typedef struct Case {
    const char *filter;
    const char *name;
    const char *expected;
} Case;

static const Case cases[] = {
    {"(uid={username})", "alice", "(uid=alice)"},
    {"(|(a={username})(b={username}))", "x", "(|(a=x)(b=x))"},
    {"(uid={username})", "*", "(uid=\\2a)"},
    {"(uid={username})", "a)(uid=*", "(uid=a\\29\\28uid=\\2a)"},
    {"(uid={username})", "\\2a", "(uid=\\5c2a)"},
    {"(uid={username})", "M\xc3\xbcller", "(uid=M\xc3\xbcller)"},
    {"(uid={username})", "{username}", "(uid={username})"},
    {"(&(uid={username})(m={userdn}))", "{userdn}", "(&(uid={userdn})(m=cn=x\\5c2cy\\28\\29))"},
    {"(uid={user})", "x", "(uid={user})"},
    {"(uid={username}", "x", "(uid=x"},
    {"(cn=\\2a)", "x", "(cn=\\2a)"},
};

static void test_values_are_put_in_once_and_escaped(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        const DirectoryFilterValue values[] = {{STR("{username}"), str_from(cases[i].name)},
                                               {STR("{userdn}"), STR("cn=x\\2cy()")}};
        CLEANUP(buf_free) Buf *out = buf_new(10000);
        CLEANUP(arena_free) Arena *a = arena_new(10000);
        directory_filter_put(out, str_from(cases[i].filter), values, ARRAY_N(values));
        assert_string_equal(str_to_cstr(a, buf_str(out)), cases[i].expected);
    }
}

static void test_nul_is_escaped(void **state)
{
    (void)state;
    CLEANUP(buf_free) Buf *out = buf_new(100);
    directory_filter_put_value(out, STR("a\0b"));
    assert_true(str_equal(buf_str(out), STR("a\\00b")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_a_filter),
        cmocka_unit_test(test_libldap_takes_them),
        cmocka_unit_test(test_its_depth_is_limited),
        cmocka_unit_test(test_values_are_put_in_once_and_escaped),
        cmocka_unit_test(test_nul_is_escaped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
