/* Free memory goes back to the system. */
#include "manager/jobs/memory.h"

#include <stdlib.h>
#include <string.h>

#include "test.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define OWN_ALLOCATOR 1 /* which malloc_trim() doesn't know */
#else
#define OWN_ALLOCATOR 0
#endif

enum { PIECE_BYTES = 16 * 1024, PIECES_N = 4096 };

/* Memory whose end stays in use, as a pool's often does; the piece at its end. */
static void *use_and_free(void)
{
    void **pieces = calloc(PIECES_N, sizeof *pieces);
    assert_non_null(pieces);
    for (size_t i = 0; i < PIECES_N; i++) {
        pieces[i] = malloc(PIECE_BYTES);
        assert_non_null(pieces[i]);
        memset(pieces[i], 1, PIECE_BYTES);
    }
    void *last = pieces[PIECES_N - 1];
    for (size_t i = 0; i + 1 < PIECES_N; i++) {
        free(pieces[i]);
    }
    free(pieces);
    return last;
}

static void run(MemoryUpkeep *m)
{
    CLEANUP(arena_free) Arena *a = arena_new(4096);
    assert_null(memory_run(m, a, 0));
}

static void test_given_back(void **state)
{
    (void)state;
    const int64_t all = (int64_t)PIECE_BYTES * PIECES_N;
    MemoryUpkeep m = {0};
    run(&m);
    assert_true(m.kept_bytes > 0);
    void *last = use_and_free();
    const int64_t grown = memory_private_bytes();
    run(&m);
    if (!OWN_ALLOCATOR) {
        assert_int_equal(m.n_given_back, 1);
        assert_true(grown - memory_private_bytes() > all / 2);
    }
    free(last);
}

static void test_left_alone(void **state)
{
    (void)state;
    MemoryUpkeep m = {0};
    run(&m);
    run(&m);
    assert_int_equal(m.n_given_back, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_given_back),
        cmocka_unit_test(test_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
