/* Rows in memory: defaults, and values by constant. */
#include "script.h"
#include "store/row_values.h"
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

/* Of every resource; a secret that is only given, say, is no part of a new row. */
static void test_defaults(void **state)
{
    Script *s = *state;
    size_t n_defaults = 0, n_without = 0;
    for (size_t i = 0; i < s->model->n_resources; i++) {
        const Resource *r = &s->model->resources[i];
        const Row *row = row_new_default(s->arena, r);
        assert_true(value_is_null(row->key));
        for (size_t k = 0; k < r->n_fields; k++) {
            const Field *f = &r->fields[k];
            assert_true(value_equal(row->values[k], f->stored ? f->default_value : VALUE_NONE));
            n_defaults += f->stored && !value_is_null(f->default_value);
            n_without += !f->stored && !value_is_null(f->default_value);
        }
    }
    assert_true(n_defaults > 100);
    assert_true(n_without > 0);
}

static void test_set_defaults(void **state)
{
    Script *s = *state;
    Row *row = row_new(s->arena, model_at(s->model, RES_ADMINISTRATOR));
    row->key = value_integer(7);
    row->values[FLD_ADMINISTRATOR_ID] = value_integer(7);
    row->values[FLD_ADMINISTRATOR_ENABLED] = value_integer(0);
    row_set_defaults(row);
    assert_int_equal(row->key.integer, 7);
    assert_int_equal(row_number(row, FLD_ADMINISTRATOR_ID), 7);
    assert_true(row_true(row, FLD_ADMINISTRATOR_ENABLED));
}

static void test_values(void **state)
{
    Script *s = *state;
    Row *row = row_new(s->arena, model_at(s->model, RES_ADMINISTRATOR));
    assert_null(row_text(row, FLD_ADMINISTRATOR_NAME).ptr);
    assert_non_null(row_text_or_empty(row, FLD_ADMINISTRATOR_NAME).ptr);
    assert_non_null(row_text_or_empty(NULL, FLD_ADMINISTRATOR_NAME).ptr);
    assert_int_equal(row_number(NULL, FLD_ADMINISTRATOR_ENABLED), 0);
    row->values[FLD_ADMINISTRATOR_NAME] = value_text(STR("eve"));
    assert_true(row_is(row, FLD_ADMINISTRATOR_NAME, STR("eve")));
    assert_true(str_equal(row_text_or_empty(row, FLD_ADMINISTRATOR_NAME), STR("eve")));
    assert_true(str_equal(row_field_name(row, FLD_ADMINISTRATOR_NAME), STR("name")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_defaults, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_set_defaults, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_values, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
