#include "test.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"

static void test_zeroed_and_aligned(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(1);
    for (int round = 0; round < 2; round++) {
        for (size_t size = 0; size < 3000; size += 7) {
            unsigned char *piece = arena_alloc(a, size);
            assert_int_equal((uintptr_t)piece % _Alignof(max_align_t), 0);
            for (size_t i = 0; i < size; i++) {
                assert_int_equal(piece[i], 0);
            }
            memset(piece, 0xff, size);
        }
        arena_reset(a); /* the second round gets memory that was used before */
    }
}

static void test_pieces_do_not_overlap(void **state)
{
    (void)state;
    enum { N = 2000 };
    static unsigned char *pieces[N];
    CLEANUP(arena_free) Arena *a = arena_new(1);
    for (size_t i = 0; i < N; i++) {
        pieces[i] = arena_alloc(a, i * 37 % 500 + 1);
        memset(pieces[i], (int)(i % 251), i * 37 % 500 + 1);
    }
    for (size_t i = 0; i < N; i++) {
        for (size_t at = 0; at < i * 37 % 500 + 1; at++) {
            assert_int_equal(pieces[i][at], i % 251);
        }
    }
}

static void test_large_pieces(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(1);
    char *small = ARENA_ARRAY(a, char, 10);
    char *large = arena_alloc_array(a, 1000, 1000);
    char *middle = arena_alloc(a, (size_t)50 * 1024);
    memset(small, 1, 10);
    memset(large, 2, 1000000);
    memset(middle, 3, (size_t)50 * 1024);
    assert_int_equal(small[9], 1);
    assert_int_equal(large[999999], 2);
    assert_true(arena_used(a) >= 1000000 + 50 * 1024 + 10);
}

static void test_used_and_reset(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(1);
    assert_int_equal(arena_used(a), 0);
    (void)arena_alloc(a, 100);
    assert_in_range(arena_used(a), 100, 128);
    arena_reset(a);
    assert_int_equal(arena_used(a), 0);
    arena_reset(a);
}

static void test_take_obeys_limit(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(1024);
    void *piece = NULL;
    assert_null(arena_take(a, 1024, &piece));
    assert_non_null(piece);

    void *more = &piece;
    const Err *e = arena_take(a, 1, &more);
    assert_non_null(e);
    assert_int_equal(e->kind, ERR_LIMIT);
    assert_string_equal(e->text, "The request is too large.");
    assert_ptr_equal(more, &piece);

    assert_non_null(arena_take(a, SIZE_MAX, &more));
    assert_non_null(arena_alloc(a, 4096)); /* our own sizes pass */
    arena_reset(a);
    assert_null(arena_take(a, 1024, &piece));
}

static void test_free_takes_null(void **state)
{
    (void)state;
    assert_null(arena_free(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_zeroed_and_aligned), cmocka_unit_test(test_pieces_do_not_overlap),
        cmocka_unit_test(test_large_pieces),       cmocka_unit_test(test_used_and_reset),
        cmocka_unit_test(test_take_obeys_limit),   cmocka_unit_test(test_free_takes_null),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
