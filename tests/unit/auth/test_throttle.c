#include "test.h"

#include "manager/auth/throttle.h"

#define SECOND_US INT64_C(1000000)

static const HttpAddress *const here =
    &(HttpAddress){{[10] = 0xff, [11] = 0xff, [12] = 192, [13] = 0, [14] = 2, [15] = 1}};
static const HttpAddress *const there =
    &(HttpAddress){{[10] = 0xff, [11] = 0xff, [12] = 192, [13] = 0, [14] = 2, [15] = 2}};
static const Str admin = STR_INIT("admin");

static void fail_n(Throttle *t, int n, Str user)
{
    for (int i = 0; i < n; i++) {
        throttle_count_failure(t, here, user, SECOND_US);
    }
}

static void test_a_user_waits_after_ten_failures(void **state)
{
    (void)state;
    CLEANUP(throttle_free) Throttle *t = throttle_new();
    fail_n(t, THROTTLE_USER_FAILURES - 1, admin);
    assert_int_equal(throttle_wait_s(t, here, admin, SECOND_US), 0);
    fail_n(t, 1, admin);
    assert_int_equal(throttle_wait_s(t, here, admin, SECOND_US), 60);
    assert_int_equal(throttle_wait_s(t, here, admin, 2 * SECOND_US), 59);
    assert_int_equal(throttle_wait_s(t, here, admin, 61 * SECOND_US), 0);
}

/* wire 11.4: a directory knows no difference either. */
static void test_spellings_are_one_user(void **state)
{
    static const Str names[] = {STR_INIT("Admin"), STR_INIT("ADMIN "), STR_INIT(" admin")};
    (void)state;
    CLEANUP(throttle_free) Throttle *t = throttle_new();
    for (int i = 0; i < THROTTLE_USER_FAILURES; i++) {
        fail_n(t, 1, names[i % 3]);
    }
    assert_int_equal(throttle_wait_s(t, here, admin, SECOND_US), 60);
    throttle_forget(t, here, names[0]);
    assert_int_equal(throttle_wait_s(t, here, admin, SECOND_US), 0);
}

static void test_others_are_not_touched(void **state)
{
    (void)state;
    CLEANUP(throttle_free) Throttle *t = throttle_new();
    fail_n(t, THROTTLE_USER_FAILURES, admin);
    assert_int_equal(throttle_wait_s(t, there, admin, SECOND_US), 0);
    assert_int_equal(throttle_wait_s(t, here, STR("other"), SECOND_US), 0);
}

static void test_an_address_waits_after_fifty(void **state)
{
    (void)state;
    CLEANUP(throttle_free) Throttle *t = throttle_new();
    for (int i = 0; i < THROTTLE_ADDRESS_FAILURES; i++) {
        const char name[] = {(char)('a' + i % 26), (char)('a' + i / 26), '\0'};
        throttle_count_failure(t, here, str_from(name), SECOND_US);
    }
    assert_true(throttle_wait_s(t, here, STR("nobody"), SECOND_US) > 0);
    assert_int_equal(throttle_wait_s(t, there, STR("nobody"), SECOND_US), 0);
}

/* They once shared a table, and now and then a name fell on the place of its address. */
static void test_no_number_of_names_hides_an_address(void **state)
{
    (void)state;
    CLEANUP(throttle_free) Throttle *t = throttle_new();
    for (int i = 0; i < 100000; i++) {
        throttle_count_failure(t, here, (Str){(const char *)&i, sizeof i}, SECOND_US);
    }
    assert_true(throttle_wait_s(t, here, STR("nobody"), SECOND_US) > 0);
}

static const HttpAddress *ipv6(const char *text, HttpAddress *room)
{
    assert_true(http_address_parse(str_from(text), room));
    return room;
}

static void test_a_network_of_ipv6_is_one_address(void **state)
{
    (void)state;
    static const char *const addresses[] = {"2001:db8:0:1::1", "2001:db8:0:1:2:3:4:5"};
    HttpAddress a;
    CLEANUP(throttle_free) Throttle *t = throttle_new();
    for (int i = 0; i < THROTTLE_USER_FAILURES; i++) {
        throttle_count_failure(t, ipv6(addresses[i % 2], &a), admin, SECOND_US);
    }
    assert_true(throttle_wait_s(t, ipv6("2001:db8:0:1::7", &a), admin, SECOND_US) > 0);
    assert_int_equal(throttle_wait_s(t, ipv6("2001:db8:0:2::1", &a), admin, SECOND_US), 0);
    assert_int_equal(throttle_wait_s(t, here, admin, SECOND_US), 0);
    throttle_forget(t, ipv6("2001:db8:0:1::8", &a), admin);
    assert_int_equal(throttle_wait_s(t, ipv6("2001:db8:0:1::1", &a), admin, SECOND_US), 0);
}

static void test_a_success_forgets(void **state)
{
    (void)state;
    CLEANUP(throttle_free) Throttle *t = throttle_new();
    fail_n(t, THROTTLE_USER_FAILURES, admin);
    throttle_forget(t, here, admin);
    assert_int_equal(throttle_wait_s(t, here, admin, SECOND_US), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_user_waits_after_ten_failures),
        cmocka_unit_test(test_spellings_are_one_user),
        cmocka_unit_test(test_others_are_not_touched),
        cmocka_unit_test(test_an_address_waits_after_fifty),
        cmocka_unit_test(test_no_number_of_names_hides_an_address),
        cmocka_unit_test(test_a_network_of_ipv6_is_one_address),
        cmocka_unit_test(test_a_success_forgets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
