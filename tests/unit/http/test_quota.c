/* Counts of connections, in all and by client. */
#include "test.h"

#include "http/quota.h"

static HttpAddress address_of(const char *text)
{
    HttpAddress address;
    assert_true(http_address_parse(str_from(text), &address));
    return address;
}

static void test_per_client(void **state)
{
    (void)state;
    HttpQuota q;
    http_quota_init(&q, 100, 2);
    const HttpAddress a = address_of("192.0.2.1");
    const HttpAddress b = address_of("192.0.2.2");
    assert_true(http_quota_take(&q, &a, false));
    assert_true(http_quota_take(&q, &a, false));
    assert_false(http_quota_take(&q, &a, false));
    assert_true(http_quota_take(&q, &b, false));
    assert_true(http_quota_take(&q, &a, true));
    assert_int_equal(http_quota_n(&q), 4);
    http_quota_give(&q, &a);
    assert_false(http_quota_take(&q, &a, false));
    http_quota_give(&q, &a);
    assert_true(http_quota_take(&q, &a, false));
    http_quota_deinit(&q);
}

static void test_in_all(void **state)
{
    (void)state;
    HttpQuota q;
    http_quota_init(&q, 1, 2);
    const HttpAddress a = address_of("192.0.2.1");
    const HttpAddress b = address_of("192.0.2.2");
    assert_true(http_quota_take(&q, &a, false));
    assert_false(http_quota_take(&q, &b, false));
    assert_false(http_quota_take(&q, &b, true));
    http_quota_give(&q, &a);
    assert_true(http_quota_take(&q, &b, false));
    http_quota_deinit(&q);
}

/* Whoever has one address of a /64 has them all. */
static void test_ipv6_by_network(void **state)
{
    (void)state;
    HttpQuota q;
    http_quota_init(&q, 100, 1);
    const HttpAddress a = address_of("2001:db8::1");
    const HttpAddress b = address_of("2001:db8::2:3:4:5");
    const HttpAddress c = address_of("2001:db8:0:1::1");
    assert_true(http_quota_take(&q, &a, false));
    assert_false(http_quota_take(&q, &b, false));
    assert_true(http_quota_take(&q, &c, false));
    http_quota_give(&q, &b);
    assert_true(http_quota_take(&q, &a, false));
    http_quota_deinit(&q);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_per_client),
        cmocka_unit_test(test_in_all),
        cmocka_unit_test(test_ipv6_by_network),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
