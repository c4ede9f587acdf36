/* Secrets at rest, and the key. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "script.h"
#include "store/secret.h"
#include "test.h"

static int set_up(void **state)
{
    *state = script_new();
    return 0;
}

static int tear_down(void **state)
{
    *state = script_free(*state);
    return 0;
}

static void test_round_trip(void **state)
{
    Script *s = *state;
    static const char *const clear[] = {"x", "Secret", "a longer one with blanks and \xc3\xa4"};
    for (size_t i = 0; i < ARRAY_N(clear); i++) {
        const Str stored = secret_seal(s->store, s->arena, str_from(clear[i]));
        const Str again = secret_seal(s->store, s->arena, str_from(clear[i]));
        Str opened = STR_NONE;
        assert_true(secret_is_mask(secret_mask(stored)));
        assert_int_equal(secret_mask(stored).len, 27);
        assert_false(str_equal(secret_mask(stored), secret_mask(again)));
        assert_int_equal(str_find_str(stored, str_from(clear[i])),
                         i == 0 ? str_find(stored, 'x', 0) : SIZE_MAX);
        assert_null(secret_open(s->store, s->arena, stored, &opened));
        assert_true(str_equal(opened, str_from(clear[i])));
    }
}

static void test_masks(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool mask;
    } cases[] = {
        {"$~!1$abcdefghijklmnopqrstuv", true},
        {"$~!1$ABCDEFGHIJKLMNOPQRS+/9", true},
        {"$~!1$ABCDEFGHIJKLMNOPQRST+/", true},
        {"$~!1$abcdefghijklmnopqrstuvw", false},
        {"$~!1$abcdefghijklmnopqrstu", false},
        {"$~!2$abcdefghijklmnopqrstuv", false},
        {"$~!1$abcdefghijklmnopqrstu ", false},
        {"", false},
        {"$~!1$", false},
        {"password", false},
    };
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        assert_int_equal(secret_is_mask(str_from(cases[i].text)), cases[i].mask);
    }
}

static void test_damage(void **state)
{
    Script *s = *state;
    const Str stored = secret_seal(s->store, s->arena, STR("Secret"));
    for (size_t i = 0; i < stored.len; i++) { /* every character counts, those of the mask too */
        char *copy = str_to_cstr(s->arena, stored);
        copy[i] = copy[i] == 'A' ? 'B' : 'A';
        Str opened = STR("untouched");
        const Err *e = secret_open(s->store, s->arena, (Str){copy, stored.len}, &opened);
        assert_true(e != NULL && e->kind == ERR_IO); /* spare bits of base64, too */
        assert_true(str_equal(opened, STR("untouched")));
    }
    for (size_t len = 0; len < stored.len; len++) {
        Str opened = STR_NONE;
        assert_non_null(secret_open(s->store, s->arena, str_slice(stored, 0, len), &opened));
    }
}

static const char *key_path(Script *s)
{
    return str_format(s->arena, "%s/secret.key", s->folder).ptr;
}

static void test_key_file(void **state)
{
    Script *s = *state;
    struct stat st;
    assert_int_equal(stat(key_path(s), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(st.st_size, 65);

    const Str stored = secret_seal(s->store, s->arena, STR("Secret"));
    Str opened = STR_NONE;
    script_reopen(s);
    assert_null(secret_open(s->store, s->arena, stored, &opened));
    assert_true(str_equal(opened, STR("Secret")));
}

/* Puts another text into the key file (NULL: none), opens, and puts the true one back. */
static const Err *open_with_key(Script *s, const char *text)
{
    Str key = STR_NONE;
    assert_null(file_read(s->arena, key_path(s), 1000, &key));
    script_close(s);
    if (text == NULL) {
        assert_int_equal(unlink(key_path(s)), 0);
    } else {
        assert_null(file_write(s->arena, key_path(s), 0600, str_from(text)));
    }
    const Err *e = script_open(s);
    assert_null(file_write(s->arena, key_path(s), 0600, key));
    if (e != NULL) {
        assert_null(script_open(s));
    }
    return e;
}

static void test_wrong_keys(void **state)
{
    Script *s = *state;
    static const struct {
        const char *text;
        const char *says;
    } cases[] = {
        {NULL, "is missing"},
        {"", "holds no key"},
        {"0123", "holds no key"},
        {"00000000000000000000000000000000000000000000000000000000000000000000", "holds no key"},
        {"0000000000000000000000000000000000000000000000000000000000000000\n", "not the one"},
    };
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        const Err *e = open_with_key(s, cases[i].text);
        assert_non_null(e);
        assert_int_equal(e->kind, ERR_INVALID);
        assert_non_null(strstr(e->text, cases[i].says));
    }
}

/* A first start that ended early left this, in a folder without a store. */
static void test_half_key_of_a_new_store(void **state)
{
    static const struct {
        const char *text;
        bool opens;
    } cases[] = {{"", true}, {"0123", true}, {"not a key", false}, {"0123\n", false}};
    Script *s = *state;
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        script_close(s);
        assert_int_equal(unlink(str_format(s->arena, "%s/config.db", s->folder).ptr), 0);
        assert_null(file_write(s->arena, key_path(s), 0600, str_from(cases[i].text)));
        const Err *e = script_open(s);
        assert_int_equal(e == NULL, cases[i].opens);
        if (e != NULL) {
            assert_int_equal(unlink(key_path(s)), 0);
            assert_null(script_open(s));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_round_trip, set_up, tear_down),
        cmocka_unit_test(test_masks),
        cmocka_unit_test_setup_teardown(test_damage, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_key_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_wrong_keys, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_half_key_of_a_new_store, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
