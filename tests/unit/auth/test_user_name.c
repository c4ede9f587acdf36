#include "test.h"

#include <string.h>

#include "base/arena.h"
#include "manager/auth/user_name.h"

typedef struct Pair {
    const char *one;
    const char *other;
    bool same;
} Pair;

static const Pair pairs[] = {
    {"alice", "ALICE", true},
    {"alice", " alice  ", true},
    {"a b", "A   b", true},
    {"ab", "a b", false},
    {"alice", "alicia", false},
    {"M\xc3\xbcller", "m\xc3\x9cLLER", true},
    {"Muller", "M\xc3\xbcller", false},
    {"alice", "\xef\xbd\x81lice", true},     /* a wide letter */
    {"alice", "al\xc2\xadice", true},        /* a soft hyphen */
    {"alice", "\xf0\x9d\x90\x9alice", true}, /* a letter of mathematics */
    {"m\xc3\xbcller", "mu\xcc\x88ller", true},
    {"alice", "alice\xff", false},
};

static void test_which_names_are_the_same(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_N(pairs); i++) {
        CLEANUP(arena_free) Arena *a = arena_new((size_t)1 << 16);
        const Str one = user_name_comparable(a, str_from(pairs[i].one));
        const Str other = user_name_comparable(a, str_from(pairs[i].other));
        if (str_equal(one, other) != pairs[i].same) {
            fail_msg("%s and %s: %.*s, %.*s", pairs[i].one, pairs[i].other, STR_ARG(one),
                     STR_ARG(other));
        }
    }
}

static void test_nobody_has_a_long_name(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new((size_t)1 << 16);
    char text[USER_NAME_MAX + 1];
    memset(text, 'A', sizeof text);
    const Str longest = {text, USER_NAME_MAX};
    const Str longer = {text, sizeof text};
    assert_int_equal(user_name_comparable(a, longest).ptr[0], 'a');
    assert_ptr_equal(user_name_comparable(a, longer).ptr, text);
    assert_int_equal(user_name_comparable(a, STR_NONE).len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_which_names_are_the_same),
        cmocka_unit_test(test_nobody_has_a_long_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
