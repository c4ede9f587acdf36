#include "test.h"

#include <string.h>

#include "base/err.h"

static void test_raise(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(1);
    const Err *e = err(a, ERR_CONFLICT, "There is %d already.", 3);
    assert_int_equal(e->kind, ERR_CONFLICT);
    assert_string_equal(e->text, "There is 3 already.");
    assert_null(e->detail);
    assert_null(e->field);
    assert_non_null(strstr(e->where, "test_err.c:"));
}

static void test_field_wrap_detail(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(1);
    Err *e = err_field(a, ERR_INVALID, STR("name"), "Too long.");
    const char *where = e->where;
    e = err_wrap(a, e, "object %d", 7);
    assert_string_equal(e->text, "object 7: Too long.");
    assert_string_equal(e->field, "name");
    assert_int_equal(e->kind, ERR_INVALID);
    assert_ptr_equal(e->where, where);
    assert_ptr_equal(err_detail(a, e, "row %d", 1), e);
    assert_string_equal(err_detail(a, e, "column %d", 2)->detail, "row 1; column 2");
}

static void test_copy_outlives_its_arena(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(1);
    Arena *short_lived = arena_new(1);
    Err *e = err_field(short_lived, ERR_IO, STR("f"), "No disk.");
    Err *copy = err_copy(a, err_detail(short_lived, e, "why"));
    Err *plain = err_copy(a, err(short_lived, ERR_BUSY, "Later."));
    (void)arena_free(short_lived);
    assert_int_equal(copy->kind, ERR_IO);
    assert_string_equal(copy->text, "No disk.");
    assert_string_equal(copy->detail, "why");
    assert_string_equal(copy->field, "f");
    assert_null(plain->detail);
    assert_null(plain->field);
}

static Err *fail_if(Arena *a, bool fails)
{
    return fails ? err(a, ERR_INTERNAL, "As asked.") : NULL;
}

static Err *try_both(Arena *a, bool first, bool second, int *n_done)
{
    TRY(fail_if(a, first));
    *n_done = 1;
    TRY(fail_if(a, second));
    *n_done = 2;
    return NULL;
}

static void test_try(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(1);
    int n_done = 0;
    assert_non_null(try_both(a, true, false, &n_done));
    assert_int_equal(n_done, 0);
    assert_non_null(try_both(a, false, true, &n_done));
    assert_int_equal(n_done, 1);
    assert_null(try_both(a, false, false, &n_done));
    assert_int_equal(n_done, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_raise),
        cmocka_unit_test(test_field_wrap_detail),
        cmocka_unit_test(test_copy_outlives_its_arena),
        cmocka_unit_test(test_try),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
