#include "test.h"

#include <sodium.h>

#include "manager/auth/password.h"

static void test_only_the_whole_password_fits(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(1 << 20);
    const Str password = STR("correct horse\0battery ");
    Str hash;
    assert_null(password_hash(a, password, &hash));
    assert_true(str_starts_with(hash, STR("$argon2id$v=19$m=65536,t=2,p=1$")));
    assert_true(password_verify(hash, password));
    assert_false(password_verify(hash, STR("correct horse")));
    assert_false(password_verify(hash, STR("correct horse\0battery")));
    assert_false(password_verify(hash, STR("")));
}

static void test_nothing_fits_no_hash(void **state)
{
    (void)state;
    const Str none[] = {STR(""), STR("x"), STR("$argon2id$broken")};
    for (size_t i = 0; i < ARRAY_N(none); i++) {
        assert_false(password_verify(none[i], STR("")));
        assert_false(password_verify(none[i], none[i]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_only_the_whole_password_fits),
        cmocka_unit_test(test_nothing_fits_no_hash),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
