/* Addresses: texts, networks, clients behind proxies, sockets to listen on. */
#include <netinet/in.h>
#include <string.h>

#include "test.h"

#include "http/address.h"

static void test_texts(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *written; /* NULL: none */
    } texts[] = {
        {"192.0.2.1", "192.0.2.1"},
        {"::ffff:192.0.2.1", "192.0.2.1"},
        {"2001:DB8::1", "2001:db8::1"},
        {"::1", "::1"},
        {"", NULL},
        {"192.0.2", NULL},
        {"192.0.2.256", NULL},
        {"localhost", NULL},
        {"2001:db8::1%eth0", NULL},
        {"0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000", NULL},
    };
    for (size_t i = 0; i < ARRAY_N(texts); i++) {
        HttpAddress address;
        char out[HTTP_ADDRESS_TEXT_SIZE];
        const bool good = http_address_parse(str_from(texts[i].text), &address);
        assert_int_equal(good, texts[i].written != NULL);
        if (good) {
            assert_string_equal(http_address_write(&address, out).ptr, texts[i].written);
        }
    }
}

static void test_networks(void **state)
{
    (void)state;
    static const struct {
        const char *network;
        const char *inside;
        const char *outside;
    } networks[] = {
        {"192.0.2.0/24", "192.0.2.255", "192.0.3.0"},
        {"192.0.2.7", "192.0.2.7", "192.0.2.8"},
        {"192.0.2.128/25", "192.0.2.200", "192.0.2.127"},
        {"2001:db8::/33", "2001:db8:7fff::1", "2001:db8:8000::1"},
        {"0.0.0.0/0", "203.0.113.1", "2001:db8::1"},
        {"::1/128", "::1", "::2"},
    };
    CLEANUP(arena_free) Arena *a = arena_new(4096);
    for (size_t i = 0; i < ARRAY_N(networks); i++) {
        HttpNetwork network;
        HttpAddress address;
        assert_null(http_network_parse(a, str_from(networks[i].network), &network));
        assert_true(http_address_parse(str_from(networks[i].inside), &address));
        assert_true(http_networks_hold(&network, 1, &address));
        assert_true(http_address_parse(str_from(networks[i].outside), &address));
        assert_false(http_networks_hold(&network, 1, &address));
    }
}

static void test_bad_networks(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "x", "192.0.2.0/33", "192.0.2.0/", "::/129", "::/-1"};
    CLEANUP(arena_free) Arena *a = arena_new(4096);
    for (size_t i = 0; i < ARRAY_N(bad); i++) {
        HttpNetwork network;
        assert_non_null(http_network_parse(a, str_from(bad[i]), &network));
    }
}

static void test_forwarded(void **state)
{
    (void)state;
    static const struct {
        const char *list;
        const char *client; /* NULL: not to be believed */
    } lists[] = {
        {"203.0.113.7", "203.0.113.7"},
        {"198.51.100.1, 203.0.113.7", "203.0.113.7"},
        {"203.0.113.7, 192.0.2.1", "203.0.113.7"},
        {"203.0.113.7 ,192.0.2.1,192.0.2.2", "203.0.113.7"},
        {"192.0.2.1, 192.0.2.2", "192.0.2.1"},
        {"203.0.113.7:4711", "203.0.113.7"},
        {"[2001:db8::1]:4711", "2001:db8::1"},
        {"2001:db8::1", "2001:db8::1"},
        {"unknown", NULL},
        {"203.0.113.7, unknown, 192.0.2.1", NULL},
        {"", NULL},
        {"203.0.113.7,", NULL},
    };
    CLEANUP(arena_free) Arena *a = arena_new(4096);
    HttpNetwork network;
    assert_null(http_network_parse(a, STR("192.0.2.0/24"), &network));
    for (size_t i = 0; i < ARRAY_N(lists); i++) {
        HttpAddress address;
        char out[HTTP_ADDRESS_TEXT_SIZE];
        const bool good = http_address_forwarded(str_from(lists[i].list), &network, 1, &address);
        assert_int_equal(good, lists[i].client != NULL);
        if (good) {
            assert_string_equal(http_address_write(&address, out).ptr, lists[i].client);
        }
    }
}

static void test_sockets(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int family; /* 0: refused */
    } sockets[] = {
        {"127.0.0.1:8443", AF_INET},
        {"0.0.0.0:0", AF_INET},
        {"[::]:8443", AF_INET6},
        {"[::1]:65535", AF_INET6},
        {"127.0.0.1", 0},
        {"127.0.0.1:", 0},
        {"127.0.0.1:65536", 0},
        {"127.0.0.1:-1", 0},
        {":8443", 0},
        {"::1:8443", 0},
        {"[127.0.0.1]:8443", 0},
        {"localhost:8443", 0},
    };
    CLEANUP(arena_free) Arena *a = arena_new(4096);
    for (size_t i = 0; i < ARRAY_N(sockets); i++) {
        struct sockaddr_storage address = {0};
        socklen_t len = 0;
        const Err *e = http_address_parse_socket(a, str_from(sockets[i].text), &address, &len);
        assert_int_equal(e == NULL, sockets[i].family != 0);
        assert_int_equal(address.ss_family, sockets[i].family);
    }
}

static void test_one_client(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        bool same;
    } cases[] = {
        {"192.0.2.1", "192.0.2.1", true},
        {"192.0.2.1", "192.0.2.2", false},
        {"192.0.2.1", "::ffff:192.0.2.1", true},
        {"2001:db8:1:2::1", "2001:db8:1:2:ffff::", true},
        {"2001:db8:1:2::1", "2001:db8:1:3::1", false},
    };
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        HttpAddress a;
        HttpAddress b;
        assert_true(http_address_parse(str_from(cases[i].a), &a));
        assert_true(http_address_parse(str_from(cases[i].b), &b));
        a = http_address_client(&a);
        b = http_address_client(&b);
        assert_int_equal(memcmp(&a, &b, sizeof a) == 0, cases[i].same);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_client), cmocka_unit_test(test_texts),
        cmocka_unit_test(test_networks),   cmocka_unit_test(test_bad_networks),
        cmocka_unit_test(test_forwarded),  cmocka_unit_test(test_sockets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
