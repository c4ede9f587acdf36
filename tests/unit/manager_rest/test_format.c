/* Forms of texts, each with what it takes and what it doesn't. */
#include "test.h"

#include "manager/rest/format.h"

typedef struct Case {
    FieldFormat format;
    const char *text;
    bool fine;
} Case;

static const Case cases[] = {
    {FORMAT_URL, "https://example.org/a?b#c", true},
    {FORMAT_URL, "ldap:", true},
    {FORMAT_URL, "x-y+z.1:opaque", true},
    {FORMAT_URL, "example.org", false},
    {FORMAT_URL, "1http://x", false},
    {FORMAT_URL, ":x", false},
    {FORMAT_URL, "ht_tp://x", false},
    {FORMAT_URL, "http://a b", false},
    {FORMAT_URL, "http://a\x7f", false},
    {FORMAT_FQDN, "localhost", true},
    {FORMAT_FQDN, "node-1.example.org.", true},
    {FORMAT_HOSTNAME, "a_b.c", true},
    {FORMAT_HOSTNAME, "a..b", false},
    {FORMAT_HOSTNAME, ".a", false},
    {FORMAT_HOSTNAME, "a..", false},
    {FORMAT_HOSTNAME, ".", false},
    {FORMAT_HOSTNAME, "a b", false},
    {FORMAT_HOSTNAME, "ä", false},
    {FORMAT_IPV4, "10.0.0.1", true},
    {FORMAT_IPV4, "10.0.0", false},
    {FORMAT_IPV4, "10.0.0.256", false},
    {FORMAT_IPV4, "10.0.0.1 ", false},
    {FORMAT_IPV4, "::1", false},
    {FORMAT_IPV6, "2001:DB8::1", true},
    {FORMAT_IPV6, "::ffff:10.0.0.1", true},
    {FORMAT_IPV6, "10.0.0.1", false},
    {FORMAT_IPV6, "fe80::1%eth0", false},
    {FORMAT_IP, "10.0.0.1", true},
    {FORMAT_IP, "::", true},
    {FORMAT_IP, "host", false},
    {FORMAT_EMAIL, "a@b", true},
    {FORMAT_EMAIL, "@b", false},
    {FORMAT_EMAIL, "a@", false},
    {FORMAT_EMAIL, "a@b@c", false},
    {FORMAT_EMAIL, "a b@c", false},
    {FORMAT_UUID, "00000000-0000-0000-0000-00000000000F", true},
    {FORMAT_UUID, "FFFFFFFF-ffff-ffff-ffff-ffffffffffff", true},
    {FORMAT_UUID, "00000000000000000000000000000000", false},
    {FORMAT_UUID, "0000000g-0000-0000-0000-000000000000", false},
    {FORMAT_UUID, "000000000-000-0000-0000-000000000000", false},
    {FORMAT_PEM, "x\n-----BEGIN CERTIFICATE-----\nAA\n-----END CERTIFICATE-----\n", true},
    {FORMAT_PEM, "-----BEGIN CERTIFICATE-----\nAA\n", false},
    {FORMAT_PEM, "-----BEGIN \n-----END X-----", false},
    {FORMAT_PEM, "AAAA", false},
    {FORMAT_REGEX, "^(?!a|b)", true},
    {FORMAT_REGEX, "(", false},
    {FORMAT_JSON, "[1, {\"a\": null}]", true},
    {FORMAT_JSON, "[1,", false},
    {FORMAT_JINJA2, "{{ anything {% at all", true},
    {FORMAT_SSH_PUBLIC_KEY, "ssh-ed25519 AAAA me@here", true},
    {FORMAT_SSH_PUBLIC_KEY, "AAAAB3Nz\n", true},
    {FORMAT_SSH_PUBLIC_KEY, "a\nb", false},
    {FORMAT_SSH_PUBLIC_KEY, "\n", false},
    {FORMAT_NONE, "anything", true},
};

static void test_formats(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(1 << 20);
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        if (format_accepts(cases[i].format, a, str_from(cases[i].text)) != cases[i].fine) {
            fail_msg("format %d, '%s'", (int)cases[i].format, cases[i].text);
        }
    }
}

static void test_long_names(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(1 << 20);
    char text[300];
    for (size_t i = 0; i < sizeof text; i++) {
        text[i] = i % 64 == 63 ? '.' : 'a';
    }
    assert_true(format_accepts(FORMAT_FQDN, a, (Str){text, 253}));
    assert_false(format_accepts(FORMAT_FQDN, a, (Str){text, 254}));
    text[63] = 'a';
    assert_false(format_accepts(FORMAT_FQDN, a, (Str){text, 100}));
}

static Field text_field(void)
{
    return (Field){.name = STR("x"), .type = FIELD_STRING, .max_length = 5};
}

static void test_lengths_are_code_points(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(1 << 20);
    Field f = text_field();
    f.min_length = 2;
    assert_int_equal(format_problem(&f, a, STR("äöüßé")).len, 0);
    assert_string_equal(format_problem(&f, a, STR("äöüßéx")).ptr, "At most 5 characters.");
    assert_string_equal(format_problem(&f, a, STR("ä")).ptr, "At least 2 characters.");
    assert_int_equal(format_problem(&f, a, STR("")).len, 0);
}

static void test_choices(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(1 << 20);
    const Value choices[] = {value_text(STR("on")), value_text(STR("off"))};
    Field f = text_field();
    f.choices = choices;
    f.n_choices = 2;
    assert_int_equal(format_problem(&f, a, STR("on")).len, 0);
    assert_string_equal(format_problem(&f, a, STR("On")).ptr,
                        "Not one of the choices: 'on', 'off'.");
    f.open_choices = true;
    assert_int_equal(format_problem(&f, a, STR("On")).len, 0);
}

static void test_pattern_matches_whole(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(1 << 20);
    CLEANUP(regex_free) Regex *pattern = NULL;
    assert_null(regex_new(a, STR("^([0-9]{3,5})?$"), REGEX_WHOLE, &pattern));
    Field f = text_field();
    f.pattern = pattern;
    assert_int_equal(format_problem(&f, a, STR("123")).len, 0);
    assert_int_not_equal(format_problem(&f, a, STR("123\n")).len, 0);
    assert_int_not_equal(format_problem(&f, a, STR("12")).len, 0);
    f.open_format = true;
    assert_int_equal(format_problem(&f, a, STR("12")).len, 0);
}

static void test_bounds(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(1 << 20);
    const Value choices[] = {value_integer(1), value_integer(7)};
    Field f = {.type = FIELD_INTEGER, .min = 1, .max = 7};
    assert_int_equal(format_integer_problem(&f, a, 1).len, 0);
    assert_int_equal(format_integer_problem(&f, a, 7).len, 0);
    assert_string_equal(format_integer_problem(&f, a, 0).ptr, "At least 1.");
    assert_string_equal(format_integer_problem(&f, a, 8).ptr, "At most 7.");
    f.choices = choices;
    f.n_choices = 2;
    assert_string_equal(format_integer_problem(&f, a, 2).ptr, "Not one of the choices: 1, 7.");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_formats),
        cmocka_unit_test(test_long_names),
        cmocka_unit_test(test_lengths_are_code_points),
        cmocka_unit_test(test_choices),
        cmocka_unit_test(test_pattern_matches_whole),
        cmocka_unit_test(test_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
