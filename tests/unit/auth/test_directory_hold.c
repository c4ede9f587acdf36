/* wire 11.4: a directory that hangs isn't waited for by everybody. */
#include "test.h"

#include "manager/auth/directory_hold.h"
#include "store/script.h"

#define BEGUN (INT64_C(1000) * 1000000)
#define FAILED (BEGUN + DIRECTORY_HANGS_US)

static void test_only_what_hangs_is_left_alone(void **state)
{
    (void)state;
    Script *script = script_new();
    CLEANUP(directory_hold_free) DirectoryHold *h = directory_hold_new(script->store);
    assert_false(directory_hold_is_on(h, BEGUN));
    assert_false(directory_hold_failed(h, BEGUN, FAILED - 1, script->seq));
    assert_false(directory_hold_is_on(h, FAILED - 1));
    assert_true(directory_hold_failed(h, BEGUN, FAILED, script->seq));
    assert_true(directory_hold_is_on(h, FAILED + DIRECTORY_HOLD_US - 1));
    assert_false(directory_hold_is_on(h, FAILED + DIRECTORY_HOLD_US));
    (void)script_free(script);
}

static void test_the_first_is_told_and_others_prolong_it(void **state)
{
    (void)state;
    Script *script = script_new();
    CLEANUP(directory_hold_free) DirectoryHold *h = directory_hold_new(script->store);
    assert_true(directory_hold_failed(h, BEGUN, FAILED, script->seq));
    assert_false(directory_hold_failed(h, BEGUN + 1, FAILED + 1, script->seq));
    assert_true(directory_hold_is_on(h, FAILED + DIRECTORY_HOLD_US));
    directory_hold_answered(h);
    assert_false(directory_hold_is_on(h, FAILED + 1));
    (void)script_free(script);
}

static void test_other_settings_end_it(void **state)
{
    static const char *const changes[] = {
        "update authentication 1 ldap_server=other",
        "create ca_certificate 7 certificate=x subject_name=x subject_hash=x raw_subject=x",
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_N(changes); i++) {
        Script *script = script_new();
        CLEANUP(directory_hold_free) DirectoryHold *h = directory_hold_new(script->store);
        assert_true(directory_hold_failed(h, BEGUN, FAILED, script->seq));
        script_do(script, "create conference 5 name=c");
        assert_true(directory_hold_is_on(h, FAILED));
        script_do(script, changes[i]);
        assert_false(directory_hold_is_on(h, FAILED));
        (void)script_free(script);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_only_what_hangs_is_left_alone),
        cmocka_unit_test(test_the_first_is_told_and_others_prolong_it),
        cmocka_unit_test(test_other_settings_end_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
