#include "test.h"

#include "base/arena.h"
#include "base/buf.h"
#include "manager/auth/directory_name.h"

typedef struct Pair {
    const char *one;
    const char *other;
    bool same;
} Pair;

static const Pair pairs[] = {
    {"cn=Admins,dc=example,dc=com", "CN=admins, DC=Example , dc=COM", true},
    {"cn=Admins,dc=example", "cn = Admins , dc = example", true},
    {"cn=a b,dc=x", "cn=A   B,dc=x", true},
    {"cn=\\20a b\\20,dc=x", "cn=a b,dc=x", true},
    {"cn=ab,dc=x", "cn=a b,dc=x", false},
    {"cn=M\xc3\xbcller,dc=x", "cn=M\xc3\x9cLLER,dc=x", true},
    {"cn=M\\c3\\bcller,dc=x", "cn=m\xc3\xbcller,dc=x", true},
    {"cn=Smith\\, John,dc=x", "cn=Smith\\2c John,dc=x", true},
    {"cn=Smith\\, John,dc=x", "cn=Smith,cn=John,dc=x", false},
    {"cn=a+uid=b,dc=x", "uid=B + cn=A,dc=x", true},
    {"cn=a+uid=b,dc=x", "cn=a,uid=b,dc=x", false},
    {"cn=a+uid=b,dc=x", "cn=a,dc=x", false},
    {"cn=a\\+uid=b,dc=x", "cn=a+uid=b,dc=x", false},
    {"cn=a,dc=x", "cn=a,dc=x,dc=y", false},
    {"cn=a,dc=x", "dc=x,cn=a", false},
    {"cn=a,dc=x", "uid=a,dc=x", false},
    {"cn=a,dc=x", "2.5.4.3=a,dc=x", true},
    {"2.5.4.3=a,0.9.2342.19200300.100.1.25=x", "commonName=a,domainComponent=x", true},
    {"cn=#0c0161,dc=x", "cn=a,dc=x", true},
    {"cn=#0c0261,dc=x", "cn=a,dc=x", false},
    {"cn=a;dc=x", "cn=b,dc=x", false},
};

static void test_which_names_are_the_same(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_N(pairs); i++) {
        CLEANUP(arena_free) Arena *a = arena_new(100000);
        Str one = STR("one");
        Str other = STR("other");
        (void)directory_name_read(a, str_from(pairs[i].one), &one);
        (void)directory_name_read(a, str_from(pairs[i].other), &other);
        if (str_equal(one, other) != pairs[i].same) {
            fail_msg("%s | %s: %.*s | %.*s", pairs[i].one, pairs[i].other, STR_ARG(one),
                     STR_ARG(other));
        }
    }
}

static const Str no_names[] = {
    STR_INIT(""),       STR_INIT(" "),           STR_INIT("admins"), STR_INIT("cn"),
    STR_INIT("cn=a,"),  STR_INIT("cn=a,,b"),     STR_INIT("=a"),     STR_INIT("cn=a\\"),
    STR_INIT("cn=#0z"), STR_INIT("cn=a\0,dc=x"),
};

static void test_what_is_no_name(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_N(no_names); i++) {
        CLEANUP(arena_free) Arena *a = arena_new(100000);
        Str comparable;
        if (directory_name_read(a, no_names[i], &comparable)) {
            fail_msg("taken: %zu", i);
        }
    }
}

static void check_length(size_t len, bool expected)
{
    CLEANUP(arena_free) Arena *a = arena_new(1000000);
    CLEANUP(buf_free) Buf *name = buf_new(100000);
    Str comparable;
    buf_put_lit(name, "cn=");
    while (name->len < len) {
        buf_put_char(name, 'x');
    }
    assert_int_equal(directory_name_read(a, buf_str(name), &comparable), expected);
}

static void test_its_length_is_limited(void **state)
{
    (void)state;
    check_length(DIRECTORY_NAME_MAX, true);
    check_length(DIRECTORY_NAME_MAX + 1, false);
}

static void test_the_user_that_a_name_begins_with(void **state)
{
    static const struct {
        const char *name, *user; /* NULL: none */
    } cases[] = {
        {"uid=Alice,ou=people", "Alice"},
        {"UserID=a\\2cb,dc=x", "a,b"},
        {"sAMAccountName=x,dc=x", "x"},
        {"cn=a+uid=b,dc=x", "b"},
        {"cn=a,uid=b,dc=x", NULL},
        {"", NULL},
        {"no name", NULL},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        CLEANUP(arena_free) Arena *a = arena_new((size_t)1 << 16);
        const Str user = directory_name_user(a, str_from(cases[i].name));
        assert_int_equal(user.ptr == NULL, cases[i].user == NULL);
        assert_true(cases[i].user == NULL || str_equal(user, str_from(cases[i].user)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_user_that_a_name_begins_with),
        cmocka_unit_test(test_which_names_are_the_same),
        cmocka_unit_test(test_what_is_no_name),
        cmocka_unit_test(test_its_length_is_limited),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
