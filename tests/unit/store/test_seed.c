/* What a new store holds. */
#include <unistd.h>

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
    Script *s = *state;
    assert_string_equal(script_check(s), "");
    *state = script_free(s);
    return 0;
}

static void test_rows(void **state)
{
    Script *s = *state;
    static const struct {
        const char *resource;
        int64_t id;
        const char *field;
        const char *value;
    } cases[] = {
        {"role", 1, "name", "Read-write"},
        {"role", 2, "name", "Read-only"},
        {"administrator", 1, "name", "admin"},
        {"administrator", 1, "last_login", "-"},
        {"ivr_theme", 1, "uuid", "defaultplustones"},
    };
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        assert_string_equal(script_value(s, cases[i].resource, cases[i].id, cases[i].field),
                            cases[i].value);
    }
    for (size_t i = 0; i < s->model->n_resources; i++) {
        const Resource *r = &s->model->resources[i];
        if (r->family == FAMILY_CONFIGURATION && r->n_seeds > 0) {
            assert_int_equal(script_count(s, str_to_cstr(s->arena, r->file)), r->n_seeds);
        }
    }
    assert_int_equal(script_count(s, "permission"), s->model->n_permissions);
    assert_true(strlen(script_value(s, "ivr_theme", 1, "last_updated")) > 10); /* now */
}

static void test_log(void **state)
{
    Script *s = *state;
    const char *log = script_log(s, 0);
    assert_non_null(strstr(log, "create role 1\n"));
    assert_non_null(strstr(log, "link administrator.roles 1 1"));
    assert_null(strstr(log, "delete"));
    assert_null(strstr(log, "update"));
    assert_int_equal(script_version(s, "role", 1), 1); /* of the one request */
}

static void test_next_id_is_above(void **state)
{
    Script *s = *state;
    const int64_t seq = store_seq(s->store, STORE_CONFIG);
    script_do(s, "create role name=x");
    assert_string_equal(script_log(s, seq), "create role 3");
}

static void test_it_happens_once(void **state)
{
    Script *s = *state;
    const int64_t seq = store_seq(s->store, STORE_CONFIG);
    assert_true(store_is_new(s->store));
    script_do(s, "update role 2 name=changed");
    script_reopen(s);
    assert_false(store_is_new(s->store));
    assert_string_equal(script_value(s, "role", 2, "name"), "changed");
    assert_int_equal(store_seq(s->store, STORE_CONFIG), seq + 1);
}

/* --- computed values --- */

static Err *compute(void *context, Arena *a, const Seed *seed, const SeedValue *v, Value *ret_value)
{
    (void)seed;
    int *n = context;
    (*n)++;
    *ret_value = value_text(str_format(a, "computed %.*s", STR_ARG(v->field->name)));
    return NULL;
}

static Err *refuse(void *context, Arena *a, const Seed *seed, const SeedValue *v, Value *ret_value)
{
    (void)context;
    (void)seed;
    (void)v;
    (void)ret_value;
    return err(a, ERR_IO, "no randomness");
}

static void reopen_fresh(Script *s, const StoreOptions *options, const Err **ret_error)
{
    script_close(s);
    assert_int_equal(unlink(str_format(s->arena, "%s/config.db", s->folder).ptr), 0);
    *ret_error = store_open(s->arena, s->model, options, &s->store);
}

static void test_computed(void **state)
{
    Script *s = *state;
    int n = 0;
    const Err *e = NULL;
    const StoreOptions options = {.folder = s->folder, .compute_seed = compute, .context = &n};
    reopen_fresh(s, &options, &e);
    assert_null(e);
    assert_true(n >= 5);
    assert_string_equal(script_value(s, "management_vm", 1, "hostname"), "computed hostname");
    assert_string_equal(script_value(s, "administrator", 1, "password"), "computed password");
    Str clear = STR_NONE;
    const char *sealed = script_value(s, "tls_certificate", 1, "private_key");
    assert_null(strstr(sealed, "computed"));
    assert_null(secret_open(s->store, s->arena, str_from(sealed), &clear));
    assert_true(str_equal(clear, STR("computed private_key")));
}

static void test_a_failure_leaves_no_store(void **state)
{
    Script *s = *state;
    const Err *e = NULL;
    const StoreOptions options = {.folder = s->folder, .compute_seed = refuse};
    reopen_fresh(s, &options, &e);
    assert_non_null(e);
    assert_string_equal(e->text, "no randomness");
    assert_null(script_open(s));
    assert_true(store_is_new(s->store));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_rows, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_log, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_next_id_is_above, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_it_happens_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_computed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_failure_leaves_no_store, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
