#include "test.h"

#include <getopt.h>
#include <string.h>

#include "manager/server/options.h"

#include "base/err.h"

#define WORDS_MAX 24

/* Words after the program's name, by blanks. */
static Err *parse(Arena *a, const char *line, Options *options)
{
    char *argv[WORDS_MAX + 2] = {str_to_cstr(a, STR("rostrad"))};
    int argc = 1;
    Str rest = str_from(line);
    while (rest.len > 0 && argc <= WORDS_MAX) {
        argv[argc++] = str_to_cstr(a, str_cut(&rest, ' '));
    }
    OptionsAnswer answer = OPTIONS_SHOWN;
    optind = 0; /* getopt keeps its place between calls */
    Err *e = options_parse(a, argc, argv, options, &answer);
    if (e == NULL) {
        assert_int_equal(answer, OPTIONS_RUN);
    }
    return e;
}

static void test_defaults(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(1 << 20);
    Options o;
    assert_null(parse(a, "--data var serve", &o));
    assert_int_equal(o.command, COMMAND_SERVE);
    assert_string_equal(o.data, "var");
    assert_int_equal(o.n_listen, 1);
    assert_string_equal(o.listen[0], "127.0.0.1:8443");
    assert_int_equal(o.rate_limit, 0);
    assert_false(o.absolute_location);
}

static void test_everything_given(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(1 << 20);
    Options o;
    assert_null(
        parse(a,
              "--listen [::]:443 --listen 127.0.0.1:0 --trust-proxy 10.0.0.0/8 --workers 3 "
              "--rate-limit 1000/60 --absolute-location --log-level debug --data d passwd bob",
              &o));
    assert_int_equal(o.command, COMMAND_PASSWD);
    assert_string_equal(o.argument, "bob");
    assert_int_equal(o.n_listen, 2);
    assert_string_equal(o.listen[1], "127.0.0.1:0");
    assert_int_equal(o.n_trusted_proxies, 1);
    assert_int_equal(o.n_workers, 3);
    assert_int_equal(o.rate_limit, 1000);
    assert_int_equal(o.rate_window_s, 60);
    assert_true(o.absolute_location);
    assert_int_equal(o.log_level, LOG_LEVEL_DEBUG);
}

static void test_each_fault_names_its_option(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        const char *named;
    } cases[] = {
        {"serve", "--data"},
        {"--data var", "serve"},
        {"--data var fly", "fly"},
        {"--data var serve now", "serve"},
        {"--data var passwd", "passwd"},
        {"--data var --workers 0 serve", "--workers"},
        {"--data var --workers x serve", "--workers"},
        {"--data var --rate-limit 1000 serve", "--rate-limit"},
        {"--data var --rate-limit 10/0 serve", "--rate-limit"},
        {"--data var --log-level loud serve", "--log-level"},
        {"--data var --color serve", "--color"},
        {"--data var --help=3 serve", "--help=3"},
        {"--data var -xy serve", "-x."},
        {"serve --data", "--data"},
    };
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        CLEANUP(arena_free) Arena *a = arena_new(1 << 20);
        Options o;
        const Err *e = parse(a, cases[i].line, &o);
        assert_non_null(e);
        assert_int_equal(e->kind, ERR_INVALID);
        assert_non_null(strstr(e->text, cases[i].named));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_everything_given),
        cmocka_unit_test(test_each_fault_names_its_option),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
