#include "test.h"

#include "base/arena.h"
#include "base/buf.h"
#include "manager/auth/directory_server.h"

typedef struct Case {
    const char *text;
    const char *host; /* NULL: no such form */
    uint16_t port;
} Case;

static const Case cases[] = {
    {"dc1.example.com", "dc1.example.com", 0},
    {"dc1.example.com:1389", "dc1.example.com", 1389},
    {"192.0.2.1", "192.0.2.1", 0},
    {"192.0.2.1:389", "192.0.2.1", 389},
    {"2001:db8::1", "2001:db8::1", 0},
    {"[2001:db8::1]", "2001:db8::1", 0},
    {"[2001:db8::1]:636", "2001:db8::1", 636},
    {"", NULL, 0},
    {":389", NULL, 0},
    {"host:", NULL, 0},
    {"host:0", NULL, 0},
    {"host:65536", NULL, 0},
    {"host:x", NULL, 0},
    {"host:1:2", NULL, 0},
    {"[2001:db8::1]636", NULL, 0},
    {"[2001:db8::1]:", NULL, 0},
    {"[host]:389", NULL, 0},
    {"[2001:db8::1", NULL, 0},
};

static void test_forms(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        Str host = STR_NONE;
        uint16_t port = 0;
        const bool taken = directory_server_parse(str_from(cases[i].text), &host, &port);
        if (taken != (cases[i].host != NULL) ||
            (taken && (!str_equal(host, str_from(cases[i].host)) || port != cases[i].port))) {
            fail_msg("%s: %.*s %u", cases[i].text, STR_ARG(host), (unsigned)port);
        }
    }
}

typedef struct Found {
    const char *text;
    bool global_catalog;
    uint16_t port;
    uint16_t tls_port;
} Found;

/* Addresses, which no DNS is asked about. */
static const Found found[] = {
    {"192.0.2.1", false, 389, 636},
    {"192.0.2.1", true, 3268, 3269},
    {"192.0.2.1:1389", false, 1389, 1389},
    {"192.0.2.1:1389", true, 1389, 1389},
};

static void test_ports(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_N(found); i++) {
        CLEANUP(arena_free) Arena *a = arena_new(10000);
        DirectoryServer servers[DIRECTORY_SERVERS_MAX];
        size_t n = 0;
        assert_null(directory_server_find(a, str_from(found[i].text), found[i].global_catalog,
                                          servers, &n));
        assert_int_equal(n, 2);
        assert_false(servers[0].ldaps);
        assert_int_equal(servers[0].port, found[i].port);
        assert_true(servers[1].ldaps);
        assert_int_equal(servers[1].port, found[i].tls_port);
    }
}

static void check_records(const char *records, const char *expected)
{
    CLEANUP(arena_free) Arena *a = arena_new(10000);
    CLEANUP(buf_free) Buf *text = buf_new(10000);
    DirectoryServer servers[DIRECTORY_SERVERS_MAX];
    size_t n = 0;
    const Err *e =
        directory_server_of_records(a, str_from(records), STR("Example.com"), false, servers, &n);
    for (size_t i = 0; e == NULL && i < n; i++) {
        buf_printf(text, "%.*s:%u%s ", STR_ARG(servers[i].host), (unsigned)servers[i].port,
                   servers[i].ldaps ? "s" : "");
    }
    assert_string_equal(e != NULL ? "refused" : str_to_cstr(a, buf_str(text)), expected);
}

/* DNS isn't trusted: else who answers for it could choose whose certificate is looked at. */
static void test_records_name_servers_of_the_domain_only(void **state)
{
    (void)state;
    check_records("", "");
    check_records("dc1.example.com:389", "dc1.example.com:389 dc1.example.com:636s ");
    check_records("DC1.EXAMPLE.COM:1389 example.com:389",
                  "DC1.EXAMPLE.COM:1389 DC1.EXAMPLE.COM:1389s example.com:389 example.com:636s ");
    check_records("evil.example.net:389 dc1.example.com:389",
                  "dc1.example.com:389 dc1.example.com:636s ");
    check_records("evil.example.net:389", "refused");
    check_records("evilexample.com:389", "refused");
    check_records("a.example.com:1 b.example.com:1 c.example.com:1 d.example.com:1 e.example.com:1",
                  "a.example.com:1 a.example.com:1s b.example.com:1 b.example.com:1s "
                  "c.example.com:1 c.example.com:1s d.example.com:1 d.example.com:1s ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_ports),
        cmocka_unit_test(test_records_name_servers_of_the_domain_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
